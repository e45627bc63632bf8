"""Real keys and certificates, made anew for each run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
PASSPHRASE = b"of a test"
SHA256 = hashes.SHA256()

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
MakeCertificate = Callable[..., x509.Certificate]


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def passphrase() -> bytes:
    return PASSPHRASE


@pytest.fixture(scope="session")
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="session")
def make_certificate() -> MakeCertificate:
    """A certificate as a foreign authority would make it; `usages` are dotted OIDs."""

    def make(
        key: PrivateKey,
        *,
        country: str = "XA",
        organisation: str = "Ministry of XA",
        usages: list[str] | None = None,
        authority: bool | None = None,
        issuer: x509.Certificate | None = None,
        issuer_key: PrivateKey | None = None,
        not_before: datetime = NOW - timedelta(days=365),
        not_after: datetime = NOW + timedelta(days=365),
        digest: hashes.HashAlgorithm = SHA256,
    ) -> x509.Certificate:
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, country),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
                x509.NameAttribute(NameOID.COMMON_NAME, "signer"),
            ]
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer.subject if issuer else name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(not_before)
            .not_valid_after(not_after)
        )
        if usages is not None:
            oids = [x509.ObjectIdentifier(usage) for usage in usages]
            builder = builder.add_extension(x509.ExtendedKeyUsage(oids), critical=True)
        if authority is not None:
            builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        return builder.sign(issuer_key or key, digest)

    return make


@pytest.fixture(scope="session")
def pem() -> Callable[[x509.Certificate], bytes]:
    return lambda certificate: certificate.public_bytes(Encoding.PEM)


@pytest.fixture(scope="session")
def der() -> Callable[[x509.Certificate], bytes]:
    return lambda certificate: certificate.public_bytes(Encoding.DER)
