"""Dates as records know them: a whole date, a month, or a year alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from passport.errors import Sentence

_SHAPE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
EARLIEST_YEAR = 1900  # a birth before it cannot be a living vaccinee's
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date of which the month or the day may be unknown (EU DCC schema 1.3, `dob`)."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day without a month")
        date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Reads `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; raises ValueError for anything else or an impossible date."""
        match = _SHAPE.fullmatch(text)
        if match is None:
            raise ValueError("not YYYY, YYYY-MM or YYYY-MM-DD")
        year, month, day = match.groups()
        return cls(int(year), int(month) if month else None, int(day) if day else None)

    @classmethod
    def of(cls, day: date) -> PartialDate:
        """The same day as a date that is wholly known."""
        return cls(day.year, day.month, day.day)

    @property
    def whole(self) -> date | None:
        """The day itself, or None while a part of it is unknown."""
        return date(self.year, self.month, self.day) if self.month and self.day else None

    @property
    def earliest(self) -> date:
        """The first day it can be."""
        return date(self.year, self.month or 1, self.day or 1)

    def consistent(self, other: PartialDate) -> bool:
        """Whether both can be the same day: every part known on both sides agrees."""
        return self.year == other.year and all(
            mine is None or theirs is None or mine == theirs
            for mine, theirs in ((self.month, other.month), (self.day, other.day))
        )

    def __str__(self) -> str:
        if self.day is not None:
            return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"
        return f"{self.year:04d}" if self.month is None else f"{self.year:04d}-{self.month:02d}"


def spoken_day(day: date | PartialDate) -> Sentence:
    """A day as both languages write it: 02/01/2027 and 2 January 2027; only the parts that are known."""
    known = day if isinstance(day, PartialDate) else PartialDate.of(day)
    if known.month is None:
        return Sentence(f"{known.year:04d}", f"{known.year}")
    month, year = _MONTHS[known.month - 1], known.year
    if known.day is None:
        return Sentence(f"{known.month:02d}/{year:04d}", f"{month} {year}")
    return Sentence(f"{known.day:02d}/{known.month:02d}/{year:04d}", f"{known.day} {month} {year}")
