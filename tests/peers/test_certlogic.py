"""CertLogic: the public suites and the rules of countries, evaluated by the reference implementation as by us."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from passport.errors import TrustError
from passport.rules.certlogic import evaluate
from passport.rules.rule import read_rule
from passport.rules.rulesets import read_json
from passport.rules.wellformed import validate
from tests.peers.asking import ask

pytestmark = pytest.mark.conformance
ENGINE = "certlogic-js"
REFUSED = "refused"


def told(value: Any) -> Any:
    """A value as JSON tells it."""
    return value.isoformat() if isinstance(value, datetime) else value


def ours(logic: Any, data: Any) -> Any:
    """What our evaluator makes of it, or that it refuses."""
    try:
        return REFUSED if validate(logic) else told(evaluate(logic, data))
    except TrustError:
        return REFUSED


def theirs(cases: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What the reference implementation makes of each case, or that it refuses."""
    return {name: answer.value if answer.accepted else REFUSED for name, answer in ask(ENGINE, cases).items()}


def test_the_suites(public: Path) -> None:
    cases: dict[str, dict[str, Any]] = {}
    for path in sorted((public / "certlogic").glob("*/*.json")):
        for place, case in enumerate(json.loads(path.read_text("utf-8"))["cases"]):
            for number, assertion in enumerate(case.get("assertions", [{"data": {}}])):
                logic = assertion.get("certLogicExpression", case.get("certLogicExpression"))
                name = f"{path.stem} {place}.{number}"
                cases[name] = {"logic": logic, "data": assertion["data"]}
    assert len(cases) == 232 + 23
    judged = {name: ours(case["logic"], case["data"]) for name, case in cases.items()}
    answers = theirs(cases)
    assert {name: (judged[name], answers[name]) for name in cases if judged[name] != answers[name]} == {}


def test_the_rules_of_countries(public: Path) -> None:
    cases, judged = {}, {}
    for file in sorted((public / "rules").rglob("rule.json")):
        document = read_json(file.read_bytes())
        rule = read_rule(document)
        for path in sorted((file.parent / "tests").glob("*.json")):
            trial = read_json(path.read_bytes())
            data = {"payload": trial["payload"], "external": trial["external"]}
            name = f"{file.parent.name} {path.stem}"
            cases[name] = {"logic": document["Logic"], "data": data}
            judged[name] = rule.met(data)
    assert len(cases) >= 529
    assert theirs(cases) == judged
