"""Forged, damaged and twisted codes of the EU certificate (reference/security T11, T20 to T26).

Each gives its own reason, tells nothing that was not signed, opens no socket and costs little.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import time
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from passport.codecs import base45
from passport.domain.verdict import Outcome, Verdict
from passport.errors import Reason, TrustError
from passport.formats.table import TEXT_LIMIT, open_text
from passport.trust.own_revocations import record_own
from passport.trust.revocation_lists import import_revocations
from passport.verifying.context import Context
from passport.verifying.verify import verify
from tests.forging import CANARY, EXPIRES, ISSUED, NOW, Authority, context_of, pack, repack, unpack, vaccination

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
SECOND, MEGABYTE = 1.0, 1024 * 1024
Make = Callable[[Authority, Authority], str]


def secret() -> dict[str, Any]:
    """A content whose every text is a canary."""
    return vaccination(
        fn=CANARY, gn=CANARY, fnt=CANARY, gnt=CANARY, ci=f"URN:UVCI:{CANARY}", mp=CANARY, **{"is": CANARY, "ma": CANARY}
    )


def told(verdict: Verdict) -> str:
    return json.dumps(verdict.as_dict(), ensure_ascii=False)


def answered(text: str, context: Context, **asked: Any) -> Verdict:
    """The verdict, after looking that it holds what every verdict must."""
    verdict = verify(text, context=context, **{"now": NOW, **asked})
    assert (verdict.reason is None) is (verdict.outcome is Outcome.VALID)
    assert verdict.message.vi
    assert verdict.message.en
    if verdict.reason is not None:
        assert verdict.reason in {step.reason for step in verdict.steps}
    if verdict.certificate is None:
        assert CANARY not in told(verdict)
    return verdict


def refused(text: str, context: Context, reason: Reason) -> None:
    verdict = answered(text, context)
    assert verdict.reason is reason, verdict.steps
    assert verdict.certificate is None


# T21: algorithms and signatures


def raw(r: int, s: int, width: int = 32) -> bytes:
    return r.to_bytes(width, "big") + s.to_bytes(width, "big")


def der(signature: bytes) -> bytes:
    half = len(signature) // 2
    return encode_dss_signature(int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))


def public_bytes(authority: Authority, encoding: Encoding) -> bytes:
    return authority.key.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


def pkcs1(authority: Authority) -> Callable[[bytes], bytes]:
    return lambda data: authority.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def short_salt(authority: Authority) -> Callable[[bytes], bytes]:
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=20)
    return lambda data: authority.key.sign(data, pss, hashes.SHA256())


def mac(authority: Authority, encoding: Encoding) -> Callable[[bytes], bytes]:
    return lambda data: hmac.new(public_bytes(authority, encoding), data, hashlib.sha256).digest()


ALGORITHMS: dict[str, tuple[Make, Reason]] = {
    **{
        f"labelled {label!r}": (
            lambda xa, _xr, label=label: xa.code(secret(), protected={1: label, 4: xa.kid}),
            Reason.UNSUPPORTED_ALGORITHM,
        )
        for label in (0, None, "none", "ES256", -7.0, True, -35, -36, -8, -257, -65535, 5, [-7], 2**63, -(2**63))
    },
    "no algorithm": (lambda xa, _xr: xa.code(secret(), protected={4: xa.kid}), Reason.UNSUPPORTED_ALGORITHM),
    "HMAC keyed by the public key in PEM": (
        lambda xa, _xr: xa.code(secret(), protected={1: 5, 4: xa.kid}, sign=mac(xa, Encoding.PEM)),
        Reason.UNSUPPORTED_ALGORITHM,
    ),
    "HMAC labelled ES256": (lambda xa, _xr: xa.code(secret(), sign=mac(xa, Encoding.DER)), Reason.BAD_SIGNATURE),
    "ES256 over an RSA key": (
        lambda _xa, xr: xr.code(secret(), protected={1: -7, 4: xr.kid}),
        Reason.UNSUPPORTED_ALGORITHM,
    ),
    "PS256 over an elliptic key": (
        lambda xa, _xr: xa.code(secret(), protected={1: -37, 4: xa.kid}),
        Reason.UNSUPPORTED_ALGORITHM,
    ),
    "PKCS1 v1.5 labelled PS256": (lambda _xa, xr: xr.code(secret(), sign=pkcs1(xr)), Reason.BAD_SIGNATURE),
    "RS256": (
        lambda _xa, xr: xr.code(secret(), protected={1: -257, 4: xr.kid}, sign=pkcs1(xr)),
        Reason.UNSUPPORTED_ALGORITHM,
    ),
    "a salt of 20": (lambda _xa, xr: xr.code(secret(), sign=short_salt(xr)), Reason.BAD_SIGNATURE),
    "the protected algorithm wins": (
        lambda xa, _xr: xa.code(secret(), protected={1: -37, 4: xa.kid}, unprotected={1: -7}),
        Reason.UNSUPPORTED_ALGORITHM,
    ),
}
SIGNATURES: dict[str, Callable[[bytes], bytes]] = {
    "none": lambda _: b"",
    "zeros": lambda _: bytes(64),
    "r and s of one": lambda _: raw(1, 1),
    "the order of the curve": lambda _: raw(P256_ORDER, P256_ORDER),
    "r of zero": lambda s: bytes(32) + s[32:],
    "s of zero": lambda s: s[:32] + bytes(32),
    "r beyond the order": lambda s: raw(min(int.from_bytes(s[:32], "big") + P256_ORDER, 2**256 - 1), 1),
    "halves swapped": lambda s: s[32:] + s[:32],
    "DER": der,
    "one byte short": lambda s: s[:-1],
    "one byte long": lambda s: s + b"\0",
    "zeros before each half": lambda s: bytes(1) + s[:32] + bytes(1) + s[32:],
    "as wide as P-384": lambda s: bytes(16) + s[:32] + bytes(16) + s[32:],
    "twice": lambda s: s + s,
    "a bit of the first byte": lambda s: bytes([s[0] ^ 1]) + s[1:],
    "kilobytes": lambda s: s * 40,
}


@pytest.mark.parametrize("name", ALGORITHMS)
def test_algorithms(name: str, context: Context, xa: Authority, xr: Authority) -> None:
    make, reason = ALGORITHMS[name]
    refused(make(xa, xr), context, reason)


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures(name: str, context: Context, xa: Authority) -> None:
    change = SIGNATURES[name]
    refused(xa.code(secret(), sign=lambda data: change(xa.sign(data))), context, Reason.BAD_SIGNATURE)


def test_an_rsa_signature_of_another_length(context: Context, xr: Authority) -> None:
    for change in (lambda s: s[:-1], lambda s: b"\0" + s, lambda _: b""):
        refused(xr.code(secret(), sign=lambda data, c=change: c(xr.sign(data))), context, Reason.BAD_SIGNATURE)


def test_changed_parts_under_a_good_signature(context: Context, xa: Authority) -> None:
    protected, unprotected, payload, signature = unpack(xa.code(secret()))
    other = unpack(xa.code(secret(), claims={4: int(EXPIRES.timestamp()) + 1}))
    for parts in (
        [cbor2.dumps({1: -7, 4: xa.kid, 99: 1}), unprotected, payload, signature],
        [cbor2.dumps({4: xa.kid, 1: -7}), unprotected, payload, signature],  # the same headers in another order
        [protected, unprotected, payload.replace(CANARY.encode(), b"Canary", 1), signature],
        [protected, unprotected, other[2], signature],
        [protected, unprotected, payload, other[3]],
        [b"", {1: -7, 4: xa.kid}, payload, signature],  # the headers moved out of the signature
    ):
        refused(repack(parts), context, Reason.BAD_SIGNATURE)


# T22: key ids


@pytest.mark.parametrize(
    ("key_id", "reason"),
    [
        (b"", Reason.UNKNOWN_ISSUER),
        (b"\0" * 8, Reason.UNKNOWN_ISSUER),
        (b"../../etc/passwd", Reason.UNKNOWN_ISSUER),
        (b"' OR 1=1 --", Reason.UNKNOWN_ISSUER),
        (b"k" * 3000, Reason.UNKNOWN_ISSUER),
        ("the same as text", Reason.BAD_STRUCTURE),
        (7, Reason.BAD_STRUCTURE),
        ([b"\0" * 8], Reason.BAD_STRUCTURE),
        (None, Reason.UNKNOWN_ISSUER),
    ],
)
def test_odd_key_ids(key_id: Any, reason: Reason, context: Context, xa: Authority) -> None:
    refused(xa.code(secret(), protected={1: -7, 4: key_id}), context, reason)


def test_parts_of_a_key_id_are_no_key_id(context: Context, xa: Authority) -> None:
    for key_id in (xa.kid[:7], xa.kid + b"\0", xa.kid[:4], xa.kid[::-1]):
        refused(xa.code(secret(), protected={1: -7, 4: key_id}), context, Reason.UNKNOWN_ISSUER)
    refused(xa.code(secret(), protected={1: -7, 4: xa.kid.hex()}), context, Reason.BAD_STRUCTURE)


def test_where_the_key_id_stands(context: Context, xa: Authority) -> None:
    assert answered(xa.code(protected={1: -7}, unprotected={4: xa.kid}), context).outcome is Outcome.VALID
    assert answered(xa.code(unprotected={4: b"wrong"}), context).outcome is Outcome.VALID
    wrong = xa.code(secret(), protected={1: -7, 4: b"wrong"}, unprotected={4: xa.kid})
    refused(wrong, context, Reason.UNKNOWN_ISSUER)


def test_a_stranger_with_a_colliding_key_id(tmp_path: Path, xa: Authority) -> None:
    stranger = Authority(country="XB", organisation=CANARY, key_id=xa.kid.hex())
    context = context_of([xa.anchor()], folder=tmp_path)
    refused(stranger.code(secret()), context, Reason.BAD_SIGNATURE)
    both = context_of([stranger.anchor(), xa.anchor()], folder=tmp_path)
    for authority in (xa, stranger):
        assert answered(authority.code(), both).outcome is Outcome.VALID
    gone = context_of([stranger.anchor(withdrawn_at=ISSUED), xa.anchor()], folder=tmp_path)
    assert answered(xa.code(), gone).outcome is Outcome.VALID
    refused(stranger.code(secret()), gone, Reason.KEY_WITHDRAWN)


@pytest.mark.parametrize("label", [32, 33, 34, 35, "x5u", "jku"])
def test_headers_that_name_a_key_are_not_followed(label: Any, context: Context, xa: Authority) -> None:
    stranger = Authority(organisation=CANARY)
    carried = stranger.certificate.public_bytes(Encoding.DER)
    for value in (carried, [carried], "http://127.0.0.1/key.pem"):
        text = stranger.code(secret(), protected={1: -7, 4: stranger.kid, label: value})
        refused(text, context, Reason.UNKNOWN_ISSUER)
        text = stranger.code(secret(), unprotected={label: value}, protected={1: -7, 4: xa.kid})
        refused(text, context, Reason.BAD_SIGNATURE)


# T20: text, compression, CBOR


TEXTS: dict[str, tuple[str, Reason]] = {
    "empty": ("", Reason.NOT_A_CERTIFICATE),
    "prefix alone": ("HC1:", Reason.BAD_COMPRESSION),
    "small letters": ("hc1:6BF", Reason.NOT_A_CERTIFICATE),
    "no colon": ("HC1", Reason.NOT_A_CERTIFICATE),
    "another version": ("HC9:6BF", Reason.UNSUPPORTED_VERSION),
    "letters that are no base45": ("HC1:abc", Reason.BAD_ENCODING),
    "a triple over 65535": ("HC1:GGW", Reason.BAD_ENCODING),
    "a pair over 255": ("HC1:::", Reason.BAD_ENCODING),
    "one letter left over": ("HC1:6BFA", Reason.BAD_ENCODING),
    "escaped as in an address": ("HC1:6BF%41%20", Reason.BAD_COMPRESSION),
    "wide digits": ("HC1:６BF", Reason.BAD_ENCODING),
    "a zero byte": ("HC1:\0", Reason.BAD_ENCODING),
    "half a character": ("HC1:\udc80", Reason.BAD_ENCODING),
    "one too many": ("HC1:" + "0" * (TEXT_LIMIT - 3), Reason.TOO_LARGE),
    "a megabyte": ("HC1:" + "0" * MEGABYTE, Reason.TOO_LARGE),
    "a megabyte of something else": ("x" * MEGABYTE, Reason.TOO_LARGE),
    "as many as a symbol holds": ("HC1:" + "0" * (TEXT_LIMIT - 4), Reason.BAD_COMPRESSION),
}


def compressed(data: bytes) -> str:
    return "HC1:" + base45.encode(data)


COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    "not at all": lambda cose: cose,
    "cut off": lambda cose: zlib.compress(cose)[:-5],
    "cut off in the middle": lambda cose: zlib.compress(cose)[:100],
    "with a wrong checksum": lambda cose: zlib.compress(cose)[:-1] + b"\0",
    "with bytes behind": lambda cose: zlib.compress(cose) + b"\0",
    "twice in a row": lambda cose: zlib.compress(cose) * 2,
    "raw": lambda cose: zlib.compress(cose)[2:-4],
    "as gzip": gzip.compress,
    "as a bomb": lambda _: zlib.compress(bytes(2_700_000), 9),
    "as a bomb before the code": lambda cose: zlib.compress(bytes(70_000) + cose, 9),
    "nothing": lambda _: zlib.compress(b"")[:4],
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts(name: str, context: Context) -> None:
    text, reason = TEXTS[name]
    refused(text, context, reason)


@pytest.mark.parametrize("name", COMPRESSED)
def test_compression(name: str, context: Context, xa: Authority) -> None:
    cose = zlib.decompress(base45.decode(xa.code(secret()).removeprefix("HC1:")))
    refused(compressed(COMPRESSED[name](cose)), context, Reason.BAD_COMPRESSION)


def nested(depth: int, opening: bytes = b"\x81", core: bytes = b"\0") -> bytes:
    return opening * depth + core


SHAPES: dict[str, bytes] = {
    "nothing": b"",
    "a number": b"\0",
    "another tag": b"\xd1\x84\x40\xa0\x40\x40",
    "COSE_Mac0": b"\xd1\x84\x43\xa1\x01\x05\xa0\x41\x00\x41\x00",
    "COSE_Encrypt0": b"\xd0\x83\x40\xa0\x40",
    "COSE_Sign": b"\xd8\x62\x84\x40\xa0\x40\x80",
    "tag 18 twice": b"\xd2\xd2\x84\x40\xa0\x40\x40",
    "three parts": cbor2.dumps([b"", {}, b""]),
    "five parts": cbor2.dumps([b"", {}, b"", b"", b""]),
    "a payload apart": cbor2.dumps([b"", {}, None, b""]),
    "headers as a list": cbor2.dumps([b"", [], b"", b""]),
    "a protected header that is no map": cbor2.dumps([b"\x80", {}, b"", b""]),
    "depth": nested(10_000),
    "depth by tags": nested(3_000, opening=b"\xc6"),
    "depth by maps": nested(5_000, opening=b"\xa1\x00"),
    "a list that claims to be long": b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff",
    "bytes that claim to be long": b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff",
    "a map that claims to be long": b"\xbb\x7f\xff\xff\xff\xff\xff\xff\xff",
    "open lengths": b"\xd2\x9f\x40\xa0\x40\x40\xff",
    "a break": b"\xff",
    "reserved lengths": b"\xd2\x9c",
    "a list that holds itself": b"\xd8\x1c\x81\xd8\x1d\x00",
    "a regular expression": b"\xd8\x23\x64(a+)",
    "bytes behind": cbor2.dumps(cbor2.CBORTag(18, [b"", {}, b"", b""])) + b"\0",
}


@pytest.mark.parametrize("name", SHAPES)
def test_shapes(name: str, context: Context) -> None:
    refused(pack(SHAPES[name]), context, Reason.BAD_STRUCTURE)


def cwt(xa: Authority, **claims: bytes) -> bytes:
    """Claims written by hand, so that each may be odd: label to encoded value."""
    usual = {label: cbor2.dumps(value) for label, value in xa.claims(secret()).items()}
    labels = {"iss": 1, "exp": 4, "iat": 6, "hcert": -260}
    for name, value in claims.items():
        usual[labels[name]] = value
    return bytes([0xA0 + len(usual)]) + b"".join(cbor2.dumps(label) + value for label, value in usual.items())


PAYLOADS: dict[str, tuple[Callable[[Authority], bytes], Reason]] = {
    "nothing": (lambda _: b"", Reason.BAD_STRUCTURE),
    "no map": (lambda _: b"\x80", Reason.BAD_STRUCTURE),
    "bytes behind": (lambda xa: cwt(xa) + b"\0", Reason.BAD_STRUCTURE),
    "a claim twice": (lambda xa: b"\xa5\x04\x00" + cwt(xa)[1:], Reason.BAD_STRUCTURE),
    "a member twice": (lambda xa: cwt(xa, hcert=b"\xa2\x01\xa0\x01\xa0"), Reason.BAD_STRUCTURE),
    "no certificate": (lambda xa: cwt(xa, hcert=b"\xa0"), Reason.UNSUPPORTED_VERSION),
    "a certificate as bytes": (lambda xa: cwt(xa, hcert=b"\xa1\x01\x40"), Reason.BAD_STRUCTURE),
    "another statement": (lambda xa: cwt(xa, hcert=b"\xa1\x18\x63\xa0"), Reason.UNSUPPORTED_VERSION),
    "depth": (lambda xa: cwt(xa, hcert=nested(17, b"\xa1\x01", b"\xa0")), Reason.BAD_STRUCTURE),
    "great depth": (lambda xa: cwt(xa, hcert=nested(1000, b"\xa1\x01", b"\xa0")), Reason.BAD_STRUCTURE),
    "open lengths": (lambda xa: cwt(xa, hcert=b"\xbf\x01\xa0\xff"), Reason.BAD_STRUCTURE),
    "a list that holds itself": (lambda xa: cwt(xa, iss=b"\xd8\x1c\x81\xd8\x1d\x00"), Reason.BAD_STRUCTURE),
    "a regular expression": (lambda xa: cwt(xa, iss=b"\xd8\x23\x64(a+)"), Reason.BAD_STRUCTURE),
    "a huge number": (lambda xa: cwt(xa, exp=b"\xc2\x59\x07\xd0" + b"\xff" * 2000), Reason.BAD_STRUCTURE),
    "a decimal of a billion digits": (
        lambda xa: cwt(xa, exp=b"\xc4\x82\x1a\x3b\x9a\xca\x00\x01"),
        Reason.BAD_STRUCTURE,
    ),
    "not a number": (lambda xa: cwt(xa, exp=b"\xf9\x7e\x00"), Reason.BAD_CONTENT),
    "infinite": (lambda xa: cwt(xa, exp=b"\xf9\x7c\x00"), Reason.BAD_CONTENT),
    "half a character": (lambda xa: cwt(xa, iss=b"\x63\xed\xa0\x80"), Reason.BAD_STRUCTURE),
    "undefined": (lambda xa: cwt(xa, exp=b"\xf7"), Reason.BAD_CONTENT),
}


@pytest.mark.parametrize("name", PAYLOADS)
def test_payloads(name: str, context: Context, xa: Authority) -> None:
    make, reason = PAYLOADS[name]
    verdict = answered(xa.code(payload=make(xa)), context)
    assert verdict.certificate is None
    # Some oddities are refused by the strict reader, others when the content is believed: refused they are.
    assert verdict.reason in {reason, Reason.BAD_STRUCTURE, Reason.BAD_CONTENT}, verdict.steps
    if reason is Reason.UNSUPPORTED_VERSION:
        assert verdict.reason is reason


# T24: times


@pytest.mark.parametrize(
    "claims",
    [
        {4: ...},
        {6: ...},
        {4: None},
        {4: "2027-01-01"},
        {4: True},
        {4: [1]},
        {4: b"\0"},
        {4: 1e300},
        {4: 2**63},
        {4: -(2**63)},
        {4: int(EXPIRES.timestamp()) * 1000},
        {6: int(ISSUED.timestamp()) * 1000},
        {6: {}},
    ],
)
def test_times_that_are_none(claims: dict[int, Any], context: Context, xa: Authority) -> None:
    refused(xa.code(secret(), claims=claims), context, Reason.BAD_CONTENT)


def at_seconds(moment: datetime) -> int:
    return int(moment.timestamp())


@pytest.mark.parametrize(
    ("claims", "now", "reason"),
    [
        ({4: EXPIRES.timestamp() + 0.5}, NOW, None),
        ({4: 0, 6: 0}, NOW, Reason.BAD_CONTENT),  # before the birth
        ({4: -1, 6: -1}, NOW, Reason.BAD_CONTENT),
        ({6: at_seconds(NOW) + 61}, NOW, Reason.NOT_YET_VALID),
        ({6: at_seconds(NOW) + 60}, NOW, None),
        ({4: at_seconds(ISSUED) - 1}, NOW, Reason.EXPIRED),
        ({4: at_seconds(NOW) + 10}, NOW + timedelta(minutes=10), Reason.EXPIRED),
        ({6: at_seconds(NOW)}, NOW - timedelta(minutes=10), Reason.NOT_YET_VALID),
        ({4: 2**31}, datetime(2038, 1, 19, 3, 14, 9, tzinfo=UTC), Reason.EXPIRED),
        ({4: 2**31 + 2**20}, datetime(2038, 1, 19, 3, 14, 9, tzinfo=UTC), Reason.KEY_EXPIRED),
        ({4: 253402300799}, datetime(2028, 2, 29, 12, tzinfo=UTC), None),
    ],
)
def test_times(claims: dict[int, Any], now: datetime, reason: Reason | None, xa: Authority, tmp_path: Path) -> None:
    context = context_of([xa.anchor()], folder=tmp_path, trust_updated_at=now)
    assert answered(xa.code(claims=claims), context, now=now).reason is reason


def test_the_end_is_the_end_at_every_clock(context: Context, xa: Authority) -> None:
    assert answered(xa.code(), context, at=EXPIRES + timedelta(seconds=1)).reason is Reason.EXPIRED
    assert answered(xa.code(), context, at=NOW, now=NOW).reason is None


# T26: re-encoding does not bring a revoked certificate back


def test_revocation_survives_every_re_encoding(tmp_path: Path, xa: Authority) -> None:
    text = xa.code()
    protected, unprotected, payload, signature = unpack(text)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    untagged = cbor2.dumps([protected, unprotected, payload, signature])
    again = [
        text,
        repack([protected, unprotected, payload, raw(r, P256_ORDER - s)]),  # the twin signature
        repack([protected, {"noise": 1}, payload, signature]),
        pack(untagged),
        pack(b"\xd8\x3d\xd2" + untagged),
        "HC1:" + base45.encode(zlib.compress(b"\xd2" + untagged, 1)),
        "HC1:" + base45.encode(zlib.compress(b"\xd2" + untagged, 0)),
        f"  {text}\n",
        xa.code(),  # signed anew
        xa.code(vaccination(ci="urn:uvci:01:xa:moh/8h3k2m9qwz#T")),
        xa.code(vaccination(ci=" URN:UVCI:01:XA:MOH/8H3K2M9QWZ ")),
    ]
    before = context_of([xa.anchor()], folder=tmp_path)
    assert {answered(other, before).reason for other in again} == {None}
    assert len(set(again)) == len(again)
    record_own(tmp_path, identifier=vaccination()["v"][0]["ci"], at=NOW, replaced=False)
    after = context_of([xa.anchor()], folder=tmp_path)
    assert {answered(other, after).reason for other in again} == {Reason.REVOKED}


@pytest.mark.parametrize("hash_type", ["UCI", "COUNTRYCODEUCI", "SIGNATURE"])
def test_foreign_lists_of_every_hash_type(hash_type: str, tmp_path: Path, xa: Authority) -> None:
    text, identifier = xa.code(), vaccination()["v"][0]["ci"]
    protected, unprotected, payload, signature = unpack(text)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    twin = repack([protected, unprotected, payload, raw(r, P256_ORDER - s)])
    hashed = {"UCI": identifier.encode(), "COUNTRYCODEUCI": f"XA{identifier}".encode(), "SIGNATURE": signature[:32]}
    entry = base64.b64encode(hashlib.sha256(hashed[hash_type]).digest()[:16]).decode()
    batch = {"country": "XA", "expires": "2027-11-21T00:00:00Z", "kid": "UNKNOWN_KID", "hashType": hash_type}
    listed = json.dumps(batch | {"entries": [{"hash": entry}]}).encode()
    assert not import_revocations(tmp_path, [("batch.json", listed)], issuer=None, production=False, now=NOW).refused
    context = context_of([xa.anchor()], folder=tmp_path)
    assert {answered(other, context).reason for other in (text, twin)} == {Reason.REVOKED}
    assert answered(xa.code(vaccination(ci="URN:UVCI:01:XA:OTHER")), context).reason is None


# Any change at all


def _same_statement(text: str, original: str) -> bool:
    try:
        one, other = open_text(text), open_text(original)
    except TrustError:
        return False
    return (one.signed, one.signature, one.key_id) == (other.signed, other.signature, other.key_id)


def test_one_changed_character(context: Context, xa: Authority) -> None:
    text = xa.code(secret())
    assert answered(text, context).reason is None
    for place in range(len(text)):
        for letter in (ALPHABET[place % 45], ALPHABET[(place * 7 + 13) % 45], "a"):
            changed = text[:place] + letter + text[place + 1 :]
            if changed == text:
                continue
            verdict = answered(changed, context)
            assert verdict.outcome is Outcome.INVALID or _same_statement(changed, text), changed
        for changed in (text[:place] + text[place + 1 :], text[:place] + "0" + text[place:]):
            verdict = answered(changed, context)
            assert verdict.outcome is Outcome.INVALID or _same_statement(changed, text), changed


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_changed_bytes_of_the_signed_object(data: st.DataObject, context: Context, xa: Authority) -> None:
    cose = bytearray(zlib.decompress(base45.decode(xa.code(secret()).removeprefix("HC1:"))))
    original = pack(bytes(cose))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(cose) - 1))
        cose[place] = data.draw(st.integers(0, 255))
    changed = pack(bytes(cose))
    verdict = answered(changed, context)
    if changed != original and verdict.outcome is Outcome.VALID:
        assert _same_statement(changed, original)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.text(), st.text(ALPHABET).map("HC1:".__add__), st.binary(max_size=300).map(pack)))
@example(text="HC1:\ud800")
@example(text="\ud800" * 7 + "|" * 6)
def test_rubbish_has_a_reason(text: str, context: Context) -> None:
    assert answered(text, context).outcome is Outcome.INVALID


# What is told, kept and spent


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "{{7*7}}", "{name}", "%s%n", "\u202eNA", "Robert'); DROP TABLE", "=1+1"]
)
def test_names_are_only_names(name: str, context: Context, xa: Authority) -> None:
    verdict = answered(xa.code(vaccination(fn=name)), context)
    assert verdict.outcome is Outcome.VALID
    assert verdict.certificate is not None
    assert verdict.certificate.holder.family_name == name
    assert name not in verdict.message.vi + verdict.advice.vi


def test_a_check_leaves_nothing_behind(
    tmp_path: Path, xa: Authority, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    record_own(tmp_path, identifier="URN:UVCI:01:XA:ANOTHER", at=NOW, replaced=False)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    context = context_of([xa.anchor()], folder=tmp_path)
    with caplog.at_level(0):
        for text in (xa.code(secret()), xa.code(secret(), sign=lambda _: bytes(64)), f"HC1:{CANARY}", CANARY):
            answered(text, context, policy="vn-domestic", country="XA")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert CANARY not in caplog.text + "".join(capfd.readouterr())


def _costly(xa: Authority) -> list[str]:
    return [
        compressed(zlib.compress(bytes(2_700_000), 9)),
        *(text for text, _ in TEXTS.values()),
        *(pack(shape) for shape in SHAPES.values()),
        *(xa.code(payload=make(xa)) for make, _ in PAYLOADS.values()),
        pack(cbor2.dumps({str(n): n for n in range(5000)})),
        xa.code(vaccination(fn="Ä" * 80, gn="Ư" * 80), claims={99: ["x"] * 400}),
    ]


def test_no_input_is_costly(context: Context, xa: Authority) -> None:
    tracemalloc.start()
    try:
        for text in _costly(xa):
            tracemalloc.reset_peak()
            base, _ = tracemalloc.get_traced_memory()
            began = time.perf_counter()
            answered(text, context)
            assert time.perf_counter() - began < SECOND
            assert tracemalloc.get_traced_memory()[1] - base < 64 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_elliptic_keys_of_another_curve(tmp_path: Path) -> None:
    """ES256 over P-384 is in use in a few nations; its signature has 96 bytes and no other length."""
    authority = Authority()
    authority.key = ec.generate_private_key(ec.SECP384R1())
    authority.certificate = authority._certificate()
    context = context_of([authority.anchor()], folder=tmp_path)
    assert answered(authority.code(), context).outcome is Outcome.VALID
    refused(authority.code(secret(), sign=lambda data: authority.sign(data)[:64]), context, Reason.BAD_SIGNATURE)
