"""Rules tried on their own cases: what passes, what fails, and what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from passport.errors import InputError, Refusal
from passport.rules.rulesets import DEMO_RULES
from passport.rules.trials import try_rules
from tests.rules.making import document


def write(folder: Path, logic: Any, *cases: Any) -> None:
    (folder / "tests").mkdir(parents=True)
    (folder / "rule.json").write_text(json.dumps(document(Logic=logic)), "utf-8")
    for number, case in enumerate(cases):
        (folder / "tests" / f"test{number}.json").write_text(json.dumps(case), "utf-8")


def case(expected: Any, **payload: Any) -> dict[str, Any]:
    return {"name": "a case", "payload": payload, "external": {}, "expected": expected}


def test_the_rules_that_we_ship_pass() -> None:
    trials = list(try_rules(DEMO_RULES))
    assert len(trials) == 14
    assert [trial for trial in trials if trial.problem] == []


def test_each_case_is_told(tmp_path: Path) -> None:
    write(
        tmp_path / "VR-XB-0001",
        {"<": [{"var": "payload.n"}, 5]},
        case(True, n=1),
        case(True, n=9),
        case(False, n=1),
        case(False, n="a"),
        case(None, n=9),
        {"payload": {}},
        [],
    )
    problems = [trial.problem for trial in try_rules(tmp_path)]
    assert problems[:3] == [None, "failed, expected otherwise", "passed, expected otherwise"]
    assert problems[3] is not None
    assert problems[3].startswith("open: ")
    assert problems[4] == "failed, expected otherwise"
    assert all((problem or "").startswith("cannot be read") for problem in problems[5:])


def test_a_rule_that_cannot_be_read_is_a_failure(tmp_path: Path) -> None:
    write(tmp_path / "bad", {"or": []}, case(True))
    (trial,) = try_rules(tmp_path)
    assert (trial.rule, trial.name) == ("bad", "rule.json")
    assert "or" in (trial.problem or "")


def test_a_folder_without_rules_is_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        list(try_rules(tmp_path))
    assert raised.value.reason is Refusal.BAD_OPTION
