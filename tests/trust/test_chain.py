from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from passport.domain.certificate import Kind
from passport.trust.keyring import Keyring, import_keys

DAY = timedelta(days=1)
BARCODE_SIGNER = "2.23.136.1.1.14.2"


@pytest.fixture(scope="module")
def authority_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP384R1())


@pytest.fixture
def authority(make_certificate, authority_key):
    return make_certificate(authority_key, organisation="CSCA", authority=True)


@pytest.fixture
def signer(make_certificate, ec_key, authority, authority_key):
    return make_certificate(ec_key, usages=[BARCODE_SIGNER], issuer=authority, issuer_key=authority_key)


@pytest.fixture
def find(tmp_path, now):
    """What a key ring that believes `trusted` finds for a certificate in a credential."""

    def find(certificate, *trusted, withdrawn: bool = False):
        files = [(str(number), c.public_bytes(Encoding.PEM)) for number, c in enumerate(trusted)]
        import_keys(tmp_path, files, withdrawn=withdrawn, production=False, now=now)
        ring = Keyring.load(tmp_path, production=False)
        carried = certificate if isinstance(certificate, bytes) else certificate.public_bytes(Encoding.DER)
        return ring.find(key_id="XA#AKI", issuer="XA", certificate=carried)

    return find


def test_a_signer_beneath_a_trusted_authority(find, signer, authority) -> None:
    (key,) = find(signer, authority)
    assert key.public_key == signer.public_key()
    assert key.country == "XA"
    assert key.allows(Kind.VACCINATION, format="vdsnc")
    assert not key.allows(Kind.VACCINATION, format="hc1")
    assert (key.not_before, key.not_after) == (signer.not_valid_before_utc, signer.not_valid_after_utc)


def test_a_document_signer_beneath_a_trusted_authority(
    find, make_certificate, ec_key, authority, authority_key
) -> None:
    usages = ["1.3.6.1.4.1.1847.2021.1.1"]
    (key,) = find(make_certificate(ec_key, usages=usages, issuer=authority, issuer_key=authority_key), authority)
    assert key.kinds == {Kind.TEST}


def test_a_signer_that_is_an_anchor_itself(find, signer) -> None:
    (key,) = find(signer, signer)
    assert key.barcode_signer


def test_nobody_vouches(find, signer, make_certificate, authority_key) -> None:
    assert find(signer) == ()
    assert find(b"rubbish") == ()
    namesake = make_certificate(ec.generate_private_key(ec.SECP384R1()), organisation="CSCA", authority=True)
    assert find(signer, namesake) == ()
    renamed = make_certificate(authority_key, organisation="Another CSCA", authority=True)
    assert find(signer, renamed) == ()


def test_one_that_is_no_authority_vouches_for_nobody(find, make_certificate, ec_key, authority_key) -> None:
    for flag in (False, None):
        above = make_certificate(authority_key, organisation="CSCA", authority=flag)
        assert find(make_certificate(ec_key, issuer=above, issuer_key=authority_key), above) == ()


def test_an_authority_beneath_an_authority_signs_nothing(
    find, make_certificate, ec_key, authority, authority_key
) -> None:
    below = make_certificate(ec_key, authority=True, issuer=authority, issuer_key=authority_key)
    assert find(below, authority) == ()
    assert find(authority, authority) == ()


def test_the_dates_of_both_count(find, make_certificate, ec_key, authority_key, now) -> None:
    authority = make_certificate(
        authority_key, organisation="CSCA", authority=True, not_before=now - 10 * DAY, not_after=now + 10 * DAY
    )
    signer = make_certificate(
        ec_key, issuer=authority, issuer_key=authority_key, not_before=now - 20 * DAY, not_after=now + 20 * DAY
    )
    (key,) = find(signer, authority)
    assert (key.not_before, key.not_after) == (now - 10 * DAY, now + 10 * DAY)


def test_a_withdrawn_authority_withdraws_what_it_signed(find, signer, authority, now) -> None:
    (key,) = find(signer, authority, withdrawn=True)
    assert key.withdrawn_at == now


def test_a_withdrawn_signer_is_not_saved_by_its_authority(find, signer, authority, now) -> None:
    find(signer, signer, withdrawn=True)
    (key,) = find(signer, authority)
    assert key.withdrawn_at == now


def test_a_signature_with_sha1_vouches_for_nothing(find, make_certificate, ec_key) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    authority = make_certificate(key, organisation="CSCA", authority=True)
    good = make_certificate(ec_key, issuer=authority, issuer_key=key)
    assert len(find(good, authority)) == 1
    weak = _with_sha1(good, key)
    assert find(weak, authority) == ()


def _with_sha1(certificate, key) -> bytes:
    """The same certificate signed with SHA-1, which the library no longer writes."""
    sha256, sha1 = bytes.fromhex("06092a864886f70d01010b"), bytes.fromhex("06092a864886f70d010105")
    body = certificate.tbs_certificate_bytes.replace(sha256, sha1)
    whole = certificate.public_bytes(Encoding.DER).replace(certificate.tbs_certificate_bytes, body)
    signature = key.sign(body, padding.PKCS1v15(), hashes.SHA1())
    return whole.replace(sha256, sha1).replace(certificate.signature, signature)
