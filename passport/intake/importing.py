"""JOB: a list comes in. File → rows → people and doses by natural key; no row is lost, and the same file twice
changes nothing (INTERFACES section 3, security section 4).

Rows are stored in batches, each in its own transaction, under the file's hash and the sheet's row number: a run
that was broken off goes on where it stopped, and rows that were refused are tried again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice

from sqlalchemy.orm import Session

from passport.errors import InputError, Refusal, RowReason
from passport.intake.correcting import find_source, store_corrected
from passport.intake.issues import Issue, Severity
from passport.intake.layouts import dose_groups
from passport.intake.places import Places
from passport.intake.rosters import attendee_arrival, check_attendee, store_attendee
from passport.intake.rows import CheckedRow, check_row
from passport.intake.sheets import RawRow, Sheet, Source, opened, read_sheet
from passport.intake.standing_alone import StandingAlone
from passport.intake.storing import Desk, PeopleAtHand, store_row
from passport.registry import audit, imports, reports
from passport.registry.accounts import find_account, require_role
from passport.registry.arrivals import Arrival, store_arrivals
from passport.registry.db import Database
from passport.registry.people import lock_people
from passport.registry.reports import ImportReport, RowIssue
from passport.registry.sites import campaign_named, require_site
from passport.registry.tables import Import, ImportRow

BATCH = 1000  # rows in one transaction: memory stays bounded and no other writer waits long
ROLES: Mapping[str, tuple[str, ...]] = {  # kind of list → who may bring it in
    "vaccination": ("registrar",),
    "attendance": ("registrar", "list_provider"),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import has come: rows of the list, rows done, rows refused among them."""

    import_id: int
    total: int
    done: int
    refused: int


@dataclass(frozen=True, slots=True)
class StoredIssues:
    """The issues of a list as they are stored, read a page at a time each time they are gone through."""

    database: Database
    import_id: int

    def __iter__(self) -> Iterator[RowIssue]:
        with self.database.reading() as session:
            yield from reports.issues_of_list(session, self.import_id)


@dataclass(frozen=True, slots=True)
class _Run:
    """One list on its way in: who brings it, when, and where its rows go."""

    sheet: Sheet
    source: Source
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

    def take(self, row: ImportRow | Arrival) -> None:
        if row.outcome == "refused":
            self.refused += 1
        elif row.outcome == "known":
            self.known += 1
        else:
            self.new += 1
            self.held += row.held

    @property
    def rows(self) -> int:
        return self.new + self.known + self.refused


