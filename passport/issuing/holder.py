"""Citizens and their own records: five values, a code to the telephone or mail on record, then the record itself.

Until a code is entered every answer is the same for everybody, and so is the work behind it (security T6 to T8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy.orm import Session

from passport.domain.dates import PartialDate
from passport.domain.deadlines import rectified_by
from passport.domain.doses import Dose as GivenDose
from passport.domain.doses import DoseKind, DoseState
from passport.domain.people import IdentityState, Sex
from passport.errors import InputError, Refusal
from passport.issuing.delivery import Gateways
from passport.registry import audit, certificates, codes
from passport.registry.cleaning import identity_due
from passport.registry.db import Database
from passport.registry.doses import state_of
from passport.registry.guardians import children_of
from passport.registry.messages import leave_message
from passport.registry.people import find_holder, require_person
from passport.registry.tables import Certificate, Dose, Person
from passport.rules.schedules import VACCINES, series_of

PURPOSE = "certificate"
HOLDER = "citizen"  # the actor of the audit trail
CHILD_OPENED = "child_opened"  # a guardian saw the record of a child


@dataclass(frozen=True, slots=True)
class FiveValues:
    """What a citizen tells of themselves (wording 40)."""

    full_name: str
    born: PartialDate
    sex: Sex
    id_number: str
    latest_dose: date


@dataclass(frozen=True, slots=True)
class Entered:
    """Whether a code opened the record, and how many tries are left."""

    opened: bool
    tries_left: int


@dataclass(frozen=True, slots=True)
class DoseLine:
    """One dose and what it waits for (wording 44 to 47).

    `standing` is entered (waits for the comparison), identity (the person does not match), record (the dose itself
    is being checked), site (waits to be confirmed), confirmed, included (in the certificate of a later dose) or
    issued; `day` is by when it is answered, or the instant at which the certificate was issued.
    """

    dose: Dose
    vaccine: str
    standing: str
    day: date | datetime | None


@dataclass(frozen=True, slots=True)
class HolderRecord:
    """What people see of themselves: their doses, the latest first, and the certificates in force.

    `missing` is the next dose of a primary series that the record does not hold to its end, of `series` doses.
    """

    person: Person
    doses: tuple[DoseLine, ...]
    certificates: tuple[Certificate, ...]
    missing: int | None
    series: int | None


def ask(database: Database, *, told: FiveValues, pepper: bytes, gateways: Gateways, now: datetime) -> str:
    """Sends a code if the five values are those of somebody on record, and answers its id whether or not they are.

    Raises Refused (demo_in_production) while there is no gateway for messages.
    """
    gateways.require()
    with database.transaction() as session:
        codes.forget_codes(session, now=now)
        person = find_holder(
            session,
            full_name=told.full_name,
            born=told.born,
            sex=told.sex,
            id_number=told.id_number,
            last_dose_on=told.latest_dose,
        )
        return _send(session, person, gateways=gateways, pepper=pepper, now=now)


def ask_again(database: Database, *, code_id: str, pepper: bytes, gateways: Gateways, now: datetime) -> str:
    """Sends another code to whom the first was sent, if anybody, and answers its id; the first is void."""
    gateways.require()
    with database.transaction() as session:
        first = codes.find_code(session, code_id, purpose=PURPOSE)
        person = session.get(Person, first.person_id) if first and first.person_id else None
        return _send(session, person, gateways=gateways, pepper=pepper, now=now)


def enter(database: Database, *, code_id: str, code: str, pepper: bytes, now: datetime) -> Entered:
    """Tries a code; a right one opens the record of its person for an hour, under the code's id."""
    with database.transaction() as session:
        right = codes.check_code(session, code_id=code_id, purpose=PURPOSE, code=code, pepper=pepper, now=now)
        person_id = opened_by(session, code_id=code_id, now=now) if right else None
        if person_id is not None:
            audit.record(session, actor=HOLDER, action="record_opened", subject=person_id, at=now)
        return Entered(right, codes.tries_left(session, code_id, purpose=PURPOSE, now=now))


def opened_by(session: Session, *, code_id: str, now: datetime) -> str | None:
    """The id of the person whose record this code opened, None when it did not or the hour is over."""
    code = codes.opened(session, code_id, purpose=PURPOSE, now=now)
    return code.person_id if code else None


