"""Dates as CertLogic reads and moves them: the tables of specification 1.3.3, `plusTime` and `dccDateOfBirth`."""

from __future__ import annotations

import pytest

from passport.rules.moments import is_date, moved, read_moment


def told(text: str) -> str:
    return read_moment(text).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2021-05-04", "2021-05-04T00:00:00.000Z"),
        ("2021-05-04T13:37:42Z", "2021-05-04T13:37:42.000Z"),
        ("2021-05-04T13:37:42", "2021-05-04T13:37:42.000Z"),
        ("2021-08-20T12:03:12+02:00", "2021-08-20T10:03:12.000Z"),
        ("2021-08-20T12:03:12+02", "2021-08-20T10:03:12.000Z"),
        ("2021-08-20T12:03:12+2", "2021-08-20T10:03:12.000Z"),
        ("2021-08-20T12:03:12+0230", "2021-08-20T09:33:12.000Z"),
        ("2021-08-20T12:03:12+230", "2021-08-20T09:33:12.000Z"),
        ("2021-08-20T12:03:12-1:00", "2021-08-20T13:03:12.000Z"),
        ("2021-08-01T00:00:00.1Z", "2021-08-01T00:00:00.100Z"),
        ("2021-08-01T00:00:00.0019999Z", "2021-08-01T00:00:00.001Z"),
        ("2004", "2004-12-31T00:00:00.000Z"),
        ("2004-02", "2004-02-29T00:00:00.000Z"),
        ("2003-02", "2003-02-28T00:00:00.000Z"),
        ("2004-12", "2004-12-31T00:00:00.000Z"),
    ],
)
def test_reading(text: str, instant: str) -> None:
    assert told(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20210504",
        "2021-5-4",
        "2021-02-30",
        "2021-13",
        "0000",
        "2021-05-04 13:37:42",
        "2021-05-04T13:37",
        "2021-05-04T13:37:42z",
        "2021-05-04T24:00:00Z",
        "2021-05-04T13:37:42+24:00",
        "2021-05-04T13:37:42+01:60",
        "2021-05-04\n",
        "٢٠٢١-05-04",
    ],
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_moment(text)


@pytest.mark.parametrize(
    ("text", "amount", "unit", "day"),
    [
        ("2021-06-23", 1, "day", "2021-06-24"),
        ("2021-06-23", -180, "day", "2020-12-25"),
        ("2021-06-23", 72, "hour", "2021-06-26"),
        ("2021-12-01", 1, "month", "2022-01-01"),
        ("2021-12-01", -12, "month", "2020-12-01"),
        ("2021-01-31", 1, "month", "2021-03-03"),
        ("2021-03-31", -1, "month", "2021-03-03"),
        ("2020-01-31", 1, "month", "2020-03-02"),
        ("2020-02-29", 1, "month", "2020-03-29"),
        ("2020-02-29", 1, "day", "2020-03-01"),
        ("2020-02-29", 1, "year", "2021-03-01"),
        ("2020-02-29", -1, "year", "2019-03-01"),
        ("2020-02-29", 4, "year", "2024-02-29"),
        ("2004-02-29", 18, "year", "2022-03-01"),
        ("2004-02-28", -18, "year", "1986-02-28"),
    ],
)
def test_moving(text: str, amount: int, unit: str, day: str) -> None:
    assert moved(read_moment(text), amount, unit).date().isoformat() == day


def test_dates_are_told_from_date_times() -> None:
    assert all(is_date(text) for text in ("2004", "2004-02", "2004-02-29"))
    assert not is_date("2004-02-29T00:00:00Z")
