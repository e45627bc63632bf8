from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from passport.codecs import signatures
from passport.domain.certificate import Kind
from passport.errors import InputError, Refusal, Refused
from passport.trust.jwk import thumbprint_of
from passport.trust.keyring import Keyring
from passport.trust.passphrase import read_passphrase
from passport.trust.signer_records import SignerRecord, SignerState, list_signers, signers_file
from passport.trust.signers import active_signer, create_signer, rotate_signer, withdraw_signer

COUNTRY, NAME = "VN", "Bộ Y tế (Ministry of Health)"


@pytest.fixture
def create(tmp_path, passphrase, now):
    def create(*, at=now, test: bool = False, **extra) -> SignerRecord:
        return create_signer(
            tmp_path, country=COUNTRY, issuer_name=NAME, passphrase=passphrase, now=at, test=test, **extra
        )

    return create


@pytest.fixture
def active(tmp_path, passphrase, now):
    def active(*, at=now, production: bool = True):
        return active_signer(tmp_path, passphrase=passphrase, now=at, production=production)

    return active


def test_a_signer_signs_what_the_key_ring_believes(tmp_path, create, active, now) -> None:
    record = create()
    signer = active()
    signature = signer.sign(b"some bytes")
    assert len(signature) == 64
    (key,) = Keyring.load(tmp_path, production=True).find(key_id=signer.key_id, issuer=None)
    assert signatures.verify(algorithm="ES256", public_key=key.public_key, signature=signature, signed=b"some bytes")
    assert key.kinds == {Kind.VACCINATION}
    assert (key.country, key.name, key.not_after) == (COUNTRY, NAME, signer.not_after)
    assert (record.state, signer.key_id, signer.algorithm) == (SignerState.ACTIVE, record.key_id, "ES256")
    assert signer.not_after == now + timedelta(days=730)


def test_the_certificate_follows_the_profile(create) -> None:
    record = create()
    leaf, authority = record.certificate, record.authority
    leaf.verify_directly_issued_by(authority)
    authority.verify_directly_issued_by(authority)
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert not usage.value.key_cert_sign
    above = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    below = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert below.key_identifier == above.digest
    assert leaf.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert authority.not_valid_after_utc >= leaf.not_valid_after_utc


def test_private_keys_lie_encrypted_and_closed(tmp_path, create, active) -> None:
    record = create()
    files = sorted((tmp_path / "signers").iterdir())
    assert len(files) == 2
    for file in files:
        assert file.stat().st_mode & 0o777 == 0o600
        assert b"BEGIN ENCRYPTED PRIVATE KEY" in file.read_bytes()
    assert b"PRIVATE" not in signers_file(tmp_path).read_bytes()
    assert "PRIVATE" not in repr(active())
    (tmp_path / "signers" / f"{record.key_id}.pem").chmod(0o640)
    with pytest.raises(InputError, match="0600") as caught:
        active()
    assert caught.value.reason is Refusal.BAD_KEY_FILE


def test_wrong_passphrase_plain_key_and_missing_file(tmp_path, create, active, passphrase, now) -> None:
    record = create()
    with pytest.raises(InputError, match="passphrase"):
        active_signer(tmp_path, passphrase=b"another", now=now, production=False)
    path = tmp_path / "signers" / f"{record.key_id}.pem"
    path.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    with pytest.raises(InputError, match="not an encrypted key"):
        active()
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase)))
    with pytest.raises(InputError, match="not an elliptic curve key"):
        active()
    path.unlink()
    with pytest.raises(InputError) as caught:
        active()
    assert caught.value.reason is Refusal.BAD_KEY_FILE


def test_demo_signers_start_two_years_back_and_stay_out_of_production(tmp_path, create, active, now) -> None:
    record = create(test=True)
    assert record.not_before == now - timedelta(days=730)
    assert record.not_after > now + timedelta(days=366)
    assert record.authority.not_valid_before_utc == record.not_before
    assert active(production=False).test
    with pytest.raises(Refused) as caught:
        active(production=True)
    assert caught.value.reason is Refusal.DEMO_IN_PRODUCTION
    assert [key.test for key in Keyring.load(tmp_path, production=False).keys] == [True, True]
    assert Keyring.load(tmp_path, production=True).keys == ()


