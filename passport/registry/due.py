"""Who is due for which dose on a day, by name: people with fewer doses, and people on lists without any."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from passport.domain.coverage import AGES, CELLS, AgeGroup, Step
from passport.domain.employers import employer_key
from passport.registry.areas import beneath
from passport.registry.columns import starts_with
from passport.registry.coverage import STEP_DAYS, aged, birthday
from passport.registry.coverage_tables import PersonSteps
from passport.registry.progress import lists_at, missing
from passport.registry.tables import Area, Attendee, Import, Person, Site

PAGE = 50
# The dose before, and the shortest time since it (vietnam.md 4.2: 28 days within the series, 3 months before the
# first booster of adults and 5 of teenagers, 4 months before the second).
_BEFORE: Mapping[Step, Step] = {
    Step.COMPLETE: Step.FIRST,
    Step.BOOSTER_1: Step.COMPLETE,
    Step.BOOSTER_2: Step.BOOSTER_1,
}
_MONTH = timedelta(days=30)
_TEENAGERS_WAIT = 5 * _MONTH
_WAIT: Mapping[Step, timedelta] = {
    Step.COMPLETE: timedelta(days=28),
    Step.BOOSTER_1: 3 * _MONTH,
    Step.BOOSTER_2: 4 * _MONTH,
}


@dataclass(frozen=True, slots=True)
class Due:
    """One person to invite; without `person_id` nothing but an attendance list tells of them."""

    person_id: str | None
    full_name: str
    birth_date: str | None
    id_number: str | None
    phone: str | None
    commune: str | None
    employer: str | None
    priority_group: str | None
    last_on: date | None


@dataclass(frozen=True, slots=True)
class DueFilter:
    """Narrows a list: an employer by the beginning of its name however written, a priority group as typed."""

    employer: str | None = None
    priority_group: str | None = None


def due(
    session: Session,
    *,
    area: Area | None,
    on: date,
    group: AgeGroup,
    step: Step,
    only: DueFilter = DueFilter(),
    page: int | None = 1,
) -> tuple[list[Due], int]:
    """One page (None: all) of those of an age group who are due for a step, by folded name, and how many there are.

    The first dose lists people without a dose, and those on attendance lists who are not on record at all.
    """
    if (group, step) not in CELLS:
        return [], 0
    # Named one by one: PostgreSQL guesses half the country for an area that is asked for within the query.
    places = None if area is None else session.scalars(select(Area.id).where(beneath(area))).all()
    pieces = [_people(places, on, group, step, only)]
    if step is Step.FIRST:
        pieces.append(_never(places, on, group, only))
    everybody = union_all(*pieces).subquery()
    how_many = select(func.count()).select_from(everybody)
    query = select(func.count().over(), everybody)  # counted on the way: to find everybody takes longest
    query = query.order_by(everybody.c.name_key, everybody.c.id_number, everybody.c.person_id)
    if page is not None:
        query = query.offset((page - 1) * PAGE).limit(PAGE)
    rows = session.execute(query).all()
    total = rows[0][0] if rows else session.scalar(how_many) or 0  # a page behind the last one
    return [Due(*row[2:]) for row in rows], total


def _people(
    places: Collection[int] | None, on: date, group: AgeGroup, step: Step, only: DueFilter
) -> Select[*tuple[Any, ...]]:
    reached = STEP_DAYS[step]
    query: Select[*tuple[Any, ...]] = (
        select(
            Person.name_key,
            Person.id.label("person_id"),
            Person.full_name,
            Person.birth_date,
            Person.id_number,
            Person.phone,
            Area.name.label("commune"),
            Person.employer,
            Person.priority_group,
            (STEP_DAYS[_BEFORE[step]] if step in _BEFORE else PersonSteps.first_on).label("last_on"),
        )
        .join(PersonSteps, PersonSteps.person_id == Person.id)
        .outerjoin(Area, Area.id == Person.commune_id)
        .where(aged(group, on=on), or_(reached.is_(None), reached > on), _narrowed(Person, only))
    )
    if step in _BEFORE:
        wait = _TEENAGERS_WAIT if (group, step) == (AgeGroup.TEENAGERS, Step.BOOSTER_1) else _WAIT[step]
        query = query.where(STEP_DAYS[_BEFORE[step]] <= on - wait)
    return query if places is None else query.where(PersonSteps.commune_id.in_(places))


def _never(places: Collection[int] | None, on: date, group: AgeGroup, only: DueFilter) -> Select[*tuple[Any, ...]]:
    """People on attendance lists without any dose on record, each once; they live where the list or its site says."""
    low, high = AGES[group]
    born = Attendee.birth_date
    ages = born <= birthday(on, low).isoformat()
    if high:
        ages = and_(ages, born > birthday(on, high).isoformat())
    place = func.coalesce(Attendee.commune_id, Site.area_id)
    return (
        select(
            Attendee.name_key,
            null().label("person_id"),
            func.min(Attendee.full_name),
            Attendee.birth_date,
            Attendee.id_number,
            func.min(Attendee.phone),
            func.min(Area.name),
            func.min(Attendee.employer),
            func.min(Attendee.priority_group),
            null().label("last_on"),
        )
        .join(Import, Import.id == Attendee.import_id)
        .join(Site, Site.id == Import.site_id)
        .outerjoin(Area, Area.id == place)
        .where(_lives_in(places), ages, missing(planned=False), _narrowed(Attendee, only))
        .group_by(Attendee.name_key, Attendee.birth_date, Attendee.id_number)
    )


def _lives_in(places: Collection[int] | None) -> ColumnElement[bool]:
    """Where an attendee lives, each way asked for itself so that an index finds it."""
    if places is None:
        return Attendee.import_id.in_(lists_at(None))
    there = select(Attendee.id).where(Attendee.commune_id.in_(places))
    lists = lists_at(select(Site.id).where(Site.area_id.in_(places)))
    untold = select(Attendee.id).where(Attendee.commune_id.is_(None), Attendee.import_id.in_(lists))
    return Attendee.id.in_(union_all(there, untold))


def _narrowed(who: type[Person] | type[Attendee], only: DueFilter) -> ColumnElement[bool]:
    wanted: list[ColumnElement[bool]] = [literal(True)]
    if only.employer:
        wanted.append(starts_with(who.employer_key, employer_key(only.employer)))
    if only.priority_group:
        wanted.append(who.priority_group == only.priority_group)
    return and_(*wanted)
