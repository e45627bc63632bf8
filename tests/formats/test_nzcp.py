"""NZ COVID Pass: base32 around COSE, a credential without doses."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from passport.codecs import signatures
from passport.domain.certificate import Kind
from passport.errors import Reason, TrustError
from passport.formats import nzcp
from passport.formats.table import open_text

KEY = ec.generate_private_key(ec.SECP256R1())
SUBJECT: dict[str, Any] = {"givenName": "Mere", "familyName": "Tāne", "dob": "1960-04-16"}
CREDENTIAL: dict[str, Any] = {
    "@context": ["https://www.w3.org/2018/credentials/v1", "https://nzcp.covid19.health.nz/contexts/v1"],
    "version": "1.0.0",
    "type": ["VerifiableCredential", "PublicCovidPass"],
    "credentialSubject": SUBJECT,
}
CLAIMS: dict[Any, Any] = {
    1: "did:web:issuer.example",
    4: 1951416330,
    5: 1635883530,
    7: bytes.fromhex("60a4f54d4e304332be33ad78b1eafa4b"),
    "vc": CREDENTIAL,
}


def encoded(payload: Any, *, protected: dict[Any, Any] | None = None) -> str:
    head = cbor2.dumps({4: b"key-1", 1: -7} if protected is None else protected)
    body = cbor2.dumps(payload)
    signature = signatures.sign(algorithm="ES256", private_key=KEY, data=cbor2.dumps(["Signature1", head, b"", body]))
    sign1 = cbor2.dumps(cbor2.CBORTag(18, [head, {}, body, signature]))
    return "NZCP:/1/" + base64.b32encode(sign1).decode().rstrip("=")


def told(**changes: Any) -> dict[Any, Any]:
    numbers = {"iss": 1, "exp": 4, "nbf": 5, "cti": 7}
    whole = CLAIMS | {numbers.get(name, name): value for name, value in changes.items()}
    return {name: value for name, value in whole.items() if value is not ...}


def about(**changes: Any) -> dict[Any, Any]:
    subject = {name: value for name, value in (SUBJECT | changes).items() if value is not ...}
    return told(vc=CREDENTIAL | {"credentialSubject": subject})


def reason_of(act: Callable[[], object]) -> Reason:
    with pytest.raises(TrustError) as refused:
        act()
    assert isinstance(refused.value.reason, Reason)
    return refused.value.reason


PASS = encoded(CLAIMS)


def test_a_pass() -> None:
    envelope = open_text(PASS)
    assert (envelope.format, envelope.key_id, envelope.key_issuer) == ("nzcp", "key-1", "did:web:issuer.example")
    assert signatures.verify(
        algorithm="ES256", public_key=KEY.public_key(), signature=envelope.signature, signed=envelope.signed
    )
    assert nzcp.kind(envelope) is Kind.VACCINATION
    certificate = nzcp.read(envelope, None)
    assert certificate.identifier == "urn:uuid:60a4f54d-4e30-4332-be33-ad78b1eafa4b"
    assert (certificate.country, certificate.issuer) == ("NZ", "did:web:issuer.example")
    assert certificate.issued_at == datetime(2021, 11, 2, 20, 5, 30, tzinfo=UTC)
    assert certificate.expires_at == datetime(2031, 11, 2, 20, 5, 30, tzinfo=UTC)
    assert (certificate.holder.name, str(certificate.holder.transliterated)) == ("Tāne Mere", "TANE<<MERE")
    assert certificate.doses == ()
    assert certificate.payload == CREDENTIAL


def test_habits_that_pass() -> None:
    assert open_text(encoded(CLAIMS, protected={4: "key-1", 1: -7})).key_id == "key-1"
    assert open_text(encoded(CLAIMS, protected={1: -7})).key_id == ""
    assert open_text(encoded(told(iss=5))).key_issuer is None
    single = nzcp.read(open_text(encoded(about(familyName=...))), None)
    assert (single.holder.family_name, single.holder.name) == (None, "Mere")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("NZCP:/1/", Reason.BAD_STRUCTURE),
        ("NZCP:/1/abc", Reason.BAD_ENCODING),
        ("NZCP:/1/A", Reason.BAD_ENCODING),
        (PASS + "=", Reason.BAD_ENCODING),
        (PASS[:168], Reason.BAD_STRUCTURE),
        (encoded([1]), Reason.BAD_STRUCTURE),
        (encoded(CLAIMS, protected={4: b"\xff", 1: -7}), Reason.BAD_STRUCTURE),
        (encoded(CLAIMS, protected={4: 7, 1: -7}), Reason.BAD_STRUCTURE),
        (encoded(CLAIMS, protected={4: b"key-1"}), Reason.UNSUPPORTED_ALGORITHM),
        (encoded(CLAIMS, protected={4: b"key-1", 1: -37}), Reason.UNSUPPORTED_ALGORITHM),
        (encoded(CLAIMS, protected={4: b"key-1", 1: -7.0}), Reason.UNSUPPORTED_ALGORITHM),
    ],
)
def test_envelopes_that_are_refused(text: str, reason: Reason) -> None:
    assert reason_of(lambda: open_text(text)) is reason


@pytest.mark.parametrize(
    "claims",
    [
        told(vc=...),
        told(vc="text"),
        told(vc=CREDENTIAL | {"version": "2.0.0"}),
        told(vc=CREDENTIAL | {"type": ["VerifiableCredential"]}),
        told(vc=CREDENTIAL | {"@context": []}),
        told(vc=CREDENTIAL | {7: "a key that is no text"}),
        told(vc=CREDENTIAL | {"x": b"bytes"}),
        told(exp=...),
        told(nbf="2021"),
        told(cti=...),
        told(cti=b"short"),
        about(givenName=...),
        about(givenName="A" * 101),
        about(dob="1960-02-30"),
        about(dob="1960"),
        about(dob="2021-11-03"),  # the day after it was issued
    ],
)
def test_content_that_is_refused(claims: dict[Any, Any]) -> None:
    envelope = open_text(encoded(claims))
    assert reason_of(lambda: nzcp.read(envelope, None)) is Reason.BAD_CONTENT


@settings(max_examples=400, deadline=None)
@given(
    name=st.sampled_from(["iss", "exp", "nbf", "cti", "vc"]), value=st.none() | st.integers() | st.text() | st.binary()
)
def test_odd_claims_raise_trust_errors_alone(name: str, value: object) -> None:
    with contextlib.suppress(TrustError):
        nzcp.read(open_text(encoded(told(**{name: value}))), None)


@settings(max_examples=600, deadline=None)
@given(place=st.integers(0, len(PASS) - 1), character=st.sampled_from("ABCXYZ234567 =1é"))
def test_one_changed_character_changes_nothing_that_is_signed(place: int, character: str) -> None:
    good = open_text(PASS)
    with contextlib.suppress(TrustError):
        envelope = open_text(PASS[:place] + character + PASS[place + 1 :])
        assert envelope.signed == good.signed or not signatures.verify(
            algorithm="ES256", public_key=KEY.public_key(), signature=envelope.signature, signed=envelope.signed
        )
