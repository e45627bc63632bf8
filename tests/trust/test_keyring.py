from __future__ import annotations

import base64
import json
import time
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key

from passport.codecs.rfc4648 import encode_base64url
from passport.errors import InputError, Refusal
from passport.trust import lists
from passport.trust.entries import spki, write_entry
from passport.trust.jwk import as_jwk
from passport.trust.key_store import keyring_file
from passport.trust.keyring import ImportReport, Keyring, import_keys, remove_key
from passport.trust.keys import hash_key_id
from passport.trust.publishing import trust_list
from passport.trust.signer_records import list_signers
from passport.trust.signers import active_signer, create_signer, rotate_signer, withdraw_signer

HOUR = timedelta(hours=1)


@pytest.fixture
def take(tmp_path, now):
    """Imports one file."""

    def take(data: bytes, *, at=now, production: bool = False, keys_dir=tmp_path, **extra) -> ImportReport:
        return import_keys(keys_dir, [("file", data)], production=production, now=at, **extra)

    return take


@pytest.fixture
def load(tmp_path):
    return lambda: Keyring.load(tmp_path, production=False)


def test_an_empty_folder_is_an_empty_ring(load) -> None:
    ring = load()
    assert ring.keys == ()
    assert ring.updated_at is None
    assert ring.find(key_id="00", issuer=None) == ()


def test_import_load_and_import_again(take, load, make_certificate, ec_key, pem, der, now) -> None:
    certificate = make_certificate(ec_key, usages=["1.3.6.1.4.1.1847.2021.1.2"])
    report = take(pem(certificate))
    kid = hash_key_id(der(certificate))
    brief = {"kid": kid, "country": "XA", "not_after": "2027-11-21T03:00:00Z"}
    assert report.as_dict() == {"added": [brief], "known": [], "refused": []}
    ring = load()
    assert ring.keys == report.added
    assert ring.updated_at == now
    assert take(pem(certificate), at=now + HOUR).as_dict() == {"added": [], "known": [brief], "refused": []}
    assert load().updated_at == now + HOUR
    assert load().keys == ring.keys


def test_keys_that_share_an_id_are_all_returned(take, load, make_certificate, pem) -> None:
    certificates = [make_certificate(ec.generate_private_key(ec.SECP256R1()), country=c) for c in ("XA", "XB")]
    for certificate in certificates:
        take(pem(certificate), kid="0102030405060708")
    found = load().find(key_id="0102030405060708", issuer=None)
    assert {key.country for key in found} == {"XA", "XB"}


def test_one_key_under_several_ids(take, load, make_certificate, ec_key, pem, der) -> None:
    certificate = make_certificate(ec_key)
    take(pem(certificate))
    take(pem(certificate), kid="0102030405060708")
    ring = load()
    assert ring.find(key_id="0102030405060708", issuer=None)
    assert ring.find(key_id=hash_key_id(der(certificate)), issuer=None)


def test_a_key_without_a_certificate_speaks_for_its_issuer_only(take, load, ec_key) -> None:
    jwk = json.dumps({**as_jwk(ec_key.public_key()), "kid": "k"}).encode()
    take(jwk, issuer="https://a.example")
    ring = load()
    assert len(ring.find(key_id="k", issuer="https://a.example")) == 1
    for other in (None, "https://b.example", "https://a.example/"):
        assert ring.find(key_id="k", issuer=other) == ()


def test_a_withdrawal_is_kept(take, load, make_certificate, ec_key, pem, now) -> None:
    data = pem(make_certificate(ec_key))
    take(data)
    take(data, withdrawn=True, at=now + HOUR)
    take(data, at=now + 2 * HOUR)
    take(data, withdrawn=True, at=now + 3 * HOUR)
    (key,) = load().keys
    assert key.withdrawn_at == now + HOUR


def test_a_withdrawal_holds_under_every_id_of_a_key(take, load, make_certificate, ec_key, pem, der, now) -> None:
    certificate = make_certificate(ec_key)
    entry = {"kid": "0102030405060708", "rawData": base64.b64encode(der(certificate)).decode()}
    listed = json.dumps([entry]).encode()
    take(listed)
    take(pem(certificate), withdrawn=True, at=now + HOUR)
    assert [key.withdrawn_at for key in load().keys] == [now + HOUR] * 2
    take(pem(certificate), kid="aa", at=now + 2 * HOUR)  # a new id for a key that was withdrawn
    (renamed,) = load().find(key_id="aa", issuer=None)
    assert renamed.withdrawn_at == now + HOUR


