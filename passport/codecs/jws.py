"""JSON Web Signatures in the compact form (RFC 7515 section 3.1), made and taken apart; none is checked here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from passport.codecs import strict_json
from passport.codecs.rfc4648 import decode_base64url, encode_base64url
from passport.errors import Reason, TrustError


@dataclass(frozen=True, slots=True)
class Jws:
    """The parts of a JWS and `signed`, the exact bytes under its signature."""

    header: dict[str, Any]
    payload: bytes
    signature: bytes
    signed: bytes


def compose(header: Mapping[str, str], payload: bytes, *, sign: Callable[[bytes], bytes]) -> str:
    """A compact JWS; `sign` answers the raw signature of the bytes it is given."""
    encoded = json.dumps(header, separators=(",", ":")).encode()
    signed = f"{encode_base64url(encoded)}.{encode_base64url(payload)}"
    return f"{signed}.{encode_base64url(sign(signed.encode('ascii')))}"


def parse(text: str) -> Jws:
    """Takes a compact JWS apart; raises TrustError (bad_structure, bad_encoding).

    A `crit` header is refused: no extension is understood (RFC 7515 section 4.1.11).
    """
    parts = text.split(".")
    if len(parts) != 3:
        raise TrustError(Reason.BAD_STRUCTURE, "not the three parts of a JWS")
    encoded, payload, signature = map(decode_base64url, parts)
    header = strict_json.loads(encoded)
    if not isinstance(header, dict) or "crit" in header:
        raise TrustError(Reason.BAD_STRUCTURE, "a header that is no object, or with critical extensions")
    return Jws(header, payload, signature, text.rpartition(".")[0].encode("ascii"))
