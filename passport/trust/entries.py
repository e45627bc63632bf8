"""One key as an entry of a list: the same form in the key ring's own file and in the signed list that we publish.

The public key stands there as SubjectPublicKeyInfo, so that a browser need not read certificates.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from passport.domain.certificate import Kind
from passport.domain.verdict import utc_text
from passport.trust.keys import Anchor, PublicKey, TrustedKey, strong


def spki(public_key: PublicKey) -> bytes:
    """The key as SubjectPublicKeyInfo in DER."""
    return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def write_entry(anchor: Anchor) -> dict[str, Any]:
    """The anchor as JSON types; binary values are base64."""
    key = anchor.key
    return {
        "kid": key.key_id,
        "public_key": base64.b64encode(spki(key.public_key)).decode(),
        "certificate": base64.b64encode(anchor.certificate).decode() if anchor.certificate else None,
        "authority": anchor.authority,
        "issuer": key.issuer,
        "country": key.country,
        "name": key.name,
        "kinds": None if key.kinds is None else sorted(key.kinds),
        "barcode_signer": key.barcode_signer,
        "not_before": utc_text(key.not_before),
        "not_after": utc_text(key.not_after),
        "withdrawn_at": utc_text(key.withdrawn_at),
        "test": key.test,
        "imported_at": utc_text(anchor.imported_at),
    }


def read_entry(entry: Any) -> Anchor:
    """The anchor in an entry; raises ValueError when a member is missing or not what it should be.

    What the entry says is taken as said: its list was written here or signed by a key that is trusted here.
    """
    try:
        key = TrustedKey(
            key_id=str(entry["kid"]),
            public_key=strong(load_der_public_key(_bytes(entry["public_key"]))),
            issuer=entry["issuer"],
            country=entry["country"],
            name=entry["name"],
            kinds=None if entry["kinds"] is None else frozenset(Kind(kind) for kind in entry["kinds"]),
            not_before=_instant(entry["not_before"]),
            not_after=_instant(entry["not_after"]),
            withdrawn_at=_instant(entry["withdrawn_at"]),
            test=bool(entry["test"]),
            barcode_signer=bool(entry["barcode_signer"]),
        )
        return Anchor(
            key=key,
            certificate=_bytes(entry["certificate"]) if entry["certificate"] else None,
            authority=bool(entry["authority"]),
            imported_at=datetime.fromisoformat(entry["imported_at"]),
        )
    except (KeyError, TypeError, UnsupportedAlgorithm, binascii.Error) as error:
        raise ValueError(f"not an entry of a key list: {error}") from error


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("a time without a zone")
    return instant
