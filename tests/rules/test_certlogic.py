"""CertLogic where implementations differ: types, laziness, limits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from passport.errors import Reason, TrustError
from passport.rules.certlogic import DEPTH_LIMIT, evaluate, is_truthy

NOON = "2022-01-31T12:00:00"


def plus(text: str, amount: int = 0, unit: str = "day") -> dict[str, Any]:
    return {"plusTime": [text, amount, unit]}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"===": [1, "1"]}, False),
        ({"===": [1, True]}, False),
        ({"===": [0, False]}, False),
        ({"===": [1, 1.0]}, True),
        ({"===": [{"var": "nothing"}, {"var": "none"}]}, True),
        ({"===": [[1], [1]]}, False),
        ({"===": [{"var": "list"}, {"var": "list"}]}, True),
        ({"in": [True, [1]]}, False),
        ({"in": [1, [1.0]]}, True),
        ({"in": [{"var": "none"}, [{"var": "nothing"}]]}, True),
        ({"+": [40.0, 2]}, 42),
        ({"<": [1, 2, 3]}, True),
        ({">": [3, 2, 2]}, False),
        ({">=": [3, 2, 2]}, True),
        ({"!": [{"var": "empty"}]}, True),
        ({"!": [{"var": "map"}]}, False),
        ({"var": "list.1"}, 20),
        ({"var": "list.-1"}, None),
        ({"var": "list.length"}, None),
        ({"var": "text.0"}, None),
        ({"var": "map.a.b"}, "c"),
        ({"var": "map.0"}, None),
        ({"reduce": [{"var": "none"}, {"var": "current"}, 7]}, 7),
        ({"reduce": [{"var": "list"}, [{"var": "accumulator"}], 0]}, [[0]]),
        ({"extractFromUVCI": ["URN:UVCI:01:VN:1/2#3", 4]}, "3"),
        ({"extractFromUVCI": [{"var": "none"}, 0]}, None),
        ({"before": [plus("2022-01-01"), plus("2022-01-02"), plus("2022-01-02")]}, False),
        ({"not-after": [plus("2022-01-01"), plus("2022-01-02"), plus("2022-01-02")]}, True),
        ({"not-before": [plus(NOON), plus(NOON + "Z")]}, True),
        ({"after": [plus("2022-01-31T12:00:00.0019"), plus("2022-01-31T12:00:00.001Z")]}, False),
    ],
)
def test_values(expression: Any, expected: Any) -> None:
    data = {"list": [10, 20], "text": "abc", "map": {"a": {"b": "c"}}, "empty": {}, "none": None}
    value = evaluate(expression, data)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    "expression",
    [
        None,
        1.5,
        {},
        {"a": [], "b": []},
        {"or": [True, False]},
        {"if": [True, 1]},
        {"if": [True, 1, 2, 3]},
        {"and": [True]},
        {"!": []},
        {"!": [plus(NOON)]},
        {"if": [plus(NOON), 1, 2]},
        {"and": [plus(NOON), True]},
        {"===": [1]},
        {"in": ["a", "abc"]},
        {"+": [1, "1"]},
        {"+": [1, True]},
        {"<": ["a", "b"]},
        {"<": [1, None]},
        {"<": [1, 1.5]},
        {"<": [1, 2, 3, 4]},
        {"<": [plus(NOON), plus(NOON)]},
        {"after": ["2022-01-01", "2021-01-01"]},
        {"plusTime": ["2022-01-01", "1", "day"]},
        {"plusTime": ["2022-01-01", 1, "week"]},
        {"plusTime": ["2022-01-01", {"+": [1, 1]}, "day"]},
        {"plusTime": [20220101, 0, "day"]},
        {"plusTime": ["", 0, "day"]},
        {"plusTime": ["2022-02-30", 0, "day"]},
        {"plusTime": ["2022-01-01T25:00:00Z", 0, "day"]},
        {"plusTime": ["2022-01-01", 10**30, "day"]},
        {"plusTime": ["2022-01-01", 10**30, "year"]},
        {"plusTime": ["2022-01-01", -3000, "year"]},
        {"plusTime": [plus(NOON), 0, "day"]},
        {"dccDateOfBirth": [NOON]},
        {"dccDateOfBirth": ["2004-13"]},
        {"dccDateOfBirth": [2004]},
        {"reduce": ["abc", 1, 0]},
        {"extractFromUVCI": [5, 0]},
        {"extractFromUVCI": ["a", "0"]},
        {"var": 1},
        {"var": "a..b"},
    ],
)
def test_errors_of_the_specification_are_open(expression: Any) -> None:
    with pytest.raises(TrustError) as raised:
        evaluate(expression, {})
    assert raised.value.reason is Reason.RULES_OPEN


def test_what_is_not_reached_is_not_evaluated() -> None:
    assert evaluate({"if": [False, {"no": []}, "else"]}, {}) == "else"
    assert evaluate({"and": [0, {"no": []}]}, {}) == 0


def test_a_date_time_is_neither_true_nor_false() -> None:
    moment = evaluate(plus("2022-01-31T12:00:00+07:00"), {})
    assert moment == datetime(2022, 1, 31, 5, tzinfo=UTC)
    with pytest.raises(TrustError):
        is_truthy(moment)


def test_depth_is_bounded() -> None:
    expression: Any = True
    for _ in range(DEPTH_LIMIT):
        expression = {"!": [expression]}
    assert evaluate(expression, {}) is True
    with pytest.raises(TrustError):
        evaluate({"!": [expression]}, {})


def test_nested_reductions_end() -> None:
    inner: Any = {"var": "accumulator"}
    for _ in range(8):
        inner = {"reduce": [list(range(10)), inner, 0]}
    with pytest.raises(TrustError):
        evaluate(inner, {})
