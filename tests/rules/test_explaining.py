"""Why a country's rules are not met: found by asking them again, told as one of the four sentences."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from passport.domain.certificate import Certificate, Kind
from passport.domain.verdict import Why
from passport.rules.judging import judge
from passport.rules.rule import Rule, read_rule
from passport.rules.rulesets import DEMO_RULES, read_json
from tests.rules.making import EPIVAC, JANSSEN, PFIZER, certificate, document

ENTRY = "payload.v.0."
DEMO = [read_rule(read_json(file.read_bytes())) for file in sorted(DEMO_RULES.rglob("rule.json"))]


def var(name: str) -> dict[str, str]:
    return {"var": ENTRY + name}


def aged(least: int, most: int) -> dict[str, Any]:
    clock = {"plusTime": [{"var": "external.validationClock"}, 0, "day"]}
    window = [{"plusTime": [var("dt"), days, "day"]} for days in (least, most + 1)]
    return {"and": [{"not-before": [clock, window[0]]}, {"before": [clock, window[1]]}]}


def rules(*logics: Any) -> list[Rule]:
    return [read_rule(document(f"VR-XB-{number:04}", Logic=logic)) for number, logic in enumerate(logics)]


def why(rules: list[Rule], on: str, shown: Certificate, *, country: str = "XA") -> dict[str, Any] | None:
    day = date.fromisoformat(on)
    at = datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)
    found = judge(rules, country=country, certificate=shown, doses=shown.doses, at=at, on=day).why
    return {"kind": found.kind, **found.values} if found else None


@pytest.mark.parametrize(
    ("on", "shown", "expected"),
    [
        ("2022-01-15", certificate(), None),
        ("2022-01-14", certificate(), {"kind": "too_soon", "days": 13, "min": 14, "date": "2022-01-15"}),
        ("2022-01-01", certificate(), {"kind": "too_soon", "days": 0, "min": 14, "date": "2022-01-15"}),
        ("2022-09-28", certificate(), None),
        ("2022-09-29", certificate(), {"kind": "too_long", "days": 271, "max": 270}),
        ("2026-11-21", certificate(), {"kind": "too_long", "days": 1785, "max": 270}),
        ("2022-03-01", certificate(number=1), {"kind": "doses", "number": 1, "of": 2}),
        ("2022-01-03", certificate(number=1), {"kind": "doses", "number": 1, "of": 2}),
        ("2022-03-01", certificate("Abdala", 2, 3), {"kind": "doses", "number": 2, "of": 3}),
        ("2022-03-01", certificate(EPIVAC), {"kind": "product", "product": "EpiVacCorona", "country": "XA"}),
        ("2022-01-03", certificate(EPIVAC), {"kind": "product", "product": "EpiVacCorona", "country": "XA"}),
        ("2022-01-02", certificate(number=3, of=3), None),
        ("2022-01-02", certificate(JANSSEN, 1, 1), {"kind": "too_soon", "days": 1, "min": 14, "date": "2022-01-15"}),
        ("2026-01-02", certificate(number=2, of=1), None),
    ],
)
def test_the_invented_country(on: str, shown: Certificate, expected: dict[str, Any] | None) -> None:
    assert why(DEMO, on, shown) == expected


def test_the_first_day_on_which_the_rule_is_met_is_the_first() -> None:
    told = why(DEMO, "2022-01-05", certificate())
    assert told is not None
    first = date.fromisoformat(told["date"])
    assert why(DEMO, first.isoformat(), certificate()) is None
    assert why(DEMO, (first - timedelta(days=1)).isoformat(), certificate()) is not None


def test_days_are_those_of_the_place_of_the_check() -> None:
    evening = datetime(2022, 1, 12, 20, tzinfo=UTC)  # already the thirteenth in Việt Nam
    shown: dict[str, Any] = {"country": "XA", "certificate": certificate(), "doses": certificate().doses}
    found = judge(DEMO, **shown, at=evening, on=date(2022, 1, 13)).why
    assert found == Why("too_soon", {"days": 12, "min": 14, "date": "2022-01-15"})
    late = datetime(2022, 9, 29, 20, tzinfo=UTC)
    found = judge(DEMO, **shown, at=late, on=date(2022, 9, 30)).why
    assert found == Why("too_long", {"days": 272, "max": 270})


def test_a_booster_that_a_rule_asks_for_is_a_matter_of_doses() -> None:
    booster = rules({">": [var("dn"), 2]})
    assert why(booster, "2022-03-01", certificate()) == {"kind": "doses", "number": 2, "of": 3}
    more_than_the_series = rules({">": [var("dn"), var("sd")]})
    assert why(more_than_the_series, "2022-03-01", certificate(JANSSEN, 1, 1)) == {
        "kind": "doses",
        "number": 1,
        "of": 2,
    }


def test_all_failed_rules_must_be_met_on_the_day_that_is_named() -> None:
    both = rules(aged(14, 365), aged(22, 365))
    assert why(both, "2022-01-05", certificate()) == {"kind": "too_soon", "days": 4, "min": 22, "date": "2022-01-23"}


def test_a_day_on_which_another_rule_would_fail_is_not_named() -> None:
    never_together = rules(aged(30, 365), aged(0, 20))
    assert why(never_together, "2022-01-05", certificate()) == {"kind": "other"}


def test_what_waiting_cannot_mend_is_told_first() -> None:
    listed = {"in": [var("mp"), [PFIZER]]}
    assert why(rules(aged(14, 365), listed), "2022-01-05", certificate(EPIVAC)) == {
        "kind": "product",
        "product": "EpiVacCorona",
        "country": "XA",
    }
    assert why(rules(aged(14, 365), False), "2022-01-05", certificate()) == {"kind": "other"}


def test_a_long_age_limit_is_found_to_the_day() -> None:
    assert why(rules(aged(0, 730)), "2026-11-21", certificate()) == {"kind": "too_long", "days": 1785, "max": 730}
    assert why(rules(aged(0, 1784)), "2026-11-21", certificate()) == {"kind": "too_long", "days": 1785, "max": 1784}


def test_a_rule_about_something_else_is_other() -> None:
    assert why(rules({"===": [var("co"), "XB"]}), "2022-03-01", certificate()) == {"kind": "other"}


def test_rules_of_tests_and_recoveries_are_not_about_doses() -> None:
    shown = certificate(kind=Kind.RECOVERY, doses=(), payload={"r": [{"fr": "2022-01-01"}]})
    assert why(rules(False), "2022-03-01", shown) == {"kind": "other"}


def test_a_dose_without_a_usable_day_is_other() -> None:
    shown = certificate(given="2022-05-01")
    assert why(rules(aged(0, 10)), "2022-03-01", shown) == {"kind": "other"}


def test_the_certificate_itself_is_left_as_it_was() -> None:
    shown = certificate(EPIVAC, 1, 2)
    why(DEMO, "2022-03-01", shown)
    assert shown.payload["v"][0]["dn"] == 1
    assert shown.payload["v"][0]["mp"] == EPIVAC
