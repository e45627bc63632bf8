"""JOB: records are made one and parted; each act is traced, audited and can be undone.

Two records of one person are the identity officer's to merge, two of one dose the staff's of its site. Whose dose it
is was decided anew then: approvals end, and the same officer may not put the certificates in the other name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy.orm import Session

from passport.domain.dates import PartialDate
from passport.domain.doses import DoseKind
from passport.domain.people import IdentityState
from passport.errors import InputError, Refusal, RowReason
from passport.intake.cells import Cell
from passport.intake.cleaning import stated_reason
from passport.intake.issues import Issue, Severity
from passport.intake.matching import compare_dose, numbers_of
from passport.intake.people_cells import PersonCells, read_identity
from passport.intake.readers import RowReader
from passport.intake.rows import DoseCells
from passport.intake.settling import settle_identity, settle_row
from passport.intake.sheets import RawRow
from passport.registry import audit, cleaning, doses, merging, people
from passport.registry.accounts import Account, find_account, require_role
from passport.registry.cleaning import DOSE_ROLE, IDENTITY_ROLE
from passport.registry.cleaning_tables import RecordMerge
from passport.registry.columns import row_id
from passport.registry.db import Database
from passport.registry.tables import Dose, FormerNumber, Person
from passport.rules.schedules import VACCINES

# What the kept record takes over where it has nothing itself.
FILLED = ("insurance_number", "phone", "email", "commune_id", "address", "priority_group", "employer")


def merge_people(database: Database, *, kept_id: str, gone_id: str, why: str, by: str, now: datetime) -> RecordMerge:
    """Makes two records of one person one; the other's id is still found, and everything can be undone.

    Raises InputError (unknown_person, bad_option), Refused (not_permitted, both_certified).
    """
    if kept_id == gone_id:
        raise InputError(Refusal.BAD_OPTION, "two records", variant="two_records")
    with database.transaction() as session:
        account = _alone(session, by)
        kept, gone = _two_people(session, account, kept_id, gone_id)
        reason = stated_reason(why)
        moved, number = [dose.id for dose in gone.doses], gone.id_number
        with merging.traced(
            session, kind="people", kept_id=kept.id, gone_id=gone.id, why=reason, by=account, at=now
        ) as merge:
            for field in FILLED:
                if getattr(kept, field) is None:
                    setattr(kept, field, getattr(gone, field))
            merging.fold_person(session, gone=gone_id, kept=kept_id)
            kept = people.require_person(session, kept_id)
            _take_number(session, kept, number, by=account, at=now)
            _hold_contradictions(dose for dose in kept.doses if dose.id in moved)
            settle_identity(session, kept)
        merging.note(session, person_id=kept_id, before=gone_id, after=kept_id, why=reason, by=account, at=now)
        detail = {"gone": gone_id, "doses": len(moved), "merge": merge.id}
        audit.record(session, actor=by, action="people_merged", subject=kept_id, detail=detail, at=now)
        return merge


def split_person(
    database: Database,
    *,
    person_id: str,
    dose_ids: Collection[str],
    identity: dict[str, str],
    why: str,
    by: str,
    now: datetime,
    today: date,
) -> RecordMerge:
    """Gives some of a person's doses to whom they belong: `identity` are that person's cells as in a list.

    Somebody on record with the very same four fields takes them, else a new record; a dose that both have is made
    one. Raises InputError (unknown_person, bad_option: no dose or all of them, the row reasons of a value), Refused
    (not_permitted, both_certified).
    """
    with database.transaction() as session:
        account = _alone(session, by)
        person = people.lock_person(session, person_id)
        people.require_role_for(session, account, (IDENTITY_ROLE,), person)
        chosen = [dose for dose in person.doses if dose.id in dose_ids]
        if not chosen or len(chosen) != len(set(dose_ids)) or len(chosen) == len(person.doses):
            raise InputError(Refusal.BAD_OPTION, "some of the doses, not all", variant="some_doses")
        cells, reason = _read_identity(identity, today=today), stated_reason(why)
        other = _same_identity(session, cells)
        if other is person:
            raise InputError(Refusal.BAD_OPTION, "another person", variant="another_person")
        to_id = other.id if other else row_id()
        with merging.traced(
            session, kind="split", kept_id=person_id, gone_id=to_id, why=reason, by=account, at=now
        ) as merge:
            other = other or _new_person(session, cells, person_id=to_id, like=person, at=now)
            session.flush()
            _hold_contradictions([merging.hand_dose(session, dose=dose, to=other) for dose in chosen])
        for one in (person_id, to_id):
            merging.note(session, person_id=one, before=person_id, after=to_id, why=reason, by=account, at=now)
        detail = {"to": to_id, "doses": len(chosen), "merge": merge.id}
        audit.record(session, actor=by, action="person_split", subject=person_id, detail=detail, at=now)
        return merge


def merge_doses(
    database: Database, *, kept_id: str, gone_id: str, why: str, by: str, now: datetime, today: date
) -> RecordMerge:
    """Makes two records of one dose one; the kept one learns the lot it did not know.

    Raises InputError (no_dose, bad_option: doses of two people or of two days, vaccines or numbers), Refused
    (not_permitted, both_certified).
    """
    with database.transaction() as session:
        account = _alone(session, by)
        kept, gone = doses.require_dose(session, kept_id), doses.require_dose(session, gone_id)
        for dose in (kept, gone):
            require_role(session, account, (DOSE_ROLE,), cleaning.dose_duty(dose.site, on=today).area)
        if kept is gone or _event(kept) != _event(gone):
            raise InputError(Refusal.BAD_OPTION, "two records of one dose", variant="one_dose")
        reason, lot, person_id = stated_reason(why), kept.lot or gone.lot, kept.person_id
        with merging.traced(
            session, kind="doses", kept_id=kept_id, gone_id=gone_id, why=reason, by=account, at=now
        ) as merge:
            merging.fold_dose(session, gone=gone, kept=kept)
            kept = doses.require_dose(session, kept_id)
            kept.lot = lot
            _release(kept)
        merging.note(session, person_id=person_id, before=gone_id, after=kept_id, why=reason, by=account, at=now)
        detail = {"gone": gone_id, "merge": merge.id}
        audit.record(session, actor=by, action="doses_merged", subject=kept_id, detail=detail, at=now)
        return merge


def undo_merge(database: Database, *, merge_id: int, why: str, by: str, now: datetime, today: date) -> RecordMerge:
    """Takes a merge or split back: every cell that still says what it made of it says again what it said before.

    Raises InputError (bad_option: unknown, undone already, or its record is part of another by now), Refused
    (not_permitted).
    """
    with database.transaction() as session:
        account, merge = _alone(session, by), merging.require_merge(session, merge_id)
        reason = stated_reason(why)
        if merge.kind == "doses":
            dose = doses.require_dose(session, merge.kept_id)
            require_role(session, account, (DOSE_ROLE,), cleaning.dose_duty(dose.site, on=today).area)
            concerned = [dose.person_id]
        else:
            person = people.require_person(session, merge.kept_id)
            people.require_role_for(session, account, (IDENTITY_ROLE,), person)
            concerned = [merge.kept_id, merge.gone_id]
        merging.undo(session, merge, by=account, at=now)
        for one in concerned:
            if session.get(Person, one) is not None:
                merging.note(
                    session, person_id=one, before=merge.kept_id, after=merge.gone_id, why=reason, by=account, at=now
                )
        audit.record(
            session, actor=by, action="merge_undone", subject=merge.kept_id, detail={"merge": merge.id}, at=now
        )
        return merge


def _alone(session: Session, by: str) -> Account:
    """The account, while no list is being stored: a dose must not come to a record that is just being merged."""
    people.lock_people(session)
    return find_account(session, by)


def _two_people(session: Session, account: Account, kept_id: str, gone_id: str) -> tuple[Person, Person]:
    """Both records, locked in one order so that two officers never wait for each other."""
    found = {one: people.lock_person(session, one) for one in sorted((kept_id, gone_id))}
    for person in found.values():
        people.require_role_for(session, account, (IDENTITY_ROLE,), person)
    return found[kept_id], found[gone_id]


def _take_number(session: Session, kept: Person, number: str | None, *, by: Account, at: datetime) -> None:
    """The other record's number stays known: lists that tell it find this record and make no new one."""
    if number is None or number in numbers_of(kept):
        return
    if kept.id_number is None:
        kept.id_number, kept.identity_state = number, IdentityState.WAITING.value
    else:
        kept.former_numbers.append(FormerNumber(number=number, renewed_at=at, by_id=by.id))
    session.flush()


