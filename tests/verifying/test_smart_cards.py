"""SMART Health Cards as they are handed over: in several codes of one picture, several in one file."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image

from passport.codecs import deflate, signatures
from passport.codecs.rfc4648 import encode_base64url
from passport.domain.verdict import Outcome, Verdict
from passport.errors import Reason
from passport.rendering.qr import qr_png
from passport.trust.keyring import Keyring, import_keys
from passport.verifying.context import Context
from passport.verifying.request import answer, parse_request
from passport.verifying.verify import verify_image
from tests.forging import NOW, context_of

ISSUER = "https://issuer.example"
KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def context(tmp_path: Path) -> Context:
    numbers = KEY.public_key().public_numbers()
    x, y = (encode_base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
    jwk = {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "a-key", "x": x, "y": y}
    document = json.dumps({"keys": [jwk]}).encode()
    report = import_keys(tmp_path, [("keys", document)], issuer=ISSUER, production=False, now=NOW)
    assert not report.refused
    trusted = Keyring.load(tmp_path, production=False)
    return replace(context_of([], folder=tmp_path), keyring=trusted)


def card(*, family: str = "Nguyễn", day: str = "2021-10-01") -> str:
    patient = {"resourceType": "Patient", "name": [{"family": family, "given": ["An"]}], "birthDate": "1990-01-02"}
    dose = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "208"}]},
        "patient": {"reference": "resource:0"},
        "occurrenceDateTime": day,
    }
    entries = [{"fullUrl": f"resource:{n}", "resource": told} for n, told in enumerate((patient, dose))]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    claims = {
        "iss": ISSUER,
        "nbf": 1633132800,
        "vc": {
            "type": ["https://smarthealth.cards#health-card", "https://smarthealth.cards#covid19"],
            "credentialSubject": {"fhirVersion": "4.0.1", "fhirBundle": bundle},
        },
    }
    head = json.dumps({"zip": "DEF", "alg": "ES256", "kid": "a-key"}).encode()
    body = deflate.compress_raw(json.dumps(claims).encode())
    signed = f"{encode_base64url(head)}.{encode_base64url(body)}"
    return f"{signed}.{encode_base64url(signatures.sign(algorithm='ES256', private_key=KEY, data=signed.encode()))}"


def parts(token: str, count: int) -> list[str]:
    size = -(-len(token) // count)
    pieces = [token[start : start + size] for start in range(0, len(token), size)]
    return [f"shc:/{n}/{count}/" + "".join(f"{ord(c) - 45:02d}" for c in p) for n, p in enumerate(pieces, start=1)]


def side_by_side(*texts: str) -> bytes:
    codes = [Image.open(io.BytesIO(qr_png(text))) for text in texts]
    sheet = Image.new("L", (sum(code.width + 60 for code in codes), max(code.height for code in codes)), 255)
    left = 0
    for code in codes:
        sheet.paste(code.convert("L"), (left, 0))
        left += code.width + 60
    saved = io.BytesIO()
    sheet.save(saved, "PNG")
    return saved.getvalue()


def test_the_parts_of_a_card_in_one_picture(context: Context) -> None:
    first, second = parts(card(), 2)
    whole = verify_image(side_by_side(second, first), context=context, now=NOW)
    assert (whole.outcome, whole.reason, whole.format) == (Outcome.VALID, None, "shc")
    half = verify_image(side_by_side(first), context=context, now=NOW)
    assert (half.outcome, half.reason) == (Outcome.INVALID, Reason.BAD_ENCODING)
    among_others = verify_image(side_by_side("https://example.org", second, first), context=context, now=NOW)
    assert among_others.outcome is Outcome.VALID


def judged(context: Context, *cards: str, **asked: Any) -> Verdict:
    text = json.dumps({"verifiableCredential": cards})
    verdict = answer(parse_request({"credential": text, **asked}), context=context, now=NOW)
    assert isinstance(verdict, Verdict)
    return verdict


def test_the_cards_of_one_file_are_judged_together(context: Context) -> None:
    verdict = judged(context, card(), card(day="2021-11-01"))
    assert (verdict.outcome, verdict.format) == (Outcome.VALID, "shc")
    assert verdict.dose_status is not None
    assert verdict.dose_status.number == 2
    assert len(judged(context, card()).as_dict()["certificate"]["doses"]) == 1


def test_one_bad_card_spoils_the_file(context: Context) -> None:
    changed = card()[:-8] + "AAAAAAAA"
    assert judged(context, card(), changed).reason is Reason.BAD_SIGNATURE
    assert judged(context, card(), card(family="Trần")).reason is Reason.HOLDER_DIFFERS
    assert judged(context, *[card()] * 20).reason is None
    assert judged(context, *[card()] * 21).reason is Reason.BAD_STRUCTURE