def test_an_authority_is_listed_but_finds_nothing_by_itself(take, load, make_certificate, ec_key, pem, der) -> None:
    authority = make_certificate(ec_key, authority=True)
    assert len(take(pem(authority)).added) == 1
    ring = load()
    assert ring.keys == ()
    assert ring.find(key_id=hash_key_id(der(authority)), issuer=None) == ()
    assert ring.find(key_id="", issuer=None, certificate=der(authority)) == ()
    assert len(ring.anchors) == 1


def test_demo_issuers_are_refused_in_production(take, load, make_certificate, ec_key, pem, tmp_path) -> None:
    data = pem(make_certificate(ec_key, organisation="DEMO Ministry"))
    report = take(data, production=True)
    assert (report.added, len(report.refused)) == ((), 1)
    take(data)
    assert len(load().keys) == 1
    assert Keyring.load(tmp_path, production=True).keys == ()


def test_refused_files_change_nothing_and_leave_the_age(take, load, now) -> None:
    report = take(b"rubbish")
    assert [source for source, _ in report.refused] == ["file"]
    assert load().updated_at is None
    assert take(b"-----BEGIN NOTHING").refused == (("file", "holds no key"),)


def test_a_single_key_makes_no_list_younger(take, load, make_certificate, tmp_path, pem, now) -> None:
    one, two, three = (pem(make_certificate(ec.generate_private_key(ec.SECP256R1()))) for _ in range(3))
    take(one, at=now - 30 * HOUR)
    take(two, at=now - 20 * HOUR)
    assert load().updated_at == now - 20 * HOUR  # where only single keys ever came, the last of them
    take(one + two, at=now - 10 * HOUR)
    take(three, at=now)
    take(one, withdrawn=True, at=now)
    assert load().updated_at == now - 10 * HOUR
    files = [("one", one), ("three", three)]  # one act, several keys
    import_keys(tmp_path, files, production=False, now=now)
    assert load().updated_at == now


def test_a_ring_of_an_earlier_version_is_read(take, load, make_certificate, ec_key, pem, tmp_path, now) -> None:
    take(pem(make_certificate(ec_key)), signs_lists=True)
    path = keyring_file(tmp_path)
    stored = json.loads(path.read_text())
    del stored["lists_at"], stored["keys"][0]["signs_lists"]
    path.write_text(json.dumps(stored))
    assert (load().updated_at, len(load().keys), load().list_signers) == (now, 1, ())


def test_remove(take, load, make_certificate, ec_key, pem, der, tmp_path) -> None:
    certificate = make_certificate(ec_key)
    take(pem(certificate))
    kid = hash_key_id(der(certificate))
    assert [k.key_id for k in remove_key(tmp_path, key_id=kid)] == [kid]
    assert load().keys == ()
    with pytest.raises(InputError) as caught:
        remove_key(tmp_path, key_id=kid)
    assert caught.value.reason is Refusal.UNKNOWN_KEY


@pytest.mark.parametrize("kid", ["xyz", "", "0" * 66])
def test_impossible_ids(take, make_certificate, ec_key, pem, kid: str) -> None:
    with pytest.raises(InputError) as caught:
        take(pem(make_certificate(ec_key)), kid=kid)
    assert caught.value.reason is Refusal.BAD_OPTION


def test_our_own_certificates_are_known_already(take, tmp_path, passphrase, now) -> None:
    record = create_signer(tmp_path, country="VN", issuer_name="Ministry", passphrase=passphrase, now=now, test=False)
    report = take(record.certificate.public_bytes(Encoding.PEM))
    assert [key.key_id for key in report.known] == [record.key_id]


def test_an_import_does_not_seem_to_withdraw_our_own_signer(take, load, tmp_path, passphrase, now) -> None:
    record = create_signer(tmp_path, country="VN", issuer_name="Ministry", passphrase=passphrase, now=now, test=False)
    data = record.certificate.public_bytes(Encoding.PEM)
    report = take(data, withdrawn=True)
    assert report.known == ()
    assert [reason for _, reason in report.refused] == ["a key of our own is withdrawn with flask keys withdraw"]
    assert [key.withdrawn_at for key in load().find(key_id=record.key_id, issuer=None)] == [None]
    withdraw_signer(tmp_path, key_id=record.key_id, now=now)
    assert [key.key_id for key in take(data, withdrawn=True).known] == [record.key_id]


