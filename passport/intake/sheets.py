"""From a file to raw rows: one list, its columns known, its cells still as typed (INTERFACES section 3).

A file that cannot be read as a list raises InputError and nothing of it is used; what is wrong in single cells
is left to `intake.rows`.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import NoReturn, Protocol, TypeVar

from passport.errors import InputError, Refusal
from passport.intake.binary_books import SIGNATURE as XLS_SIGNATURE
from passport.intake.cells import EMPTY, Cell, CellKind, Grid, NumberedRow
from passport.intake.closing_lines import nobodys_lines
from passport.intake.headers import find_header, is_numbering, require_layout
from passport.intake.layouts import HEADER_SEARCH, Column, Header, Layout
from passport.intake.split_columns import Part, whole_cells
from passport.intake.survey import COLUMN_LIMIT
from passport.intake.workbooks import BOOK_LIMIT, open_book

TEXT_LIMIT = 256 * 1024 * 1024  # bytes; a million rows of the widest layout
ROW_LIMIT = 1_048_576  # the height of a spreadsheet
DELIMITERS = (",", ";", "\t")
CHUNK = 1024 * 1024  # bytes; a line must end within one
SIGNATURE_LENGTH = 8  # bytes; the longest of the signatures and byte-order marks below

Source = bytes | Path  # a list in memory, or the file that holds it

_XLSX_SIGNATURE = b"PK\x03\x04"
_NO_TEXT = (b"MZ", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")
_MARKUP = ("<html", "<!doctype", "<table", "<?xml", "<head", "<meta")
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as typed: `number` is the sheet's own, `cells` by column key, empty cells left out."""

    number: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list whose header was understood; `rows` can be taken once, `count` is how many there are.

    `left_out` are the lines that are nobody's, by their number, with what stands in them.
    """

    layout: Layout
    columns: tuple[Column, ...]
    rows: Iterator[RawRow]
    count: int
    left_out: Mapping[int, str]

    def typed(self, row: RawRow) -> dict[str, str]:
        """The cells of a row as text: every column that is ours, filled or not, then whatever else stood there."""
        ours = {column.key: "" for column in self.columns if column.field is not None}
        return ours | {key: cell.text for key, cell in row.cells.items()}


class _Recognised(Protocol):
    """A header that can say how much of it is ours."""

    @property
    def recognised(self) -> int: ...


H = TypeVar("H", bound=_Recognised)


def opened(source: Source) -> io.BytesIO | io.BufferedReader:
    """The list as a stream from its first byte."""
    return source.open("rb") if isinstance(source, Path) else io.BytesIO(source)


def find_table(source: Source, *, file_name: str, header: Callable[[Grid], H | None]) -> tuple[Grid, H]:
    """The one sheet that a CSV, XLSX or XLS file holds whose `header` was understood, and that header.

    The content decides what the file is; `file_name` is only told in errors. Raises InputError: empty_file,
    unreadable_file, wrong_encoding, file_too_large, no_header.
    """
    with opened(source) as file:
        start = file.read(SIGNATURE_LENGTH)
        if start.startswith((_XLSX_SIGNATURE, XLS_SIGNATURE)):
            file.seek(0)
            grids = open_book(file.read(BOOK_LIMIT + 1))
            found = [(grid, told) for grid in grids if (told := header(grid))]
            if len(found) > 1:
                names = ", ".join(grid.name for grid, _ in found)
                raise InputError(Refusal.UNREADABLE_FILE, names, variant="sheets", values={"sheets": names})
        else:
            grids = _text_grids(source)
            cuts = [(grid, told) for grid in grids if (told := header(grid))]
            found = sorted(cuts, key=lambda cut: -cut[1].recognised)[:1]
    if not found:
        _refuse_headless(grids, file_name)
    return found[0]


def read_sheet(source: Source, *, file_name: str, attendance: bool = False) -> Sheet:
    """The one list that a CSV, XLSX or XLS file holds; text is read as a stream, a workbook as a whole.

    Raises InputError as `find_table`, and too_many_rows, missing_column, repeated_column.
    """
    grid, header = find_table(source, file_name=file_name, header=_header)
    layout = require_layout(header, attendance=attendance)
    # Every row is seen once before the first is used, so that a text that breaks half-way stores nothing.
    serials = {column.key for column in header.columns if column.is_serial}
    seen = _Seen(_raw_rows(grid, header), header)
    left_out = nobodys_lines(((row.number, row.cells) for row in seen), serials=serials)
    if cut := next((number for number in seen.cut if number not in left_out), None):
        raise InputError(Refusal.MISSING_COLUMN, f"row {cut}", variant="title", values={"row": cut})
    if seen.count <= len(left_out):
        raise InputError(Refusal.EMPTY_FILE, file_name)
    rows = (row for row in _raw_rows(grid, header) if row.number not in left_out)
    return Sheet(layout, header.whole_columns, rows, seen.count - len(left_out), left_out)


@dataclass(slots=True)
class _Seen:
    """Rows counted while somebody goes through them; `cut` are those with text beside the name, under no title."""

    rows: Iterator[RawRow]
    header: Header
    count: int = 0
    cut: list[int] = field(default_factory=list)

    def __iter__(self) -> Iterator[RawRow]:
        titled = {column.index for column in self.header.columns}
        named = {column.index + 1 for column in self.header.columns if column.field == "full_name"}
        beside = [f"#{index + 1}" for index in named - titled]
        for row in self.rows:
            self.count += 1
            if beside and "full_name" in row.cells and any(map(str.isalpha, _text(row, beside[0]))):
                self.cut.append(row.number)
            yield row


def _text(row: RawRow, key: str) -> str:
    cell = row.cells.get(key)
    return cell.text if cell else ""


def _refuse_headless(grids: list[Grid], file_name: str) -> NoReturn:
    if any("\0" in text for text in _texts(grids)):  # a program, a picture: text has no such character
        raise InputError(Refusal.UNREADABLE_FILE, file_name, variant="binary")
    first = next((text for text in _texts(grids) if text.strip("\ufeff \r\n\t")), "")
    if first.lstrip("\ufeff \r\n\t").lower().startswith(_MARKUP):  # what many programs call XLS
        raise InputError(Refusal.UNREADABLE_FILE, file_name, variant="web_page")
    filled = any(text.strip() for text in _texts(grids))
    raise InputError(Refusal.NO_HEADER if filled else Refusal.EMPTY_FILE, file_name)


def _texts(grids: list[Grid]) -> Iterator[str]:
    return (cell.text for grid in grids for _, cells in grid.rows() for cell in cells)


def _header(grid: Grid) -> Header | None:
    first = islice(grid.rows(), HEADER_SEARCH)
    header = find_header([[cell.text for cell in cells[:COLUMN_LIMIT]] for _, cells in first])
    return _with_merged_name(header, grid) if header and grid.merged else header


def _with_merged_name(header: Header, grid: Grid) -> Header:
    """The header of a sheet whose title of the name spans two columns: the second holds the last word."""
    name = next((column.index for column in header.columns if column.field == "full_name"), None)
    spans = [
        (first, last)
        for (first, last) in grid.merged
        if first[1] == name and last[1] == first[1] + 1 and first[0] <= header.last_row
    ]
    if name is None or not spans or name + 1 in [column.index for column in header.columns]:
        return header
    return replace(header, columns=(*header.columns, Column(name + 1, "", None, part=Part.GIVEN)))


def _raw_rows(grid: Grid, header: Header) -> Iterator[RawRow]:
    beneath = islice(grid.rows(), header.last_row + 1, None)
    serials = {column.index for column in header.columns if column.is_serial}
    keys = _keys(header.columns)
    parts = {column.index: column.part for column in header.columns if column.part is not None}
    for count, (number, cells) in enumerate(beneath):
        if len(cells) > COLUMN_LIMIT:
            raise InputError(Refusal.FILE_TOO_LARGE, f"row {number}", variant="columns", values={"limit": COLUMN_LIMIT})
        if number > ROW_LIMIT:
            raise InputError(Refusal.TOO_MANY_ROWS, str(number), values={"limit": ROW_LIMIT})
        if count == 0 and is_numbering([cell.text for cell in cells]):
            continue
        filled = {i: cell for i, cell in enumerate(cells) if cell.text.strip() or cell.was is CellKind.FORMULA}
        if filled.keys() <= serials:  # forms are numbered before they are filled in
            continue
        told = {keys.get(i, f"#{i + 1}"): cell for i, cell in filled.items() if i not in parts}
        if parts:
            split = ((part, filled[i]) for i, part in parts.items() if i in filled)
            told |= whole_cells(split, name=told.get("full_name"))
        yield RawRow(number, told)


def _keys(columns: tuple[Column, ...]) -> dict[int, str]:
    """The key of each column; unknown titles that repeat are told apart by their place."""
    keys: dict[int, str] = {}
    for column in columns:
        keys[column.index] = column.key if column.key not in keys.values() else f"{column.key} #{column.index + 1}"
    return keys


def _text_grids(source: Source) -> list[Grid]:
    """The file cut at each delimiter; the header then shows which cut is right."""
    encoding = _encoding(source)

    def grid(delimiter: str) -> Grid:
        return Grid(delimiter, lambda: _text_rows(source, encoding, delimiter))

    return [grid(delimiter) for delimiter in DELIMITERS]


def _encoding(source: Source) -> str:
    """UTF-8 or UTF-16, the whole file decoded once so that nothing is stored of one that breaks half-way."""
    with opened(source) as file:
        start = file.read(SIGNATURE_LENGTH)
        encoding = next((name for mark, name in _BYTE_ORDER_MARKS if start.startswith(mark)), "utf-8")
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(0)
        size, chunk = 0, file.read(CHUNK)
        while chunk:
            size += len(chunk)
            if size > TEXT_LIMIT:
                raise InputError(Refusal.FILE_TOO_LARGE, f"> {TEXT_LIMIT // 2**20} MB")
            following = file.read(CHUNK)
            try:
                text = decoder.decode(chunk, final=not following)
            except UnicodeDecodeError as error:
                if _has_zero(source) or start.startswith(_NO_TEXT):
                    raise InputError(Refusal.UNREADABLE_FILE, "no text", variant="binary") from error
                raise InputError(Refusal.WRONG_ENCODING, f"byte {size - len(chunk) + error.start}") from error
            if following and "\n" not in text and "\r" not in text:
                raise InputError(Refusal.FILE_TOO_LARGE, "line", variant="line")
            chunk = following
    return encoding


def _has_zero(source: Source) -> bool:
    with opened(source) as file:
        return any(b"\0" in chunk for chunk in iter(lambda: file.read(CHUNK), b""))


def _text_rows(source: Source, encoding: str, delimiter: str) -> Iterator[NumberedRow]:
    number = 0
    with io.TextIOWrapper(opened(source), encoding=encoding, newline="") as text:
        try:
            for number, record in enumerate(csv.reader(text, delimiter=delimiter), start=1):
                if any("\n" in field and field.count(delimiter) >= len(record) for field in record):
                    raise InputError(Refusal.UNREADABLE_FILE, f"row {number}", variant="quote", values={"row": number})
                yield number, [Cell(field) if field else EMPTY for field in record]
        except csv.Error as error:
            raise InputError(
                Refusal.UNREADABLE_FILE, f"row {number + 1}", variant="quote", values={"row": number + 1}
            ) from error
