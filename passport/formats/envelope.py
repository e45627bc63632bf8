"""What a format makes of a text before anybody believes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Envelope:
    """A decoded credential that nobody believes yet.

    `key_id` is what the credential says of its key (lower-case hexadecimal of a hash, or the text of a textual
    id), `key_issuer` the issuer that the key must belong to where the format binds the two, `signed` the exact
    bytes under the signature, `signature` raw (r‖s for ECDSA), `payload` the decoded but unchecked content,
    `certificate` an embedded signer certificate in DER where the format carries one.
    """

    format: str
    algorithm: str  # ES256, ES384 or PS256
    key_id: str
    key_issuer: str | None
    signed: bytes
    signature: bytes
    payload: Any
    certificate: bytes | None = None
