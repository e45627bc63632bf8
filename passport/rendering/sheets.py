"""Spreadsheets that go out: every cell is text, so that nothing in a name is ever a formula (security T13)."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CELL_LIMIT = 32_767  # characters; what a cell of a spreadsheet can hold
NAME_LIMIT = 31  # characters of the name of a sheet
A4 = 9  # the number of the paper in a spreadsheet
TEXT_FORMAT = 49  # the built-in format of text, shown as @
# With which a cell of text becomes a formula, behind spaces and quotes too (security T13).
FORMULA = re.compile("[ \u00a0'\"]*[=+\\-@\t\r\n]")
SPARE_ROWS = 2_000  # empty rows of a template that keep text as text and offer the choices


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column: its title, its width in characters, and what may be chosen in it (empty: anything)."""

    title: str
    width: int = 18
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class TextSheet:
    """One sheet of text: lines above the header, the table, lines beneath it, as forms on paper have them.

    A sheet with lines above is a form: it prints on A4 across, as wide as the page, its header on each page.
    """

    name: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[str]] = ()
    above: Sequence[str] = ()
    beneath: Sequence[str] = ()


def text_sheet(*, name: str, columns: Sequence[SheetColumn], rows: Iterable[Sequence[str]] = ()) -> bytes:
    """An XLSX file with one sheet: a header, `rows` of text, and room to go on typing text."""
    return text_book([TextSheet(name, columns, rows)])


def text_book(sheets: Iterable[TextSheet]) -> bytes:
    """An XLSX file of these sheets; the title of a required column is bold.

    Whoever opens the file gets no number, date or formula out of a cell, whatever it begins with.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        text = book.add_format({"num_format": TEXT_FORMAT, "valign": "top"})
        wrapped = book.add_format({"num_format": TEXT_FORMAT, "valign": "top", "text_wrap": True})
        heading = {"num_format": TEXT_FORMAT, "text_wrap": True, "valign": "top", "bottom": 1}
        title, required = book.add_format(heading), book.add_format({**heading, "bold": True})
        for told in sheets:
            sheet = book.add_worksheet(told.name[:NAME_LIMIT])
            top = len(told.above)
            sheet.freeze_panes(top + 1, 0)
            if told.above:
                _lay_out(sheet, header=top)
            for index, column in enumerate(told.columns):
                sheet.set_column(index, index, column.width, text)
                if column.choices:
                    choices = {"validate": "list", "source": list(column.choices), "error_type": "warning"}
                    sheet.data_validation(top + 1, index, top + SPARE_ROWS, index, choices)
            titles = [(column.title, required if column.required else title) for column in told.columns]
            _write(sheet, 0, ([line] for line in told.above), text)
            for index, (words, format_) in enumerate(titles):
                sheet.write_string(top, index, words, format_)
            end = _write(sheet, top + 1, told.rows, wrapped if told.above else text)
            _write(sheet, end + 1, ([line] for line in told.beneath), text)
    return out.getvalue()


def text_csv(rows: Iterable[Sequence[str]], *, delimiter: str) -> bytes:
    """A CSV file that spreadsheets read as UTF-8; a cell that would be a formula there begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([f"'{cell}" if FORMULA.match(cell) else cell for cell in row] for row in rows)
    return codecs.BOM_UTF8 + out.getvalue().encode()


def _lay_out(sheet: Worksheet, *, header: int) -> None:
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)  # as many pages down as it takes
    sheet.repeat_rows(header)


def _write(sheet: Worksheet, top: int, rows: Iterable[Sequence[str]], format_: Format) -> int:
    """Writes rows of text from the row `top` on, and answers the row after the last."""
    number = top
    for number, row in enumerate(rows, start=top + 1):
        for index, cell in enumerate(row):
            sheet.write_string(number - 1, index, cell[:CELL_LIMIT], format_)
    return number
