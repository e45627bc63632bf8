"""What is wrong with an expression before it ever meets data."""

from __future__ import annotations

from typing import Any

import pytest

from passport.rules.certlogic import DEPTH_LIMIT, OPERATIONS
from passport.rules.wellformed import SIZE_LIMIT, validate


def messages(expression: Any) -> list[str]:
    return [issue.message for issue in validate(expression)]


@pytest.mark.parametrize(
    ("expression", "part"),
    [
        ({"if": [True, 1]}, 'operator "if" cannot have 2 operands'),
        ({"and": [True]}, 'operator "and" cannot have 1 operands'),
        ({"<": [1, 2, 3, 4]}, 'operator "<" cannot have 4 operands'),
        ({"!": []}, 'operator "!" cannot have 0 operands'),
        ({"plusTime": ["2021-01-01", "1", "day"]}, 'argument #2 of "plusTime" must be an integer'),
        ({"plusTime": ["2021-01-01", 1, "week"]}, 'argument #3 of "plusTime"'),
        ({"extractFromUVCI": ["a", 1.5]}, 'argument #2 of "extractFromUVCI" must be an integer'),
        ({"and": [True, {"or": [1, 2]}]}, 'unrecognised operator: "or"'),
        ([1, {"!": [None]}], "invalid CertLogic expression"),
    ],
)
def test_issue(expression: Any, part: str) -> None:
    assert len(messages(expression)) == 1
    assert part in messages(expression)[0]


def test_all_issues_are_told_in_reading_order() -> None:
    expression = {"if": [{"no": []}, {"var": 1}, 1.5]}
    assert messages(expression) == [
        'unrecognised operator: "no"',
        'not of the form { "var": "<path>" }',
        "1.5 is a non-integer number",
    ]


def test_a_full_set_of_operations_is_well_formed() -> None:
    for operator, operation in OPERATIONS.items():
        operands: list[Any] = ["2021-01-01", 1, "day"][: operation.least]
        assert messages({operator: operands}) == []


def test_depth_and_size_are_bounded() -> None:
    deep: Any = True
    for _ in range(DEPTH_LIMIT + 1):
        deep = {"!": [deep]}
    assert messages(deep) == ["expression is too deep or too large"]
    assert messages([0] * SIZE_LIMIT) == ["expression is too deep or too large"]
