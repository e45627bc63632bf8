"""The public rule sets of countries: every test case beside every rule, as `flask rules test` runs them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from passport.rules.trials import try_rules
from passport.rules.valuesets import rule_value_sets

FOLDER = Path(os.environ.get("CONFORMANCE_DIR", "../shared/conformance")) / "rules"
CASES = 529  # of the five sets AT, CH, DE, EU, FI
CANNOT_HOLD: dict[tuple[str, str], str] = {}  # (rule, case): reason; nothing needs an excuse
pytestmark = pytest.mark.conformance


@pytest.fixture(autouse=True)
def _folder() -> None:
    if not FOLDER.is_dir() and not os.environ.get("CI"):
        pytest.skip(f"no folder of public test data at {FOLDER}")


def test_every_case_of_every_rule() -> None:
    trials = list(try_rules(FOLDER))
    failed = [trial for trial in trials if trial.problem and (trial.rule, trial.name) not in CANNOT_HOLD]
    assert failed == []
    assert len(trials) >= CASES


def test_rules_find_the_value_sets_that_they_name() -> None:
    named = {
        part.removeprefix("external.valueSets.")
        for rule in FOLDER.rglob("rule.json")
        for part in rule.read_text("utf-8").split('"')
        if part.startswith("external.valueSets.")
    }
    assert named
    assert all(rule_value_sets().get(value_set_id) for value_set_id in named)
