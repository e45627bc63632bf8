from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import ExtensionOID, NameOID

from passport.domain.certificate import Kind
from passport.trust.anchors import KEY_FILE_LIMIT, Parsed, parse_keys
from passport.trust.jwk import as_jwk, thumbprint

DCC = "1.3.6.1.4.1.1847.2021.1."
DCC_WITH_ZERO = "1.3.6.1.4.1.0.1847.2021.1."
BARCODE_SIGNER = "2.23.136.1.1.14.2"


@pytest.fixture
def parse(now: datetime) -> Any:
    def parse(
        data: bytes | object, *, issuer: str | None = None, kid: str | None = None, withdrawn: bool = False
    ) -> Parsed:
        raw = data if isinstance(data, bytes) else json.dumps(data).encode()
        return parse_keys(raw, source="file", issuer=issuer, kid=kid, withdrawn=withdrawn, now=now)

    return parse


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_a_certificate_is_an_anchor_with_its_dates_and_hash(parse, make_certificate, ec_key, pem, der) -> None:
    certificate = make_certificate(ec_key)
    (anchor,) = parse(pem(certificate)).anchors
    key = anchor.key
    assert key.key_id == hashlib.sha256(der(certificate)).hexdigest()[:16]
    assert (key.country, key.name, key.issuer, key.kinds) == ("XA", "Ministry of XA", None, None)
    assert (key.not_before, key.not_after) == (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    assert key.public_key == ec_key.public_key()
    assert not anchor.authority
    assert not key.test
    assert key.withdrawn_at is None


@pytest.mark.parametrize("arc", [DCC, DCC_WITH_ZERO])
@pytest.mark.parametrize(("number", "kind"), [(1, Kind.TEST), (2, Kind.VACCINATION), (3, Kind.RECOVERY)])
def test_key_usage_is_read_in_both_arcs(parse, make_certificate, ec_key, der, arc, number, kind) -> None:
    (anchor,) = parse(der(make_certificate(ec_key, usages=[f"{arc}{number}"]))).anchors
    assert anchor.key.kinds == {kind}
    assert anchor.key.allows(kind, format="hc1")
    assert not any(anchor.key.allows(other, format="hc1") for other in Kind if other is not kind)


def test_a_signature_that_ends_like_white_space_is_whole(parse, make_certificate, ec_key, der) -> None:
    """Every fortieth DER file ends with such a byte; each of them was refused."""
    certificates = (make_certificate(ec_key) for _ in range(10_000))
    certificate = next(certificate for certificate in certificates if der(certificate)[-1:].isspace())
    parsed = parse(der(certificate))
    assert (len(parsed.anchors), parsed.refused) == (1, [])


def test_a_line_end_behind_der_is_no_part_of_it(parse, make_certificate, ec_key, der) -> None:
    certificate = der(make_certificate(ec_key))
    public = ec_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for data in (certificate, public):
        assert (
            parse(data + b"\r\n", issuer="https://a.example").anchors == parse(data, issuer="https://a.example").anchors
        )
        for spoilt in (data + b"\n0", data[:-1], data[:2], data[:1]):
            assert len(parse(spoilt, issuer="https://a.example").refused) == 1


@pytest.mark.parametrize("usage", ["1.3.6.1.5.5.7.3.1", f"{DCC}4", f"{DCC}0"])
def test_a_key_usage_that_names_none_of_the_three_allows_nothing(parse, make_certificate, ec_key, pem, usage) -> None:
    (anchor,) = parse(pem(make_certificate(ec_key, usages=[usage]))).anchors
    assert anchor.key.kinds == frozenset()
    assert not any(anchor.key.allows(kind, format="hc1") for kind in Kind)


def test_a_barcode_signer_signs_vdsnc_only(parse, make_certificate, ec_key, pem) -> None:
    (anchor,) = parse(pem(make_certificate(ec_key, usages=[BARCODE_SIGNER]))).anchors
    assert anchor.key.barcode_signer
    assert anchor.key.allows(Kind.VACCINATION, format="vdsnc")
    assert not anchor.key.allows(Kind.VACCINATION, format="hc1")


@pytest.mark.parametrize("value", ["30", "3005", "300506", "30820106", ""])
def test_an_extension_that_is_cut_off_is_refused(parse, ec_key, value: str) -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cut")])
    usage = x509.UnrecognizedExtension(ExtensionOID.EXTENDED_KEY_USAGE, bytes.fromhex(value))
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(ec_key.public_key())
    builder = builder.serial_number(1).not_valid_before(moment).not_valid_after(moment)
    certificate = builder.add_extension(usage, critical=False).sign(ec_key, hashes.SHA256())
    parsed = parse(certificate.public_bytes(Encoding.DER))
    assert parsed.anchors == []
    assert len(parsed.refused) == 1


def test_an_authority_is_no_issuer_by_itself(parse, make_certificate, ec_key, pem) -> None:
    (anchor,) = parse(pem(make_certificate(ec_key, authority=True))).anchors
    assert anchor.authority
    (leaf,) = parse(pem(make_certificate(ec_key, authority=False))).anchors
    assert not leaf.authority


def test_one_file_of_many_certificates_and_a_bad_one_between(parse, make_certificate, ec_key, pem) -> None:
    first, last = make_certificate(ec_key), make_certificate(ec_key, country="XB")
    broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    crl = b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"
    parsed = parse(b"a note before\n" + pem(first) + broken + crl + pem(last))
    assert [a.key.country for a in parsed.anchors] == ["XA", "XB"]
    assert [where for where, _ in parsed.refused] == ["file[1]", "file[2]"]


@pytest.mark.parametrize("encryption", [NoEncryption(), BestAvailableEncryption(b"x")])
@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_private_keys_are_refused(parse, ec_key, encryption, encoding) -> None:
    parsed = parse(ec_key.private_bytes(encoding, PrivateFormat.PKCS8, encryption), issuer="XA")
    assert parsed.anchors == []
    assert "private key" in parsed.refused[0][1]


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(public_exponent=65537, key_size=1024),
        ec.generate_private_key(ec.SECP256K1()),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=["short RSA", "another curve", "Ed25519"],
)
def test_weak_and_foreign_keys_are_refused(parse, key) -> None:
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    parsed = parse(public, issuer="XA")
    assert parsed.anchors == []
    assert len(parsed.refused) == 1


