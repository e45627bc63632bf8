"""Days by which people are answered: weekends, Tết, moved working days, and what the law gave when a case began."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from passport.domain.deadlines import answered_by, is_working_day, late_before, rectified_by


@pytest.mark.parametrize(
    ("asked_on", "due"),
    [
        (date(2026, 11, 16), date(2026, 11, 18)),  # Monday
        (date(2026, 11, 19), date(2026, 11, 23)),  # Thursday: the weekend does not count
        (date(2026, 11, 21), date(2026, 11, 25)),  # Saturday before the Culture Day on Tuesday
        (date(2026, 2, 13), date(2026, 2, 24)),  # Friday before Tết
        (date(2026, 1, 8), date(2026, 1, 10)),  # a Saturday that is worked in place of 2 January
        (date(2031, 4, 29), date(2031, 5, 1)),  # a year without data: early, never late
    ],
)
def test_a_first_answer_is_due_in_two_working_days(asked_on: date, due: date) -> None:
    assert answered_by(asked_on) == due


@pytest.mark.parametrize(
    ("began_on", "due"),
    [
        (date(2026, 11, 20), date(2026, 11, 30)),
        (date(2026, 11, 18), date(2026, 11, 30)),  # the tenth day is a Saturday
        (date(2026, 2, 7), date(2026, 2, 23)),  # the tenth day is the first of Tết
        (date(2025, 12, 31), date(2026, 1, 5)),  # 72 hours, as the rule was when it began; the third of January is one
        (date(2021, 10, 18), date(2021, 10, 21)),
    ],
)
def test_wrong_data_are_put_right_within_what_the_law_gave_that_day(began_on: date, due: date) -> None:
    assert rectified_by(began_on) == due


def test_what_is_late_is_told_by_the_day_it_began() -> None:
    for ahead in range(400):  # over a new year, both Tết and every other holiday
        today = date(2026, 1, 20) + timedelta(days=ahead)
        first = late_before(today)
        assert rectified_by(first - timedelta(days=1)) < today <= rectified_by(first)


def test_each_year_has_its_days() -> None:
    for year in range(2021, 2027):
        weekdays = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
        off = [day for day in weekdays if day.weekday() < 5 and not is_working_day(day)]
        worked = [day for day in weekdays if day.weekday() >= 5 and is_working_day(day)]
        # Eleven days a year, all on working days or moved to one, and twelve since the Culture Day.
        assert len(off) - len(worked) == 11 + (year >= 2026)
