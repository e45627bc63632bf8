"""Sheets that travel agencies bring: lists of passengers, and lists of codes to be checked.

Columns in any order under Vietnamese or English titles, as in lists of doses; what is wrong in a single cell is
told beside its row and spoils nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from passport.domain.dates import EARLIEST_YEAR, PartialDate
from passport.domain.names import tidy
from passport.errors import InputError, Refusal, Sentence
from passport.intake.cells import Grid
from passport.intake.dates import read_date
from passport.intake.layouts import HEADER_SEARCH, title_key
from passport.intake.sheets import DELIMITERS, find_table
from passport.intake.survey import COLUMN_LIMIT
from passport.verifying.holder import NAME_LIMIT, HolderQuery
from passport.verifying.passengers import Passenger
from passport.verifying.request import REF_LIMIT

PASSENGERS_MOST = 500  # the largest aeroplanes; two full coaches have a hundred
CODES_MOST = 1000  # as many as a batch of the API

_FIELDS = {
    "name": Sentence("Họ và tên", "Full name"),
    "family": Sentence("Họ", "Surname"),
    "given": Sentence("Tên", "Given name"),
    "born": Sentence("Ngày sinh", "Birth date"),
    "ref": Sentence("Mã khách", "Reference"),
    "credential": Sentence("Nội dung mã", "Certificate text"),
}
_TITLES = {
    "name": "full name|name|passenger|passenger name|traveller|traveller name|traveler|ho va ten|ho ten|ten khach"
    "|ho ten khach|ho va ten khach|hanh khach|ten hanh khach|ho ten hanh khach|ho va ten hanh khach",
    "family": "surname|last name|family name|ho",
    "given": "given name|given names|first name|first names|ten|ten dem va ten|ten va ten dem",
    "born": "birth date|date of birth|dob|born|birthday|ngay sinh|ngay thang nam sinh|nam sinh",
    "ref": "ref|reference|your reference|booking|booking reference|booking code|pnr|ticket|seat|ma khach|ma dat cho"
    "|ma tham chieu|tham chieu|so ve|so ghe|ghe",
    "credential": "credential|certificate|certificate text|code|qr|qr code|qr text|hc1|ma qr|noi dung ma"
    "|noi dung|chung nhan",
}
_BY_TITLE = {title: field for field, titles in _TITLES.items() for title in titles.split("|")}
_BRACKETS = re.compile(r"\([^)]*\)|\[[^]]*\]")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class _Header:
    """The row of titles: its place among the first rows, and the column of each field."""

    row: int
    columns: Mapping[str, int]

    @property
    def recognised(self) -> int:
        return len(self.columns)


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One row of a list of codes: its cells as typed, the text to check, and whose it should be."""

    cells: tuple[str, ...]
    credential: str
    holder: HolderQuery | None


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes as it came: `delimiter` is that of a text file, None for a workbook."""

    above: tuple[tuple[str, ...], ...]
    titles: tuple[str, ...]
    rows: tuple[CodeRow, ...]
    delimiter: str | None


def read_passengers(data: bytes, *, file_name: str, today: date) -> tuple[Passenger, ...]:
    """The passengers of a CSV, XLSX or XLS list, with the sheet's own row numbers.

    A birth date that is none is told with its passenger, who is then found by name alone. Raises InputError as
    `find_table`, and missing_column, repeated_column, too_many_rows, empty_file.
    """
    grid, header = _table(data, file_name, _header, "passengers")
    _require(header, "born")
    found = []
    for number, cells in _rows(grid, header, most=PASSENGERS_MOST, file_name=file_name):
        born, unread = _born(_cell(cells, header, "born"), today)
        ref = _CONTROLS.sub(" ", _cell(cells, header, "ref")).strip()[:REF_LIMIT] or None
        found.append(Passenger(number, _name(cells, header), born, ref, unread))
    return tuple(found)


def read_codes_list(data: bytes, *, file_name: str, today: date) -> CodeList:
    """The codes of a CSV, XLSX or XLS list with all that stands beside them; raises as `read_passengers`."""
    grid, header = _table(data, file_name, _code_header, "codes")
    top = [tuple(cell.text for cell in cells) for _number, cells in islice(grid.rows(), header.row + 1)]
    rows = []
    for _number, cells in _rows(grid, header, most=CODES_MOST, file_name=file_name):
        name, born = _name(cells, header) or None, _born(_cell(cells, header, "born"), today)[0]
        holder = HolderQuery(name=name, born=born) if name or born else None
        # A code may end in a space: only what a cell adds around it is taken off.
        credential = _cell(cells, header, "credential").lstrip().rstrip("\r\n\t")
        rows.append(CodeRow(tuple(cells), credential, holder))
    delimiter = grid.name if grid.name in DELIMITERS else None
    return CodeList(tuple(top[:-1]), top[-1], tuple(rows), delimiter)


def _table(data: bytes, file_name: str, header: Callable[[Grid], _Header | None], kind: str) -> tuple[Grid, _Header]:
    """The sheet and its header; where there is none the advice names the columns of this `kind` of list."""
    try:
        return find_table(data, file_name=file_name, header=header)
    except InputError as error:
        if error.reason is not Refusal.NO_HEADER:
            raise
        raise InputError(Refusal.NO_HEADER, file_name, variant=kind) from error


def _header(grid: Grid) -> _Header | None:
    """The row that names the most of our columns, a name among them."""
    best: _Header | None = None
    for index, (_number, cells) in enumerate(islice(grid.rows(), HEADER_SEARCH)):
        header = _Header(index, _columns([cell.text for cell in cells[:COLUMN_LIMIT]]))
        named = "name" in header.columns or "given" in header.columns
        if named and (best is None or header.recognised > best.recognised):
            best = header
    return best


def _code_header(grid: Grid) -> _Header | None:
    """The first row that names a column of codes."""
    for index, (_number, cells) in enumerate(islice(grid.rows(), HEADER_SEARCH)):
        columns = _columns([cell.text for cell in cells[:COLUMN_LIMIT]])
        if "credential" in columns:
            return _Header(index, columns)
    return None


def _columns(titles: Sequence[str]) -> dict[str, int]:
    """The first column of each field; what else a booking system writes beside it is left alone."""
    found: dict[str, int] = {}
    for index, title in enumerate(titles):
        keys = (title_key(title), title_key(_BRACKETS.sub(" ", title)))
        field = next((_BY_TITLE[key] for key in keys if key in _BY_TITLE), None)
        if field is not None:
            found.setdefault(field, index)
    return found


def _require(header: _Header, field: str) -> None:
    if field not in header.columns:
        raise InputError(Refusal.MISSING_COLUMN, field, values={"column": _FIELDS[field]})


def _rows(grid: Grid, header: _Header, *, most: int, file_name: str) -> list[tuple[int, list[str]]]:
    """The rows beneath the header with anything in a column of ours, each as wide as the table."""
    width = max(header.columns.values()) + 1
    found: list[tuple[int, list[str]]] = []
    for number, cells in islice(grid.rows(), header.row + 1, None):
        texts = [cell.text for cell in cells[:COLUMN_LIMIT]]
        texts += [""] * (width - len(texts))
        if not any(texts[index].strip() for index in header.columns.values()):
            continue
        if len(found) == most:
            raise InputError(Refusal.TOO_MANY_ROWS, f"> {most}", values={"limit": most})
        found.append((number, texts))
    if not found:
        raise InputError(Refusal.EMPTY_FILE, file_name)
    return found


def _cell(cells: Sequence[str], header: _Header, field: str) -> str:
    index = header.columns.get(field)
    return cells[index] if index is not None else ""


def _name(cells: Sequence[str], header: _Header) -> str:
    """The whole name, from one column or from two."""
    parts = ("name",) if "name" in header.columns else ("family", "given")
    return tidy(_CONTROLS.sub(" ", " ".join(_cell(cells, header, part) for part in parts)))[:NAME_LIMIT]


def _born(text: str, today: date) -> tuple[PartialDate | None, str | None]:
    """The birth date that a cell means, and the text of a cell that means none."""
    typed = _CONTROLS.sub(" ", text).strip()
    if not typed:
        return None, None
    try:
        return read_date(typed, earliest=date(EARLIEST_YEAR, 1, 1), latest=today).value, None
    except ValueError:
        return None, typed[:REF_LIMIT]
