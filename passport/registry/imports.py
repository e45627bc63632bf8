"""Lists that came in: each row as typed and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, delete, func, or_, select
from sqlalchemy.orm import Session

from passport.domain.employers import employer_key
from passport.domain.names import fold
from passport.errors import InputError, Refusal, Refused, RowReason
from passport.registry.accounts import Account
from passport.registry.people import lock_people
from passport.registry.tables import (
    Attendee,
    Campaign,
    Dose,
    Import,
    ImportRow,
    Person,
    Site,
)
from passport.registry.traces import untold

CHUNK = 1000  # ids in one statement; SQLite takes 32,766, PostgreSQL 65,535
PAGE = 200  # rows a page where the caller names no other number


def create_import(
    session: Session,
    *,
    site: Site,
    kind: str,
    campaign: Campaign | None,
    file_name: str,
    file_sha256: str,
    layout: str,
    header: Sequence[str],
    by: Account,
    at: datetime,
) -> Import:
    """A new list; that the same file is not in already is the caller's to know (`find_same_file`)."""
    found = Import(
        site=site,
        kind=kind,
        campaign=campaign,
        file_name=file_name[:255],
        file_sha256=file_sha256,
        layout=layout,
        header=list(header),
        created_by=by,
        created_at=at,
    )
    session.add(found)
    session.flush()
    return found


def find_same_file(session: Session, *, site: Site, kind: str, file_sha256: str) -> Import | None:
    """The import of these very bytes for this site, or None; a withdrawn one does not count."""
    return session.scalar(
        select(Import).where(
            Import.site_id == site.id,
            Import.kind == kind,
            Import.file_sha256 == file_sha256,
            Import.state != "withdrawn",
        )
    )


def last_row(session: Session, import_id: int, *, default: int) -> int:
    """The highest row number of a list, `default` for one without rows."""
    return session.scalar(select(func.max(ImportRow.row)).where(ImportRow.import_id == import_id)) or default


def require_import(session: Session, import_id: int) -> Import:
    """The import with this number; raises InputError (unknown_import)."""
    found = session.get(Import, import_id)
    if found is None:
        raise InputError(Refusal.UNKNOWN_IMPORT, str(import_id))
    return found


def lock_import(session: Session, import_id: int) -> Import:
    """The import, kept from everybody else who stores rows of it or withdraws it until this transaction ends.

    Raises InputError (unknown_import; bad_option when it was withdrawn).
    """
    found = session.get(Import, import_id, with_for_update=True)
    if found is None:
        raise InputError(Refusal.UNKNOWN_IMPORT, str(import_id))
    if found.state == "withdrawn":
        raise InputError(Refusal.BAD_OPTION, f"list {import_id} is withdrawn", variant="withdrawn")
    return found


def add_row(
    session: Session,
    *,
    list_import: Import,
    row: int,
    outcome: str,
    held: bool,
    cells: Mapping[str, Any],
    issues: Sequence[Mapping[str, Any]],
) -> ImportRow:
    """One row as typed; an issue is `{column, severity, reason, values, variant}` in plain JSON."""
    added = ImportRow(
        import_id=list_import.id, row=row, outcome=outcome, held=held, cells=dict(cells), issues=[*map(dict, issues)]
    )
    session.add(added)
    return added


def leave_out(session: Session, *, list_import: Import, row: int, issue: Mapping[str, Any]) -> None:
    """Notes a line that is nobody's: nothing of it is on record, and nothing of it waits."""
    found = find_row(session, import_id=list_import.id, row=row)
    if found is None:
        add_row(session, list_import=list_import, row=row, outcome="known", held=False, cells={}, issues=[issue])
    elif found.outcome == "refused":
        change_row(found, outcome="known", held=False, cells={}, issues=[issue])


def count_left_out(session: Session, import_id: int) -> int:
    """How many lines of a list are nobody's."""
    told = cast(ImportRow.issues, String).contains(f'"{RowReason.NO_PERSON.value}"')  # JSON escapes what people type
    query = select(func.count()).where(ImportRow.import_id == import_id, ImportRow.outcome == "known", told)
    return session.scalar(query) or 0


def change_row(
    row: ImportRow, *, outcome: str, held: bool, cells: Mapping[str, Any], issues: Sequence[Mapping[str, Any]]
) -> ImportRow:
    """A row that is told anew: corrected on screen, or tried again with the same file."""
    row.outcome, row.held, row.cells, row.issues = outcome, held, dict(cells), [*map(dict, issues)]
    row.settled = outcome != "refused" and not held
    return row