def test_a_public_key_needs_an_issuer_and_goes_by_hash_and_thumbprint(parse, ec_key) -> None:
    public = ec_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert "issuer" in parse(public).refused[0][1]
    parsed = parse(public, issuer="https://issuer.example")
    der = ec_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert [a.key.key_id for a in parsed.anchors] == [
        hashlib.sha256(der).hexdigest()[:16],
        thumbprint(ec_key.public_key()),
    ]
    assert {a.key.issuer for a in parsed.anchors} == {"https://issuer.example"}


def test_a_given_id_replaces_the_own_one(parse, make_certificate, ec_key, pem) -> None:
    certificate = pem(make_certificate(ec_key))
    (anchor,) = parse(certificate, kid="00112233aabbccdd").anchors
    assert anchor.key.key_id == "00112233aabbccdd"
    both = parse(certificate + certificate, kid="00112233aabbccdd")
    assert both.anchors == []
    assert "several keys" in both.refused[0][1]


def test_withdrawn_is_dated_now(parse, make_certificate, ec_key, pem, now) -> None:
    (anchor,) = parse(pem(make_certificate(ec_key)), withdrawn=True).anchors
    assert anchor.key.withdrawn_at == now


def test_demo_issuers_are_marked(parse, make_certificate, ec_key, pem) -> None:
    (demo,) = parse(pem(make_certificate(ec_key, organisation="DEMO Ministry"))).anchors
    (republic,) = parse(pem(make_certificate(ec_key, organisation="DEMOCRATIC REPUBLIC OF XA"))).anchors
    assert demo.key.test
    assert not republic.key.test


def test_a_dsc_list_is_found_by_listed_id_and_by_hash(parse, make_certificate, ec_key, der) -> None:
    raw = der(make_certificate(ec_key))
    own = hashlib.sha256(raw).digest()[:8]
    entry = {"rawData": _base64(raw), "country": "XC", "certificateType": "DSC"}
    for kid in (_base64(own), own.hex(), None):
        (anchor,) = parse([{**entry, "kid": kid}]).anchors
        assert (anchor.key.key_id, anchor.key.country) == (own.hex(), "XC")
    other = bytes(range(8))
    both = parse([{**entry, "kid": _base64(other)}]).anchors
    assert {a.key.key_id for a in both} == {own.hex(), other.hex()}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"certificateType": "AUTHENTICATION"}, "AUTHENTICATION"),
        ({"certificateType": "UPLOAD"}, "UPLOAD"),
        ({"certificateType": "CSCA"}, "authority"),
        ({"rawData": "%%%"}, "base64"),
        ({"rawData": None}, "certificate"),
        ({"rawData": 7}, "text"),
        ({"country": "Xanadu"}, "country"),
        ({"kid": 5}, "key id"),
        ({"kid": "?"}, "base64"),
    ],
)
def test_bad_entries_of_a_dsc_list_spoil_themselves_only(
    parse, make_certificate, ec_key, der, change: dict[str, object], word: str
) -> None:
    good = {"rawData": _base64(der(make_certificate(ec_key)))}
    parsed = parse([{**good, **change}, good, "rubbish"])
    assert len(parsed.anchors) == 1
    assert [where for where, _ in parsed.refused] == ["file[0]", "file[2]"]
    assert word in parsed.refused[0][1]


