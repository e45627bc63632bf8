"""Spreadsheets that go out: every cell is text, so that nothing in a name is ever a formula (security T13)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import xlsxwriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CELL_LIMIT = 32_767  # characters; what a cell of a spreadsheet can hold
NAME_LIMIT = 31  # characters of the name of a sheet
TEXT_FORMAT = 49  # the built-in format of text, shown as @
SPARE_ROWS = 2_000  # empty rows of a template that keep text as text and offer the choices


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column: its title, its width in characters, and what may be chosen in it (empty: anything)."""

    title: str
    width: int = 18
    choices: tuple[str, ...] = ()
    required: bool = False


def text_sheet(*, name: str, columns: Sequence[SheetColumn], rows: Iterable[Sequence[str]] = ()) -> bytes:
    """An XLSX file with one sheet: a header, `rows` of text, and room to go on typing text.

    The title of a required column is bold. Whoever opens the file gets no number, date or formula out of a cell,
    whatever it begins with.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        text = book.add_format({"num_format": TEXT_FORMAT, "valign": "top"})
        heading = {"num_format": TEXT_FORMAT, "text_wrap": True, "valign": "top", "bottom": 1}
        title, required = book.add_format(heading), book.add_format({**heading, "bold": True})
        sheet = book.add_worksheet(name[:NAME_LIMIT])
        sheet.freeze_panes(1, 0)
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width, text)
            if column.choices:
                choices = {"validate": "list", "source": list(column.choices), "error_type": "warning"}
                sheet.data_validation(1, index, SPARE_ROWS, index, choices)
            sheet.write_string(0, index, column.title, required if column.required else title)
        for number, row in enumerate(rows, start=1):
            for index, cell in enumerate(row):
                sheet.write_string(number, index, cell[:CELL_LIMIT], text)
    return out.getvalue()