def _hold_contradictions(moved: Iterable[Dose]) -> None:
    """Holds a dose that contradicts its new neighbours, as an import would; the row that told it says why."""
    for dose in list(moved):
        others = [other for other in dose.person.doses if other is not dose]
        held = [issue for issue in _contradictions(dose, others) if issue.severity is Severity.HELD]
        if held and dose.import_row is not None:
            row = dose.import_row
            row.issues = [*row.issues, *(issue.as_json() for issue in held)]
            row.held, row.settled, dose.held = True, False, True


def _release(dose: Dose) -> None:
    """Lets a dose go on that contradicts nothing any more."""
    others = [other for other in dose.person.doses if other is not dose]
    if dose.held and dose.import_row is not None and not _contradictions(dose, others):
        settle_row(dose.import_row, settles=lambda issue: issue["reason"] == RowReason.CONFLICT.value)


def _contradictions(dose: Dose, others: list[Dose]) -> list[Issue]:
    born = PartialDate.parse(dose.person.birth_date)
    told = DoseCells(
        VACCINES[dose.product], dose.number, DoseKind(dose.kind), dose.given_on, dose.lot, dose.site_id, "", born
    )
    return compare_dose(told, others)


def _event(dose: Dose) -> tuple[object, ...]:
    return dose.person_id, dose.given_on, dose.product, dose.number, dose.kind


def _read_identity(identity: dict[str, str], *, today: date) -> PersonCells:
    typed = {key: Cell(text) for key, text in identity.items() if text.strip()}
    reader = RowReader(RawRow(0, typed))
    cells = read_identity(reader, today=today)
    for issue in reader.issues:
        if issue.severity is Severity.REFUSED:
            raise InputError(issue.reason, issue.column, variant=issue.variant, values=issue.spoken)
    assert cells is not None
    return cells


def _same_identity(session: Session, cells: PersonCells) -> Person | None:
    """Whoever is on record with the very same four fields; without a number nobody is sure to be the same."""
    namesakes = people.find_by_id_number(session, cells.id_number) if cells.id_number else []
    told = (cells.name_key, str(cells.born), cells.sex.value)
    return next((one for one in namesakes if (one.name_key, one.birth_date, one.sex) == told), None)


def _new_person(session: Session, cells: PersonCells, *, person_id: str, like: Person, at: datetime) -> Person:
    """A record of the other person, of the same commune until somebody tells better."""
    person = people.add_person(
        session,
        full_name=cells.full_name,
        born=cells.born,
        sex=cells.sex,
        id_number=cells.id_number,
        state=cells.state,
        at=at,
        nationality=cells.nationality,
        commune=like.commune,
    )
    person.id = person_id
    return person
