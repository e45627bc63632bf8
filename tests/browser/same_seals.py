"""VDS-NC seals whose signer nobody lists, beneath authorities of every kind of key that countries use."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from passport.codecs import jcs, signatures
from passport.codecs.rfc4648 import encode_base64url
from passport.trust.certificates import read_certificate
from passport.trust.keys import Anchor
from tests.forging import NOW

YEAR = timedelta(days=365)
BARCODE_SIGNER, VACCINATION, TEST = "2.23.136.1.1.14.2", "1.3.6.1.4.1.1847.2021.1.2", "1.3.6.1.4.1.1847.2021.1.1"
_Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def _elliptic(curve: ec.EllipticCurve) -> Callable[[], _Key]:
    return lambda: ec.generate_private_key(curve)


_P256 = _elliptic(ec.SECP256R1())


def _rsa() -> _Key:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Holder:
    """A key with its certificate, signed by `above` or by itself."""

    organisation: str
    make: Callable[[], _Key] = _P256
    digest: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)
    above: Holder | None = None
    pss: bool = False  # how `above` signs, where its key is RSA
    usage: str | None = None
    until: datetime = NOW + YEAR
    authority: bool = False

    def __post_init__(self) -> None:
        self.key = self.make()
        self.der = self._certificate().public_bytes(Encoding.DER)

    @property
    def name(self) -> x509.Name:
        """Country and organisation."""
        told = {NameOID.COUNTRY_NAME: "UT", NameOID.ORGANIZATION_NAME: self.organisation}
        return x509.Name([x509.NameAttribute(oid, value) for oid, value in told.items()])

    def anchor(self, *, withdrawn_at: datetime | None = None) -> Anchor:
        """Its entry in a key ring."""
        return read_certificate(self.der, country=None, key_id=None, withdrawn_at=withdrawn_at, now=NOW)

    def seal(self, algorithm: str = "ES256") -> str:
        """A sound proof of vaccination by this key."""
        data = _data()
        private_key: Any = self.key
        made = signatures.sign(algorithm=algorithm, private_key=private_key, data=jcs.dumps(data))
        zone = {"alg": algorithm, "cer": encode_base64url(self.der), "sigvl": encode_base64url(made)}
        return json.dumps({"data": data, "sig": zone})

    def _certificate(self) -> x509.Certificate:
        above = self.above or self
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(above.name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - YEAR)
            .not_valid_after(self.until)
            .add_extension(x509.BasicConstraints(ca=self.authority, path_length=None), critical=True)
        )
        if self.usage:
            builder = builder.add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(self.usage)]), critical=False)
        salted = padding.PSS(mgf=padding.MGF1(self.digest), salt_length=self.digest.digest_size)
        return builder.sign(above.key, self.digest, rsa_padding=salted if self.pss else None)


def _data() -> dict[str, Any]:
    dose = {"dvc": "2026-02-18", "seq": 2, "ctr": "UTO", "lot": "FF1"}
    vaccines = [{"des": "XM8NQ0", "nam": "Comirnaty", "dis": "RA01.0", "vd": [dose]}]
    person = {"n": "NGUYEN<<VAN<AN", "dob": "1990-01-02", "i": "C1234567"}
    return {"hdr": {"t": "icao.vacc", "v": 1, "is": "UTO"}, "msg": {"uvci": "U1", "pid": person, "ve": vaccines}}


def chained_seals() -> tuple[list[Anchor], list[str]]:
    """Whom to trust, and seals beneath each of them: sound, out of date, withdrawn, misused, by strangers."""
    root = Holder("UTO", make=_elliptic(ec.SECP384R1()), digest=hashes.SHA384(), authority=True)
    salted = Holder("UTO RSA", make=_rsa, authority=True)
    ended = Holder("UTO ended", until=NOW - timedelta(days=1), authority=True)
    gone = Holder("UTO gone", authority=True)
    demo = Holder("DEMO UTO", authority=True)
    namesake = Holder("UTO", authority=True)  # the name of the first, the key of nobody trusted
    trusted = [holder.anchor() for holder in (root, salted, ended, demo)] + [gone.anchor(withdrawn_at=NOW)]
    return trusted, list(_beneath(root, salted, ended, gone, demo, namesake))


def _beneath(
    root: Holder, salted: Holder, ended: Holder, gone: Holder, demo: Holder, namesake: Holder
) -> Iterator[str]:
    for above in (root, salted, ended, gone, demo, namesake):
        yield Holder("Signer", above=above, usage=BARCODE_SIGNER).seal()
    yield Holder("Signer", above=salted, digest=hashes.SHA512()).seal()
    for digest in (hashes.SHA256(), hashes.SHA384()):
        yield Holder("Signer", above=salted, pss=True, digest=digest).seal()
    yield Holder("Signer", above=root, usage=VACCINATION).seal()
    yield Holder("Signer", above=root, usage=TEST).seal()
    yield Holder("Signer", above=root, until=NOW - timedelta(days=1)).seal()
    yield Holder("Signer", above=root, authority=True).seal()
    for curve, algorithm in ((ec.SECP384R1(), "ES256"), (ec.SECP384R1(), "ES384"), (ec.SECP521R1(), "ES512")):
        yield Holder("Signer", above=root, make=_elliptic(curve)).seal(algorithm)
    sound = Holder("Signer", above=root).seal()
    yield sound.replace("NGUYEN", "TRAN")
    yield sound.replace('"alg": "ES256"', '"alg": "ES512"')
    yield root.seal("ES384")
