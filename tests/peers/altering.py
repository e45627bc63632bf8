"""Codes with one byte changed, of what is signed or of the signature, and otherwise as well formed as before."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.forging import repack, unpack
from tests.fuzz.codes import Code

Change = Callable[[bytes], bytes]

_DATE = re.compile(rb"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")
_COSE, _TOKEN = (2, 3), (1, 2)  # where payload and signature stand among the parts


def another_day(data: bytes) -> bytes:
    """`data` with the last digit of its first date changed."""
    found = _DATE.search(data)
    assert found
    return _turned(data, found.end() - 1)


def another_signature(data: bytes) -> bytes:
    """`data` with its last byte changed."""
    return _turned(data, len(data) - 1)


def _turned(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def altered_container(text: str) -> dict[str, str]:
    """An HC1 code with another day in its payload, and with another signature."""

    def changed(place: int, change: Change) -> str:
        parts = unpack(text)
        parts[place] = change(parts[place])
        return repack(parts)

    payload, signature = _COSE
    return {"payload": changed(payload, another_day), "signature": changed(signature, another_signature)}


def altered(code: Code, *, format: str) -> dict[str, str]:
    """A code of any format with another day in its payload, and with another signature."""
    if format == "vdsnc":
        seal = code.opened()[-1]
        zone = seal["sig"] | {"sigvl": another_signature(seal["sig"]["sigvl"])}
        return {
            "payload": another_day(code.text.encode()).decode(),
            "signature": code.dressed(seal | {"sig": zone}, depth=len(code.layers)),
        }

    def changed(place: int, change: Change) -> str:
        parts = list(code.opened()[-2])  # one layer above the content, payload and signature stand as bytes
        parts[place] = change(parts[place])
        return code.dressed(parts, depth=len(code.layers) - 1)

    payload, signature = _TOKEN if format == "shc" else _COSE
    return {"payload": changed(payload, another_day), "signature": changed(signature, another_signature)}
