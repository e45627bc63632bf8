"""JOB counts of the population come in: CSV or XLSX with area_code, age_group, count, as_of, source."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from passport.domain.coverage import AgeGroup
from passport.errors import InputError, Refusal
from passport.intake.binary_books import SIGNATURE as XLS_SIGNATURE
from passport.intake.cells import Cell, Grid
from passport.intake.workbooks import open_book
from passport.registry import audit
from passport.registry.areas import find_area
from passport.registry.db import Database
from passport.registry.denominators import store_count

COLUMNS = ("area_code", "age_group", "count", "as_of", "source")
SIZE_LIMIT = 8 * 1024 * 1024  # bytes; four age groups of 3,321 communes fill one
COUNT_LIMIT = 200_000_000  # people; twice the country
SOURCE_LIMIT = 120  # characters, as the registry holds them
_BOOKS = (b"PK\x03\x04", XLS_SIGNATURE)
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_SEPARATORS = re.compile(r"(?<=\d)[ .,\u00a0](?=\d{3}\b)")
_GROUPS = {group.value: group for group in AgeGroup} | {
    "5-<12": AgeGroup.CHILDREN,
    "12-<18": AgeGroup.TEENAGERS,
    ">=18": AgeGroup.ADULTS,
    ">=50": AgeGroup.OLDER,
}


@dataclass(slots=True)
class CountReport:
    """What became of the rows: counts that are new or told anew, known ones, rows left out with column and fault."""

    stored: int = 0
    known: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The report as `--json` gives it."""
        refused = [{"row": row, "column": column, "reason": reason} for row, column, reason in self.refused]
        return {"stored": self.stored, "known": self.known, "refused": refused}


def import_counts(
    database: Database, *, data: bytes, file_name: str, actor: str, now: datetime, today: date
) -> CountReport:
    """Stores every count that can be used; the others are left out and reported.

    A code means the area that carried it on the day of the count. Raises InputError (empty_file, file_too_large,
    wrong_encoding, unreadable_file, missing_column) when the file is no such list; then nothing is stored.
    """
    report = CountReport()
    rows = list(_rows(data, file_name))
    if not rows:
        raise InputError(Refusal.EMPTY_FILE, file_name)
    with database.transaction() as session:
        for number, row in rows:
            try:
                _take(session, row, today=today, report=report)
            except _Fault as fault:
                report.refused.append((number, fault.column, fault.said))
        counts = {"stored": report.stored, "known": report.known, "refused": len(report.refused)}
        audit.record(session, actor=actor, action="population_imported", subject="coverage", detail=counts, at=now)
    return report


class _Fault(Exception):
    """What is wrong with a row, and in which column."""

    def __init__(self, column: str, said: str) -> None:
        super().__init__(said)
        self.column, self.said = column, said


def _take(session: Session, row: dict[str, str], *, today: date, report: CountReport) -> None:
    as_of = _date(row["as_of"], today=today)
    area = find_area(session, row["area_code"], on=as_of)
    if area is None:
        raise _Fault("area_code", f"no unit carried the code {row['area_code'][:10]!r} on {as_of}")
    group = _GROUPS.get(row["age_group"].replace(" ", "").replace("–", "-").replace("≥", ">="))
    if group is None:
        raise _Fault("age_group", f"one of {', '.join(AgeGroup)}")
    count = _SEPARATORS.sub("", row["count"])
    if not (count.isascii() and count.isdigit() and int(count) <= COUNT_LIMIT):
        raise _Fault("count", "a whole number from 0")
    if not 0 < len(row["source"]) <= SOURCE_LIMIT:
        raise _Fault("source", f"1 to {SOURCE_LIMIT} characters")
    if store_count(session, area=area, group=group, count=int(count), as_of=as_of, source=row["source"]):
        report.stored += 1
    else:
        report.known += 1


def _date(text: str, *, today: date) -> date:
    spoken = _DAY.fullmatch(text)
    try:
        day = date(*map(int, reversed(spoken.groups()))) if spoken else date.fromisoformat(text)
    except ValueError as error:
        raise _Fault("as_of", "a date, YYYY-MM-DD or dd/mm/yyyy") from error
    if day > today:
        raise _Fault("as_of", "a day in the future")
    return day


def _rows(data: bytes, file_name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows beneath the header of the sheet that has the most of the columns."""
    if not data.strip():
        raise InputError(Refusal.EMPTY_FILE, file_name)
    grids = open_book(data) if data.startswith(_BOOKS) else [_text(data)]
    found = [(_places(grid), grid) for grid in grids]
    places, grid = max(found, key=lambda cut: len(cut[0]), default=({}, None))
    for column in COLUMNS:
        if grid is None or column not in places:
            raise InputError(Refusal.MISSING_COLUMN, column, values={"column": column})
    assert grid is not None
    lines = grid.rows()
    next(lines)
    for number, cells in lines:
        row = {c: cells[i].text.strip() if i < len(cells) else "" for c, i in places.items()}
        if any(row.values()):
            yield number, row


def _places(grid: Grid) -> dict[str, int]:
    """Where the columns stand in the first row."""
    _number, titles = next(grid.rows(), (0, ()))
    names = [cell.text.strip().casefold() for cell in titles]
    return {column: names.index(column) for column in COLUMNS if column in names}


def _text(data: bytes) -> Grid:
    if len(data) > SIZE_LIMIT:
        raise InputError(Refusal.FILE_TOO_LARGE, f"> {SIZE_LIMIT // 2**20} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(Refusal.WRONG_ENCODING, f"byte {error.start}") from error
    header = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    try:
        cells = [[Cell(value) for value in line] for line in lines]
    except csv.Error as error:
        raise InputError(Refusal.UNREADABLE_FILE, str(error)) from error
    return Grid(",", lambda: iter(enumerate(cells, start=1)))
