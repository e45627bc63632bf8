"""From a file to raw rows: one list, its columns known, its cells still as typed (INTERFACES section 3).

A file that cannot be read as a list raises InputError and nothing of it is used; what is wrong in single cells
is left to `intake.rows`.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import NoReturn

from passport.errors import InputError, Refusal
from passport.intake.binary_books import SIGNATURE as XLS_SIGNATURE
from passport.intake.cells import Cell, CellKind, Grid, NumberedRow
from passport.intake.layouts import HEADER_SEARCH, Column, Header, Layout, find_header, is_numbering, require_layout
from passport.intake.survey import COLUMN_LIMIT
from passport.intake.workbooks import open_book

TEXT_LIMIT = 256 * 1024 * 1024  # bytes; a million rows of the widest layout
ROW_LIMIT = 1_048_576  # the height of a spreadsheet
DELIMITERS = (",", ";", "\t")
CHUNK = 1024 * 1024  # bytes; a line must end within one

_XLSX_SIGNATURE = b"PK\x03\x04"
_NO_TEXT = (b"MZ", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as typed: `number` is the sheet's own, `cells` by column key, empty cells left out."""

    number: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list whose header was understood; `rows` can be taken once."""

    layout: Layout
    columns: tuple[Column, ...]
    rows: Iterator[RawRow]

    def typed(self, row: RawRow) -> dict[str, str]:
        """The cells of a row as text: every column that is ours, filled or not, then whatever else stood there."""
        ours = {column.key: "" for column in self.columns if column.field is not None}
        return ours | {key: cell.text for key, cell in row.cells.items()}


def read_sheet(data: bytes, *, file_name: str, attendance: bool = False) -> Sheet:
    """The one list that a CSV, XLSX or XLS file holds.

    The content decides what the file is; `file_name` is only told in errors. Raises InputError: empty_file,
    unreadable_file, wrong_encoding, file_too_large, too_many_rows, no_header, missing_column, repeated_column.
    """
    is_book = data.startswith((_XLSX_SIGNATURE, XLS_SIGNATURE))
    if is_book:
        grids = open_book(data)
        found = [(grid, header) for grid in grids if (header := _header(grid))]
        if len(found) > 1:
            names = ", ".join(grid.name for grid, _ in found)
            raise InputError(Refusal.UNREADABLE_FILE, names, variant="sheets", values={"sheets": names})
    else:
        grids = _text_grids(data)
        cuts = [(grid, header) for grid in grids if (header := _header(grid))]
        found = sorted(cuts, key=lambda cut: -cut[1].recognised)[:1]
    if not found:
        _refuse_headless(grids, file_name)
    grid, header = found[0]
    layout = require_layout(header, attendance=attendance)
    # Every row of a text is seen once before the first is used, so that one that breaks half-way stores nothing.
    if not sum(1 for _ in islice(_raw_rows(grid, header), 1 if is_book else None)):
        raise InputError(Refusal.EMPTY_FILE, file_name)
    return Sheet(layout, header.columns, _raw_rows(grid, header))


def _refuse_headless(grids: list[Grid], file_name: str) -> NoReturn:
    if any("\0" in text for text in _texts(grids)):  # a program, a picture: text has no such character
        raise InputError(Refusal.UNREADABLE_FILE, file_name, variant="binary")
    filled = any(text.strip() for text in _texts(grids))
    raise InputError(Refusal.NO_HEADER if filled else Refusal.EMPTY_FILE, file_name)


def _texts(grids: list[Grid]) -> Iterator[str]:
    return (cell.text for grid in grids for _, cells in grid.rows() for cell in cells)


def _header(grid: Grid) -> Header | None:
    first = islice(grid.rows(), HEADER_SEARCH)
    return find_header([[cell.text for cell in cells[:COLUMN_LIMIT]] for _, cells in first])


def _raw_rows(grid: Grid, header: Header) -> Iterator[RawRow]:
    beneath = islice(grid.rows(), header.last_row + 1, None)
    serials = {column.index for column in header.columns if column.is_serial}
    keys = _keys(header.columns)
    for count, (number, cells) in enumerate(beneath):
        if len(cells) > COLUMN_LIMIT:
            raise InputError(Refusal.FILE_TOO_LARGE, f"row {number}: > {COLUMN_LIMIT} columns")
        if number > ROW_LIMIT:
            raise InputError(Refusal.TOO_MANY_ROWS, str(number), values={"limit": ROW_LIMIT})
        if count == 0 and is_numbering([cell.text for cell in cells]):
            continue
        filled = {i: cell for i, cell in enumerate(cells) if cell.text.strip() or cell.was is CellKind.FORMULA}
        if filled.keys() <= serials:  # forms are numbered before they are filled in
            continue
        yield RawRow(number, {keys.get(i, f"#{i + 1}"): cell for i, cell in filled.items()})


def _keys(columns: tuple[Column, ...]) -> dict[int, str]:
    """The key of each column; unknown titles that repeat are told apart by their place."""
    keys: dict[int, str] = {}
    for column in columns:
        keys[column.index] = column.key if column.key not in keys.values() else f"{column.key} #{column.index + 1}"
    return keys


def _text_grids(data: bytes) -> list[Grid]:
    """The file cut at each delimiter; the header then shows which cut is right."""
    encoding = _encoding(data)

    def grid(delimiter: str) -> Grid:
        return Grid(delimiter, lambda: _text_rows(data, encoding, delimiter))

    return [grid(delimiter) for delimiter in DELIMITERS]


def _encoding(data: bytes) -> str:
    """UTF-8 or UTF-16, the whole file decoded once so that nothing is stored of one that breaks half-way."""
    if len(data) > TEXT_LIMIT:
        raise InputError(Refusal.FILE_TOO_LARGE, f"> {TEXT_LIMIT // 2**20} MB")
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for at in range(0, len(data), CHUNK):
            last = at + CHUNK >= len(data)
            text = decoder.decode(data[at : at + CHUNK], final=last)
            if not last and "\n" not in text and "\r" not in text:
                raise InputError(Refusal.FILE_TOO_LARGE, f"a line of more than {CHUNK // 2**20} MB")
    except UnicodeDecodeError as error:
        if b"\0" in data or data.startswith(_NO_TEXT):
            raise InputError(Refusal.UNREADABLE_FILE, "no text", variant="binary") from error
        raise InputError(Refusal.WRONG_ENCODING, f"byte {error.start}") from error
    return encoding


def _text_rows(data: bytes, encoding: str, delimiter: str) -> Iterator[NumberedRow]:
    text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    records = csv.reader(text, delimiter=delimiter)
    number = 0
    try:
        for number, record in enumerate(records, start=1):
            if any("\n" in field and field.count(delimiter) >= len(record) for field in record):
                raise InputError(Refusal.UNREADABLE_FILE, f"row {number}", variant="quote", values={"row": number})
            yield number, [Cell(field) for field in record]
    except csv.Error as error:
        raise InputError(
            Refusal.UNREADABLE_FILE, f"row {number + 1}", variant="quote", values={"row": number + 1}
        ) from error
