"""Birth dates, sexes and places as linkage compares them, all ASCII."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from passport.domain.dates import PartialDate
from passport.domain.names import fold
from passport.intake.dates import read_date
from passport.intake.linkage.normalise_names import place_key

OLDEST = 105  # years: a two-digit birth year means nobody older
_SEXES = {
    "m": "M", "nam": "M", "male": "M", "trai": "M", "ong": "M", "nam gioi": "M",
    "f": "F", "nu": "F", "female": "F", "gai": "F", "ba": "F", "nu gioi": "F",
    "0": "0", "1": "1", "0.0": "0", "1.0": "1",
}  # fmt: skip
# The words before the name of a unit, and their abbreviations; longest first.
_UNITS = ("thanh pho", "thi tran", "thi xa", "dac khu", "phuong", "tinh", "tp", "tt", "tx", "xa", "p", "x", "t")


class DayForms(NamedTuple):
    """A birth date as YYYYMMDD with 00 for what is unknown, and with day and month exchanged where that is a date."""

    day: str = ""
    swapped: str = ""
    year: str = ""


def day_forms(text: str, *, today: date) -> DayForms:
    """The forms of a birth date as typed, empty when it is none or lies outside a life."""
    try:
        earliest = date(today.year - OLDEST, 1, 1)
        typed = read_date(text.strip().removesuffix(".0"), earliest=earliest, latest=today).value
    except (ValueError, OverflowError):
        return DayForms()
    if not earliest.year - 15 <= typed.year <= today.year:
        return DayForms()
    return DayForms(
        day=f"{typed.year:04d}{typed.month or 0:02d}{typed.day or 0:02d}",
        swapped=_swapped(typed),
        year=f"{typed.year:04d}",
    )


def _swapped(typed: PartialDate) -> str:
    if not typed.month or not typed.day or typed.day > 12 or typed.day == typed.month:
        return ""
    return f"{typed.year:04d}{typed.day:02d}{typed.month:02d}"


def sex_form(text: str) -> str:
    """M or F; 0 and 1 stay, because lists disagree on what they mean; empty for anything else."""
    return _SEXES.get(fold(text), "")


def place_form(text: str) -> str:
    """The name of a unit without the word for its kind, or its code without leading noughts."""
    bare = text.strip().removesuffix(".0")
    if bare.isascii() and bare.isdigit():
        return bare.lstrip("0")
    words = place_key(bare)
    for unit in _UNITS:
        if words.startswith(unit + " "):
            return words[len(unit) + 1 :]
    return words
