"""CBOR (RFC 8949) as certificates need it: definite lengths, exact types, bounded depth, every byte used.

Duplicate keys, indefinite lengths and trailing bytes occur in no national code, so refusing them costs nothing.
Dates under tags 0 and 1 do occur inside payloads; they are read as text. Every other tag is refused, because
cbor2 turns tags into regular expressions, shared references, bignums and other objects nobody asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import cbor2

from passport.errors import Reason, TrustError

DEPTH_LIMIT = 16  # nested containers; a certificate of the EU needs seven
# Every tag that cbor2 6 would decode by itself (its documentation, "Tag support").
_OWN_TAGS = (2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 100, 256, 258, 260, 261, 1004, 43000, 55799)


def loads(data: bytes) -> Any:
    """The one value in `data`, built of int, str, bytes, bool, None, finite float, list and dict.

    Keys are int or str. Raises TrustError (bad_structure).
    """
    stream = BytesIO(data)
    decoder = cbor2.CBORDecoder(
        stream,
        tag_hook=_refuse_tag,
        semantic_decoders=_SEMANTIC_DECODERS,
        max_depth=DEPTH_LIMIT,
        allow_indefinite=False,
        allow_duplicate_keys=False,
    )
    try:
        value = decoder.decode()
    except (cbor2.CBORError, ValueError, OverflowError) as error:
        raise TrustError(Reason.BAD_STRUCTURE, "not well-formed CBOR within the limits") from error
    if stream.tell() != len(data):
        raise TrustError(Reason.BAD_STRUCTURE, "bytes follow the CBOR value")
    _check(value)
    return value


def dumps(value: Any) -> bytes:
    """`value` in definite lengths and shortest integers, maps in the order of their keys."""
    return cbor2.dumps(value)


def _refuse_tag(_value: Any, _immutable: bool) -> Any:
    raise ValueError("a tag that certificates do not use")


def _date_text(text: Any, _immutable: bool) -> str:
    if type(text) is not str:
        raise ValueError("tag 0 without text")
    return str(text)


def _epoch_text(seconds: Any, _immutable: bool) -> str:
    if type(seconds) not in (int, float):
        raise ValueError("tag 1 without a number")
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


_SEMANTIC_DECODERS: Mapping[int, Callable[[Any, bool], Any]] = {
    **dict.fromkeys(_OWN_TAGS, _refuse_tag),
    0: _date_text,
    1: _epoch_text,
}


def _check(value: Any) -> None:
    """Refuses whatever is no plain value: NaN, infinity, undefined, simple values, odd keys."""
    kind = type(value)
    if kind is dict:
        for key, item in value.items():
            if type(key) not in (int, str):
                raise TrustError(Reason.BAD_STRUCTURE, "a map key that is neither integer nor text")
            _check(item)
    elif kind is list:
        for item in value:
            _check(item)
    elif kind is float:
        if not math.isfinite(value):
            raise TrustError(Reason.BAD_STRUCTURE, "a number that is not finite")
    elif value is not None and kind not in (int, str, bytes, bool):
        raise TrustError(Reason.BAD_STRUCTURE, "a CBOR value that certificates do not use")
