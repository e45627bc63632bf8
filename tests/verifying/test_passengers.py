"""Certificates and passengers: the best agreement first, one to one, and nobody chosen where two are as good."""

from __future__ import annotations

import pytest

from passport.domain.certificate import Holder
from passport.domain.dates import PartialDate
from passport.domain.names import Transliterated, split_full_name, transliterate
from passport.verifying.passengers import Passenger, Unclear, match_passengers, same_person


def holder(name: str, born: str | None = "1990-01-02") -> Holder:
    family, given = split_full_name(name)
    latin = Transliterated(transliterate(family), transliterate(given))
    return Holder(family, given, latin, PartialDate.parse(born) if born else None)


def passenger(row: int, name: str, born: str | None = "1990-01-02") -> Passenger:
    return Passenger(row, name, PartialDate.parse(born) if born else None)


@pytest.mark.parametrize(
    ("listed", "certified"),
    [
        ("Nguyễn Văn An", "Nguyễn Văn An"),
        ("NGUYEN VAN AN", "Nguyễn Văn An"),
        ("AN VAN NGUYEN", "Nguyễn Văn An"),
        ("Nguyen An", "Nguyễn Văn An"),
    ],
)
def test_a_name_is_found_as_bookings_write_it(listed: str, certified: str) -> None:
    found = match_passengers([passenger(1, "Lê Thị Mai"), passenger(2, listed)], [holder(certified)])
    assert (found.person_of, found.unclear) == ({1: 0}, ())


def test_the_better_agreement_is_settled_first() -> None:
    passengers = [passenger(1, "Trần Lan"), passenger(2, "Trần Thị Lan")]
    people = [holder("Trần Thị Lan"), holder("Trần Thị Ngọc Lan")]
    assert match_passengers(passengers, people).person_of == {1: 0, 0: 1}


def test_a_birth_date_parts_namesakes_and_its_lack_does_not_outbid_it() -> None:
    passengers = [passenger(1, "Lê Mai", None), passenger(2, "Lê Mai", "1991-05-06"), passenger(3, "Lê Mai")]
    people = [holder("Lê Mai"), holder("Lê Mai", "1991-05-06"), holder("Lê Mai", "1950")]
    assert match_passengers(passengers, people).person_of == {2: 0, 1: 1, 0: 2}


def test_nobody_is_chosen_where_two_are_as_good() -> None:
    twice = [passenger(1, "Lê Mai"), passenger(2, "Lê Mai"), passenger(3, "Hồ Nga")]
    found = match_passengers(twice, [holder("Lê Mai"), holder("Hồ Nga")])
    assert found.person_of == {2: 1}
    assert found.unclear == (Unclear(frozenset({0, 1}), frozenset({0})),)
    two_near = match_passengers([passenger(1, "Trần Lan")], [holder("Trần Thị Lan"), holder("Trần Ngọc Lan")])
    assert two_near.person_of == {}
    assert two_near.unclear == (Unclear(frozenset({0}), frozenset({0, 1})),)


def test_another_birth_date_or_no_name_is_nobody() -> None:
    passengers = [passenger(1, "Lê Mai", "1990-02-01"), passenger(2, "")]
    assert match_passengers(passengers, [holder("Lê Mai")]).person_of == {}


def test_one_person_on_two_certificates() -> None:
    assert same_person(holder("Lê Thị Mai"), holder("LE THI MAI"))
    assert not same_person(holder("Lê Thị Mai"), holder("Lê Mai"))
    assert not same_person(holder("Lê Mai"), holder("Lê Mai", "1990"))