def test_no_signer_before_its_start_after_its_end_or_for_another_format(
    tmp_path, create, active, passphrase, now
) -> None:
    with pytest.raises(Refused) as caught:
        active()
    assert caught.value.reason is Refusal.NO_ACTIVE_SIGNER
    create(life=timedelta(days=10))
    for moment in (now - timedelta(seconds=1), now + timedelta(days=10, seconds=1)):
        with pytest.raises(Refused, match="not in force"):
            active(at=moment)
    with pytest.raises(Refused):
        active_signer(tmp_path, passphrase=passphrase, now=now, production=True, format="icvp")


def test_rotation_keeps_what_the_old_one_signed(tmp_path, create, active, now) -> None:
    old = create()
    with pytest.raises(Refused, match="no next"):
        rotate_signer(tmp_path, now=now)
    coming = create()
    assert coming.state is SignerState.NEXT
    assert active().key_id == old.key_id
    later = now + timedelta(days=30)
    assert rotate_signer(tmp_path, now=later).key_id == coming.key_id
    assert active(at=later).key_id == coming.key_id
    states = {r.key_id: (r.state, r.activated_at, r.retired_at) for r in list_signers(tmp_path)}
    assert states == {
        old.key_id: (SignerState.RETIRED, now, later),
        coming.key_id: (SignerState.ACTIVE, later, None),
    }
    cards = {thumbprint_of(record.certificate) for record in (old, coming)}
    assert {k.key_id for k in Keyring.load(tmp_path, production=True).keys} == set(states) | cards
    assert not (tmp_path / "signers" / f"{old.key_id}.pem").exists()
    assert old.authority == coming.authority


def test_withdrawal_is_for_good(tmp_path, create, active, now) -> None:
    record = create()
    withdraw_signer(tmp_path, key_id=record.key_id, now=now)
    again = withdraw_signer(tmp_path, key_id=record.key_id, now=now + timedelta(days=1))
    assert (again.state, again.withdrawn_at) == (SignerState.WITHDRAWN, now)
    with pytest.raises(Refused):
        active()
    both = [(key.key_id, key.withdrawn_at) for key in Keyring.load(tmp_path, production=True).keys]
    assert both == [(record.key_id, now), (thumbprint_of(record.certificate), now)]
    with pytest.raises(InputError) as caught:
        withdraw_signer(tmp_path, key_id="0" * 16, now=now)
    assert caught.value.reason is Refusal.UNKNOWN_KEY


@pytest.mark.parametrize(("country", "name"), [("Vietnam", "Bộ Y tế"), ("VN", ""), ("VN", "x" * 65)])
def test_names_that_no_certificate_can_hold(tmp_path, passphrase, now, country: str, name: str) -> None:
    with pytest.raises(InputError) as caught:
        create_signer(tmp_path, country=country, issuer_name=name, passphrase=passphrase, now=now, test=False)
    assert caught.value.reason is Refusal.BAD_OPTION
    assert list_signers(tmp_path) == ()


def test_a_spoilt_record_is_told(tmp_path, now) -> None:
    signers_file(tmp_path).write_text('{"signers": [{}]}')
    with pytest.raises(InputError) as caught:
        list_signers(tmp_path)
    assert caught.value.reason is Refusal.BAD_KEY_FILE


def test_the_record_as_json(create) -> None:
    record = create()
    told = json.loads(json.dumps(record.as_dict()))
    assert told["kid"] == record.key_id
    assert (told["state"], told["retired_at"]) == ("active", None)


def test_passphrase_is_made_in_development_only(tmp_path) -> None:
    with pytest.raises(InputError, match="PASSPORT_KEY_PASSPHRASE_FILE"):
        read_passphrase(tmp_path, file=None, production=True)
    first = read_passphrase(tmp_path, file=None, production=False)
    assert len(first) >= 32
    assert read_passphrase(tmp_path, file=None, production=False) == first
    assert (tmp_path / "passphrase").stat().st_mode & 0o777 == 0o600
    named: Path = tmp_path / "elsewhere"
    with pytest.raises(InputError):
        read_passphrase(tmp_path, file=named, production=True)
    named.write_bytes(b"secret\n")
    named.chmod(0o644)
    with pytest.raises(InputError, match="0600"):
        read_passphrase(tmp_path, file=named, production=True)
    named.chmod(0o600)
    assert read_passphrase(tmp_path, file=named, production=True) == b"secret"
    named.write_bytes(b" \n")
    with pytest.raises(InputError, match="empty"):
        read_passphrase(tmp_path, file=named, production=True)
