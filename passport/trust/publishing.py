"""What we tell others: whom we trust, what we revoked, and our own keys, in the forms that verifiers read."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from passport.domain.verdict import utc_text
from passport.trust import lists
from passport.trust.entries import write_entry
from passport.trust.jwk import as_jwk, thumbprint_of
from passport.trust.keyring import Keyring
from passport.trust.own_revocations import OwnRevocations
from passport.trust.revocation import Revocations
from passport.trust.revocation_lists import rid_of
from passport.trust.revoked import Revoked, write_range
from passport.trust.signer_records import SignerRecord
from passport.trust.signers import SIGNER_LIFE, Signer

BATCH = 1000  # entries; dgc-gateway, RevocationBatchDto
_UNKNOWN_KID = "UNKNOWN_KID"  # the gateway's word for a batch that is not bound to one key


def trust_list(keyring: Keyring, *, records: Iterable[SignerRecord], signer: Signer, now: datetime) -> bytes:
    """Every key of the ring, withdrawn ones marked, as our signed list.

    `updated_at` is the ring's own age, which no signing renews; `signers` are our keys of `records`, those that may
    sign the lists to come.
    """
    payload = {
        "keys": [write_entry(anchor) for anchor in keyring.anchors],
        "signers": jwks(records)["keys"],
        "updated_at": utc_text(keyring.updated_at),
    }
    return lists.seal(payload, kind=lists.TRUST_LIST, signer=signer, now=now)


def revocation_list(revocations: Revocations, *, issuer: str, signer: Signer, now: datetime) -> bytes:
    """Everything we know to be revoked, our own and imported, as our signed list.

    Hashes are the first 16 bytes of SHA-256, hexadecimal: of the normalised identifier for our own, and of whatever
    the foreign list hashed; the first `own` entries are ours. Grows with what was imported: 32 bytes an entry on the
    way, 300 in the browser.
    """
    own = [_entry(c.digest, c.revoked) for c in revocations.own.certificates()]
    imported = [
        {
            "hash": record.digest.hex(),
            "at": utc_text(record.moment),
            "replaced": record.replaced,
            "earlier_only": record.earlier_only,
        }
        for record in revocations.table
    ]
    payload = {
        "issuer": issuer,
        "version": revocations.version,
        "updated_at": utc_text(revocations.updated_at),
        "own": len(own),
        "entries": own + imported,
        "ranges": [write_range(told, revoked) for told, revoked in revocations.ranges],
    }
    return lists.seal(payload, kind=lists.REVOCATION_LIST, signer=signer, now=now)


def rules_list(payload: Mapping[str, Any], *, signer: Signer, now: datetime) -> bytes:
    """What a browser needs beside keys and revocations (`verifying.portable`), as our signed list."""
    return lists.seal(payload, kind=lists.RULES_LIST, signer=signer, now=now)


def dcc_batches(own: OwnRevocations, *, country: str, now: datetime) -> list[dict[str, Any]]:
    """Our own revoked certificates as batches for the DCC gateway, hash type UCI; ranges cannot be told there."""
    batches = []
    hashes = iter(own.certificates())
    while batch := list(islice(hashes, BATCH)):
        entries = [{"hash": base64.b64encode(certificate.uci).decode()} for certificate in batch]
        batches.append(
            {
                "country": country,
                "expires": utc_text(now + SIGNER_LIFE),
                "kid": _UNKNOWN_KID,
                "hashType": "UCI",
                "entries": entries,
            }
        )
    return batches


def smart_list(own: OwnRevocations, *, key_id: str) -> dict[str, Any]:
    """Our own revoked certificates as the SMART Health Cards list of the key `key_id`."""
    rids = [rid_of(certificate.digest) for certificate in own.certificates()]
    return {"kid": key_id, "method": "rid", "ctr": own.version, "rids": rids}


def dsc_list(records: Iterable[SignerRecord], *, country: str) -> list[dict[str, str]]:
    """Our document-signer certificates as the DCC gateway lists them."""
    return [
        {
            "kid": base64.b64encode(bytes.fromhex(record.key_id)).decode(),
            "country": country,
            "certificateType": "DSC",
            "rawData": base64.b64encode(record.certificate.public_bytes(Encoding.DER)).decode(),
        }
        for record in records
    ]


def jwks(records: Iterable[SignerRecord], *, crl_version: int = 0) -> dict[str, list[dict[str, Any]]]:
    """Our signing keys as a JWK set; a key's id there is its thumbprint, as SMART Health Cards ask.

    `crl_version` is the `ctr` of the keys' lists of revoked cards, by which readers see that there is one to fetch.
    """
    listed = {"crlVersion": crl_version} if crl_version else {}
    return {"keys": [_jwk(record.certificate) | listed for record in records]}


def pem(records: Sequence[SignerRecord]) -> bytes:
    """Our document-signer certificates, then the authorities above them, in PEM."""
    signers = [record.certificate for record in records]
    authorities = dict.fromkeys(record.authority for record in records)
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in (*signers, *authorities))


def _jwk(certificate: x509.Certificate) -> dict[str, Any]:
    public_key = certificate.public_key()
    assert isinstance(public_key, EllipticCurvePublicKey)  # our signers hold no others
    return {**as_jwk(public_key), "kid": thumbprint_of(certificate), "use": "sig", "alg": "ES256"}


def _entry(digest: bytes, revoked: Revoked) -> dict[str, Any]:
    return {"hash": digest.hex(), "at": utc_text(revoked.at), "replaced": revoked.replaced, "earlier_only": False}
