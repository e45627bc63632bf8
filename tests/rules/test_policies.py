"""Vietnam's policies: each pair of cases, the dates they hold, and what cannot be decided."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

import passport.rules.policies as policies
from passport.domain.certificate import DoseStatement
from passport.domain.verdict import DoseStatus
from passport.errors import InputError, Reason, Refusal, TrustError
from passport.rules.policies import POLICIES, judge, policy_in_force
from passport.rules.schedules import dose_status

CASES: list[dict[str, Any]] = json.loads(
    (Path(policies.__file__).parent / "data" / "policy_cases.json").read_text("utf-8")
)["cases"]
NOW = datetime(2022, 8, 23, 3, tzinfo=UTC)


def statements(rows: list[list[Any]]) -> list[DoseStatement]:
    return [
        DoseStatement("840539006", None, product, None, number, of, date.fromisoformat(day), "VN")
        for product, number, of, day in rows
    ]


def judged(policy: str, rows: list[list[Any]], on: date) -> DoseStatus:
    doses = statements(rows)
    return judge(policy, dose_status(doses, on=on), doses, at=datetime.combine(on, time(3), UTC), on=on)


@pytest.mark.parametrize("case", CASES, ids=[f"{case['policy']}: {case['name']}" for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    answer = judged(case["policy"], case["doses"], date.fromisoformat(case["on"]))
    why = {"kind": answer.why.kind, **answer.why.values} if answer.why else None
    assert why == case["why"]
    assert answer.meets_policy is (case["why"] is None)
    assert answer.policy == case["policy"]


def test_every_policy_has_cases_that_pass_and_cases_that_fail() -> None:
    for policy in POLICIES:
        outcomes = {case["why"] is None for case in CASES if case["policy"] == policy.name}
        assert outcomes == {True, False}


def test_too_soon_names_the_first_day_on_which_the_policy_is_met() -> None:
    rows = [["EU/1/20/1528", 2, 2, "2022-02-18"]]
    answer = judged("vn-domestic", rows, date(2022, 2, 20))
    assert answer.why is not None
    first = date.fromisoformat(answer.why.values["date"])
    assert judged("vn-domestic", rows, first).meets_policy is True
    assert judged("vn-domestic", rows, first - timedelta(days=1)).meets_policy is False


def test_an_older_certificate_shown_as_well_never_makes_it_worse() -> None:
    booster = ["EU/1/20/1528", 3, 3, "2022-02-18"]
    older = ["EpiVacCorona", 2, 2, "2021-08-18"]
    assert judged("vn-entry", [booster], date(2022, 3, 4)).meets_policy is True
    assert judged("vn-entry", [booster, older], date(2022, 3, 4)).meets_policy is True


def test_the_status_itself_is_kept() -> None:
    answer = judged("vn-domestic", [["EU/1/20/1528", 2, 2, "2022-02-18"]], date(2022, 8, 23))
    assert (answer.status, answer.number, answer.of, answer.days_since) == ("complete", 2, 2, 186)


def test_an_unknown_name_is_the_callers_mistake() -> None:
    with pytest.raises(InputError) as raised:
        policy_in_force("vn-nowhere", at=NOW, on=NOW.date())
    assert raised.value.reason is Refusal.BAD_OPTION
    assert "vn-domestic" in (raised.value.detail or "")


def test_before_a_policy_was_in_force_nothing_is_decided() -> None:
    with pytest.raises(TrustError) as raised:
        judged("vn-entry", [["EU/1/20/1528", 2, 2, "2021-02-18"]], date(2021, 12, 1))
    assert raised.value.reason is Reason.RULES_OPEN
    assert raised.value.values == {"country": "VN", "date": "2021-12-01"}
    start = datetime.fromisoformat("2022-01-01T00:00:00+07:00")
    assert policy_in_force("vn-entry", at=start, on=start.date()).name == "vn-entry"
    just_before, there = start - timedelta(seconds=1), date(2022, 1, 1)  # a checkpoint further east is a day ahead
    with pytest.raises(TrustError) as early:
        policy_in_force("vn-entry", at=just_before, on=there)
    assert early.value.values["date"] == "2022-01-01"


def test_days_cannot_be_counted_from_a_dose_without_a_date() -> None:
    doses = [DoseStatement("840539006", None, "EU/1/20/1528", None, 2, 2, None, "VN")]
    with pytest.raises(TrustError) as raised:
        judge("vn-domestic", dose_status(doses, on=NOW.date()), doses, at=NOW, on=NOW.date())
    assert raised.value.reason is Reason.RULES_OPEN


def test_titles_are_told_in_both_languages() -> None:
    assert {policy.name for policy in POLICIES} == {"vn-domestic", "vn-entry", "vn-booster"}
    for policy in POLICIES:
        assert policy.title.vi
        assert policy.title.en
        assert policy.country == "VN"