def keep_looks(database: Database, *, code_id: str, guardian_id: str, on: date, now: datetime) -> None:
    """Keeps, once a visit and for each child to know, that a guardian sees the records of the children they act for."""
    with database.reading() as session:
        visit = codes.opened(session, code_id, purpose=PURPOSE, now=now)
        began = visit.used_at if visit else None
        unseen = [
            child.id
            for child in children_of(session, guardian_id, on=on)
            if began and not _seen(session, child.id, guardian_id=guardian_id, since=began)
        ]
    if unseen:
        with database.transaction() as session:
            for child_id in unseen:
                detail = {"guardian": guardian_id}
                audit.record(session, actor=HOLDER, action=CHILD_OPENED, subject=child_id, detail=detail, at=now)


def _seen(session: Session, child_id: str, *, guardian_id: str, since: datetime) -> bool:
    looks = audit.entries(session, subject=child_id, action=CHILD_OPENED, since=since)
    return any(look.detail.get("guardian") == guardian_id for look in looks)


def close(database: Database, *, code_id: str) -> None:
    """Ends a visit for every copy of its session."""
    with database.transaction() as session:
        codes.void_code(session, code_id)


def record_of(session: Session, *, person_id: str, zone: tzinfo) -> HolderRecord:
    """The record of a person who proved to be its holder; days are those of `zone`."""
    person = require_person(session, person_id)
    in_force = tuple(certificates.in_force(session, person))
    lines = [_line(dose, in_force, zone) for dose in reversed(person.doses)]
    missing, series = _unfinished(person.doses)
    return HolderRecord(person, tuple(lines), in_force, missing, series)


def family_of(session: Session, *, person_id: str, on: date) -> list[Person]:
    """Whose records a person may see on a day: their own, and those of the children for whom they act."""
    return [require_person(session, person_id), *children_of(session, person_id, on=on)]


def own_certificate(session: Session, *, person_id: str, certificate_id: str, on: date) -> Certificate:
    """A certificate in force of this very person or of a child for whom they act.

    Raises InputError (unknown_certificate) for anybody else's too.
    """
    for person in family_of(session, person_id=person_id, on=on):
        for certificate in certificates.in_force(session, person):
            if certificate.id == certificate_id:
                return certificate
    raise InputError(Refusal.UNKNOWN_CERTIFICATE)


def _send(session: Session, person: Person | None, *, gateways: Gateways, pepper: bytes, now: datetime) -> str:
    recipient = gateways.reaching(phone=person.phone, email=person.email) if person else None
    made = codes.make_code(
        session,
        purpose=PURPOSE,
        person_id=person.id if person else None,
        recipient=recipient,
        pepper=pepper,
        now=now,
    )
    body = (
        f"{made.code} là mã xác thực lấy chứng nhận tiêm chủng, có hiệu lực trong 10 phút. Không đưa mã cho người "
        "khác. / This is the code for your vaccination certificate, valid for 10 minutes. Give it to nobody."
    )
    leave_message(session, recipient=recipient if made.code else None, body=body, at=now, lasts=codes.LIFETIME)
    return made.id


def _unfinished(doses: Sequence[Dose]) -> tuple[int | None, int | None]:
    known = [
        GivenDose(product=dose.product, number=dose.number, kind=DoseKind(dose.kind), given_on=dose.given_on)
        for dose in doses
        if dose.product in VACCINES
    ]
    if not known or any(dose.kind is not DoseKind.PRIMARY for dose in known):
        return None, None
    number, series = series_of(known)
    return (number + 1, series) if number < series else (None, None)


def _line(dose: Dose, in_force: tuple[Certificate, ...], zone: tzinfo) -> DoseLine:
    standing, day = _standing(dose, in_force, zone)
    vaccine = VACCINES.get(dose.product)
    return DoseLine(dose, vaccine.name if vaccine else dose.product, standing, day)


def _standing(dose: Dose, in_force: tuple[Certificate, ...], zone: tzinfo) -> tuple[str, date | datetime | None]:
    state, identity = state_of(dose), dose.person.identity_state
    if state is DoseState.HELD:
        return "record", rectified_by(dose.entered_at.astimezone(zone).date())
    if state is DoseState.ENTERED and identity == IdentityState.WAITING.value:
        return "entered", None
    if state is DoseState.ENTERED:
        return "identity", identity_due(dose.person, zone=zone)
    if state is DoseState.VERIFIED:
        return "site", None
    own = next((certificate for certificate in in_force if certificate.dose_id == dose.id), None)
    if own is not None:
        return "issued", own.issued_at
    later = any(other.dose.given_on > dose.given_on for other in in_force)
    return ("included" if later else "confirmed"), None