def test_a_spoilt_file_is_told(tmp_path, load) -> None:
    path = keyring_file(tmp_path)
    path.parent.mkdir()
    for text in ("{", "[]", '{"keys": [{}]}', '{"keys": [{"kid": 1}], "updated_at": null, "list_date": null}'):
        path.write_text(text)
        with pytest.raises(InputError) as caught:
            load()
        assert caught.value.reason is Refusal.BAD_KEY_FILE


def test_thousands_of_keys_load_fast(tmp_path, make_certificate, ec_key, der, now) -> None:
    (anchor,) = _anchors_of(tmp_path / "one", make_certificate(ec_key), now)
    entry = write_entry(anchor)
    entries = [{**entry, "kid": f"{number:016x}"} for number in range(5_000)]
    path = keyring_file(tmp_path)
    path.parent.mkdir()
    path.write_text(json.dumps({"keys": entries, "updated_at": None, "list_date": None}))
    start = time.process_time()
    ring = Keyring.load(tmp_path, production=True)
    loading = time.process_time() - start
    key = spki(anchor.key.public_key)
    start = time.process_time()
    for _ in entries:
        load_der_public_key(key)
    assert loading < 50 * (time.process_time() - start)  # about 5; coverage and a busy machine add to it
    assert len(ring.keys) == 5_000


def _anchors_of(keys_dir, certificate, now):
    import_keys(keys_dir, [("f", certificate.public_bytes(Encoding.PEM))], production=False, now=now)
    return Keyring.load(keys_dir, production=False).anchors


