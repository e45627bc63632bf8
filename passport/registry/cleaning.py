"""The cleaning queue: what waits in an area, for whom, and what was last done about it.

The classes of identities are those of letter 2262/BYT-CNTT. Who must act is said here and nowhere else: the
identity officer settles an identity, the site that gave a dose settles the dose (letter 9438/BYT-CNTT).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from passport.domain.deadlines import late_before, rectified_by
from passport.domain.people import IdentityState
from passport.errors import InputError, Refusal
from passport.registry.accounts import Account
from passport.registry.areas import beneath
from passport.registry.cleaning_tables import CitizenReport, HandOver, HandOverRow, SentBack
from passport.registry.people import in_area
from passport.registry.sites import site_ids
from passport.registry.tables import Area, Dose, ImportRow, Person, Site

PAGE = 50  # cases a page where the caller names no other number
CHUNK = 1000  # ids in one statement; PostgreSQL takes 65,535
IDENTITY_ROLE, DOSE_ROLE = "identity_officer", "registrar"


class CaseClass(StrEnum):
    """What a case is about."""

    NO_ID = "no_id"
    BAD_ID = "bad_id"
    WRONG_BASIC = "wrong_basic"  # number, name, birth date or sex are not what the population register holds
    DOSE = "dose"
    REPORT = "report"


IDENTITY_CLASSES: Mapping[CaseClass, tuple[IdentityState, ...]] = {
    CaseClass.NO_ID: (IdentityState.NO_ID,),
    CaseClass.BAD_ID: (IdentityState.BAD_ID, IdentityState.AMBIGUOUS),
    CaseClass.WRONG_BASIC: (IdentityState.WRONG, IdentityState.NOT_FOUND),
}
_CLASS_OF = {state: found for found, states in IDENTITY_CLASSES.items() for state in states}


@dataclass(frozen=True, slots=True)
class Duty:
    """Who must act: whoever holds the role in the area; no area means the whole country."""

    role: str
    area: Area | None


@dataclass(frozen=True, slots=True)
class LastStep:
    """How far a case has come: sent back, or out on a list that was handed over."""

    sent_back: SentBack | None = None
    out_on: HandOver | None = None


def class_of(person: Person) -> CaseClass | None:
    """The class of a person's identity, None while nothing is wrong with it."""
    return _CLASS_OF.get(IdentityState(person.identity_state))


def identity_duty(person: Person) -> Duty:
    """Who settles an identity: the officer where the person lives, else where they were vaccinated."""
    first = next((dose.site.area for dose in person.doses), None)
    return Duty(IDENTITY_ROLE, person.commune or first)


def identity_due(person: Person, *, zone: tzinfo) -> date | None:
    """The day by which a person's identity is put right; None while nothing is wrong with it."""
    return rectified_by(person.case_since.astimezone(zone).date()) if person.case_since else None


def is_late(*, today: date, zone: tzinfo) -> ColumnElement[bool]:
    """Whether a person's identity should have been put right before `today`."""
    return Person.case_since < datetime.combine(late_before(today), time(), zone)


def dose_duty(site: Site, *, on: date) -> Duty:
    """Who settles a dose: the staff of the site that gave it, of the area above once the site has closed."""
    closed = site.closed_on is not None and site.closed_on <= on
    return Duty(DOSE_ROLE, (site.area.parent or site.area) if closed else site.area)


def held_duty(dose: Dose, *, on: date) -> Duty:
    """Who settles what holds a dose: the identity officer where it is the person's number alone, else the site."""
    issues = dose.import_row.issues if dose.import_row is not None else []
    held = {issue["column"] for issue in issues if issue["severity"] == "held"}
    return identity_duty(dose.person) if held == {"id_number"} else dose_duty(dose.site, on=on)


def counts(session: Session, *, area: Area | None) -> dict[CaseClass, int]:
    """How many cases of each class wait in `area`, or in the whole country."""
    people = select(Person.identity_state, func.count()).group_by(Person.identity_state)
    if area is not None:
        people = people.where(in_area(area))
    found = dict.fromkeys(CaseClass, 0)
    for state, number in session.execute(people):
        wrong = _CLASS_OF.get(IdentityState(state))
        if wrong is not None:
            found[wrong] += number
    held = select(func.count()).select_from(Dose).where(Dose.held, Dose.site_id.in_(site_ids(area)))
    found[CaseClass.DOSE] = session.scalar(held) or 0
    reports = select(func.count()).select_from(CitizenReport).where(CitizenReport.state == "open")
    if area is not None:
        reports = reports.where(CitizenReport.area_id.in_(_area_ids(area)))
    found[CaseClass.REPORT] = session.scalar(reports) or 0
    return found


def late_counts(session: Session, *, area: Area | None, today: date, zone: tzinfo) -> dict[CaseClass, int]:
    """How many identities and reports of each class wait in `area`, or in the whole country, that are late today."""
    query = select(Person.identity_state, func.count()).where(is_late(today=today, zone=zone))
    reports = select(func.count()).select_from(CitizenReport).where(CitizenReport.state == "open")
    if area is not None:
        query = query.where(in_area(area))
        reports = reports.where(CitizenReport.area_id.in_(_area_ids(area)))
    found = dict.fromkeys(CaseClass, 0)
    for state, number in session.execute(query.group_by(Person.identity_state)):
        wrong = _CLASS_OF.get(IdentityState(state))
        if wrong is not None:
            found[wrong] += number
    found[CaseClass.REPORT] = session.scalar(reports.where(CitizenReport.due_on < today)) or 0
    return found


