"""Records made one, and parted again: every cell that an act changes is kept, so that it can be undone exactly.

The act is pictured before and after: the people and doses concerned, the rows of lists that told them, and
whatever row of any table points to them. What differs is the trace.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Table, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from passport.domain.people import IdentityState
from passport.errors import InputError, Refusal, Refused, RowReason
from passport.registry.accounts import Account
from passport.registry.cleaning_tables import RecordMerge
from passport.registry.identities import fill_in
from passport.registry.linkage_candidates import drop_candidates
from passport.registry.tables import Certificate, Correction, Dose, Person
from passport.registry.traces import DOSE, PERSON, difference, keys, picture, pointers, reverse

FIELD = "record"  # what a correction of a merge is called: before and after are ids


@contextmanager
def traced(
    session: Session, *, kind: str, kept_id: str, gone_id: str, why: str, by: Account, at: datetime
) -> Iterator[RecordMerge]:
    """Keeps what is changed within: of the two people, or the person of the two doses, and all that hangs on them.

    What linkage said of them before is forgotten first: it meant other records, and a trace would keep it for ever.
    """
    session.flush()
    who = _people_of(session, kind, kept_id, gone_id)
    drop_candidates(session, who)
    of_people = select(DOSE.c.id, DOSE.c.import_row_id).where(DOSE.c.person_id.in_(who))
    found = session.execute(of_people).all()
    doses, rows = [dose for dose, _ in found], [row for _, row in found if row is not None]
    before = picture(session, who, doses, rows)
    merge = RecordMerge(kind=kind, kept_id=kept_id, gone_id=gone_id, why=why, by_id=by.id, at=at, trace=[])
    yield merge
    session.flush()
    session.expire_all()
    merge.trace = difference(before, picture(session, who, doses, rows))
    session.add(merge)
    session.flush()


def fold_person(session: Session, *, gone: str, kept: str) -> None:
    """Gives everything that points to the person `gone` to `kept`; a dose that both have is made one."""
    for dose in session.scalars(select(Dose).where(Dose.person_id == gone)).all():
        _one_of_twins(session, dose, of=kept)
    _fold(session, PERSON, gone=gone, kept=kept)


def fold_dose(session: Session, *, gone: Dose, kept: Dose) -> None:
    """Gives everything that points to the dose `gone` to `kept`.

    Raises Refused (both_certified) when both have a certificate in force or on the way: one has to end first.
    """
    busy = select(Certificate.dose_id).where(
        Certificate.dose_id.in_([gone.id, kept.id]), Certificate.state.in_(["issued", "reserved"])
    )
    if len(set(session.scalars(busy))) > 1:
        raise Refused(Refusal.BOTH_CERTIFIED, kept.id)
    _fold(session, DOSE, gone=gone.id, kept=kept.id)


def hand_dose(session: Session, *, dose: Dose, to: Person) -> Dose:
    """Gives a dose and its certificates to another person; one that both have is made one, which is answered.

    Raises Refused (both_certified) as `fold_dose` does.
    """
    session.flush()
    to_id = to.id
    dose = _one_of_twins(session, dose, of=to_id)
    session.execute(update(Certificate).where(Certificate.dose_id == dose.id).values(person_id=to_id))
    session.execute(update(Correction).where(Correction.dose_id == dose.id).values(person_id=to_id))
    dose.person_id = to_id
    session.flush()
    session.expire_all()
    return dose


def note(session: Session, *, person_id: str, before: str, after: str, why: str, by: Account, at: datetime) -> None:
    """Writes the act on the person's own record, and lets approvals end: whose doses these are was decided now."""
    person = session.get_one(Person, person_id)
    session.add(Correction(person_id=person_id, field=FIELD, before=before, after=after, why=why, by_id=by.id, at=at))
    if person.identity_state == IdentityState.VERIFIED.value:
        person.identity_checked_at = at
    session.flush()


