"""The certificates of our own signers: a country's authority (CSCA) and document signers (DSC) beneath it.

Profiles: eu-dcc-hcert-spec 1.0.8 annex 1, ICAO Doc 9303 part 12. Keys are P-256.
"""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from passport.errors import InputError, Refusal

ORGANISATION_LIMIT = 64  # characters; X.520 ub-organization-name
VACCINATION_USAGE = x509.ObjectIdentifier("1.3.6.1.4.1.1847.2021.1.2")


def authority_certificate(
    key: ec.EllipticCurvePrivateKey, *, country: str, organisation: str, not_before: datetime, not_after: datetime
) -> x509.Certificate:
    """A self-signed authority that may sign certificates and nothing else."""
    name = _name(country, organisation, f"CSCA {country}")
    builder = _builder(key.public_key(), subject=name, issuer=name, not_before=not_before, not_after=not_after)
    own_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(own_id, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own_id), critical=False)
        .sign(key, hashes.SHA256())
    )


def signer_certificate(
    public_key: ec.EllipticCurvePublicKey,
    *,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    country: str,
    organisation: str,
    not_before: datetime,
    not_after: datetime,
) -> x509.Certificate:
    """A document signer that may sign vaccination certificates and nothing else."""
    name = _name(country, organisation, f"DSC {country} {not_before:%Y-%m-%d}")
    above = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = _builder(public_key, subject=name, issuer=authority.subject, not_before=not_before, not_after=not_after)
    return (
        builder.add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([VACCINATION_USAGE]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _name(country: str, organisation: str, common_name: str) -> x509.Name:
    if not 1 <= len(organisation) <= ORGANISATION_LIMIT:
        raise InputError(Refusal.BAD_OPTION, f"an issuer's name has 1 to {ORGANISATION_LIMIT} characters")
    try:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, country),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
                x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            ]
        )
    except ValueError as error:
        raise InputError(Refusal.BAD_OPTION, f"an issuer's country has two letters: {country}") from error


def _builder(
    public_key: ec.EllipticCurvePublicKey,
    *,
    subject: x509.Name,
    issuer: x509.Name,
    not_before: datetime,
    not_after: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
