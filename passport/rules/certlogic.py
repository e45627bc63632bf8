"""CertLogic 1.3.3: the expressions in which countries write their rules.

A small pure language over JSON values; date-times exist only inside an evaluation. What the specification calls
an error raises TrustError (rules_open) here, since such a rule decides nothing. Where the specification leaves
the arithmetic of dates to the JavaScript `Date`, so does this: a day that a month lacks runs over into the next.
Specification: ehn-dcc-development/eu-dcc-business-rules, certlogic/specification.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from passport.errors import Reason, TrustError
from passport.rules.moments import TIME_UNITS, is_date, moved, read_moment

DEPTH_LIMIT = 64  # nested expressions; the deepest rule of the public test data has 9
STEP_LIMIT = 10_000  # expressions evaluated for one rule, so that nested reductions end


def evaluate(expression: Any, data: Any) -> Any:
    """The value of `expression` over the data context `data`, both as JSON values.

    Raises TrustError (rules_open) when the expression is malformed, when an operand has not the type that its
    operation asks for, or when a limit is passed. A date-time comes back as an aware `datetime`.
    """
    return _Evaluation().value(expression, data, depth=0)


def is_truthy(value: Any) -> bool:
    """Whether `value` counts as true; raises TrustError (rules_open) for date-times, which are neither.

    Besides false and null, the empty string, zero, the empty array and the empty object are falsy.
    """
    if isinstance(value, datetime):
        raise _error("a date-time is neither truthy nor falsy")
    return bool(value)


def _error(message: str) -> TrustError:
    return TrustError(Reason.RULES_OPEN, message)


def is_integer(value: Any) -> bool:
    """Whether `value` is an integer as JSON has them: 42.0 is one, true is none."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def is_literal(value: Any) -> bool:
    """Whether `value` stands for itself: a string, a boolean or an integer."""
    return isinstance(value, str | bool) or is_integer(value)


def _same(left: Any, right: Any) -> bool:
    """Equality without coercion: arrays and objects are equal to themselves only."""
    numbers = (int, float)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, numbers) and isinstance(right, numbers):
        return left == right
    return left == right if isinstance(left, str) and isinstance(right, str) else left is right


class _Evaluation:
    """One evaluation: counts its steps, so that no rule runs for ever."""

    def __init__(self) -> None:
        self._steps = 0

    def value(self, expression: Any, data: Any, *, depth: int) -> Any:
        self._steps += 1
        if depth > DEPTH_LIMIT or self._steps > STEP_LIMIT:
            raise _error("the expression is too deep or takes too many steps")
        if is_literal(expression):
            return expression
        if isinstance(expression, list):
            return [self.value(item, data, depth=depth + 1) for item in expression]
        if not isinstance(expression, dict) or len(expression) != 1:
            raise _error("invalid expression")
        operator, operands = next(iter(expression.items()))
        if operator == "var":
            return _access(data, operands)
        operation = OPERATIONS.get(operator)
        if operation is None:
            raise _error(f"unrecognised operator: {operator}")
        if not isinstance(operands, list) or not operation.takes(len(operands)):
            raise _error(f"wrong number of operands of {operator}")
        return operation.perform(_Call(self, operands, data, depth + 1))


@dataclass(frozen=True, slots=True)
class _Call:
    """The operands of one operation, evaluated only when asked for."""

    evaluation: _Evaluation
    operands: Sequence[Any]
    data: Any
    depth: int

    def __getitem__(self, index: int) -> Any:
        return self.evaluation.value(self.operands[index], self.data, depth=self.depth)

    def all(self) -> list[Any]:
        return [self[index] for index in range(len(self.operands))]

    def with_data(self, data: Any) -> _Call:
        return _Call(self.evaluation, self.operands, data, self.depth)


@dataclass(frozen=True, slots=True)
class Operation:
    """How an operator is performed and how many operands it takes; `literals` are those that must be literal."""

    perform: Callable[[_Call], Any]
    least: int
    most: int | None
    literals: tuple[int, ...] = ()

    def takes(self, count: int) -> bool:
        """Whether the operator may have `count` operands."""
        return self.least <= count and (self.most is None or count <= self.most)


def wrong_path(path: Any) -> str | None:
    """What is wrong with the path of a data access; None when nothing is."""
    if not isinstance(path, str):
        return 'not of the form { "var": "<path>" }'
    if path and not all(path.split(".")):
        return f"data access path doesn't have a valid format: {path}"
    return None