class TestSignedLists:
    @pytest.fixture
    def ministry(self, tmp_path, passphrase, now):
        """A ministry that signs lists, and a checkpoint that trusts its signer."""
        there, here = tmp_path / "ministry", tmp_path / "checkpoint"
        record = create_signer(
            there, country="VN", issuer_name="Ministry", passphrase=passphrase, now=now - HOUR, test=False
        )
        signer = active_signer(there, passphrase=passphrase, now=now, production=True)
        certificate = record.certificate.public_bytes(Encoding.PEM)
        import_keys(here, [("vn.pem", certificate)], signs_lists=True, production=True, now=now - HOUR)
        return here, signer

    @pytest.fixture
    def entry(self, tmp_path, make_certificate, ec_key, now):
        (anchor,) = _anchors_of(tmp_path / "xa", make_certificate(ec_key), now)
        return write_entry(anchor)

    def test_its_keys_and_its_date_are_taken(self, take, ministry, entry, now) -> None:
        here, signer = ministry
        zoneless = {**entry, "withdrawn_at": "2026-01-01T00:00:00"}
        data = lists.seal({"keys": [entry, {}, zoneless]}, kind=lists.TRUST_LIST, signer=signer, now=now)
        report = take(data, keys_dir=here, at=now + HOUR)
        assert [key.country for key in report.added] == ["XA"]
        assert [source for source, _ in report.refused] == ["file[1]", "file[2]"]
        assert Keyring.load(here, production=True).updated_at == now

    def test_an_older_one_is_refused(self, take, ministry, entry, now) -> None:
        here, signer = ministry
        newer = lists.seal({"keys": [entry]}, kind=lists.TRUST_LIST, signer=signer, now=now)
        older = lists.seal({"keys": [entry]}, kind=lists.TRUST_LIST, signer=signer, now=now - HOUR / 2)
        take(newer, keys_dir=here)
        assert "older" in take(older, keys_dir=here).refused[0][1]
        assert take(newer, keys_dir=here).refused == ()

    def test_a_changed_foreign_or_misused_one_is_refused(self, take, ministry, entry, now, tmp_path) -> None:
        here, signer = ministry
        good = lists.seal({"keys": [entry]}, kind=lists.TRUST_LIST, signer=signer, now=now)
        head, body, signature = good.split(b".")
        changed = b".".join((head, body[:-2] + b"AA", signature))
        revocations = lists.seal({"keys": [entry]}, kind=lists.REVOCATION_LIST, signer=signer, now=now)
        future = lists.seal({"keys": [entry]}, kind=lists.TRUST_LIST, signer=signer, now=now + HOUR)
        empty = lists.seal({}, kind=lists.TRUST_LIST, signer=signer, now=now)
        swapped = b".".join((head, body, signature[:-4] + b"AAAA"))
        undated = lists.seal({"keys": []}, kind=lists.TRUST_LIST, signer=signer, now=now.replace(year=1960))
        crit = encode_base64url(b'{"alg":"ES256","crit":["b64"],"typ":"trust-list"}').encode()
        critical = b".".join((crit, body, signature))
        for data in (changed, revocations, future, empty, swapped, undated, critical):
            assert len(take(data, keys_dir=here).refused) == 1
        assert len(take(good, keys_dir=tmp_path / "stranger").refused) == 1
        assert take(good, keys_dir=here).refused == ()

    def test_a_withdrawn_signer_signs_no_lists(self, take, ministry, entry, now) -> None:
        here, signer = ministry
        data = lists.seal({"keys": [entry]}, kind=lists.TRUST_LIST, signer=signer, now=now)
        take(signer.certificate.public_bytes(Encoding.PEM), keys_dir=here, withdrawn=True)
        assert "not trusted" in take(data, keys_dir=here).refused[0][1]

    def test_who_signs_certificates_signs_no_lists(self, take, ministry, entry, now, tmp_path) -> None:
        _, signer = ministry
        data = lists.seal({"keys": [entry]}, kind=lists.TRUST_LIST, signer=signer, now=now)
        certificate, stranger = signer.certificate.public_bytes(Encoding.PEM), tmp_path / "stranger"
        take(certificate, keys_dir=stranger, country="LA")
        assert "not trusted to sign lists" in take(data, keys_dir=stranger).refused[0][1]
        take(certificate, keys_dir=stranger, signs_lists=True)
        assert [key.country for key in take(data, keys_dir=stranger).added] == ["XA"]
        take(certificate, keys_dir=stranger)  # again as any key, which takes nothing back
        assert take(data, keys_dir=stranger).refused == ()

    def test_keys_of_the_own_country_sign_lists_unasked(self, take, ministry, entry, now, tmp_path) -> None:
        _, signer = ministry
        data = lists.seal({"keys": [entry]}, kind=lists.TRUST_LIST, signer=signer, now=now)
        sister = tmp_path / "sister"
        take(signer.certificate.public_bytes(Encoding.PEM), keys_dir=sister, country="VN")
        assert [key.country for key in take(data, keys_dir=sister).added] == ["XA"]

    def test_the_signers_that_a_list_names_sign_the_next_and_nobody_else_in_it(
        self, take, ministry, entry, passphrase, now, tmp_path
    ) -> None:
        here, signer = ministry
        there = tmp_path / "ministry"
        create_signer(there, country="VN", issuer_name="Ministry", passphrase=passphrase, now=now, test=False)
        foreign = tmp_path / "foreign"
        create_signer(foreign, country="XB", issuer_name="XB", passphrase=passphrase, now=now - HOUR, test=False)
        stranger = active_signer(foreign, passphrase=passphrase, now=now, production=True)
        import_keys(
            there, [("xb", stranger.certificate.public_bytes(Encoding.PEM))], signs_lists=True, production=True, now=now
        )
        told = trust_list(
            Keyring.load(there, production=True), records=list_signers(there), signer=signer, now=now + HOUR
        )
        assert take(told, keys_dir=here, at=now + HOUR).refused == ()
        rotate_signer(there, now=now + HOUR)
        following = active_signer(there, passphrase=passphrase, now=now + HOUR, production=True)
        assert following.key_id != signer.key_id
        for by, refused in ((following, 0), (stranger, 1)):
            data = lists.seal({"keys": [entry]}, kind=lists.TRUST_LIST, signer=by, now=now + 2 * HOUR)
            assert len(take(data, keys_dir=here, at=now + 2 * HOUR).refused) == refused

    def test_a_list_with_signers_that_are_no_keys_is_refused(self, take, ministry, entry, now) -> None:
        here, signer = ministry
        for signers in ([{}], "abc", None, 7, [7]):
            payload = {"keys": [entry], "signers": signers}
            data = lists.seal(payload, kind=lists.TRUST_LIST, signer=signer, now=now)
            assert len(take(data, keys_dir=here).refused) == 1
