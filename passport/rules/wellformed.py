"""Whether a CertLogic expression is well formed, told before a rule is ever taken in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from passport.rules.certlogic import DEPTH_LIMIT, OPERATIONS, is_integer, is_literal, wrong_path
from passport.rules.moments import TIME_UNITS

SIZE_LIMIT = 10_000  # expressions in one rule; the largest of the public test data has 66


@dataclass(frozen=True, slots=True)
class FormatIssue:
    """A part of an expression that is not well formed, and what is wrong with it."""

    expression: Any
    message: str


def validate(expression: Any) -> list[FormatIssue]:
    """What is not well formed in `expression`; empty when it can be evaluated.

    Types of operands show only in the data, so a well-formed expression may still be open.
    """
    issues: list[FormatIssue] = []
    waiting: list[tuple[Any, int]] = [(expression, 0)]
    size = 0
    while waiting:
        part, depth = waiting.pop()
        size += 1
        if depth > DEPTH_LIMIT or size > SIZE_LIMIT:
            return [*issues, FormatIssue(part, "expression is too deep or too large")]
        parts, message = _parts(part)
        waiting.extend((inner, depth + 1) for inner in reversed(parts))
        if message:
            issues.append(FormatIssue(part, message))
    return issues


def _parts(expression: Any) -> tuple[Sequence[Any], str | None]:
    """The expressions inside one expression, and what is wrong with the outer one."""
    if is_literal(expression):
        return (), None
    if isinstance(expression, float):
        return (), f"{expression} is a non-integer number"
    if isinstance(expression, list):
        return expression, None
    if not isinstance(expression, dict):
        return (), "invalid CertLogic expression"
    if len(expression) != 1:
        return (), f"expression object must have exactly one key, but it has {len(expression)}"
    operator, operands = next(iter(expression.items()))
    if operator == "var":
        return (), wrong_path(operands)
    if not isinstance(operands, list):
        return (), 'operation not of the form { "<operator>": [ <values...> ] }'
    operation = OPERATIONS.get(operator)
    if operation is None:
        return (), f'unrecognised operator: "{operator}"'
    inner = [operand for index, operand in enumerate(operands) if index not in operation.literals]
    if not operation.takes(len(operands)):
        return inner, f'an operation with operator "{operator}" cannot have {len(operands)} operands'
    return inner, _wrong_literal(operator, operands)


def _wrong_literal(operator: str, operands: Sequence[Any]) -> str | None:
    if operator in ("plusTime", "extractFromUVCI") and not is_integer(operands[1]):
        return f'argument #2 of "{operator}" must be an integer'
    if operator == "plusTime" and operands[2] not in TIME_UNITS:
        return f'argument #3 of "plusTime" must be one of the time units {", ".join(TIME_UNITS)}'
    return None
