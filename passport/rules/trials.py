"""Rules tried on their own test cases, as countries publish them: RULE/rule.json and RULE/tests/*.json."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passport.errors import InputError, Refusal, TrustError
from passport.rules.rule import Rule, read_rule
from passport.rules.rulesets import read_json

RULE_FILE, TESTS_FOLDER = "rule.json", "tests"


@dataclass(frozen=True, slots=True)
class Trial:
    """One test case: `problem` is None where the rule came out as expected."""

    rule: str
    name: str
    problem: str | None


def try_rules(folder: Path) -> Iterator[Trial]:
    """Every test case of every rule under `folder`; a rule or case that cannot be read is a trial that failed.

    Raises InputError (bad_option) when there is no rule.
    """
    files = sorted(folder.rglob(RULE_FILE))
    if not files:
        raise InputError(Refusal.BAD_OPTION, f"{folder}: no {RULE_FILE} in it")
    for file in files:
        try:
            rule = read_rule(read_json(file.read_bytes()))
        except (ValueError, OSError) as error:
            yield Trial(file.parent.name, RULE_FILE, str(error))
            continue
        if rule.fault is not None:
            yield Trial(file.parent.name, RULE_FILE, rule.fault)
            continue
        for case in sorted((file.parent / TESTS_FOLDER).glob("*.json")):
            yield _trial(rule, case)


def _trial(rule: Rule, file: Path) -> Trial:
    try:
        case = read_json(file.read_bytes())
        data = {"payload": case["payload"], "external": case["external"]}
        expected = case["expected"]
    except (ValueError, KeyError, TypeError, OSError) as error:
        return Trial(rule.identifier, file.name, f"cannot be read: {error}")
    return Trial(rule.identifier, f"{file.name} {case.get('name', '')}".strip(), _problem(rule, data, expected))


def _problem(rule: Rule, data: dict[str, Any], expected: object) -> str | None:
    try:
        met = rule.met(data)
    except TrustError as error:
        return f"open: {error.detail}"
    return None if met is expected else f"{'passed' if met else 'failed'}, expected otherwise"
