"""How far the records of doses have come, area by area, as the tally of sites tells; and what sites owe on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select
from sqlalchemy.orm import Session

from passport.registry.areas import beneath
from passport.registry.cleaning import IDENTITY_CLASSES, is_late
from passport.registry.coverage_tables import SiteTally
from passport.registry.sites import site_ids
from passport.registry.tables import Area, Attendee, Dose, Import, Person, Site


@dataclass(frozen=True, slots=True)
class Counts:
    """The five counts of an area, each within the one before except `given`, which attendance lists tell."""

    given: int
    entered: int
    verified: int
    confirmed: int
    issued: int

    def as_dict(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


NOTHING = Counts(0, 0, 0, 0, 0)
_COLUMNS = (SiteTally.given, SiteTally.entered, SiteTally.verified, SiteTally.confirmed, SiteTally.issued)


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
    query = (
        select(Site.area_id, *(func.sum(column) for column in _COLUMNS))
        .join(SiteTally, SiteTally.site_id == Site.id)
        .where(Site.id.in_(site_ids(area)))
        .group_by(Site.area_id)
        .order_by(Site.area_id)
    )
    return {place: Counts(*map(int, numbers)) for place, *numbers in session.execute(query)}


def counts(session: Session, *, area: Area | None = None) -> Counts:
    """The five counts of the sites in `area`, or of the whole country."""
    return summed(counts_by_area(session, area=area))


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
    # Named one by one: PostgreSQL guesses half the country for an area that is asked for within the query.
    sites = None if area is None else session.scalars(site_ids(area)).all()
    absent = (
        select(Import.site_id, func.count())
        .select_from(Attendee)
        .join(Import, Import.id == Attendee.import_id)
        .where(Attendee.import_id.in_(lists_at(sites)), missing(planned=True))
        .group_by(Import.site_id)
    )
    late = (
        select(Dose.site_id, func.count())
        .where(
            Dose.site_id.in_(site_ids(None) if sites is None else sites),
            Dose.given_on == on,
            or_(Dose.confirmed_at.is_(None), Dose.confirmed_at >= day_end),
        )
        .group_by(Dose.site_id)
    )
    for place, query in enumerate((absent, late)):
        for site, count in session.execute(query):
            owed[site][place] = count
    indebted = session.scalars(select(Site).where(Site.id.in_(owed)).order_by(Site.code))
    return [SiteDuty(site, *owed[site.id]) for site in indebted]


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


def missing(*, planned: bool) -> ColumnElement[bool]:
    """Whether somebody on an attendance list has no dose on record; no planned one, where it is told and asked for.

    A person is known by the number, or by folded name, birth date and sex where the list or the record has no number,
    as reconciling does (`intake.reconciling`).
    """
    numbered = Person.id_number == Attendee.id_number
    named = (
        or_(Attendee.id_number.is_(None), Person.id_number.is_(None))
        & (Person.name_key == Attendee.name_key)
        & (Person.birth_date == Attendee.birth_date)
        & or_(Attendee.sex.is_(None), Person.sex == Attendee.sex)
    )
    right = or_(Attendee.planned_dose.is_(None), Dose.number == Attendee.planned_dose) if planned else literal(True)
    dose = select(literal(1)).where(Dose.person_id == Person.id, right)  # * would be read from the rows themselves
    return ~dose.where(numbered).exists() & ~dose.where(named).exists()  # each found by an index of its own


def lists_at(sites: Collection[int] | Select[int] | None) -> Select[int]:
    """The ids of the lists of some sites (None: of all) that were not withdrawn, for use within a query."""
    query = select(Import.id).where(Import.state == "done")
    return query if sites is None else query.where(Import.site_id.in_(sites))
