"""Our own signed lists: a compact JWS (RFC 7515, ES256) around one JSON object.

The form is one that a browser can check with WebCrypto alone. The header names the signer (`kid`), the list (`typ`)
and, as SMART Health Cards do, that the payload is deflated (`zip`); the payload holds `iat` (seconds), and what the
list says. The date in it is the list's age.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from passport.codecs import deflate, jws, signatures
from passport.codecs.rfc4648 import encode_base64url
from passport.errors import TrustError
from passport.trust.files import read_json
from passport.trust.keys import TrustedKey
from passport.trust.signer_records import ALGORITHM
from passport.trust.signers import Signer

TRUST_LIST = "trust-list"
REVOCATION_LIST = "revocation-list"
RULES_LIST = "rules-list"
INFLATED_LIMIT = 512 * 1024 * 1024  # bytes; four million revoked certificates
_DEFLATED = "DEF"
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
    header = {"alg": signer.algorithm, "kid": signer.key_id, "typ": kind, "zip": _DEFLATED}
    body = deflate.compress_raw(_json({**payload, "iat": int(now.timestamp())}))
    signed = f"{encode_base64url(_json(header))}.{encode_base64url(body)}"
    return f"{signed}.{encode_base64url(signer.sign(signed.encode()))}".encode()


def unseal(data: bytes, *, kind: str, keys: Iterable[TrustedKey], now: datetime) -> SignedList:
    """The list in `data`; raises ValueError unless one of `keys`, in force and not withdrawn, signed it as `kind`.

    `keys` are those that may sign lists (`Keyring.list_signers`), never all that sign certificates.
    """
    try:
        parts = jws.parse(data.strip().decode("ascii"))
    except TrustError as error:
        raise ValueError(f"not a signed list: {error.detail}") from error
    if parts.header.get("typ") != kind or parts.header.get("alg") != ALGORITHM:
        raise ValueError(f"not a signed list of the kind {kind}")
    signers = [k for k in keys if k.key_id == parts.header.get("kid") and k.withdrawn_at is None]
    if not signers:
        raise ValueError(
            "the list is signed by a key that is not trusted to sign lists here (flask trust import --lists)"
        )
    payload = read_json(_plain(parts))
    dated = _dated(payload)
    if dated > now + SKEW:
        raise ValueError("the list is dated in the future")
    if not any(_made_by(key, parts, dated) for key in signers):
        raise ValueError("the signature of the list is wrong")
    return SignedList(payload=payload, dated=dated)


def _made_by(key: TrustedKey, parts: jws.Jws, dated: datetime) -> bool:
    in_force = (key.not_before or dated) <= dated <= (key.not_after or dated)
    return in_force and signatures.verify(
        algorithm=ALGORITHM, public_key=key.public_key, signature=parts.signature, signed=parts.signed
    )


def _plain(parts: jws.Jws) -> bytes:
    """The payload as it was before it was deflated; lists of earlier versions were not."""
    if parts.header.get("zip") != _DEFLATED:
        return parts.payload
    try:
        return deflate.inflate_raw(parts.payload, limit=INFLATED_LIMIT)
    except TrustError as error:
        raise ValueError(f"not a signed list: {error.detail}") from error


def _dated(payload: object) -> datetime:
    made = payload.get("iat") if isinstance(payload, dict) else None
    if not isinstance(made, int) or isinstance(made, bool) or not 0 <= made < 2**32:
        raise ValueError("the list has no date")
    return datetime.fromtimestamp(made, UTC)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
