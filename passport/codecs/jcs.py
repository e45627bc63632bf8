"""The JSON Canonicalization Scheme (RFC 8785): one text for the same value, to be signed."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from passport.errors import Reason, TrustError

_EXACT = 2**53  # integers that a double holds exactly


def dumps(value: Any) -> bytes:
    """The canonical text of a JSON value; raises TrustError (bad_structure) for an integer that no double holds."""
    return _text(value).encode("utf-8")


def _text(value: Any) -> str:
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{_text(name)}:{_text(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _EXACT:
        raise TrustError(Reason.BAD_STRUCTURE, "a number that has no canonical form")
    return json.dumps(value, ensure_ascii=False)  # escapes just what section 3.2.2.2 lists


def _number(value: float) -> str:
    """ECMAScript's shortest form (section 3.2.2.3): Python finds the same digits and places the point elsewhere."""
    if not value:
        return "0"
    sign, raw, scale = Decimal(repr(value)).as_tuple()
    digits = "".join(map(str, raw)).rstrip("0")
    point = len(raw) + int(scale)  # where the decimal point stands, counted from the first digit
    if len(digits) <= point <= 21:
        number = digits.ljust(point, "0")
    elif 0 < point <= 21:
        number = f"{digits[:point]}.{digits[point:]}"
    elif -6 < point <= 0:
        number = f"0.{'0' * -point}{digits}"
    else:
        fraction = f".{digits[1:]}" if digits[1:] else ""
        number = f"{digits[0]}{fraction}e{point - 1:+d}"
    return f"-{number}" if sign else number
