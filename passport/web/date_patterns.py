"""What the API takes for a date, as patterns of JSON Schema (ECMA 262): only days that there are."""

from __future__ import annotations

import re

_LEAP = r"(?:0[48]|[2468][048]|[13579][26])"  # two digits that a leap year may end with, but for 00
_MONTH = r"(?:0[1-9]|1[0-2])"
_YEAR = r"(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_LEAP_YEAR = rf"(?:[0-9]{{2}}{_LEAP}|{_LEAP}00)"
_CLOCK_YEAR = r"(?:19[7-9][0-9]|2[01][0-9]{2})"  # those of verifying.request.AT_YEARS
_CLOCK_LEAP_YEAR = rf"(?:19(?:7[26]|8[048]|9[26])|20(?:00|{_LEAP})|21{_LEAP})"
_DAYS = (
    (r"(?:0[13578]|1[02])", r"(?:0[1-9]|[12][0-9]|3[01])"),
    (r"(?:0[469]|11)", r"(?:0[1-9]|[12][0-9]|30)"),
    ("02", r"(?:0[1-9]|1[0-9]|2[0-8])"),
)
_HOUR, _SIXTY = r"(?:[01][0-9]|2[0-3])", r"[0-5][0-9]"
_TIME = rf"[Tt ]{_HOUR}:{_SIXTY}(?::{_SIXTY}(?:\.[0-9]+)?)?(?:[Zz]|[+-]{_HOUR}:{_SIXTY})?"


def _iso(year: str, leap_year: str) -> str:
    days = "|".join(f"{month}-{day}" for month, day in _DAYS)
    return f"(?:{year}-(?:{days})|{leap_year}-02-29)"


def _day_first(year: str, leap_year: str) -> str:
    days = "|".join(f"{_typed(day)}/{_typed(month)}" for month, day in _DAYS)
    return f"(?:(?:{days})/{year}|29/{_typed('02')}/{leap_year})"


def _typed(number: str) -> str:
    """Two digits as people type them: without the leading zero, too."""
    return re.sub(r"(^|[(:])0", r"\g<1>0?", number)


DAY = _iso(_CLOCK_YEAR, _CLOCK_LEAP_YEAR)
CLOCK = f"{DAY}(?:{_TIME})?"
BORN = f"{_iso(_YEAR, _LEAP_YEAR)}|{_YEAR}-{_MONTH}|{_YEAR}|{_day_first(_YEAR, _LEAP_YEAR)}|{_typed(_MONTH)}/{_YEAR}"
