"""Dates as people and spreadsheets write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport.domain.dates import PartialDate
from passport.intake.dates import TypedDate, read_date

TODAY = date(2026, 11, 21)


def read(text: str, *, earliest: date = date(1900, 1, 1), year: int | None = None) -> TypedDate:
    return read_date(text, earliest=earliest, latest=TODAY, year=year)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("02/01/1990", "1990-01-02"),
        ("2-1-1990", "1990-01-02"),
        (" 2 . 1 . 1990 ", "1990-01-02"),
        ("1990-01-02", "1990-01-02"),
        ("1990-01-02T00:00:00", "1990-01-02"),
        ("1990/1/2 10:00", "1990-01-02"),
        ("02011990", "1990-01-02"),
        ("19900102", "1990-01-02"),
        ("ngày 2 tháng 1 năm 1990", "1990-01-02"),
        ("08h30 ngày 02/01/1990", "1990-01-02"),
        ("02/01/1990 08:30", "1990-01-02"),
        ("02/01/1990 8 giờ 30", "1990-01-02"),
        ("02/01/1990 23:59:59", "1990-01-02"),
        ("2 January 1990", "1990-01-02"),
        ("2-Jan-1990", "1990-01-02"),
        ("January 2, 1990", "1990-01-02"),
        ("2-thg 1-1990", "1990-01-02"),
        ("2/thg1/1990", "1990-01-02"),
        ("1990 01 02", "1990-01-02"),
        ("01/1990", "1990-01"),
        ("00/01/1990", "1990-01"),
        ("1990", "1990"),
        ("00/00/1990", "1990"),
        ("năm 1990", "1990"),
        ("29/02/2024", "2024-02-29"),
        ("'02/01/1990", "1990-01-02"),
        ("’1990", "1990"),
    ],
)
def test_forms_that_need_no_repair(text: str, told: str) -> None:
    assert read(text) == TypedDate(PartialDate.parse(told))


@pytest.mark.parametrize(
    ("text", "told", "repair"),
    [
        ("44418", "2021-08-10", "serial"),
        ("44418.354", "2021-08-10", "serial"),
        ("44418,354", "2021-08-10", "serial"),
        ("08/25/2021", "2021-08-25", "swapped"),
        ("15/3/85", "1985-03-15", "short_year"),
        ("08/25/85", "1985-08-25", "swapped"),
    ],
)
def test_repairs_that_are_certain(text: str, told: str, repair: str) -> None:
    assert read(text) == TypedDate(PartialDate.parse(told), repair)


def test_a_short_year_needs_another_witness() -> None:
    with pytest.raises(ValueError, match="ambiguous"):
        read("15/3/15")
    assert str(read("15/3/15", year=1915).value) == "1915-03-15"
    assert str(read("15/3/15", year=2015).value) == "2015-03-15"
    assert str(read("15/3/21", earliest=date(2020, 12, 1)).value) == "2021-03-15"
    with pytest.raises(ValueError, match="no_date"):
        read("15/3/15", earliest=date(2020, 12, 1))


@pytest.mark.parametrize(
    "text",
    ["", "abc", "99", "1/2/3/4", "0/0/0", "١/٢/١٩٩٠", "123456789", "1.23E+11", "//", "ngày"],
)
def test_no_dates(text: str) -> None:
    with pytest.raises(ValueError, match="no_date"):
        read(text)


@pytest.mark.parametrize(
    "text",
    ["30/02/1990", "31/04/1990", "29/02/2023", "32/01/2020", "13/14/2020", "13/1990", "1990-13-01", "2021-02-30",
     "1/1/0000"],
)  # fmt: skip
def test_days_of_no_calendar(text: str) -> None:
    with pytest.raises(ValueError, match="no_such_day"):
        read(text)


@given(st.dates(min_value=date(1900, 1, 1), max_value=TODAY))
def test_every_day_is_read_day_first(day: date) -> None:
    assert read(day.strftime("%d/%m/%Y")).value == PartialDate.of(day)
    assert read(f"{day.day}.{day.month}.{day.year}").value == PartialDate.of(day)
    assert read(day.isoformat()).value == PartialDate.of(day)


@given(st.text(max_size=40))
def test_any_text_gives_a_date_or_a_word(text: str) -> None:
    try:
        told = str(read(text).value)
    except ValueError as error:
        told = str(error)
    assert told in {"no_date", "no_such_day", "ambiguous"} or told[:4].isdigit()