def test_an_authority_in_a_dsc_list(parse, make_certificate, ec_key, der) -> None:
    raw = _base64(der(make_certificate(ec_key, authority=True)))
    (anchor,) = parse([{"rawData": raw, "certificateType": "CSCA"}]).anchors
    assert anchor.authority


def test_jwks_binds_its_keys_to_the_issuer(parse, ec_key) -> None:
    jwk = as_jwk(ec_key.public_key())
    assert "issuer" in parse({"keys": [jwk]}).refused[0][1]
    (named,) = parse({"keys": [{**jwk, "kid": "key one"}]}, issuer="https://a.example").anchors
    assert (named.key.key_id, named.key.issuer) == ("key one", "https://a.example")
    (own,) = parse({"issuer": "https://b.example", "keys": [jwk]}).anchors
    assert (own.key.key_id, own.key.issuer) == (thumbprint(ec_key.public_key()), "https://b.example")
    (single,) = parse(jwk, issuer="https://c.example", kid="ABCDEF".lower()).anchors
    assert (single.key.key_id, single.key.issuer) == ("abcdef", "https://c.example")


@pytest.mark.parametrize(
    "change",
    [
        {"d": "AAAA"},
        {"use": "enc"},
        {"alg": "ES384"},
        {"alg": "none"},
        {"kty": "OKP"},
        {"crv": "secp256k1"},
        {"crv": 1},
        {"x": "AAAA"},
        {"x": "not base64!"},
        {"y": None},
        {"kid": 7},
    ],
)
def test_jwk_that_cannot_be_trusted(parse, ec_key, change: dict[str, object]) -> None:
    parsed = parse({**as_jwk(ec_key.public_key()), **change}, issuer="https://a.example")
    assert parsed.anchors == []
    assert len(parsed.refused) == 1
    assert len(parse({"keys": ["no key"]}, issuer="https://a.example").refused) == 1


def test_rsa_jwk(parse) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    (anchor,) = parse({**as_jwk(key), "alg": "PS256"}, issuer="https://a.example").anchors
    assert anchor.key.public_key == key
    assert len(parse({**as_jwk(key), "alg": "ES256"}, issuer="https://a.example").refused) == 1
    assert len(parse({**as_jwk(key), "n": "AQAB"}, issuer="https://a.example").refused) == 1


def test_only_assertion_methods_of_a_did_document(parse, ec_key) -> None:
    did = "did:web:issuer.example"
    jwk = as_jwk(ec_key.public_key())
    document = {
        "id": did,
        "verificationMethod": [
            {"id": f"{did}#key-1", "type": "JsonWebKey2020", "publicKeyJwk": jwk},
            {"id": f"{did}#key-2", "type": "JsonWebKey2020", "publicKeyJwk": jwk},
            "rubbish",
        ],
        "assertionMethod": [f"{did}#key-1", {"id": f"{did}#key-3", "publicKeyJwk": jwk}],
    }
    parsed = parse(document)
    assert [a.key.key_id for a in parsed.anchors] == ["key-1", f"{did}#key-1", "key-3", f"{did}#key-3"]
    assert {a.key.issuer for a in parsed.anchors} == {did}
    assert [where for where, _ in parsed.refused] == ["file[1]", "file[2]"]
    assert parse({**document, "assertionMethod": None}).anchors == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"rubbish",
        b"{",
        b"[]",
        b'{"a": 1}',
        b'{"kty": "EC", "kty": "RSA"}',
        b"[NaN]",
        b"[" * 100_000,
        b"\x30\x03\x02\x01\x00",
        b"-----BEGIN CERTIFICATE-----\n\xff\xfe\n-----END CERTIFICATE-----",
        b"\xff\xfe{",
        b"x" * (KEY_FILE_LIMIT + 1),
    ],
    ids=range(12),
)
def test_rubbish_is_refused_with_a_reason(parse, data: bytes) -> None:
    parsed = parse(data, issuer="XA")
    assert parsed.anchors == []
    assert len(parsed.refused) == 1
    assert all(reason for _, reason in parsed.refused)


def test_a_pem_head_without_an_end_holds_no_key(parse) -> None:
    assert parse(b"-----BEGIN CERTIFICATE-----\nAAAA") == Parsed()
