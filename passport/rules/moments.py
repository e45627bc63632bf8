"""The dates of CertLogic: which texts are dates, and the arithmetic of the JavaScript `Date` in UTC."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta

TIME_UNITS = ("year", "month", "day", "hour")

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_DATE_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{1,2}):?(\d{2})?)?", re.ASCII)


def is_date(text: str) -> bool:
    """Whether `text` has the form of a date, a month or a year, without a time."""
    return _DATE.fullmatch(text) is not None


def read_moment(text: str) -> datetime:
    """The instant that `text` names; a missing zone is UTC, a month or a year alone is its last day.

    Raises ValueError for another form or a date that no calendar has. Decimals after the third are dropped.
    """
    if date := _DATE.fullmatch(text):
        year, month = int(date[1]), int(date[2] or 12)
        return datetime(year, month, int(date[3] or monthrange(year, month)[1]), tzinfo=UTC)
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise ValueError("not an allowed date or date-time")
    local, fraction, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    if offset >= timedelta(days=1) or int(minutes or 0) > 59:
        raise ValueError("no such offset")
    milliseconds = int(((fraction or "") + "000")[:3])
    moment = datetime.fromisoformat(local).replace(tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return moment + offset if sign == "-" else moment - offset


def moved(moment: datetime, amount: int, unit: str) -> datetime:
    """`moment` with `amount` years, months, days or hours added; a day that the month lacks runs over.

    Raises ValueError or OverflowError when the result is no date of the calendar.
    """
    if unit == "day":
        return moment + timedelta(days=amount)
    if unit == "hour":
        return moment + timedelta(hours=amount)
    months = moment.year * 12 + moment.month - 1 + amount * (12 if unit == "year" else 1)
    first = moment.replace(year=months // 12, month=months % 12 + 1, day=1)
    return first + timedelta(days=moment.day - 1)