def undo(session: Session, merge: RecordMerge, *, by: Account, at: datetime) -> None:
    """Puts back every cell that still says what the act made of it; what was changed since stays.

    Raises InputError (bad_option) when it was undone before or what was kept is itself part of another record,
    (conflict) when a list has told the merged record anew.
    """
    kept = session.get(Dose if merge.kind == "doses" else Person, merge.kept_id)
    if merge.undone_at is not None or kept is None:
        raise InputError(Refusal.BAD_OPTION, f"merge {merge.id} cannot be undone", variant="undone")
    session.flush()
    if merge.kind == "split" and session.get(Person, merge.gone_id) is not None and _made_person(merge):
        _fold(session, PERSON, gone=merge.gone_id, kept=merge.kept_id)
    try:
        with session.begin_nested():
            reverse(session, merge.trace)
    except IntegrityError as error:  # a list has told one of the two anew since
        raise InputError(RowReason.CONFLICT, f"merge {merge.id}: the record that was merged exists again") from error
    _certificates_follow(session, merge)
    merge.undone_by_id, merge.undone_at = by.id, at
    session.flush()
    session.expire_all()
    for person in session.scalars(select(Person).where(Person.id.in_([merge.kept_id, merge.gone_id]))):
        fill_in(person)
    session.flush()


def successor_of(session: Session, person_id: str) -> str | None:
    """The id of the record that a merged person is part of now, or None for an id that was never merged."""
    found: str | None = None
    seen = {person_id}
    while True:
        query = select(RecordMerge.kept_id).where(
            RecordMerge.gone_id == person_id, RecordMerge.kind == "people", RecordMerge.undone_at.is_(None)
        )
        after = session.scalar(query.order_by(RecordMerge.id.desc()).limit(1))
        if after is None or after in seen:
            return found
        found = person_id = after
        seen.add(after)


def merges_of(session: Session, person: Person) -> list[RecordMerge]:
    """The merges and splits that this record came out of, the latest first."""
    ids = [person.id, *(dose.id for dose in person.doses)]
    concerned = RecordMerge.kept_id.in_(ids) | RecordMerge.gone_id.in_(ids)
    return list(session.scalars(select(RecordMerge).where(concerned).order_by(RecordMerge.id.desc())))


def require_merge(session: Session, merge_id: int) -> RecordMerge:
    """The merge with this number; raises InputError (bad_option)."""
    merge = session.get(RecordMerge, merge_id, with_for_update=True)
    if merge is None:
        raise InputError(Refusal.BAD_OPTION, f"merge {merge_id}")
    return merge


def _people_of(session: Session, kind: str, kept_id: str, gone_id: str) -> list[str]:
    if kind != "doses":
        return [kept_id, gone_id]
    return list(session.scalars(select(Dose.person_id).where(Dose.id.in_([kept_id, gone_id])).distinct()))


def _one_of_twins(session: Session, dose: Dose, *, of: str) -> Dose:
    """The dose, or what is left of it and the same dose of the person `of`."""
    twin = session.scalar(
        select(Dose).where(
            Dose.person_id == of,
            Dose.given_on == dose.given_on,
            Dose.product == dose.product,
            Dose.number == dose.number,
            Dose.lot == dose.lot,
        )
    )
    if twin is None:
        return dose
    stays, goes = sorted((dose, twin), key=_weight, reverse=True)
    fold_dose(session, gone=goes, kept=stays)
    return stays


def _weight(dose: Dose) -> tuple[bool, bool, bool]:
    """Of two records of one dose the one that went further stays."""
    certified = any(certificate.state in ("issued", "reserved") for certificate in dose.certificates)
    return certified, dose.confirmed_at is not None, not dose.held


def _fold(session: Session, target: Table, *, gone: str, kept: str) -> None:
    session.flush()
    for column in pointers(target):
        table = column.table
        assert isinstance(table, Table)
        for key in keys(table, column):  # what the kept record has already, it has once
            twin = table.alias()
            rest = [twin.c[other.name] == other for other in key if other is not column]
            had = select(twin.c[column.name]).where(twin.c[column.name] == kept, *rest).exists()
            session.execute(delete(table).where(column == gone, had))
        session.execute(update(table).where(column == gone).values({column.name: kept}))
    session.execute(delete(target).where(target.c.id == gone))
    session.expire_all()


def _certificates_follow(session: Session, merge: RecordMerge) -> None:
    """A certificate that was issued since belongs to whoever has the dose again."""
    moved = [entry["key"][0] for entry in merge.trace if entry["table"] == DOSE.name]
    owner = select(Dose.person_id).where(Dose.id == Certificate.dose_id).scalar_subquery()
    session.execute(update(Certificate).where(Certificate.dose_id.in_(moved)).values(person_id=owner))


def _made_person(merge: RecordMerge) -> bool:
    return any(entry["table"] == PERSON.name and entry["before"] is None for entry in merge.trace)
