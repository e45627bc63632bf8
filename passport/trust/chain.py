"""Chains of two: a country's certificate authority (CSCA) and a signer certificate beneath it.

Two links are met: CSCA → document signer and CSCA → barcode signer of VDS-NC (ICAO Doc 9303 part 12).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from passport.trust.certificates import load_certificate, read_certificate
from passport.trust.keys import Anchor, TrustedKey

_DIGESTS = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


def chained(der: bytes, authorities: Iterable[Anchor], *, now: datetime) -> tuple[TrustedKey, ...]:
    """The key in `der` once for each of the `authorities` that signed it; empty when none did or it is itself a CA.

    The key's dates become what its certificate and the authority's have in common, and the authority's withdrawal
    becomes its own, so that the step that judges dates judges the whole chain. Checks the signature, the
    issuer's name and country; checks no revocation list of certificates.
    """
    try:
        certificate = load_certificate(der)
        anchor = read_certificate(der, country=None, key_id=None, withdrawn_at=None, now=now)
    except ValueError:
        return ()
    if anchor.authority:
        return ()
    return tuple(
        _beneath(anchor.key, a.key)
        for a in authorities
        if a.authority and a.certificate and _signed_by(certificate, a.certificate)
    )


def _signed_by(certificate: x509.Certificate, authority: bytes) -> bool:
    try:
        if not isinstance(certificate.signature_hash_algorithm, _DIGESTS):
            return False
        certificate.verify_directly_issued_by(load_certificate(authority))
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _beneath(key: TrustedKey, above: TrustedKey) -> TrustedKey:
    return replace(
        key,
        country=above.country or key.country,
        not_before=max(filter(None, (key.not_before, above.not_before)), default=None),
        not_after=min(filter(None, (key.not_after, above.not_after)), default=None),
        withdrawn_at=above.withdrawn_at,
        test=key.test or above.test,
    )
