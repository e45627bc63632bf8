from __future__ import annotations

import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from passport.codecs.rfc4648 import encode_base64url
from passport.domain.verdict import utc_text
from passport.trust import lists
from passport.trust.anchors import parse_keys
from passport.trust.jwk import as_jwk, thumbprint
from passport.trust.keyring import Keyring, import_keys
from passport.trust.keys import TrustedKey
from passport.trust.own_revocations import OwnRevocations, record_own
from passport.trust.publishing import dcc_batches, dsc_list, jwks, pem, trust_list
from passport.trust.signer_records import SignerState, list_signers
from passport.trust.signers import active_signer, create_signer, withdraw_signer


def _told(there, signer, now) -> bytes:
    ring = Keyring.load(there, production=True)
    return trust_list(ring, records=list_signers(there), signer=signer, now=now)


HOUR = timedelta(hours=1)


def _id(key: TrustedKey) -> str:
    return key.key_id


def test_a_checkpoint_that_takes_our_list_believes_what_we_believe(
    tmp_path, make_certificate, ec_key, passphrase, now
) -> None:
    there, here = tmp_path / "ministry", tmp_path / "checkpoint"
    for _ in range(2):
        create_signer(there, country="VN", issuer_name="Ministry", passphrase=passphrase, now=now - HOUR, test=False)
    spoilt = next(r for r in list_signers(there) if r.state is SignerState.NEXT)
    withdraw_signer(there, key_id=spoilt.key_id, now=now)
    foreign = make_certificate(ec_key, usages=["1.3.6.1.4.1.1847.2021.1.3"]).public_bytes(Encoding.PEM)
    jwk = json.dumps({**as_jwk(ec_key.public_key()), "issuer": "https://a.example"}).encode()
    import_keys(there, [("xa", foreign), ("jwk", jwk)], production=True, now=now)
    signer = active_signer(there, passphrase=passphrase, now=now, production=True)
    certificate = signer.certificate.public_bytes(Encoding.PEM)
    import_keys(here, [("vn", certificate)], signs_lists=True, production=True, now=now)

    sent = Keyring.load(there, production=True)
    report = import_keys(here, [("list", _told(there, signer, now))], production=True, now=now + HOUR)
    assert report.refused == ()
    assert [key.key_id for key in report.known] == [signer.key_id]
    taken = Keyring.load(here, production=True)
    assert sorted(taken.keys, key=_id) == sorted(sent.keys, key=_id)
    assert sum(a.authority for a in taken.anchors) == 1
    (withdrawn,) = taken.find(key_id=spoilt.key_id, issuer=None)
    assert withdrawn.withdrawn_at == now


def test_a_list_says_how_old_what_it_holds_is_and_who_may_sign_the_next(tmp_path, passphrase, now) -> None:
    create_signer(tmp_path, country="VN", issuer_name="Ministry", passphrase=passphrase, now=now - HOUR, test=False)
    signer = active_signer(tmp_path, passphrase=passphrase, now=now, production=True)
    ring = Keyring(Keyring.load(tmp_path, production=True).anchors, updated_at=now - HOUR)
    data = trust_list(ring, records=list_signers(tmp_path), signer=signer, now=now)
    opened = lists.unseal(data, kind=lists.TRUST_LIST, keys=ring.list_signers, now=now)
    assert (opened.dated, opened.payload["updated_at"]) == (now, utc_text(now - HOUR))
    assert [key["kid"] for key in opened.payload["signers"]] == [thumbprint(signer.certificate.public_key())]


def test_a_list_that_was_not_deflated_or_is_cut_short(tmp_path, passphrase, now) -> None:
    create_signer(tmp_path, country="VN", issuer_name="Ministry", passphrase=passphrase, now=now - HOUR, test=False)
    signer = active_signer(tmp_path, passphrase=passphrase, now=now, production=True)
    keys = Keyring.load(tmp_path, production=True).list_signers

    def sealed(zipped: dict[str, str], body: bytes) -> bytes:
        head = {"alg": "ES256", "kid": signer.key_id, "typ": lists.TRUST_LIST, **zipped}
        signed = f"{encode_base64url(json.dumps(head).encode())}.{encode_base64url(body)}"
        return f"{signed}.{encode_base64url(signer.sign(signed.encode()))}".encode()

    plain = json.dumps({"keys": [], "iat": int(now.timestamp())}).encode()
    assert lists.unseal(sealed({}, plain), kind=lists.TRUST_LIST, keys=keys, now=now).payload["keys"] == []
    with pytest.raises(ValueError, match="not a signed list"):
        lists.unseal(sealed({"zip": "DEF"}, plain), kind=lists.TRUST_LIST, keys=keys, now=now)


def test_our_own_keys_in_every_form(tmp_path, passphrase, now) -> None:
    record = create_signer(tmp_path, country="VN", issuer_name="Ministry", passphrase=passphrase, now=now, test=False)
    forms = {
        "pem": pem([record]),
        "dsc": json.dumps(dsc_list([record], country="VN")).encode(),
        "jwks": json.dumps(jwks([record])).encode(),
    }
    ids = {}
    for form, data in forms.items():
        parsed = parse_keys(data, source=form, issuer="https://vn.example", kid=None, withdrawn=False, now=now)
        assert parsed.refused == []
        ids[form] = [a.key.key_id for a in parsed.anchors if not a.authority]
    key = record.certificate.public_key()
    assert ids == {"pem": [record.key_id], "dsc": [record.key_id], "jwks": [thumbprint(key)]}


def test_batches_hold_a_limited_number_of_entries(tmp_path, monkeypatch, now) -> None:
    monkeypatch.setattr("passport.trust.publishing.BATCH", 10)
    for number in range(11):
        record_own(tmp_path, identifier=f"ID{number}", at=now, replaced=False)
    batches = dcc_batches(OwnRevocations.read(tmp_path), country="VN", now=now)
    assert [len(batch["entries"]) for batch in batches] == [10, 1]
    assert {batch["hashType"] for batch in batches} == {"UCI"}
    assert dcc_batches(OwnRevocations.read(tmp_path / "empty"), country="VN", now=now) == []
