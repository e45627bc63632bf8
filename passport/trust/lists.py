"""Our own signed lists: a compact JWS (RFC 7515, ES256) around one JSON object.

The form is one that a browser can check with WebCrypto alone. The header names the signer (`kid`) and the list
(`typ`); the payload holds `iat` (seconds), and what the list says. The date in it is the list's age.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from passport.codecs import signatures
from passport.trust.files import read_json
from passport.trust.keys import TrustedKey
from passport.trust.signers import Signer

TRUST_LIST = "trust-list"
REVOCATION_LIST = "revocation-list"
SKEW = timedelta(seconds=60)  # the clocks of two machines; security.md T24
_COMPACT = re.compile(rb"eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class SignedList:
    """The content of a list whose signature was good, and when it was made."""

    payload: Mapping[str, Any]
    dated: datetime


def looks_sealed(data: bytes) -> bool:
    """Whether `data` has the form of a signed list; says nothing of its signature."""
    return _COMPACT.fullmatch(data.strip()) is not None


def seal(payload: Mapping[str, Any], *, kind: str, signer: Signer, now: datetime) -> bytes:
    """`payload` as a list of `kind` signed by `signer` and dated `now`."""
    header = {"alg": signer.algorithm, "kid": signer.key_id, "typ": kind}
    body = {**payload, "iat": int(now.timestamp())}
    signed = _encode(header) + b"." + _encode(body)
    return signed + b"." + base64.urlsafe_b64encode(signer.sign(signed)).rstrip(b"=")


def unseal(data: bytes, *, kind: str, keys: Iterable[TrustedKey], now: datetime) -> SignedList:
    """The list in `data`; raises ValueError unless one of `keys`, in force and not withdrawn, signed it as `kind`."""
    head, _, tail = data.strip().rpartition(b".")
    header_part, _, body_part = head.partition(b".")
    header = read_json(_decode(header_part))
    if not isinstance(header, dict) or header.get("typ") != kind or header.get("alg") != "ES256":
        raise ValueError(f"not a signed list of the kind {kind}")
    signature = _decode(tail)
    signers = [k for k in keys if k.key_id == header.get("kid") and k.withdrawn_at is None]
    if not signers:
        raise ValueError("the list is signed by a key that is not trusted here")
    dated = _dated(body := read_json(_decode(body_part)))
    if dated > now + SKEW:
        raise ValueError("the list is dated in the future")
    for key in signers:
        in_force = (key.not_before or dated) <= dated <= (key.not_after or dated)
        good = signatures.verify(algorithm="ES256", public_key=key.public_key, signature=signature, signed=head)
        if in_force and good:
            return SignedList(payload=body, dated=dated)
    raise ValueError("the signature of the list is wrong")


def _dated(body: object) -> datetime:
    made = body.get("iat") if isinstance(body, dict) else None
    if not isinstance(made, int) or isinstance(made, bool) or not 0 <= made < 2**32:
        raise ValueError("the list has no date")
    return datetime.fromtimestamp(made, UTC)


def _encode(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=")


def _decode(part: bytes) -> bytes:
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
