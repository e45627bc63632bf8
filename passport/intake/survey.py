"""What the markup of a sheet holds, found before the spreadsheet reader allocates anything."""

from __future__ import annotations

from dataclasses import dataclass, field

from passport.errors import InputError, Refusal

COLUMN_LIMIT = 256  # the width of an XLS sheet; the widest layout has 26
CELL_LIMIT = 1_000_000  # of the rectangle that the reader allocates: 62,000 rows of 16 columns take about 100 MB
FORMULA_LIMIT = 200_000  # several columns of formulas in the longest list


@dataclass(slots=True)
class Survey:
    """The extent of one sheet and the places (row, column, from 0) of its formulas."""

    rows: int = 0
    columns: int = 0
    formulas: set[tuple[int, int]] = field(default_factory=set)

    def take(self, row: int, column: int) -> None:
        """Notes a cell; raises InputError (file_too_large) when the rectangle outgrows a limit."""
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
        if self.columns > COLUMN_LIMIT:
            raise InputError(Refusal.FILE_TOO_LARGE, "columns", variant="columns", values={"limit": COLUMN_LIMIT})
        if self.rows * self.columns > CELL_LIMIT:
            raise InputError(Refusal.FILE_TOO_LARGE, "cells", variant="cells", values={"limit": f"{CELL_LIMIT:,}"})

    def mark_formula(self, row: int, column: int) -> None:
        """Notes that a cell is a formula; raises InputError (file_too_large) when there are too many."""
        self.formulas.add((row, column))
        if len(self.formulas) > FORMULA_LIMIT:
            raise InputError(
                Refusal.FILE_TOO_LARGE, "formulas", variant="formulas", values={"limit": f"{FORMULA_LIMIT:,}"}
            )
