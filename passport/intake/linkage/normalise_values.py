"""Birth dates, sexes and places as linkage compares them, all ASCII."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from passport.domain.dates import PartialDate
from passport.domain.names import fold
from passport.intake.dates import read_date
from passport.intake.linkage.cells import in_digits, seen
from passport.intake.linkage.normalise_names import place_key

OLDEST = 105  # years: a two-digit birth year means nobody older
_SEXES = {
    "m": "M", "nam": "M", "male": "M", "trai": "M", "ong": "M", "nam gioi": "M",
    "f": "F", "nu": "F", "female": "F", "gai": "F", "ba": "F", "nu gioi": "F",
    "con trai": "M", "be trai": "M", "con gai": "F", "be gai": "F",
    "0": "0", "1": "1", "2": "2", "0.0": "0", "1.0": "1", "2.0": "2",
}  # fmt: skip
# The words before the name of a unit, and their abbreviations; longest first.
_UNITS = (
    "thanh pho", "thi tran", "thi xa", "dac khu", "phuong", "tinh", "ttr", "tp", "tt", "tx", "xa", "p", "f", "x", "t",
)  # fmt: skip
_ALIASES = {"hcm": "ho chi minh", "tphcm": "ho chi minh"}
_NUMBERED = re.compile(r"\b([pf])(?=\d)", re.IGNORECASE)  # P12
_SIGNS = str.maketrans("–—\\|", "--//", "'’‘`\"*")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)", re.ASCII)


class DayForms(NamedTuple):
    """A birth date as YYYYMMDD with 00 for what is unknown, and with day and month exchanged where that is a date."""

    day: str = ""
    swapped: str = ""
    year: str = ""


def day_forms(text: str, *, today: date) -> DayForms:
    """The forms of a birth date as typed, empty when it is none or lies outside a life."""
    earliest = date(today.year - OLDEST, 1, 1)
    typed = _read(text.strip().removesuffix(".0"), earliest=earliest, latest=today)
    if typed is None or not earliest.year - 15 <= typed.year <= today.year:
        return DayForms()
    return DayForms(
        day=f"{typed.year:04d}{typed.month or 0:02d}{typed.day or 0:02d}",
        swapped=_swapped(typed),
        year=f"{typed.year:04d}",
    )


def _read(text: str, *, earliest: date, latest: date) -> PartialDate | None:
    """The date that a cell means, or the one year that it names where nothing more can be read."""
    for reading in _readings(text):
        try:
            return read_date(reading, earliest=earliest, latest=latest).value
        except (ValueError, OverflowError):
            pass
    return None


def _readings(text: str) -> Iterator[str]:
    yield text
    bare = seen(text).translate(_SIGNS).strip()
    yield bare.zfill(8) if len(bare) == 7 else bare  # a spreadsheet cut the nought of 01021990
    yield in_digits(bare)
    years = _YEAR.findall(text)
    if len(years) == 1:
        yield years[0]


def _swapped(typed: PartialDate) -> str:
    if not typed.month or not typed.day or typed.day > 12 or typed.day == typed.month:
        return ""
    return f"{typed.year:04d}{typed.day:02d}{typed.month:02d}"


def sex_form(text: str) -> str:
    """M or F; 0, 1 and 2 stay, because lists disagree on what they mean; empty for anything else."""
    return _SEXES.get(fold(text)) or _SEXES.get(place_key(text), "")


def place_form(text: str) -> str:
    """The name of a unit without the word for its kind, or its code without leading noughts."""
    bare = seen(text).strip().removesuffix(".0")
    if bare.isascii() and bare.isdigit():
        return bare.lstrip("0")
    words = place_key(_NUMBERED.sub(r"\1 ", bare))
    for unit in _UNITS:
        if words.startswith(unit + " "):
            words = words[len(unit) + 1 :]
            break
    return _ALIASES.get(words, words)
