"""How doses are to be given, as dated data: from which age and how long after the dose before.

The rules changed by letter while the campaign ran, and some sites gave doses otherwise with permission: what
differs is told, never refused. `data/schedules.json` holds the rows and their sources.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from passport.domain.dates import PartialDate
from passport.domain.doses import DoseKind


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One row of the schedule; `vaccine` None is any product, `booster` tells which booster dose.

    Ages are completed years on the day of the dose and inclusive, `min_days` counts from the dose before,
    `valid_to` is exclusive.
    """

    vaccine: str | None
    kind: DoseKind
    booster: int | None
    min_age: int
    max_age: int | None
    min_days: int | None
    valid_from: date
    valid_to: date | None
    source: str

    def fits(self, *, born: PartialDate, on: date) -> bool:
        """Whether somebody born then can have been of the right age; what is unknown of the date is in favour."""
        return _most_years(born, on) >= self.min_age and (
            self.max_age is None or _fewest_years(born, on) <= self.max_age
        )


def _recommendation(row: dict[str, Any]) -> Recommendation:
    least, most = row["ages"]
    ends = row["valid_to"]
    return Recommendation(
        vaccine=row["vaccine"],
        kind=DoseKind(row["kind"]),
        booster=row["booster"],
        min_age=least,
        max_age=most,
        min_days=row["min_days"],
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(ends) if ends else None,
        source=row["source"],
    )


_FILE = Path(__file__).parent / "data" / "schedules.json"
SCHEDULE = tuple(_recommendation(row) for row in json.loads(_FILE.read_text("utf-8"))["rows"])


@lru_cache(maxsize=4096)  # a long list asks for the same few days and products again and again
def in_force(*, vaccine: str, kind: DoseKind, booster: int = 1, on: date) -> tuple[Recommendation, ...]:
    """The rows for a product and kind of dose on the day `on`; none where nothing is known of it."""
    return tuple(
        row
        for row in SCHEDULE
        if row.vaccine in (None, vaccine)
        and row.kind is kind
        and row.booster in (None, booster)
        and row.valid_from <= on
        and (row.valid_to is None or on < row.valid_to)
    )


def ages_breached(rows: Sequence[Recommendation], *, born: PartialDate, on: date) -> bool:
    """Whether there are rows and none of them is for somebody born then."""
    return bool(rows) and not any(row.fits(born=born, on=on) for row in rows)


def shortest_wait(rows: Sequence[Recommendation], *, born: PartialDate, on: date) -> int | None:
    """The fewest days after the dose before that the rows ask for; for ages that none allows, the fewest of all."""
    fitting = [row for row in rows if row.fits(born=born, on=on)] or rows
    return min((row.min_days for row in fitting if row.min_days is not None), default=None)


def _most_years(born: PartialDate, on: date) -> int:
    """Completed years at most, for a date of which parts are unknown."""
    first = born.earliest
    return on.year - first.year - ((on.month, on.day) < (first.month, first.day))


def _fewest_years(born: PartialDate, on: date) -> int:
    last = (born.month or 12, born.day or 31)
    return on.year - born.year - ((on.month, on.day) < last)
