"""A key that we believe: whose it is, what it may sign, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from passport.domain.certificate import Kind

PublicKey = EllipticCurvePublicKey | RSAPublicKey


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """One trusted issuer key.

    `key_id` is lower-case hexadecimal of the first 8 bytes of SHA-256 of the certificate, or the textual id of a
    JWK. `issuer` binds keys that came without a certificate (JWK, bare public key) to one issuer; None for
    certificates. `kinds` is what its extended key usage allows; None means any. `not_before`/`not_after` are
    the key's own dates, None where it has none. `test` marks keys of demo and test issuers.
    """

    key_id: str
    public_key: PublicKey
    issuer: str | None
    country: str | None
    name: str | None
    kinds: frozenset[Kind] | None
    not_before: datetime | None
    not_after: datetime | None
    withdrawn_at: datetime | None
    test: bool
