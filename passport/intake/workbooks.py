"""Spreadsheet files: every limit is checked before the reader opens them (security section 4, threat T14).

The reader sees neither formulas nor macros and allocates the whole rectangle of a sheet at once, so the markup
is walked first. Only visible sheets are read; macros, passwords, document types and other containers are refused.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import expat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from passport.errors import InputError, Refusal
from passport.intake import binary_books
from passport.intake.cells import EMPTY, Grid, NumberedRow, cell_of
from passport.intake.survey import CELL_LIMIT, Survey

BOOK_LIMIT = 32 * 1024 * 1024  # bytes; the largest upload of the service
MEMBER_LIMIT = 500  # files inside an XLSX; a plain list has about ten
INFLATED_LIMIT = 128 * 1024 * 1024  # bytes; a million cells take 70 to 100 MB of markup
RATIO_LIMIT = 100  # inflated to packed; lists of names reach 20
RATIO_FLOOR = 1024 * 1024  # bytes; a smaller member may repeat itself as it likes
ELEMENT_LIMIT = 7 * CELL_LIMIT // 2  # a cell, its inline text of two elements, and the rows
STRINGS_LIMIT = 2 * CELL_LIMIT  # shared strings are a cell each; more would only fill memory
CHUNK = 256 * 1024  # bytes

_MACROS = ("vbaproject.bin", "/macrosheets/", "/dialogsheets/", "/activex/")
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_LIBRARY_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    struct.error,
    CalamineError,
    RuntimeError,  # and NotImplementedError: compressions that a spreadsheet never has
    EOFError,
    OSError,
    ValueError,
    LookupError,
    TypeError,
)

_Start = Callable[[str, dict[str, str]], None]


def open_book(data: bytes) -> list[Grid]:
    """The visible sheets of an XLSX or XLS file.

    Raises InputError: file_too_large (bytes, members, ratio, cells), unreadable_file (macros, a password, a
    document type, a container that is no workbook).
    """
    if len(data) > BOOK_LIMIT:
        raise InputError(Refusal.FILE_TOO_LARGE, f"> {BOOK_LIMIT // 2**20} MB")
    try:
        if data.startswith(binary_books.SIGNATURE):
            surveys = binary_books.survey_binary_book(data)
        else:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                _check_members(archive)
                surveys = [_survey(archive.open(member)) for member in _sheet_members(archive)]
        return _visible_sheets(data, surveys)
    except _LIBRARY_ERRORS as error:
        raise InputError(Refusal.UNREADABLE_FILE, type(error).__name__, variant="broken") from error


def _visible_sheets(data: bytes, surveys: list[Survey]) -> list[Grid]:
    if sum(survey.rows * survey.columns for survey in surveys) > CELL_LIMIT:
        raise InputError(Refusal.FILE_TOO_LARGE, "cells", variant="cells", values={"limit": f"{CELL_LIMIT:,}"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets = enumerate(zip(book.sheets_metadata, surveys, strict=True))
    return [
        _grid(book.get_sheet_by_index(index), survey)
        for index, (told, survey) in sheets
        if told.typ == SheetTypeEnum.WorkSheet and told.visible == SheetVisibleEnum.Visible
    ]


def _grid(sheet: CalamineSheet, survey: Survey) -> Grid:
    left = sheet.start[1] if sheet.start else 0  # the reader leaves out empty columns before the first cell

    def rows() -> Iterator[NumberedRow]:
        marks = survey.formulas
        for index, values in enumerate(sheet.iter_rows()):
            told = (cell_of(value, formula=(index, left + i) in marks) for i, value in enumerate(values))
            yield index + 1, [*[EMPTY] * left, *told]

    return Grid(sheet.name, rows, sheet.merged_cell_ranges or ())


def _check_members(archive: zipfile.ZipFile) -> None:
    """Inflates every member once, within limits, so that lying sizes and document types are found first."""
    members = archive.infolist()
    if len(members) > MEMBER_LIMIT:
        raise InputError(Refusal.FILE_TOO_LARGE, f"> {MEMBER_LIMIT} files inside")
    names = [member.filename.lower() for member in members]
    if any(mark in f"/{name}" for name in names for mark in _MACROS):
        raise InputError(Refusal.UNREADABLE_FILE, "macros", variant="macros")
    if len(set(names)) < len(names) or _WORKBOOK not in names:
        raise InputError(Refusal.UNREADABLE_FILE, "no workbook inside", variant="broken")
    total = 0
    for member in members:
        total += member.file_size
        if total > INFLATED_LIMIT:
            raise InputError(Refusal.FILE_TOO_LARGE, f"> {INFLATED_LIMIT // 2**20} MB inflated")
        if member.file_size > max(RATIO_FLOOR, RATIO_LIMIT * member.compress_size):
            raise InputError(Refusal.FILE_TOO_LARGE, f"> {RATIO_LIMIT}:1 inflated")
        _check_markup(archive.open(member), shared=member.filename.lower().endswith("sharedstrings.xml"))


def _check_markup(stream: IO[bytes], *, shared: bool) -> None:
    """Reads a member to its checksum; raises InputError for a document type, an entity, too many shared strings."""
    tail, strings = b"", 0
    while chunk := stream.read(CHUNK):
        window = (tail + chunk).replace(b"\0", b"")  # so that UTF-16 hides nothing
        if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
            raise InputError(Refusal.UNREADABLE_FILE, "a document type", variant="broken")
        tail = chunk[-32:]
        strings += chunk.count(b"<") // 4 if shared else 0  # the tags of the shortest string
        if strings > STRINGS_LIMIT:
            raise InputError(Refusal.FILE_TOO_LARGE, f"> {STRINGS_LIMIT} strings")


def _sheet_members(archive: zipfile.ZipFile) -> list[str]:
    """The member of each sheet, in the order of the workbook."""
    targets: dict[str, str] = {}
    ids: list[str] = []

    def relation(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "Relationship":
            targets[attributes["Id"]] = attributes["Target"]

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "sheet":
            ids.extend(value for key, value in attributes.items() if _local(key) == "id" and key != "id")

    _walk(archive.open(_RELATIONS), relation)
    _walk(archive.open(_WORKBOOK), sheet)
    paths = (targets[i] for i in ids)
    return [path.lstrip("/") if path.startswith(("/", "xl/")) else posixpath.join("xl", path) for path in paths]


def _survey(stream: IO[bytes]) -> Survey:
    """Walks the markup of one sheet: where its cells stand and which of them are formulas."""
    survey = Survey()
    row, column, elements = -1, -1, 0
    cell: tuple[int, int] | None = None

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, elements, cell
        elements += 1
        tag = name if ":" not in name else _local(name)
        if tag == "c":
            reference = attributes.get("r")
            cell = (row, column + 1) if reference is None else _place(reference)
            column = cell[1]
            survey.take(*cell)
        elif tag == "f" and cell is not None:
            _mark(survey, cell, attributes.get("ref"))
        elif tag == "row":
            row, column = int(attributes.get("r", row + 2)) - 1, -1
        elif tag not in ("v", "is", "t"):
            cell = None
        if elements > ELEMENT_LIMIT:
            raise InputError(Refusal.FILE_TOO_LARGE, f"> {ELEMENT_LIMIT} elements in a sheet")

    _walk(stream, start)
    return survey


def _mark(survey: Survey, cell: tuple[int, int], reference: str | None) -> None:
    """Marks a formula, and the whole range that an array formula fills."""
    survey.mark_formula(*cell)
    if reference is None:
        return
    first, _, last = reference.partition(":")
    (top, left), (bottom, right) = _place(first), _place(last or first)
    survey.take(bottom, right)
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            survey.mark_formula(row, column)


def _place(reference: str) -> tuple[int, int]:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError("a cell without a place")
    column = 0
    for letter in match.group(1):
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match.group(2)) - 1, column - 1


def _walk(stream: IO[bytes], start: _Start) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    while chunk := stream.read(CHUNK):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _local(name: str) -> str:
    return name.rpartition(":")[2]
