"""A key that we believe: whose it is, what it may sign, and when."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from passport.domain.certificate import Kind

PublicKey = EllipticCurvePublicKey | RSAPublicKey

CURVES = ("secp256r1", "secp384r1", "secp521r1")  # ES256, ES384, ES512; a few national signers hold P-384 keys
RSA_LEAST_BITS = 2048  # eu-dcc-hcert-spec 1.0.8 section 3.3.2; NIST SP 800-57
_DEMO = re.compile(r"\bDEMO\b")  # the mark of invented issuers in an organisation name


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """One trusted issuer key.

    `key_id` is lower-case hexadecimal of the first 8 bytes of SHA-256 of the certificate, or the textual id of a
    JWK. `issuer` binds keys that came without a certificate (JWK, bare public key) to one issuer; None for
    certificates. `kinds` is what its extended key usage allows; None means any. `barcode_signer` marks the ICAO
    usage of VDS-NC, which says nothing of other formats. `not_before`/`not_after` are the key's own dates, None
    where it has none. `test` marks keys of demo and test issuers.
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
    barcode_signer: bool = False

    def allows(self, kind: Kind, *, format: str) -> bool:
        """Whether its extended key usage lets it sign `kind` in `format`; says nothing of dates or withdrawal."""
        if self.barcode_signer and format == "vdsnc":
            return True
        return self.kinds is None or kind in self.kinds


@dataclass(frozen=True, slots=True)
class Anchor:
    """One entry of the key ring: a key, the certificate it came in, and whether it only anchors chains.

    `signs_lists` marks the keys whose signed lists are taken as our own: those of our signers, and those of another
    installation that an operator named as such. Whoever signs a list can revoke anything and have anyone believed,
    so signing certificates does not imply it.
    """

    key: TrustedKey
    certificate: bytes | None  # DER
    authority: bool
    imported_at: datetime
    signs_lists: bool = False


def hash_key_id(der: bytes) -> str:
    """The key id of HC1: the first 8 bytes of SHA-256 of the DER certificate (eu-dcc-hcert-spec 1.0.8, 3.3.2)."""
    return hashlib.sha256(der).digest()[:8].hex()


def strong(public_key: object) -> PublicKey:
    """The same key if the house accepts its kind and size; raises ValueError otherwise."""
    if isinstance(public_key, EllipticCurvePublicKey):
        if public_key.curve.name not in CURVES:
            raise ValueError(f"curve {public_key.curve.name} is not accepted")
        return public_key
    if isinstance(public_key, RSAPublicKey):
        if public_key.key_size < RSA_LEAST_BITS:
            raise ValueError(f"an RSA key of {public_key.key_size} bits is too short")
        return public_key
    raise ValueError("neither an elliptic curve nor an RSA key")


def of_test_issuer(*names: str | None) -> bool:
    """Whether one of the organisation names marks an invented issuer (the word DEMO in capitals)."""
    return any(name and _DEMO.search(name) for name in names)