def attendee_values(
    *,
    import_id: int,
    row: int,
    full_name: str,
    birth_date: str | None,
    sex: str | None,
    id_number: str | None,
    phone: str | None,
    commune_id: int | None,
    employer: str | None,
    priority_group: str | None,
    planned_dose: int | None,
) -> dict[str, Any]:
    """The columns of somebody who stands on a row of an attendance list."""
    return {
        "import_id": import_id,
        "row": row,
        "full_name": full_name,
        "name_key": fold(full_name),
        "birth_date": birth_date,
        "sex": sex,
        "id_number": id_number,
        "phone": phone,
        "commune_id": commune_id,
        "employer": employer,
        "employer_key": employer_key(employer) if employer else None,
        "priority_group": priority_group,
        "planned_dose": planned_dose,
    }


def add_attendee(session: Session, values: Mapping[str, Any]) -> Attendee:
    """An attendee of these `attendee_values`, written with the next flush."""
    attendee = Attendee(**values)
    session.add(attendee)
    return attendee


def find_row(session: Session, *, import_id: int, row: int) -> ImportRow | None:
    """The row of a list with the sheet's own number, or None."""
    return session.scalar(select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.row == row))


def stored_rows(session: Session, import_id: int, *, first: int, last: int) -> set[int]:
    """Which rows of a list between two numbers are stored and were not refused."""
    query = select(ImportRow.row).where(
        ImportRow.import_id == import_id, ImportRow.row.between(first, last), ImportRow.outcome != "refused"
    )
    return set(session.scalars(query))


def refused_rows(session: Session, import_id: int, *, first: int, last: int) -> dict[int, ImportRow]:
    """The refused rows of a list between two numbers."""
    query = select(ImportRow).where(
        ImportRow.import_id == import_id, ImportRow.row.between(first, last), ImportRow.outcome == "refused"
    )
    return {row.row: row for row in session.scalars(query)}


def list_rows(
    session: Session,
    import_id: int,
    *,
    faulty: bool = False,
    after: int = 0,
    limit: int | None = PAGE,
) -> list[ImportRow]:
    """Rows of a list in the sheet's order, beginning after the row `after`; `limit=None` gives all of them.

    `faulty` leaves out those that nothing was ever said of.
    """
    query = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.row > after)
    if faulty:
        query = query.where(cast(ImportRow.issues, String) != "[]")
    return list(session.scalars(query.order_by(ImportRow.row).limit(limit)))


def open_rows(session: Session, import_id: int) -> Iterator[ImportRow]:
    """The rows of a list that wait for a correction, in the sheet's order, a page of them in memory at a time."""
    waits = or_(ImportRow.outcome == "refused", ImportRow.held)
    query = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.settled.is_(False), waits)
    return iter(session.scalars(query.order_by(ImportRow.row).execution_options(yield_per=PAGE)))


def list_imports(
    session: Session,
    *,
    sites: Collection[Site],
    by: Account | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> list[Import]:
    """The lists of some sites and those that `by` brought in, the latest first.

    The next page holds those `before` the last of this one.
    """
    shown: ColumnElement[bool] = Import.site_id.in_([site.id for site in sites])
    if by is not None:
        shown = or_(shown, Import.created_by_id == by.id)
    query = select(Import).where(shown).order_by(Import.id.desc())
    if before is not None:
        query = query.where(Import.id < before)
    return list(session.scalars(query.limit(limit)))


def withdraw(session: Session, list_import: Import) -> int:
    """Takes a list back: its doses and attendees go, and people whom nothing else tells of; the rows stay.

    Answers the number of doses removed. Raises Refused (import_confirmed) when one of them was confirmed.
    """
    session.refresh(list_import, with_for_update=True)  # after whoever is storing rows of it
    lock_people(session)  # as whoever stores a list: two who hold people of each other would wait for ever
    mine = Dose.import_id == list_import.id
    if session.scalar(select(Dose.id).where(mine, Dose.confirmed_at.is_not(None)).limit(1)):
        raise Refused(Refusal.IMPORT_CONFIRMED, str(list_import.id))
    people = list(session.scalars(select(Dose.person_id).where(mine).distinct()))
    removed = len(session.scalars(delete(Dose).where(mine).returning(Dose.id)).all())
    session.execute(delete(Attendee).where(Attendee.import_id == list_import.id))
    for start in range(0, len(people), CHUNK):
        session.execute(delete(Person).where(Person.id.in_(people[start : start + CHUNK]), *untold()))
    list_import.state = "withdrawn"
    session.flush()
    session.expire_all()
    return removed
