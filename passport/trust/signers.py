"""Our own signing keys: one file of what there is, encrypted private keys beside it, and their states.

    next ──rotate──▶ active ──rotate──▶ retired        any state ──withdraw──▶ withdrawn

`next` and `active` are published, so that verifiers know a key before it signs. A `retired` key signs nothing more;
what it signed stays good until its certificate ends. A `withdrawn` key spoils everything it ever signed.
The private part of a key is destroyed when its state no longer lets it sign.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from passport.codecs import signatures
from passport.errors import InputError, Refusal, Refused
from passport.trust.authority import authority_certificate, signer_certificate
from passport.trust.files import SECRET, read_secret, write_whole, writing
from passport.trust.keys import hash_key_id
from passport.trust.signer_records import ALGORITHM, FORMATS, SignerRecord, SignerState, list_signers, write_signers

SIGNER_LIFE = timedelta(days=730)  # WHO GDHCN certificate governance: DSC two years
AUTHORITY_LIFE = timedelta(days=1461)  # the same: signing authority four years
DEMO_START = timedelta(days=730)  # demo keys start two years back, so that old samples verify
DEMO_SIGNER_LIFE = timedelta(days=1130)  # the two years back, and a year's certificate with a month to spare


@dataclass(frozen=True, slots=True)
class Signer:
    """The active signer with its private key at hand; `sign` gives raw r‖s over any bytes."""

    key_id: str
    algorithm: str
    certificate: x509.Certificate
    not_after: datetime
    test: bool
    sign: Callable[[bytes], bytes]


def create_signer(
    keys_dir: Path,
    *,
    country: str,
    issuer_name: str,
    passphrase: bytes,
    now: datetime,
    test: bool,
    valid_from: datetime | None = None,
    life: timedelta | None = None,
) -> SignerRecord:
    """Makes a P-256 signer under the country's authority (made too where none lasts long enough).

    It is active at once when no other is, else next. A test signer names a DEMO issuer and starts two years back
    unless `valid_from` says otherwise.
    """
    begin = (valid_from or (now - DEMO_START if test else now)).replace(microsecond=0)
    end = begin + (life or (DEMO_SIGNER_LIFE if test else SIGNER_LIFE))
    organisation = f"DEMO {issuer_name}" if test else issuer_name
    with writing(keys_dir):
        records = list_signers(keys_dir)
        authority, authority_key = _authority(
            keys_dir, records, country=country, organisation=organisation, passphrase=passphrase, begin=begin, end=end
        )
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = signer_certificate(
            key.public_key(),
            authority=authority,
            authority_key=authority_key,
            country=country,
            organisation=organisation,
            not_before=begin,
            not_after=end,
        )
        key_id = hash_key_id(certificate.public_bytes(Encoding.DER))
        _store_key(_key_file(keys_dir, key_id), key, passphrase)
        first = not any(r.state is SignerState.ACTIVE for r in records)
        record = SignerRecord(
            key_id=key_id,
            state=SignerState.ACTIVE if first else SignerState.NEXT,
            certificate=certificate,
            authority=authority,
            test=test,
            created_at=now,
            activated_at=now if first else None,
        )
        write_signers(keys_dir, (*records, record))
    return record


def active_signer(keys_dir: Path, *, passphrase: bytes, now: datetime, production: bool, format: str = "hc1") -> Signer:
    """The signer for `format` at `now`.

    Raises Refused (no_active_signer, demo_in_production) and InputError (bad_key_file). Unlocking an encrypted
    key takes milliseconds: load once for a batch.
    """
    records = list_signers(keys_dir) if format in FORMATS else ()
    record = next((r for r in records if r.state is SignerState.ACTIVE), None)
    if record is None:
        raise Refused(Refusal.NO_ACTIVE_SIGNER, format)
    if record.test and production:
        raise Refused(Refusal.DEMO_IN_PRODUCTION, f"signer {record.key_id}")
    if not record.not_before <= now <= record.not_after:
        raise Refused(Refusal.NO_ACTIVE_SIGNER, f"{record.key_id} is not in force at this time")
    key = _load_key(_key_file(keys_dir, record.key_id), passphrase)
    return Signer(
        key_id=record.key_id,
        algorithm=ALGORITHM,
        certificate=record.certificate,
        not_after=record.not_after,
        test=record.test,
        sign=lambda data: signatures.sign(algorithm=ALGORITHM, private_key=key, data=data),
    )


def rotate_signer(keys_dir: Path, *, now: datetime) -> SignerRecord:
    """Makes the oldest next signer that is in force the active one and retires the one before.

    Raises Refused (no_active_signer) when there is none to take over.
    """
    with writing(keys_dir):
        records = list_signers(keys_dir)
        in_force = (r for r in records if r.state is SignerState.NEXT and r.not_before <= now < r.not_after)
        coming = next(in_force, None)
        if coming is None:
            raise Refused(Refusal.NO_ACTIVE_SIGNER, "no next signer is in force; make one first")
        retired = [r for r in records if r.state is SignerState.ACTIVE]
        changes = {r.key_id: replace(r, state=SignerState.RETIRED, retired_at=now) for r in retired}
        changes[coming.key_id] = replace(coming, state=SignerState.ACTIVE, activated_at=now)
        write_signers(keys_dir, tuple(changes.get(r.key_id, r) for r in records))
        for record in retired:
            _key_file(keys_dir, record.key_id).unlink(missing_ok=True)
    return changes[coming.key_id]


def withdraw_signer(keys_dir: Path, *, key_id: str, now: datetime) -> SignerRecord:
    """Withdraws a signer for good: nothing it signed is accepted any more; raises InputError (unknown_key)."""
    with writing(keys_dir):
        records = list_signers(keys_dir)
        found = next((r for r in records if r.key_id == key_id), None)
        if found is None:
            raise InputError(Refusal.UNKNOWN_KEY, key_id)
        if found.state is SignerState.WITHDRAWN:
            return found
        withdrawn = replace(found, state=SignerState.WITHDRAWN, withdrawn_at=now)
        write_signers(keys_dir, tuple(withdrawn if r.key_id == key_id else r for r in records))
        _key_file(keys_dir, key_id).unlink(missing_ok=True)
    return withdrawn


def _authority(
    keys_dir: Path,
    records: tuple[SignerRecord, ...],
    *,
    country: str,
    organisation: str,
    passphrase: bytes,
    begin: datetime,
    end: datetime,
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The newest authority of this issuer that covers the signer's whole life, with its key."""
    for record in reversed(records):
        known = record.authority
        named = {str(a.value) for a in known.subject}
        covers = known.not_valid_before_utc <= begin and end <= known.not_valid_after_utc
        if covers and {country, organisation} <= named:
            return known, _load_key(_authority_file(keys_dir, known), passphrase)
    key = ec.generate_private_key(ec.SECP256R1())
    last = max(begin + AUTHORITY_LIFE, end)
    made = authority_certificate(key, country=country, organisation=organisation, not_before=begin, not_after=last)
    _store_key(_authority_file(keys_dir, made), key, passphrase)
    return made, key


def _key_file(keys_dir: Path, key_id: str) -> Path:
    return keys_dir / "signers" / f"{key_id}.pem"


def _authority_file(keys_dir: Path, certificate: x509.Certificate) -> Path:
    return keys_dir / "signers" / f"csca-{hash_key_id(certificate.public_bytes(Encoding.DER))}.pem"


def _store_key(path: Path, key: ec.EllipticCurvePrivateKey, passphrase: bytes) -> None:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))
    write_whole(path, [pem], mode=SECRET)


def _load_key(path: Path, passphrase: bytes) -> ec.EllipticCurvePrivateKey:
    """The private key in a PEM file; raises InputError (bad_key_file), also when it is not encrypted."""
    pem = read_secret(path)
    try:
        key = load_pem_private_key(pem, password=passphrase)
    except (ValueError, TypeError) as error:
        raise InputError(Refusal.BAD_KEY_FILE, f"{path.name}: wrong passphrase, or not an encrypted key") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise InputError(Refusal.BAD_KEY_FILE, f"{path.name}: not an elliptic curve key")
    return key
