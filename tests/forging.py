"""An issuing authority for tests that makes codes which are right, or wrong in any one place."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from passport.codecs import base45, signatures
from passport.rules.rulesets import RuleStore
from passport.trust.certificates import read_certificate
from passport.trust.keyring import Keyring
from passport.trust.keys import Anchor
from passport.trust.revocation import Revocations
from passport.verifying.context import Context

NOW = datetime(2026, 11, 21, 3, 10, tzinfo=UTC)
ISSUED = NOW - timedelta(days=30)
EXPIRES = ISSUED + timedelta(days=365)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TWO_WEEKS = timedelta(days=14)
CANARY = "CANARY"  # stands in everything that must never be told unverified

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
LABELS = {"ES256": -7, "PS256": -37}


def vaccination(**changes: Any) -> dict[str, Any]:
    """The content of a sound certificate, dose 2 of 2; `changes` replace members of the dose, name or whole."""
    whole: dict[str, Any] = {
        "ver": "1.3.0",
        "nam": {"fn": "Nguyễn", "fnt": "NGUYEN", "gn": "Văn An", "gnt": "VAN<AN"},
        "dob": "1990-01-02",
        "v": [
            {
                "tg": "840539006",
                "vp": "1119349007",
                "mp": "EU/1/20/1528",
                "ma": "ORG-100030215",
                "dn": 2,
                "sd": 2,
                "dt": "2026-02-18",
                "co": "XA",
                "is": "Ministry of XA",
                "ci": "URN:UVCI:01:XA:MOH/8H3K2M9QWZ#T",
            }
        ],
    }
    for name, value in changes.items():
        part = whole["nam"] if name in ("fn", "fnt", "gn", "gnt") else whole if name in whole else whole["v"][0]
        part[name] = value
    return whole


def recovery() -> dict[str, Any]:
    """The content of a sound recovery certificate."""
    whole = vaccination()
    del whole["v"]
    entry = {
        "tg": "840539006", "fr": "2026-09-01", "co": "XA", "is": "Ministry of XA", "df": "2026-09-12",
        "du": "2027-02-28", "ci": "URN:UVCI:01:XA:MOH/REC0VERY",
    }  # fmt: skip
    return whole | {"r": [entry]}


@dataclass
class Authority:
    """A signer with its certificate; `key_id` may be another's, to make ids collide."""

    country: str = "XA"
    algorithm: str = "ES256"
    organisation: str = "Ministry of XA"
    not_before: datetime = NOW - timedelta(days=700)
    not_after: datetime = NOW + timedelta(days=700)
    usages: list[str] = field(default_factory=list)
    key_id: str | None = None

    def __post_init__(self) -> None:
        self.key: PrivateKey
        if self.algorithm == "PS256":
            self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        else:
            self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._certificate()

    def _certificate(self) -> x509.Certificate:
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, self.country),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, self.organisation),
            ]
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.not_before)
            .not_valid_after(self.not_after)
        )
        if self.usages:
            oids = [x509.ObjectIdentifier(usage) for usage in self.usages]
            builder = builder.add_extension(x509.ExtendedKeyUsage(oids), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def anchor(self, *, withdrawn_at: datetime | None = None) -> Anchor:
        """The entry that this authority is in a key ring."""
        der = self.certificate.public_bytes(Encoding.DER)
        return read_certificate(der, country=None, key_id=self.key_id, withdrawn_at=withdrawn_at, now=ISSUED)

    @property
    def kid(self) -> bytes:
        """The key id as it stands in headers."""
        return bytes.fromhex(self.anchor().key.key_id)

    def sign(self, data: bytes) -> bytes:
        """A raw signature."""
        return signatures.sign(algorithm=self.algorithm, private_key=self.key, data=data)

    def claims(self, content: Any = None) -> dict[Any, Any]:
        """The CWT claims around `content`."""
        whole = vaccination() if content is None else content
        return {1: self.country, 4: int(EXPIRES.timestamp()), 6: int(ISSUED.timestamp()), -260: {1: whole}}

    def code(
        self,
        content: Any = None,
        *,
        claims: dict[Any, Any] | None = None,
        protected: dict[Any, Any] | bytes | None = None,
        unprotected: dict[Any, Any] | None = None,
        payload: bytes | None = None,
        sign: Callable[[bytes], bytes] | None = None,
        dumps: Callable[[Any], bytes] = cbor2.dumps,
    ) -> str:
        """A signed code; every argument replaces one part of it, `claims` adds to the usual ones (`...` takes away)."""
        if payload is None:
            told = {**self.claims(content), **(claims or {})}
            payload = dumps({name: value for name, value in told.items() if value is not ...})
        if protected is None:
            protected = {1: LABELS[self.algorithm], 4: self.kid}
        head = protected if isinstance(protected, bytes) else cbor2.dumps(protected)
        signature = (sign or self.sign)(cbor2.dumps(["Signature1", head, b"", payload]))
        return pack(cbor2.dumps(cbor2.CBORTag(18, [head, unprotected or {}, payload, signature])))


def pack(cose: bytes) -> str:
    """The text around the bytes of a COSE_Sign1."""
    return "HC1:" + base45.encode(zlib.compress(cose, 9))


def unpack(code: str) -> list[Any]:
    """The four parts of a code: protected, unprotected, payload, signature."""
    tagged = zlib.decompress(base45.decode(code.removeprefix("HC1:")))
    return list(cbor2.loads(tagged.removeprefix(b"\xd2")))


def repack(parts: list[Any]) -> str:
    """A code of four parts."""
    return pack(cbor2.dumps(cbor2.CBORTag(18, parts)))


def context_of(
    anchors: Iterable[Anchor],
    *,
    folder: Path,
    trust_updated_at: datetime | None = NOW - timedelta(hours=1),
) -> Context:
    """A context that trusts `anchors`; revocations and rules are read from `folder`, as everywhere."""
    return Context(
        keyring=Keyring(anchors, updated_at=trust_updated_at),
        revocations=Revocations.load(folder),
        rules=RuleStore.load(folder),
        zone=ZONE,
        trust_max_age=TWO_WEEKS,
        revocation_max_age=TWO_WEEKS,
        icvp_claim=-6,
    )