def import_list(
    database: Database,
    *,
    data: Source,
    file_name: str,
    site_code: str,
    by: str,
    now: datetime,
    today: date,
    kind: str = "vaccination",
    campaign: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> ImportReport:
    """Brings in a list of `site_code` and reports what became of each row in this run.

    `progress` is told after each batch how many rows are done; what it raises stops the run, and the same file
    brought in again goes on from there. Raises InputError for a file that is no list (see `read_sheet`), an
    unknown site, account or kind, Refused (not_permitted); then nothing is stored.
    """
    if kind not in ROLES:
        raise InputError(Refusal.BAD_OPTION, f"kind: one of {', '.join(ROLES)}")
    sheet = read_sheet(data, file_name=file_name, attendance=kind == "attendance")
    run = _Run(sheet, data, file_name, kind, by, now, today)
    with database.transaction() as session:
        list_import = _open(session, run, site_code=site_code, campaign=campaign)
        _leave_out(session, list_import, sheet)
        run = replace(run, import_id=list_import.id)
        places = Places(session)
    tally = _Tally()
    while batch := list(islice(sheet.rows, BATCH)):
        with database.transaction() as session:
            told = _store(session, run, batch, places.within(session))
        for row in told:
            tally.take(row)
        tally.known += len(batch) - len(told)
        if progress is not None:
            progress(Progress(run.import_id, sheet.count, tally.rows, tally.refused))
    counts = {"new": tally.new, "known": tally.known, "held": tally.held, "refused": tally.refused}
    subject = f"list {run.import_id}"
    with database.transaction() as session:
        audit.record(session, actor=by, action="list_imported", subject=subject, detail=counts, at=now)
    issues = StoredIssues(database, run.import_id)
    left_out = len(sheet.left_out)
    return ImportReport(run.import_id, tally.new, tally.known, tally.held, tally.refused, issues, left_out)


def withdraw_import(database: Database, *, import_id: int, by: str, now: datetime) -> int:
    """Takes back a list of which nothing is confirmed, and answers how many doses went with it.

    Whoever only provides lists takes back their own: another company's is none of a company's business.
    Raises InputError (unknown_import), Refused (not_permitted, import_confirmed).
    """
    with database.transaction() as session:
        list_import, account = imports.require_import(session, import_id), find_account(session, by)
        own = list_import.created_by_id == account.id
        require_role(session, account, ROLES[list_import.kind if own else "vaccination"], list_import.site.area)
        removed = imports.withdraw(session, list_import)
        subject, detail = f"list {import_id}", {"doses": removed}
        audit.record(session, actor=by, action="list_withdrawn", subject=subject, detail=detail, at=now)
        return removed


def _open(session: Session, run: _Run, *, site_code: str, campaign: str | None) -> Import:
    """The list as which these very bytes came in before, else a new one."""
    site, account = require_site(session, site_code), find_account(session, run.by)
    require_role(session, account, ROLES[run.kind], site.area)
    with opened(run.source) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
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
    return found


def _leave_out(session: Session, list_import: Import, sheet: Sheet) -> None:
    """Tells of each line that is nobody's, so that whoever sent the list can see that it is so."""
    for number, text in sheet.left_out.items():
        issue = Issue("full_name", Severity.WARNED, RowReason.NO_PERSON, None, {"value": text})
        imports.leave_out(session, list_import=list_import, row=number, issue=issue.as_json())


def _store(session: Session, run: _Run, batch: list[RawRow], places: Places) -> list[ImportRow | Arrival]:
    """The rows of a batch as they stand now, without those that an earlier run had stored."""
    list_import = imports.lock_import(session, run.import_id)
    lock_people(session)
    first, last = batch[0].number, batch[-1].number
    stored = imports.stored_rows(session, run.import_id, first=first, last=last)
    fresh = [raw for raw in batch if raw.number not in stored]
    if not fresh:
        return []
    refused = imports.refused_rows(session, run.import_id, first=first, last=last)
    account = find_account(session, run.by)
    desk = Desk(session, list_import, list_import.site, account, run.now, PeopleAtHand())
    take = _take_attendees if run.kind == "attendance" else _take_doses
    told = list(take(desk, run, fresh, refused, places))
    arrivals = [row for row in told if isinstance(row, Arrival)]
    store_arrivals(session, import_id=run.import_id, arrivals=arrivals)
    return told


def _take_doses(
    desk: Desk, run: _Run, fresh: list[RawRow], refused: Mapping[int, ImportRow], places: Places
) -> Iterator[ImportRow | Arrival]:
    groups = dose_groups(run.sheet.columns)
    checked = [(raw, check_row(raw, dose_groups=groups, today=run.today, places=places)) for raw in fresh]
    desk.people.load(desk.session, [row.person for _, row in checked if row.person])
    corrected = any("source_row" in raw.cells for raw in fresh)
    alone = StandingAlone(desk, [row for _, row in checked], corrected=corrected)
    for raw, row in checked:
        typed, existing = run.sheet.typed(raw), refused.get(raw.number)
        if existing is not None:
            yield store_row(desk, number=raw.number, typed=typed, checked=row, existing=existing)
        elif typed.get("source_row"):
            yield _take_marked(desk, raw.number, typed, row)
        else:
            arrival = alone.arrival(number=raw.number, typed=typed, checked=row)
            yield arrival or store_row(desk, number=raw.number, typed=typed, checked=row)


def _take_marked(desk: Desk, number: int, typed: Mapping[str, str], checked: CheckedRow) -> ImportRow:
    """A row that names the row of an earlier list which it corrects."""
    source = find_source(desk.session, typed["source_row"], site=desk.site)
    if source is None:
        return store_row(desk, number=number, typed=typed, checked=checked)
    return store_corrected(desk, source, number=number, typed=typed, checked=checked)


def _take_attendees(
    desk: Desk, run: _Run, fresh: list[RawRow], refused: Mapping[int, ImportRow], places: Places
) -> Iterator[ImportRow | Arrival]:
    for raw in fresh:
        cells, issues = check_attendee(raw, today=run.today, places=places)
        typed, existing = run.sheet.typed(raw), refused.get(raw.number)
        if existing is not None:
            yield store_attendee(desk, number=raw.number, typed=typed, cells=cells, issues=issues, existing=existing)
        else:
            yield attendee_arrival(desk, number=raw.number, typed=typed, cells=cells, issues=issues)
