"""The public CertLogic suites: 224 assertions that hold, 8 that the suite itself skips, 23 cases of form."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from passport.errors import TrustError
from passport.rules.certlogic import evaluate
from passport.rules.wellformed import validate

SUITES = Path(os.environ.get("CONFORMANCE_DIR", "../shared/conformance")) / "certlogic"
pytestmark = pytest.mark.conformance

# Assertions of cases that the suite marks to be skipped, by name; the other six of those cases hold.
_NULL_IN = "specification: the right-hand side of in must be an array"
_NO_GLOBAL = "specification: the lambda of a reduction does not see the outer data"
CANNOT_HOLD = {
    ("ins-with-nulls", "null-safety", 0): _NULL_IN,
    ("ins-with-nulls", "null-safety", 1): _NULL_IN,
    ("ins-with-nulls", "null-safety", 2): _NULL_IN,
    ("ins-with-nulls", "null-safety", 3): _NULL_IN,
    ("patched-reduce", "patched reduce knows about global data", 6): _NO_GLOBAL,
    ("patched-reduce", "patched reduce knows about global data", 7): _NO_GLOBAL,
    ("patched-reduce", "patched reduce knows about global data", 8): _NO_GLOBAL,
    ("patched-reduce", "patched reduce knows about global data", 9): _NO_GLOBAL,
}


def suites(folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((SUITES / folder).glob("*.json")):
        for case in json.loads(path.read_text("utf-8"))["cases"]:
            yield path.stem, case


ASSERTIONS = [
    (suite, case["name"], index, assertion.get("certLogicExpression", case.get("certLogicExpression")), assertion)
    for suite, case in suites("testSuite")
    for index, assertion in enumerate(case["assertions"])
]
FORMS = [(suite, case) for suite, case in suites("validation-testSuite")]


def strictly_equal(left: Any, right: Any) -> bool:
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def test_the_suites_are_here() -> None:
    if not SUITES.is_dir() and not os.environ.get("CI"):
        pytest.skip(f"no folder of public test data at {SUITES}")
    assert len(ASSERTIONS) == 232
    assert len(FORMS) == 23


@pytest.mark.parametrize(("suite", "name", "index", "expression", "assertion"), ASSERTIONS)
def test_assertion(suite: str, name: str, index: int, expression: Any, assertion: dict[str, Any]) -> None:
    if reason := CANNOT_HOLD.get((suite, name, index)):
        pytest.skip(reason)
    assert not validate(expression)
    assert strictly_equal(evaluate(expression, assertion["data"]), assertion["expected"])


@pytest.mark.parametrize(("suite", "case"), FORMS)
def test_form(suite: str, case: dict[str, Any]) -> None:
    found = [{"expr": issue.expression, "message": issue.message} for issue in validate(case["certLogicExpression"])]
    assert strictly_equal(found, case["issues"])
    if case["issues"]:
        with pytest.raises(TrustError):
            evaluate(case["certLogicExpression"], {})
