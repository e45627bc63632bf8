"""How far the records of doses have come, area by area, in one grouped query; and what sites owe on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy import ColumnElement, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from passport.domain.people import IdentityState
from passport.registry.areas import beneath
from passport.registry.cleaning import IDENTITY_CLASSES, is_late
from passport.registry.doses import Counts
from passport.registry.sites import site_ids
from passport.registry.tables import Area, Attendee, Certificate, Dose, Import, Person, Site

NOTHING = Counts(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class SiteDuty:
    """What a site still owes: people on its lists whose dose is not entered, doses of the day not confirmed on it."""

    site: Site
    not_entered: int
    unconfirmed: int


@dataclass(frozen=True, slots=True)
class CaseDuty:
    """What a commune owes to people: identities that wait to be put right, and how many of them are late."""

    area: Area
    waiting: int
    late: int


def counts_by_area(session: Session, *, area: Area | None = None) -> dict[int, Counts]:
    """The five counts of `area` (None: the country), by the id of the areas that sites stand in."""
    given = _given(session, area)
    sure = (Person.identity_state == IdentityState.VERIFIED.value) & Dose.held.is_(False)
    confirmed = sure & Dose.confirmed_at.is_not(None)
    stages = (sure, confirmed, confirmed & Certificate.id.is_not(None))
    road = (
        select(Site.area_id, func.count(), *(func.count(case((so_far, 1))) for so_far in stages))
        .select_from(Dose)
        .join(Dose.site)
        .join(Dose.person)
        .outerjoin(Certificate, (Certificate.dose_id == Dose.id) & (Certificate.state == "issued"))
        .where(Dose.site_id.in_(site_ids(area)))
        .group_by(Site.area_id)
    )
    found = {place: tuple(map(int, numbers)) for place, *numbers in session.execute(road)}
    return {place: Counts(given.get(place, 0), *found.get(place, (0, 0, 0, 0))) for place in sorted({*given, *found})}


def summed(counts: Mapping[int, Counts]) -> Counts:
    """All areas together."""
    columns = zip(*(tuple(count.as_dict().values()) for count in counts.values()), strict=True)
    return Counts(*map(sum, columns)) if counts else NOTHING


def rolled_up(counts: Mapping[int, Counts], areas: Iterable[Area]) -> dict[int, Counts]:
    """The counts of every area with those of `areas` that lie in it, or went into it, added up."""
    found: dict[int, list[Counts]] = defaultdict(list)
    for area in areas:
        ways = [area.path, *([area.successor.path] if area.successor else [])]
        for place in {int(step) for way in ways for step in way.split("/") if step}:
            found[place].append(counts.get(area.id, NOTHING))
    return {place: summed(dict(enumerate(parts))) for place, parts in found.items()}


def duties(session: Session, *, area: Area | None, on: date, day_end: datetime) -> list[SiteDuty]:
    """The sites of an area that owe something, by code; a dose given on `on` is confirmed before `day_end`."""
    owed: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    missing = (
        select(Import.site_id, func.count())
        .select_from(Attendee)
        .join(Import, Import.id == Attendee.import_id)
        .where(Import.state == "done", Import.site_id.in_(site_ids(area)), ~vaccinated(planned=True))
        .group_by(Import.site_id)
    )
    late = (
        select(Dose.site_id, func.count())
        .where(
            Dose.site_id.in_(site_ids(area)),
            Dose.given_on == on,
            or_(Dose.confirmed_at.is_(None), Dose.confirmed_at >= day_end),
        )
        .group_by(Dose.site_id)
    )
    for place, query in enumerate((missing, late)):
        for site, count in session.execute(query):
            owed[site][place] = count
    sites = session.scalars(select(Site).where(Site.id.in_(owed)).order_by(Site.code))
    return [SiteDuty(site, *owed[site.id]) for site in sites]


def case_duties(session: Session, *, area: Area | None, today: date, zone: tzinfo) -> list[CaseDuty]:
    """What communes owe to people whose identity is to be put right, the most late first.

    A case is its person's commune's, else that of the site where they were first vaccinated.
    """
    first = (
        select(Site.area_id)
        .join(Dose, Dose.site_id == Site.id)
        .where(Dose.person_id == Person.id)
        .order_by(Dose.given_on, Dose.number)
        .limit(1)
        .scalar_subquery()
    )
    place, late = func.coalesce(Person.commune_id, first).label("place"), case((is_late(today=today, zone=zone), 1))
    open_ = Person.identity_state.in_([state.value for states in IDENTITY_CLASSES.values() for state in states])
    query = select(place, func.count(), func.count(late)).where(open_).group_by("place")
    if area is not None:
        query = query.where(func.coalesce(Person.commune_id, first).in_(select(Area.id).where(beneath(area))))
    found = {where: (waiting, overdue) for where, waiting, overdue in session.execute(query)}
    communes = session.scalars(select(Area).where(Area.id.in_(found)).order_by(Area.name, Area.id))
    owed = [CaseDuty(commune, *found[commune.id]) for commune in communes]
    return sorted(owed, key=lambda duty: -duty.late)


def vaccinated(*, planned: bool) -> ColumnElement[bool]:
    """Whether somebody on an attendance list has a dose on record; the planned one, where it is told and asked for.

    A person is known by the number, or by folded name and birth date where the list has no number.
    """
    same = or_(
        Person.id_number == Attendee.id_number,
        Attendee.id_number.is_(None)
        & (Person.name_key == Attendee.name_key)
        & (Person.birth_date == Attendee.birth_date),
    )
    right = or_(Attendee.planned_dose.is_(None), Dose.number == Attendee.planned_dose) if planned else literal(True)
    return exists().where(Dose.person_id == Person.id, same, right)


def _given(session: Session, area: Area | None) -> dict[int, int]:
    query = (
        select(Site.area_id, func.count())
        .select_from(Attendee)
        .join(Import, Import.id == Attendee.import_id)
        .join(Site, Site.id == Import.site_id)
        .where(Import.state == "done", Import.site_id.in_(site_ids(area)))
        .group_by(Site.area_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
