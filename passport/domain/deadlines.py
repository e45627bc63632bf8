"""By when somebody is answered: the days that the law gives, counted over weekends and public holidays.

The holidays of a year stand in `data/public_holidays.json`; of a year that is not there only weekends are known, so a
day can be early, never late. The day on which something begins does not count (Civil Code 2015, article 147).
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path

_HOLIDAYS = Path(__file__).parent / "data" / "public_holidays.json"
_DAY = timedelta(days=1)
_SATURDAY = 5

ANSWER_WORKING_DAYS = 2  # until the first answer (Law 91/2025/QH15, Decree 356/2025/NĐ-CP)
# Until data are rectified, in days, by the day from which the rule holds: Decree 13/2023/NĐ-CP gave 72 hours to a
# request, Decree 356/2025/NĐ-CP gives ten days. Cases from before the first rule are counted by it.
RECTIFIED_WITHIN: tuple[tuple[date, timedelta], ...] = (
    (date(2023, 7, 1), timedelta(hours=72)),
    (date(2026, 1, 1), timedelta(days=10)),
)


def is_working_day(day: date) -> bool:
    """Whether public offices work on a day: neither a weekend nor a public holiday, or a Saturday in place of one."""
    off, worked = _holidays()
    return day in worked or (day.weekday() < _SATURDAY and day not in off)


def answered_by(asked_on: date) -> date:
    """The day by which somebody who wrote on `asked_on` has a first answer."""
    day, left = asked_on, ANSWER_WORKING_DAYS
    while left:
        day += _DAY
        left -= is_working_day(day)
    return day


def rectified_by(began_on: date) -> date:
    """The day by which wrong data are put right that were found on `began_on`.

    A period that ends on a day off ends with the next working day (Civil Code 2015, article 148).
    """
    rules = [within for start, within in RECTIFIED_WITHIN if start <= began_on]
    day = began_on + (rules[-1] if rules else RECTIFIED_WITHIN[0][1])
    while not is_working_day(day):
        day += _DAY
    return day


def late_before(today: date) -> date:
    """The first day on which a case can have begun that is not late today: whatever began before it is."""
    day = today
    while rectified_by(day - _DAY) >= today:
        day -= _DAY
    return day


@cache
def _holidays() -> tuple[frozenset[date], frozenset[date]]:
    """The days off, and the days of rest on which offices work."""
    years = json.loads(_HOLIDAYS.read_text("utf-8"))["years"].items()
    off, worked = (
        frozenset(date.fromisoformat(f"{year}-{day}") for year, days in years for day in days[which])
        for which in ("off", "worked")
    )
    return off, worked
