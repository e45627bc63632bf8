"""Records made one, and parted again: every cell that an act changes is kept, so that it can be undone exactly.

The act is pictured before and after: the people and doses concerned, the rows of lists that told them, and
whatever row of any table points to them. What differs is the trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from passport.domain.people import IdentityState
from passport.errors import InputError, Refusal, Refused, RowReason
from passport.registry.accounts import Account
from passport.registry.cleaning_tables import RecordMerge
from passport.registry.columns import Base, Instant, table_of
from passport.registry.tables import Certificate, Correction, Dose, ImportRow, Person

FIELD = "record"  # what a correction of a merge is called: before and after are ids

_Cells = dict[str, Any]
_Picture = dict[tuple[str, tuple[Any, ...]], _Cells]
_PERSON, _DOSE, _ROW = table_of(Person), table_of(Dose), table_of(ImportRow)


@contextmanager
def traced(
    session: Session, *, kind: str, kept_id: str, gone_id: str, why: str, by: Account, at: datetime
) -> Iterator[RecordMerge]:
    """Keeps what is changed within: of the two people, or the person of the two doses, and all that hangs on them."""
    session.flush()
    who = _people_of(session, kind, kept_id, gone_id)
    of_people = select(_DOSE.c.id, _DOSE.c.import_row_id).where(_DOSE.c.person_id.in_(who))
    found = session.execute(of_people).all()
    doses, rows = [dose for dose, _ in found], [row for _, row in found if row is not None]
    before = _picture(session, who, doses, rows)
    merge = RecordMerge(kind=kind, kept_id=kept_id, gone_id=gone_id, why=why, by_id=by.id, at=at, trace=[])
    yield merge
    session.flush()
    session.expire_all()
    merge.trace = _difference(before, _picture(session, who, doses, rows))
    session.add(merge)
    session.flush()


def fold_person(session: Session, *, gone: str, kept: str) -> None:
    """Gives everything that points to the person `gone` to `kept`; a dose that both have is made one."""
    for dose in session.scalars(select(Dose).where(Dose.person_id == gone)).all():
        twin = session.scalar(
            select(Dose).where(
                Dose.person_id == kept,
                Dose.given_on == dose.given_on,
                Dose.product == dose.product,
                Dose.number == dose.number,
                Dose.lot == dose.lot,
            )
        )
        if twin is not None:
            stays, goes = sorted((dose, twin), key=_weight, reverse=True)
            fold_dose(session, gone=goes, kept=stays)
    _fold(session, _PERSON, gone=gone, kept=kept)


def fold_dose(session: Session, *, gone: Dose, kept: Dose) -> None:
    """Gives everything that points to the dose `gone` to `kept`.

    Raises Refused (both_certified) when both have a certificate in force or on the way: one has to end first.
    """
    busy = select(Certificate.dose_id).where(
        Certificate.dose_id.in_([gone.id, kept.id]), Certificate.state.in_(["issued", "reserved"])
    )
    if len(set(session.scalars(busy))) > 1:
        raise Refused(Refusal.BOTH_CERTIFIED, kept.id)
    _fold(session, _DOSE, gone=gone.id, kept=kept.id)


def hand_dose(session: Session, *, dose: Dose, to: Person) -> None:
    """Gives a dose and its certificates to another person."""
    session.flush()
    session.execute(update(Certificate).where(Certificate.dose_id == dose.id).values(person_id=to.id))
    session.execute(update(Correction).where(Correction.dose_id == dose.id).values(person_id=to.id))
    dose.person_id = to.id
    session.flush()
    session.expire_all()


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
        raise InputError(Refusal.BAD_OPTION, f"merge {merge.id} cannot be undone")
    session.flush()
    if merge.kind == "split" and session.get(Person, merge.gone_id) is not None and _made_person(merge):
        _fold(session, _PERSON, gone=merge.gone_id, kept=merge.kept_id)
    try:
        with session.begin_nested():
            _reverse(session, merge.trace)
    except IntegrityError as error:  # a list has told one of the two anew since
        raise InputError(RowReason.CONFLICT, f"merge {merge.id}: the record that was merged exists again") from error
    _certificates_follow(session, merge)
    merge.undone_by_id, merge.undone_at = by.id, at
    session.flush()
    session.expire_all()


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


def _weight(dose: Dose) -> tuple[bool, bool, bool]:
    """Of two records of one dose the one that went further stays."""
    certified = any(certificate.state in ("issued", "reserved") for certificate in dose.certificates)
    return certified, dose.confirmed_at is not None, not dose.held


def _pointers(target: Table) -> list[Column[Any]]:
    """Every column of any table that points to a row of `target`."""
    columns = (column for table in Base.metadata.sorted_tables for column in table.columns)
    return [column for column in columns for key in column.foreign_keys if key.column.table is target]


def _fold(session: Session, target: Table, *, gone: str, kept: str) -> None:
    session.flush()
    for column in _pointers(target):
        table = column.table
        assert isinstance(table, Table)
        if column.primary_key:  # what the kept record has already, it has once
            twin = table.alias()
            rest = [twin.c[other.name] == other for other in table.primary_key if other is not column]
            had = select(twin.c[column.name]).where(twin.c[column.name] == kept, *rest).exists()
            session.execute(delete(table).where(column == gone, had))
        session.execute(update(table).where(column == gone).values({column.name: kept}))
    session.execute(delete(target).where(target.c.id == gone))
    session.expire_all()


def _picture(session: Session, people: Sequence[str], doses: Sequence[str], rows: Sequence[int]) -> _Picture:
    """The cells of everything that hangs on these people and doses."""
    wanted = [(_PERSON, _PERSON.c.id, people), (_DOSE, _DOSE.c.id, doses), (_ROW, _ROW.c.id, rows)]
    wanted += [(column.table, column, people) for column in _pointers(_PERSON)]
    wanted += [(column.table, column, doses) for column in _pointers(_DOSE)]
    picture: _Picture = {}
    for table, column, ids in wanted:
        for row in session.execute(select(table).where(column.in_(ids))).mappings():
            cells = {name: _plain(value) for name, value in row.items()}
            picture[table.name, tuple(cells[key.name] for key in table.primary_key)] = cells
    return picture


def _difference(before: _Picture, after: _Picture) -> list[Any]:
    trace = []
    for place in sorted({*before, *after}, key=str):
        old, new = before.get(place), after.get(place)
        if old == new:
            continue
        if old is not None and new is not None:
            changed = [name for name in old if old[name] != new[name]]
            old, new = ({name: cells[name] for name in changed} for cells in (old, new))
        table, key = place
        trace.append({"table": table, "key": list(key), "before": old, "after": new})
    return trace


def _reverse(session: Session, trace: Sequence[dict[str, Any]]) -> None:
    """What was changed is put back and what went is written again, table by table so that each finds what it names."""
    tables = [table for table in Base.metadata.sorted_tables if any(e["table"] == table.name for e in trace)]
    for table in tables:
        mine = [entry for entry in trace if entry["table"] == table.name]
        for entry in mine:
            if entry["before"] is not None and entry["after"] is not None:
                _put_back(session, table, entry)
        for entry in mine:
            if entry["after"] is None:
                session.execute(insert(table).values(_typed(table, entry["before"])))
    for table in reversed(tables):
        for entry in trace:
            if entry["table"] == table.name and entry["before"] is None:
                session.execute(delete(table).where(*_is(table, entry["key"])))


def _put_back(session: Session, table: Table, entry: dict[str, Any]) -> None:
    row = session.execute(select(table).where(*_is(table, entry["key"]))).mappings().one_or_none()
    if row is None:
        return
    still = {name: entry["before"][name] for name, value in entry["after"].items() if _plain(row[name]) == value}
    if still:
        session.execute(update(table).where(*_is(table, entry["key"])).values(_typed(table, still)))


def _certificates_follow(session: Session, merge: RecordMerge) -> None:
    """A certificate that was issued since belongs to whoever has the dose again."""
    moved = [entry["key"][0] for entry in merge.trace if entry["table"] == _DOSE.name]
    owner = select(Dose.person_id).where(Dose.id == Certificate.dose_id).scalar_subquery()
    session.execute(update(Certificate).where(Certificate.dose_id.in_(moved)).values(person_id=owner))


def _made_person(merge: RecordMerge) -> bool:
    return any(entry["table"] == _PERSON.name and entry["before"] is None for entry in merge.trace)


def _is(table: Table, key: Sequence[Any]) -> list[Any]:
    return [column == value for column, value in zip(table.primary_key, key, strict=True)]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(table: Table, cells: _Cells) -> _Cells:
    """Cells as the database takes them, out of plain JSON."""
    typed = dict(cells)
    for name, value in cells.items():
        kind = table.c[name].type
        if isinstance(value, str) and isinstance(kind, Instant | Date):
            typed[name] = (datetime if isinstance(kind, Instant) else date).fromisoformat(value)
    return typed
