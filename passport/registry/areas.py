"""The dated catalogue of administrative units: three tiers until 30 June 2025, two since.

A code without a date is ambiguous: 14638 was xã Ân Hòa and is xã Kim Sơn now. Every question names a day.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from passport.errors import InputError, Refusal
from passport.registry.columns import starts_with
from passport.registry.tables import Area

LEVELS = ("province", "district", "commune")
_LEVEL_BY_LENGTH = {2: "province", 3: "district", 5: "commune"}


def find_area(session: Session, code: str, *, on: date, level: str | None = None) -> Area | None:
    """The unit that carried `code` on the day `on`, or None; the length of a code tells its level."""
    tier = _LEVEL_BY_LENGTH.get(len(code))
    if tier is None or level not in (None, tier):
        return None
    return session.scalar(select(Area).where(Area.code == code, Area.level == tier, _in_force(on)))


def require_area(session: Session, code: str, *, on: date) -> Area:
    """The unit that somebody at a desk means by `code` on the day `on`.

    That is the unit in force, else the last one that carried the code: the districts of 2022 are gone, their
    records are not. Raises InputError (unknown_area_code).
    """
    area = find_area(session, code, on=on) or session.scalar(
        select(Area).where(Area.code == code, Area.valid_from <= on).order_by(Area.valid_from.desc()).limit(1)
    )
    if area is None:
        raise InputError(Refusal.UNKNOWN_AREA, code[:10])
    return area


def list_areas(session: Session, *, on: date, level: str | None = None, parent_code: str | None = None) -> list[Area]:
    """The units in force on a day, by code; of one level, or directly beneath the unit `parent_code`."""
    query = select(Area).where(_in_force(on)).order_by(Area.code)
    if level is not None:
        query = query.where(Area.level == level)
    if parent_code is not None:
        parent = find_area(session, parent_code, on=on)
        if parent is None:
            raise InputError(Refusal.UNKNOWN_AREA, parent_code[:10])
        query = query.where(Area.parent_id == parent.id)
    return list(session.scalars(query))


def beneath(area: Area) -> ColumnElement[bool]:
    """Whether a row of `Area` is `area`, lies in it, or is a former unit that went into it or a part of it."""
    successor = aliased(Area)
    taken_over = select(successor.id).where(starts_with(successor.path, area.path))
    return or_(starts_with(Area.path, area.path), Area.successor_id.in_(taken_over))


def lies_in(area: Area, outer: Area) -> bool:
    """The same question as `beneath`, of one unit."""
    return any(unit.path.startswith(outer.path) for unit in (area, area.successor) if unit is not None)


def _in_force(on: date) -> ColumnElement[bool]:
    return (Area.valid_from <= on) & or_(Area.valid_to.is_(None), Area.valid_to >= on)
