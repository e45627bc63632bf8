"""Denominators: how many people of an age group an area has, as the newest count up to a day tells."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from passport.domain.coverage import AgeGroup, Base
from passport.registry.areas import beneath
from passport.registry.coverage_tables import PopulationCount
from passport.registry.tables import Area

Bases = Mapping[tuple[int, AgeGroup], Base]


def store_count(
    session: Session, *, area: Area, group: AgeGroup, count: int, as_of: date, source: str
) -> PopulationCount | None:
    """Stores one count; one of the same area, group and day is told anew. None when it was known already."""
    found = session.scalar(
        select(PopulationCount).where(
            PopulationCount.area_id == area.id,
            PopulationCount.age_group == group.value,
            PopulationCount.as_of == as_of,
        )
    )
    if found is None:
        found = PopulationCount(area_id=area.id, age_group=group.value, count=count, as_of=as_of, source=source)
        session.add(found)
    elif (found.count, found.source) == (count, source):
        return None
    else:
        found.count, found.source = count, source
    session.flush()
    return found


def newest_counts(session: Session, *, area: Area | None, on: date) -> dict[tuple[int, AgeGroup], Base]:
    """The newest count not after `on` of every area in `area` (None: everywhere) and age group."""
    query = (
        select(
            PopulationCount.area_id,
            PopulationCount.age_group,
            PopulationCount.count,
            PopulationCount.as_of,
            PopulationCount.source,
        )
        .join(Area, Area.id == PopulationCount.area_id)
        .where(PopulationCount.as_of <= on)
        .order_by(PopulationCount.as_of)
    )
    if area is not None:
        query = query.where(beneath(area))
    return {
        (place, AgeGroup(group)): Base(count, day, told) for place, group, count, day, told in session.execute(query)
    }


def base_of(area_id: int, group: AgeGroup, *, counts: Bases, children: Mapping[int, Collection[int]]) -> Base | None:
    """The denominator of an area: its own count, else the sum of all units directly beneath; None when one lacks.

    A sum carries the day of its oldest part, and every source that a part has.
    """
    own = counts.get((area_id, group))
    if own is not None:
        return own
    parts: list[Base] = []
    for child in children.get(area_id, ()):
        part = base_of(child, group, counts=counts, children=children)
        if part is None:
            return None
        parts.append(part)
    if not parts:
        return None
    return Base(
        count=sum(part.count for part in parts),
        as_of=min(part.as_of for part in parts),
        source=", ".join(sorted({part.source for part in parts})),
        parts=sum(part.parts for part in parts),
    )
