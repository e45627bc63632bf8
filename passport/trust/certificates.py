"""What an X.509 certificate says of its key, read once, at import.

Genuine national signer certificates break DER in their extensions (a default that is written out, an empty
extended key usage), and strict parsers refuse all their extensions. The few facts needed here are read by a
walk over tags and lengths that does not care.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

from passport.domain.certificate import Kind
from passport.trust.keys import Anchor, TrustedKey, hash_key_id, of_test_issuer, strong

_EXTENSIONS = 0xA3
_BASIC_CONSTRAINTS = bytes.fromhex("551d13")
_EXTENDED_KEY_USAGE = bytes.fromhex("551d25")
# 1.3.6.1.4.1.1847.2021.1.x of the specification, and the same with a 0 put in, as most national signers write it.
_USAGE_ARCS = (bytes.fromhex("2b060104018e378f6501"), bytes.fromhex("2b06010401008e378f6501"))
_USAGES = {1: Kind.TEST, 2: Kind.VACCINATION, 3: Kind.RECOVERY}
_BARCODE_SIGNER = bytes.fromhex("6781080101" + "0e02")  # 2.23.136.1.1.14.2, ICAO Doc 9303 VDS-NC


def read_certificate(
    der: bytes, *, country: str | None, key_id: str | None, withdrawn_at: datetime | None, now: datetime
) -> Anchor:
    """The anchor that a DER certificate makes; `country` and `key_id` win over what the certificate gives.

    Raises ValueError when it cannot be read or its key is too weak. Does not check the certificate's own
    signature or dates: importing is trusting, and dates are judged at the clock of each check.
    """
    certificate = load_certificate(der)
    extensions = dict(_extensions(certificate))
    kinds, barcode_signer = _usage(extensions.get(_EXTENDED_KEY_USAGE))
    subject, issuer = certificate.subject, certificate.issuer
    organisation = _attribute(subject, NameOID.ORGANIZATION_NAME)
    key = TrustedKey(
        key_id=key_id or hash_key_id(der),
        public_key=strong(certificate.public_key()),
        issuer=None,
        country=country or _attribute(subject, NameOID.COUNTRY_NAME) or _attribute(issuer, NameOID.COUNTRY_NAME),
        name=organisation or _attribute(subject, NameOID.COMMON_NAME),
        kinds=kinds,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        withdrawn_at=withdrawn_at,
        test=of_test_issuer(organisation, _attribute(issuer, NameOID.ORGANIZATION_NAME)),
        barcode_signer=barcode_signer,
    )
    authority = _is_authority(extensions.get(_BASIC_CONSTRAINTS))
    return Anchor(key=key, certificate=der, authority=authority, imported_at=now)


def load_certificate(der: bytes) -> x509.Certificate:
    """A certificate whose names, dates and key can be read; raises ValueError for anything else."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        # The library reads these only when they are asked for, and raises whatever a broken one makes of it.
        _ = certificate.subject, certificate.issuer, certificate.not_valid_before_utc, certificate.not_valid_after_utc
        certificate.public_key()
    except Exception as error:
        raise ValueError("not a certificate that can be read") from error
    return certificate


def _attribute(name: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    values = name.get_attributes_for_oid(oid)
    return str(values[0].value) if values else None


def _usage(extension: bytes | None) -> tuple[frozenset[Kind] | None, bool]:
    """The kinds that an extended key usage allows (None: any) and whether it names the barcode signer.

    An empty list of purposes counts as none: such a certificate is in use, and the public test data ask for it.
    """
    if extension is None:
        return None, False
    (_, content), *_rest = _items(extension)
    purposes = [value for _, value in _items(content)]
    if not purposes:
        return None, False
    kinds = {
        _USAGES[purpose[-1]]
        for purpose in purposes
        for arc in _USAGE_ARCS
        if purpose[:-1] == arc and purpose[-1] in _USAGES
    }
    return frozenset(kinds), _BARCODE_SIGNER in purposes


def _is_authority(extension: bytes | None) -> bool:
    if extension is None:
        return False
    (_, content), *_rest = _items(extension)
    return any(tag == 0x01 and value != b"\x00" for tag, value in _items(content))


def _extensions(certificate: x509.Certificate) -> Iterator[tuple[bytes, bytes]]:
    (_, fields), *_rest = _items(certificate.tbs_certificate_bytes)
    for tag, wrapped in _items(fields):
        if tag == _EXTENSIONS:
            (_, sequence), *_rest = _items(wrapped)
            for _, extension in _items(sequence):
                (_, oid), *_critical, (_, value) = _items(extension)
                yield oid, value


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The tags and contents that stand one after another in `data`; raises ValueError where a length overruns."""
    at = 0
    while at < len(data):
        head = data[at : at + 2]
        if len(head) < 2:
            raise ValueError("a certificate extension is cut off")
        tag, length = head
        at += 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        if at + length > len(data):
            raise ValueError("a certificate extension is cut off")
        yield tag, data[at : at + length]
        at += length
