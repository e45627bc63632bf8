"""JOB: a list comes in. File → rows → people and doses by natural key; no row is lost, and the same file twice
changes nothing (INTERFACES section 3, security section 4).

Rows are stored in batches, each in its own transaction, under the file's hash and the sheet's row number: a run
that was broken off goes on where it stopped, and rows that were refused are tried again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice

from sqlalchemy.orm import Session

from passport.errors import InputError, Refusal
from passport.intake.correcting import find_source, store_corrected
from passport.intake.layouts import dose_groups
from passport.intake.places import Places
from passport.intake.rosters import check_attendee, store_attendee
from passport.intake.rows import check_row
from passport.intake.sheets import RawRow, Sheet, read_sheet
from passport.intake.storing import Desk, PeopleAtHand, store_row
from passport.registry import audit, imports
from passport.registry.accounts import find_account, require_role
from passport.registry.db import Database
from passport.registry.people import lock_people
from passport.registry.reports import ImportReport, RowIssue, issues_of
from passport.registry.sites import campaign_named, require_site
from passport.registry.tables import ImportRow

BATCH = 500  # rows in one transaction: memory stays bounded and no other writer waits long
ROLES: Mapping[str, tuple[str, ...]] = {  # kind of list → who may bring it in
    "vaccination": ("registrar",),
    "attendance": ("registrar", "list_provider"),
}


@dataclass(frozen=True, slots=True)
class _Run:
    """One list on its way in: who brings it, when, and where its rows go."""

    sheet: Sheet
    data: bytes
    file_name: str
    kind: str
    by: str
    now: datetime
    today: date
    import_id: int = 0


@dataclass(slots=True)
class _Tally:
    """What became of the rows of this run; one that was stored by an earlier run is known."""

    new: int = 0
    known: int = 0
    held: int = 0
    refused: int = 0
    issues: list[RowIssue] = field(default_factory=list)

    def take(self, row: ImportRow, *, stored_before: bool) -> None:
        self.issues += issues_of(row)
        if row.outcome == "refused":
            self.refused += 1
        elif stored_before or row.outcome == "known":
            self.known += 1
        else:
            self.new += 1
            self.held += row.held


def import_list(
    database: Database,
    *,
    data: bytes,
    file_name: str,
    site_code: str,
    by: str,
    now: datetime,
    today: date,
    kind: str = "vaccination",
    campaign: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> ImportReport:
    """Brings in a list of `site_code` and reports what became of each row in this run.

    `progress` is told after each batch how many rows are done. Raises InputError for a file that is no list (see
    `read_sheet`), an unknown site, account or kind, Refused (not_permitted); then nothing is stored.
    """
    if kind not in ROLES:
        raise InputError(Refusal.BAD_OPTION, f"kind: one of {', '.join(ROLES)}")
    sheet = read_sheet(data, file_name=file_name, attendance=kind == "attendance")
    run = _Run(sheet, data, file_name, kind, by, now, today)
    with database.transaction() as session:
        run = replace(run, import_id=_open(session, run, site_code=site_code, campaign=campaign))
        places = Places(session)
    tally, done = _Tally(), 0
    while batch := list(islice(sheet.rows, BATCH)):
        with database.transaction() as session:
            for row, stored_before in _store(session, run, batch, places.within(session)):
                tally.take(row, stored_before=stored_before)
        done += len(batch)
        if progress is not None:
            progress(done)
    counts = {"new": tally.new, "known": tally.known, "held": tally.held, "refused": tally.refused}
    subject = f"list {run.import_id}"
    with database.transaction() as session:
        audit.record(session, actor=by, action="list_imported", subject=subject, detail=counts, at=now)
    return ImportReport(run.import_id, tally.new, tally.known, tally.held, tally.refused, tuple(tally.issues))


def withdraw_import(database: Database, *, import_id: int, by: str, now: datetime) -> int:
    """Takes back a list of which nothing is confirmed, and answers how many doses went with it.

    Raises InputError (unknown_import), Refused (not_permitted, import_confirmed).
    """
    with database.transaction() as session:
        list_import = imports.require_import(session, import_id)
        require_role(session, find_account(session, by), ROLES[list_import.kind], list_import.site.area)
        removed = imports.withdraw(session, list_import)
        subject, detail = f"list {import_id}", {"doses": removed}
        audit.record(session, actor=by, action="list_withdrawn", subject=subject, detail=detail, at=now)
        return removed


def _open(session: Session, run: _Run, *, site_code: str, campaign: str | None) -> int:
    """The number under which these very bytes came in before, else that of a new list."""
    site, account = require_site(session, site_code), find_account(session, run.by)
    require_role(session, account, ROLES[run.kind], site.area)
    digest = hashlib.sha256(run.data).hexdigest()
    found = imports.find_same_file(session, site=site, kind=run.kind, file_sha256=digest)
    if found is None:
        found = imports.create_import(
            session,
            site=site,
            kind=run.kind,
            campaign=campaign_named(session, campaign) if campaign else None,
            file_name=run.file_name,
            file_sha256=digest,
            layout=run.sheet.layout.value,
            header=[column.title for column in run.sheet.columns],
            by=account,
            at=run.now,
        )
    return found.id


def _store(session: Session, run: _Run, batch: list[RawRow], places: Places) -> list[tuple[ImportRow, bool]]:
    """Each row of a batch as it stands now, and whether an earlier run had stored it."""
    list_import = imports.lock_import(session, run.import_id)
    lock_people(session)
    before = imports.rows_numbered(session, run.import_id, [raw.number for raw in batch])
    fresh = [raw for raw in batch if raw.number not in before or before[raw.number].outcome == "refused"]
    account = find_account(session, run.by)
    desk = Desk(session, list_import, list_import.site, account, run.now, PeopleAtHand())
    take = _take_attendees if run.kind == "attendance" else _take_doses
    stored = {row.row: row for row in take(desk, run, fresh, before, places)}
    return [(stored.get(raw.number) or before[raw.number], raw.number not in stored) for raw in batch]


def _take_doses(
    desk: Desk, run: _Run, fresh: list[RawRow], before: Mapping[int, ImportRow], places: Places
) -> Iterable[ImportRow]:
    groups = dose_groups(run.sheet.columns)
    checked = [(raw, check_row(raw, dose_groups=groups, today=run.today, places=places)) for raw in fresh]
    desk.people.load(desk.session, [row.person for _, row in checked if row.person])
    for raw, row in checked:
        typed, existing = run.sheet.typed(raw), before.get(raw.number)
        mark = typed.get("source_row")
        source = find_source(desk.session, mark, site=desk.site) if mark and existing is None else None
        if source is not None:
            yield store_corrected(desk, source, number=raw.number, typed=typed, checked=row)
        else:
            yield store_row(desk, number=raw.number, typed=typed, checked=row, existing=existing)


def _take_attendees(
    desk: Desk, run: _Run, fresh: list[RawRow], before: Mapping[int, ImportRow], places: Places
) -> Iterable[ImportRow]:
    for raw in fresh:
        cells, issues = check_attendee(raw, today=run.today, places=places)
        typed, existing = run.sheet.typed(raw), before.get(raw.number)
        yield store_attendee(desk, number=raw.number, typed=typed, cells=cells, issues=issues, existing=existing)
