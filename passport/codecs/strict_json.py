"""JSON (RFC 8259) as certificates need it: no duplicate keys, finite numbers, bounded depth, well-formed text.

The standard library's reader is used because the faster ones keep the last of two equal keys in silence.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from passport.errors import Reason, TrustError

DEPTH_LIMIT = 16  # nested containers; a SMART Health Card needs eleven
_DIGITS_LIMIT = 20  # of an integer: what 64 bits hold, so that no number costs more than it says


def loads(text: str | bytes, *, depth: int = DEPTH_LIMIT) -> Any:
    """The one value in `text`, as bytes UTF-8 without byte order mark; raises TrustError (bad_structure)."""
    try:
        value = json.loads(
            text if isinstance(text, str) else text.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_refuse,
            parse_float=_number,
            parse_int=_integer,
        )
        _check(value, depth)
    except (ValueError, RecursionError) as error:
        raise TrustError(Reason.BAD_STRUCTURE, "not well-formed JSON within the limits") from error
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a duplicate key")
    return members


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number out of range")
    return number


def _integer(text: str) -> int:
    if len(text) > _DIGITS_LIMIT:
        raise ValueError("a number out of range")
    return int(text)


def _check(value: Any, depth: int) -> None:
    """Refuses nesting beyond `depth` and escapes that name half a character."""
    if isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, dict | list):
        if not depth:
            raise ValueError("nested too deep")
        for part in value.values() if isinstance(value, dict) else value:
            _check(part, depth - 1)
        if isinstance(value, dict):
            "".join(value).encode("utf-8")
