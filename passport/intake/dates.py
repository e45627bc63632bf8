"""Dates as people and spreadsheets write them: day first, years of two digits, serial numbers, times beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from passport.domain.dates import PartialDate
from passport.domain.names import fold

_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
_SERIAL_START = date(1899, 12, 30)  # day 0 of a spreadsheet that takes 1900 for a leap year
_ISO = re.compile(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})(?:[t ].*)?", re.ASCII)
_USUAL = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})", re.ASCII)  # what most cells hold; the long way reads the same
_TIME = re.compile(r"(?<![\d/.-])\d{1,2} ?(?::|gio\b|h|g) ?\d{0,2}(?::\d{2})?(?: ?(?:am|pm|sa|ch)\b)?")
_WORDS = re.compile(r"\b(?:ngay|thang|thg|nam|luc|vao)(?![a-z])|[\s/.,-]+")
_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}
_MONTH_NAME = re.compile(r"\b(" + "|".join(_MONTHS) + r")[a-z]*\b")


@dataclass(frozen=True, slots=True)
class TypedDate:
    """A date that was understood; `repair` names what had to be undone for it: serial, short_year or swapped."""

    value: PartialDate
    repair: str | None = None


def read_date(text: str, *, earliest: date, latest: date, year: int | None = None) -> TypedDate:
    """The date that a cell means; a day or month of 0 is unknown.

    `earliest`, `latest` and a known `year` only decide between the centuries of a two-digit year; that the date
    lies between them is the caller's to check. Raises ValueError with `ambiguous` for a two-digit year that can
    be two, `no_such_day` for a day or month that no calendar has, `no_date` for everything else that is no date.
    """
    if usual := _USUAL.fullmatch(text):
        day, month, full = map(int, usual.groups())
        return _day_first(day, month, full, None)
    if iso := _ISO.fullmatch(text):
        return TypedDate(_partial(*map(int, iso.groups())))
    bare = fold(text).lstrip("'’‘`")  # what keeps a spreadsheet from reading a text
    if serial := _SERIAL.fullmatch(bare):
        return TypedDate(PartialDate.of(_SERIAL_START + timedelta(days=int(serial.group(1)))), "serial")
    if iso := _ISO.fullmatch(bare):
        return TypedDate(_partial(*map(int, iso.groups())))
    timeless = _TIME.sub(" ", bare)
    parts = _WORDS.sub(" ", _MONTH_NAME.sub(lambda match: f" {_MONTHS[match.group(1)]} ", timeless)).split()
    if len(parts) == 3 and _MONTH_NAME.match(timeless):  # February 1, 1990
        parts[:2] = parts[1::-1]
    if len(parts) == 1 and len(parts[0]) == 8:  # day first, as the code on an identity card writes it, or year first
        run = parts[0]
        by_year = not "1900" <= run[4:] <= "2100"
        parts = [run[6:], run[4:6], run[:4]] if by_year else [run[:2], run[2:4], run[4:]]
    if not 1 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError("no_date")
    *rest, last = parts
    day, month = (int(p) for p in ["0", "0", *rest][-2:])
    if len(last) == 4:
        return _day_first(day, month, int(last), None)
    if len(last) == 2 and len(parts) == 3:
        return _short(day, month, int(last), earliest=earliest, latest=latest, year=year)
    raise ValueError("no_date")


def _short(day: int, month: int, short: int, *, earliest: date, latest: date, year: int | None) -> TypedDate:
    """A year of two digits: certain when one century alone is possible, or the year is known from elsewhere."""
    read = [_day_first(day, month, century + short, "short_year") for century in (1900, 2000)]
    if year is not None and any(typed.value.year == year for typed in read):
        return next(typed for typed in read if typed.value.year == year)
    possible = [typed for typed in read if earliest <= typed.value.earliest <= latest]
    if len(possible) == 1:
        return possible[0]
    raise ValueError("ambiguous" if possible else "no_date")


def _day_first(day: int, month: int, year: int, repair: str | None) -> TypedDate:
    """Day before month, as everybody here writes; the other way round only where nothing else is a date."""
    if month > 12 >= day > 0:
        return TypedDate(_partial(year, day, month), "swapped")
    return TypedDate(_partial(year, month, day), repair)


def _partial(year: int, month: int, day: int) -> PartialDate:
    try:
        return PartialDate(year, month or None, (day or None) if month else None)
    except ValueError as error:
        raise ValueError("no_such_day") from error
