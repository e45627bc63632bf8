"""Cells and grids: what a sheet holds before anybody knows what its columns mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class CellKind(StrEnum):
    """How the file holds a cell."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    FORMULA = "formula"


class Cell(NamedTuple):  # a list has millions of them
    """One cell as text; `was` is how the file held it. The text of a formula is only its cached value."""

    text: str
    was: CellKind = CellKind.TEXT


EMPTY = Cell("")
NumberedRow = tuple[int, Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet, or a text file cut at one delimiter: `rows()` begins anew each time, numbered as the sheet numbers.

    `merged` are the ranges of merged cells, first and last of each as (row, column) from 0.
    """

    name: str
    rows: Callable[[], Iterator[NumberedRow]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] = ()


def cell_of(value: object, *, formula: bool = False) -> Cell:
    """The cell of a spreadsheet value: whole numbers without `.0`, dates as day/month/year, text untouched."""
    kind, text = CellKind.TEXT, ""
    if isinstance(value, bool):
        text = str(value).upper()
    elif isinstance(value, int | float):
        kind = CellKind.NUMBER
        text = str(int(value)) if float(value).is_integer() else repr(value)
    elif isinstance(value, datetime):
        kind, text = CellKind.DATE, value.strftime("%d/%m/%Y" if value.time() == value.time().min else "%d/%m/%Y %H:%M")
    elif isinstance(value, date):
        kind, text = CellKind.DATE, value.strftime("%d/%m/%Y")
    else:
        text = str(value)
    return Cell(text, CellKind.FORMULA if formula else kind)
