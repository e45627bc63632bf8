"""JOB a list of vaccination sites comes in: a CSV of site_code, name, area_code, kind, and closed_on where told."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date, datetime
from io import StringIO
from typing import Any

from sqlalchemy.orm import Session

from passport.errors import InputError, Refusal
from passport.registry import audit
from passport.registry.areas import require_area
from passport.registry.db import Database
from passport.registry.sites import find_site, upsert_site

COLUMNS = ("site_code", "name", "area_code", "kind")
CLOSED_ON = "closed_on"  # a date as YYYY-MM-DD, empty while the site is open; without the column nothing changes
LIMITS = {"site_code": 20, "name": 200, "area_code": 5, "kind": 20}  # characters, as the registry holds them
SIZE_LIMIT = 8 * 1024 * 1024  # bytes; the 11,000 sites of the country fill one


@dataclass(slots=True)
class SiteReport:
    """What became of the rows: sites that are new, sites told anew, and rows left out with their fault."""

    new: int = 0
    known: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The report as `--json` gives it."""
        refused = [{"row": row, "reason": reason} for row, reason in self.refused]
        return {"new": self.new, "known": self.known, "refused": refused}


def import_sites(database: Database, *, data: bytes, actor: str, now: datetime, today: date) -> SiteReport:
    """Adds new sites and tells known ones anew; a row that cannot be used is left out and reported.

    An area code means what it means on `today`. Raises InputError (empty_file, file_too_large, wrong_encoding,
    unreadable_file, missing_column) when the file is no such list; then nothing is stored.
    """
    rows = _read(data)
    report = SiteReport()
    with database.transaction() as session:
        for number, row in rows:
            _take(session, number, row, today=today, report=report)
        counts = {"new": report.new, "known": report.known, "refused": len(report.refused)}
        audit.record(session, actor=actor, action="sites_imported", subject="sites", detail=counts, at=now)
    return report


def _take(session: Session, number: int, row: dict[str, str], *, today: date, report: SiteReport) -> None:
    for column, limit in LIMITS.items():
        if not 0 < len(row[column]) <= limit:
            report.refused.append((number, f"{column}: 1 to {limit} characters"))
            return
    try:
        area = require_area(session, row["area_code"], on=today)
        closed_on = date.fromisoformat(row[CLOSED_ON]) if row.get(CLOSED_ON) else None
    except InputError as error:
        report.refused.append((number, error.message.en))
        return
    except ValueError:
        report.refused.append((number, f"{CLOSED_ON}: YYYY-MM-DD"))
        return
    if find_site(session, row["site_code"]) is None:
        report.new += 1
    else:
        report.known += 1
    site = upsert_site(session, code=row["site_code"], name=row["name"], area=area, kind=row["kind"])
    if CLOSED_ON in row:
        site.closed_on = closed_on


def _read(data: bytes) -> list[tuple[int, dict[str, str]]]:
    if not data.strip():
        raise InputError(Refusal.EMPTY_FILE)
    if len(data) > SIZE_LIMIT:
        raise InputError(Refusal.FILE_TOO_LARGE, f"> {SIZE_LIMIT // 2**20} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(Refusal.WRONG_ENCODING, f"byte {error.start}") from error
    header = text.lstrip().partition("\n")[0]
    records = csv.DictReader(StringIO(text, newline=""), delimiter=max(",;\t", key=header.count), restval="")
    try:
        records.fieldnames = [name.strip().casefold() for name in records.fieldnames or ()]
        for column in COLUMNS:
            if column not in records.fieldnames:
                raise InputError(Refusal.MISSING_COLUMN, column, values={"column": column})
        told = [*COLUMNS, *(column for column in records.fieldnames if column == CLOSED_ON)]
        rows = [(records.line_num, {column: row[column].strip() for column in told}) for row in records]
    except csv.Error as error:
        raise InputError(Refusal.UNREADABLE_FILE, str(error)) from error
    return [(number, row) for number, row in rows if any(row.values())]