def _access(data: Any, path: Any) -> Any:
    if problem := wrong_path(path):
        raise _error(problem)
    value = data
    for fragment in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(fragment)
        elif isinstance(value, list) and re.fullmatch("[0-9]{1,9}", fragment) and int(fragment) < len(value):
            value = value[int(fragment)]
        else:
            return None
    return value


def _if(call: _Call) -> Any:
    return call[1] if is_truthy(call[0]) else call[2]


def _and(call: _Call) -> Any:
    value = None
    for index in range(len(call.operands)):
        value = call[index]
        if not is_truthy(value):
            break
    return value


def _in(call: _Call) -> bool:
    item, items = call.all()
    if not isinstance(items, list):
        raise _error("the right-hand side of in must be an array")
    return any(_same(item, other) for other in items)


def _plus(call: _Call) -> int:
    left, right = call.all()
    if not is_integer(left) or not is_integer(right):
        raise _error("the operands of + must be integers")
    return int(left) + int(right)


def _comparing(compare: Callable[[Any, Any], bool], fits: Callable[[Any], bool]) -> Callable[[_Call], bool]:
    def perform(call: _Call) -> bool:
        values = call.all()
        if not all(fits(value) for value in values):
            raise _error("an operand of a comparison has the wrong type")
        return all(compare(left, right) for left, right in pairwise(values))

    return perform


def _is_date_time(value: Any) -> bool:
    return isinstance(value, datetime)


def _plus_time(call: _Call) -> datetime:
    amount, unit = call.operands[1:]
    text = call[0]
    if not isinstance(text, str) or not is_integer(amount) or unit not in TIME_UNITS:
        raise _error("plusTime needs a date, an integer and a time unit")
    try:
        return moved(read_moment(text), int(amount), unit)
    except (ValueError, OverflowError) as error:
        raise _error("no such date-time") from error


def _date_of_birth(call: _Call) -> datetime:
    text = call[0]
    if not isinstance(text, str) or not is_date(text):
        raise _error("dccDateOfBirth needs a date, a month or a year")
    try:
        return read_moment(text)
    except ValueError as error:
        raise _error("no such date") from error


def _reduce(call: _Call) -> Any:
    items, accumulator = call[0], call[2]
    if items is not None and not isinstance(items, list):
        raise _error("only an array can be reduced")
    for current in items or ():
        accumulator = call.with_data({"accumulator": accumulator, "current": current})[1]
    return accumulator


def _extract_from_uvci(call: _Call) -> str | None:
    identifier, index = call[0], call.operands[1]
    if not (identifier is None or isinstance(identifier, str)) or not is_integer(index):
        raise _error("extractFromUVCI needs a string and an integer")
    fragments = re.split("[/#:]", identifier.removeprefix("URN:UVCI:")) if identifier is not None else []
    return fragments[int(index)] if 0 <= index < len(fragments) else None


OPERATIONS: Mapping[str, Operation] = {
    "if": Operation(_if, 3, 3),
    "and": Operation(_and, 2, None),
    "!": Operation(lambda call: not is_truthy(call[0]), 1, 1),
    "===": Operation(lambda call: _same(call[0], call[1]), 2, 2),
    "in": Operation(_in, 2, 2),
    "+": Operation(_plus, 2, 2),
    ">": Operation(_comparing(lambda a, b: a > b, is_integer), 2, 3),
    "<": Operation(_comparing(lambda a, b: a < b, is_integer), 2, 3),
    ">=": Operation(_comparing(lambda a, b: a >= b, is_integer), 2, 3),
    "<=": Operation(_comparing(lambda a, b: a <= b, is_integer), 2, 3),
    "after": Operation(_comparing(lambda a, b: a > b, _is_date_time), 2, 3),
    "before": Operation(_comparing(lambda a, b: a < b, _is_date_time), 2, 3),
    "not-after": Operation(_comparing(lambda a, b: a <= b, _is_date_time), 2, 3),
    "not-before": Operation(_comparing(lambda a, b: a >= b, _is_date_time), 2, 3),
    "plusTime": Operation(_plus_time, 3, 3, literals=(1, 2)),
    "dccDateOfBirth": Operation(_date_of_birth, 1, 1),
    "reduce": Operation(_reduce, 3, 3),
    "extractFromUVCI": Operation(_extract_from_uvci, 2, 2, literals=(1,)),
}
