"""The dated schedule: ages and waits as they were on the day of the dose."""

from __future__ import annotations

from datetime import date

import pytest

from passport.domain.dates import PartialDate
from passport.domain.doses import DoseKind
from passport.rules.recommendations import SCHEDULE, ages_breached, in_force, shortest_wait
from passport.rules.schedules import VACCINES

PRIMARY, ADDITIONAL, BOOSTER = DoseKind.PRIMARY, DoseKind.ADDITIONAL, DoseKind.BOOSTER
ADULT = PartialDate(1980, 5, 5)


def test_every_row_is_of_the_catalogue_and_every_series_has_one() -> None:
    assert {row.vaccine for row in SCHEDULE if row.vaccine} == set(VACCINES)
    assert {row.vaccine for row in SCHEDULE if row.kind is PRIMARY} == set(VACCINES)
    assert all(row.source and row.valid_from.year >= 2021 for row in SCHEDULE)
    assert all(row.valid_to is None or row.valid_to > row.valid_from for row in SCHEDULE)


@pytest.mark.parametrize(
    ("vaccine", "days"),
    [("astrazeneca", 28), ("vero-cell", 21), ("pfizer", 21), ("moderna", 28), ("abdala", 14), ("janssen", None)],
)
def test_the_wait_within_a_series(vaccine: str, days: int | None) -> None:
    on = date(2022, 3, 1)
    assert shortest_wait(in_force(vaccine=vaccine, kind=PRIMARY, on=on), born=ADULT, on=on) == days


def test_a_letter_changes_the_wait_from_its_day_on() -> None:
    for on, days in ((date(2021, 12, 16), 181), (date(2021, 12, 17), 89)):
        assert shortest_wait(in_force(vaccine="pfizer", kind=BOOSTER, on=on), born=ADULT, on=on) == days
    early = date(2021, 11, 30)
    assert in_force(vaccine="pfizer", kind=BOOSTER, on=early) == ()
    assert shortest_wait([], born=ADULT, on=early) is None
    later = date(2022, 8, 1)
    second = in_force(vaccine="moderna", kind=BOOSTER, booster=2, on=later)
    assert shortest_wait(second, born=ADULT, on=later) == 120


def test_children_wait_as_their_own_rows_say() -> None:
    on = date(2022, 8, 1)
    rows = in_force(vaccine="pfizer", kind=PRIMARY, on=on)
    assert shortest_wait(rows, born=PartialDate(2015, 1, 1), on=on) == 28
    assert shortest_wait(rows, born=PartialDate(2008, 1, 1), on=on) == 21
    boosters = in_force(vaccine="pfizer", kind=BOOSTER, on=on)
    assert shortest_wait(boosters, born=PartialDate(2008, 1, 1), on=on) == 150


def test_ages_on_the_day_of_the_dose() -> None:
    on = date(2022, 4, 20)
    rows = in_force(vaccine="pfizer", kind=PRIMARY, on=on)
    assert not ages_breached(rows, born=PartialDate(2017, 4, 20), on=on)
    assert ages_breached(rows, born=PartialDate(2017, 4, 21), on=on)
    assert not ages_breached(rows, born=PartialDate(2017), on=on)  # may be five already
    before = in_force(vaccine="pfizer", kind=PRIMARY, on=date(2021, 9, 30))
    assert ages_breached(before, born=PartialDate(2005, 1, 1), on=date(2021, 9, 30))
    abdala = in_force(vaccine="abdala", kind=PRIMARY, on=on)
    assert ages_breached(abdala, born=PartialDate(1956, 4, 19), on=on)  # 66
    assert not ages_breached(abdala, born=PartialDate(1956), on=on)
    assert not ages_breached([], born=ADULT, on=on)


def test_an_age_that_none_allows_still_has_a_wait() -> None:
    on = date(2022, 4, 20)
    rows = in_force(vaccine="abdala", kind=PRIMARY, on=on)
    assert shortest_wait(rows, born=PartialDate(2016, 1, 1), on=on) == 14