def identity_cases(
    session: Session,
    *,
    area: Area | None,
    case_class: CaseClass,
    after: tuple[datetime, str] | None = None,
    limit: int = PAGE,
) -> list[Person]:
    """People of one class, those first who wait longest; the next page begins `after` the last one's `place_of`."""
    states = [state.value for state in IDENTITY_CLASSES[case_class]]
    query = select(Person).where(Person.identity_state.in_(states), Person.case_since.is_not(None))
    if after is not None:
        since, last = after
        query = query.where(or_(Person.case_since > since, and_(Person.case_since == since, Person.id > last)))
    if area is not None:
        query = query.where(in_area(area))
    return list(session.scalars(query.order_by(Person.case_since, Person.id).limit(limit)))


def typed_numbers(session: Session, people: Collection[Person]) -> dict[str, str]:
    """The identity numbers as the lists have them of people whose own is none, by their ids; the latest list's."""
    found: dict[str, str] = {}
    ids = [person.id for person in people]
    for start in range(0, len(ids), CHUNK):
        query = select(Dose.person_id, ImportRow.cells).join(ImportRow, Dose.import_row_id == ImportRow.id)
        query = query.where(Dose.person_id.in_(ids[start : start + CHUNK])).order_by(ImportRow.id)
        for person_id, cells in session.execute(query):
            if typed := str(cells.get("id_number", "")).strip():
                found[person_id] = typed
    return found


def place_of(person: Person) -> tuple[datetime, str]:
    """Where a case stands in the queue; raises ValueError for a person whose identity is none."""
    if person.case_since is None:
        raise ValueError("no case")
    return person.case_since, person.id


def cases_among(session: Session, *, area: Area, ids: Collection[str]) -> dict[str, Person]:
    """Which of these ids are people of `area` whose identity is a case, by their ids."""
    states = [state.value for state in _CLASS_OF]
    query = select(Person).where(Person.id.in_(ids), Person.identity_state.in_(states), in_area(area))
    return {person.id: person for person in session.scalars(query)}


def dose_cases(session: Session, *, area: Area | None, after: str = "", limit: int = PAGE) -> list[Dose]:
    """Held doses of the sites in `area` in order of their ids; the next page begins `after` the last one's."""
    query = select(Dose).where(Dose.held, Dose.id > after, Dose.site_id.in_(site_ids(area)))
    return list(session.scalars(query.order_by(Dose.id).limit(limit)))


def last_steps(session: Session, people: Collection[Person]) -> dict[str, LastStep]:
    """What was last done about these people, by their ids; whoever is missing has only just come in."""
    ids = [person.id for person in people]
    open_notes = select(SentBack).where(SentBack.person_id.in_(ids), SentBack.withdrawn_at.is_(None))
    back = {note.person_id: note for note in session.scalars(open_notes.order_by(SentBack.id))}
    rows = select(HandOverRow).where(HandOverRow.person_id.in_(ids), HandOverRow.outcome.is_(None))
    out = {row.person_id: row.hand_over for row in session.scalars(rows.order_by(HandOverRow.hand_over_id))}
    return {key: LastStep(back.get(key), out.get(key)) for key in {*back, *out}}


def send_back(
    session: Session, *, person: Person, sent_to: str, why: str, due_on: date, by: Account, at: datetime
) -> SentBack:
    """Gives a case back to the site or the citizen; raises InputError (bad_option) for anybody else."""
    if sent_to not in ("site", "citizen"):
        raise InputError(Refusal.BAD_OPTION, "sent_to: site or citizen")
    note = SentBack(person_id=person.id, sent_to=sent_to, why=why, due_on=due_on, by_id=by.id, at=at)
    session.add(note)
    session.flush()
    return note


def take_back(session: Session, *, person: Person, at: datetime) -> None:
    """Withdraws whatever was sent back of a person's case."""
    is_open = (SentBack.person_id == person.id) & SentBack.withdrawn_at.is_(None)
    session.execute(update(SentBack).where(is_open).values(withdrawn_at=at))


def new_hand_over(
    session: Session, *, area: Area, people: Collection[Person], made_by: str, on: date, at: datetime
) -> list[HandOverRow]:
    """A numbered list of these people, in their order, that leaves the house now."""
    hand_over = HandOver(area=area, made_by=made_by, made_on=on, made_at=at)
    session.add(hand_over)
    session.flush()
    rows = [
        HandOverRow(hand_over=hand_over, number=number, person=person) for number, person in enumerate(people, start=1)
    ]
    session.add_all(rows)
    session.flush()
    return rows


def find_handed_over(session: Session, *, hand_over_id: int, number: int) -> HandOverRow | None:
    """The row of a list that was handed over, or None."""
    return session.get(HandOverRow, (hand_over_id, number))


def _area_ids(area: Area) -> Select[int]:
    return select(Area.id).where(beneath(area))
