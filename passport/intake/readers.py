"""Reads the cells of one row and notes what is wrong with them; what a fault does to the row stands in one table."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache

from passport.domain.dates import PartialDate
from passport.domain.names import tidy
from passport.errors import RowReason
from passport.intake.cells import CellKind
from passport.intake.dates import read_date
from passport.intake.issues import Issue, Severity, repaired
from passport.intake.sheets import RawRow

# What a fault in a column does to its row. A dose whose person cannot be told apart, or that names no real event,
# is refused; one whose record somebody must settle first is held; the rest is stored without the faulty cell.
ON_FAULT: Mapping[str, Severity] = {
    "full_name": Severity.REFUSED,
    "birth_date": Severity.REFUSED,
    "sex": Severity.REFUSED,
    "vaccine": Severity.REFUSED,
    "dose_number": Severity.REFUSED,
    "vaccination_date": Severity.REFUSED,
    "id_number": Severity.HELD,
    "dose_kind": Severity.HELD,
    "site": Severity.HELD,
}
# Characters; what the registry keeps of each field, and for others no more than a correct cell can need.
LIMITS: Mapping[str, int] = {
    "full_name": 80,
    "address": 200,
    "employer": 200,
    "site": 200,
    "vaccine": 120,
    "priority_group": 60,
    "nationality": 60,
}
OTHER_LIMIT = 40

_JOINERS = "\u200c\u200d"  # part of the spelling of Persian and Indian names
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


class RowReader:
    """One row under inspection; `issues` grows as its cells are read."""

    def __init__(self, raw: RawRow, *, on_fault: Mapping[str, Severity] = ON_FAULT) -> None:
        self._cells = raw.cells
        self._on_fault = on_fault
        self.issues: list[Issue] = []

    def has(self, key: str) -> bool:
        """Whether the cell is filled."""
        return key in self._cells

    def fault(self, key: str, reason: RowReason, variant: str | None = None, **values: str | int) -> None:
        """Notes a fault, as grave as its column."""
        self.issues.append(Issue(key, self._on_fault.get(_field(key), Severity.WARNED), reason, variant, values))

    def warn(self, key: str, reason: RowReason, variant: str | None = None, **values: str | int) -> None:
        """Notes something to look at."""
        self.issues.append(Issue(key, Severity.WARNED, reason, variant, values))

    def repair(self, key: str, reason: RowReason, *, before: str, after: str) -> None:
        """Notes a repair that is certain."""
        self.issues.append(repaired(key, reason, before=before, after=after))

    def text(self, key: str, *, required: bool = False) -> str | None:
        """The tidy text of a cell, or None where it is empty or its content cannot be taken."""
        cell = self._cells.get(key)
        text = tidy(cell.text) if cell else ""
        if cell is None or not (text or cell.was is CellKind.FORMULA):
            if required:
                self.fault(key, RowReason.MISSING_VALUE)
        elif cell.was is CellKind.FORMULA:
            self.fault(key, RowReason.FORMULA)
        elif not cell.text.isprintable() and any(_is_hidden(c) for c in cell.text):
            self.fault(key, RowReason.CONTROL_CHARACTERS)
        elif len(text) > _limit(key):
            self.fault(key, RowReason.TOO_LONG, limit=_limit(key))
        else:
            return text
        return None

    def date(
        self,
        key: str,
        reason: RowReason,
        *,
        earliest: date,
        latest: date,
        year: int | None = None,
        required: bool = True,
    ) -> PartialDate | None:
        """The date of a cell, none after `latest`; `reason` is what an impossible one gives."""
        text = self.text(key, required=required)
        if text is None:
            return None
        try:
            typed = read_date(text, earliest=earliest, latest=latest, year=year)
        except ValueError as error:
            self.fault(key, RowReason.AMBIGUOUS_DATE if str(error) == "ambiguous" else reason, value=text)
            return None
        if typed.value.earliest > latest:
            self.fault(key, RowReason.DATE_IN_FUTURE, value=text)
            return None
        if typed.repair is not None:
            undone = reason if typed.repair == "serial" else RowReason.AMBIGUOUS_DATE
            self.repair(key, undone, before=text, after=day_first(typed.value))
        return typed.value


def day_first(day: PartialDate) -> str:
    """The date as the lists of the country write it."""
    return "/".join(reversed(str(day).split("-")))


@cache  # of the few columns that lists have
def _field(key: str) -> str:
    """The field of a column, whichever of the numbered groups of a ward list it stands in."""
    return key.rstrip("123456789").rstrip("_")


@cache
def _limit(key: str) -> int:
    return LIMITS.get(_field(key), OTHER_LIMIT)


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN and character not in "\t\r\n" + _JOINERS
