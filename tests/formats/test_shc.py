"""SMART Health Cards: digits, parts, files, claims and bundle."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from passport.codecs import deflate, signatures
from passport.codecs.rfc4648 import encode_base64url
from passport.domain.certificate import Kind
from passport.errors import Reason, TrustError
from passport.formats import shc
from passport.formats.table import open_text, split

KEY = ec.generate_private_key(ec.SECP256R1())
HEADER: dict[str, Any] = {"zip": "DEF", "alg": "ES256", "kid": "a-key"}
PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "name": [{"family": "Nguyễn", "given": ["Văn", "An"]}],
    "birthDate": "1990-01-02",
}
DOSE: dict[str, Any] = {
    "resourceType": "Immunization",
    "status": "completed",
    "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "208"}]},
    "patient": {"reference": "resource:0"},
    "occurrenceDateTime": "2021-10-01",
    "lotNumber": "0000007",
}
TEST: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "94558-4"}]},
    "effectiveDateTime": "2021-10-02T10:00:00Z",
}


def claims_of(*resources: dict[str, Any], **changes: Any) -> dict[str, Any]:
    whole = {
        "iss": "https://issuer.example",
        "nbf": 1633132800.5,
        "vc": {
            "type": ["https://smarthealth.cards#health-card"],
            "credentialSubject": {
                "fhirVersion": "4.0.1",
                "fhirBundle": {
                    "resourceType": "Bundle",
                    "type": "collection",
                    "entry": [{"fullUrl": f"resource:{n}", "resource": r} for n, r in enumerate(resources)],
                },
            },
        },
    } | changes
    return {name: value for name, value in whole.items() if value is not ...}


def vc(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = copy.deepcopy(claims_of(PATIENT, DOSE)["vc"]) | changes
    return whole


def signed(payload: bytes, header: dict[str, Any]) -> str:
    parts = f"{encode_base64url(json.dumps(header).encode())}.{encode_base64url(payload)}"
    signature = signatures.sign(algorithm="ES256", private_key=KEY, data=parts.encode())
    return f"{parts}.{encode_base64url(signature)}"


def card(claims: Any = None, header: dict[str, Any] | None = None) -> str:
    said = json.dumps(claims_of(PATIENT, DOSE) if claims is None else claims, ensure_ascii=False)
    return signed(deflate.compress_raw(said.encode()), HEADER if header is None else header)


def digits(text: str) -> str:
    return "".join(f"{ord(c) - 45:02d}" for c in text)


def reason_of(act: Callable[[], object]) -> Reason:
    with pytest.raises(TrustError) as refused:
        act()
    assert isinstance(refused.value.reason, Reason)
    return refused.value.reason


CARD = card()


def test_a_card() -> None:
    envelope = open_text(CARD)
    assert (envelope.format, envelope.key_id, envelope.key_issuer) == ("shc", "a-key", "https://issuer.example")
    assert signatures.verify(
        algorithm="ES256", public_key=KEY.public_key(), signature=envelope.signature, signed=envelope.signed
    )
    assert shc.kind(envelope) is Kind.VACCINATION
    certificate = shc.read(envelope, "VN")
    assert certificate.holder.name == "Nguyễn Văn An"
    assert str(certificate.holder.transliterated) == "NGUYEN<<VAN<AN"
    assert str(certificate.holder.born) == "1990-01-02"
    assert (certificate.issuer, certificate.country) == ("https://issuer.example", "VN")
    assert certificate.issued_at == datetime.fromtimestamp(1633132800.5, UTC)
    assert certificate.expires_at is None
    assert certificate.identifier is None
    (dose,) = certificate.doses
    assert (dose.disease, dose.product, dose.date, dose.lot) == ("840539006", "208", date(2021, 10, 1), "0000007")
    assert certificate.happened_on == date(2021, 10, 1)


def test_every_form_of_one_card() -> None:
    single = "shc:/" + digits(CARD)
    third = len(CARD) // 3
    parts = [CARD[:third], CARD[third : 2 * third], CARD[2 * third :]]
    numbered = [f"shc:/{n}/3/{digits(part)}" for n, part in enumerate(parts, 1)]
    file = json.dumps({"verifiableCredential": [CARD]}, indent=2)
    answer = {
        "resourceType": "Parameters",
        "parameter": [{"name": "x"}, {"name": "verifiableCredential", "valueString": CARD}],
    }
    forms = [
        single,
        f" {single}\n",
        "\n".join(numbered),
        " ".join(reversed(numbered)),
        f"shc:/1/1/{digits(CARD)}",
        file,
    ]
    for form in (*forms, json.dumps(answer)):
        assert split(form) == (CARD,)
        assert open_text(form) == open_text(CARD)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("shc:/", Reason.BAD_ENCODING),
        ("shc:/123", Reason.BAD_ENCODING),
        ("shc:/7800", Reason.BAD_ENCODING),
        ("shc:/12a4", Reason.BAD_ENCODING),
        ("shc:/1/2/5676", Reason.BAD_ENCODING),
        ("shc:/3/2/5676 shc:/1/2/5676", Reason.BAD_ENCODING),
        ("shc:/1/2/5676 shc:/1/2/5676", Reason.BAD_ENCODING),
        ("shc:/1/3/5676 shc:/2/2/5676", Reason.BAD_ENCODING),
        ("shc:/0/1/5676", Reason.BAD_ENCODING),
        ("shc:/\u0661\u0662", Reason.BAD_ENCODING),
        ("shc:/" + "00" * 1196, Reason.TOO_LARGE),
        ("shc:/1/1/" + "00" * 1192, Reason.TOO_LARGE),
        ('{"verifiableCredential": []}', Reason.BAD_STRUCTURE),
        ('{"verifiableCredential": [1]}', Reason.BAD_STRUCTURE),
        ('{"verifiableCredential": "a.b.c"}', Reason.BAD_STRUCTURE),
        ('{"verifiableCredential": ["a.b.c"', Reason.BAD_STRUCTURE),
        (json.dumps({"verifiableCredential": [CARD, CARD]}), Reason.BAD_STRUCTURE),
        (json.dumps({"verifiableCredential": ["x" * 4297]}), Reason.TOO_LARGE),
    ],
)
def test_forms_that_hold_no_single_card(text: str, reason: Reason) -> None:
    assert reason_of(lambda: open_text(text)) is reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (card(header=HEADER | {"alg": "none"}), Reason.UNSUPPORTED_ALGORITHM),
        (card(header=HEADER | {"alg": "HS256"}), Reason.UNSUPPORTED_ALGORITHM),
        (card(header={"zip": "DEF", "kid": "a-key"}), Reason.UNSUPPORTED_ALGORITHM),
        (card(header={"alg": "ES256", "kid": "a-key"}), Reason.BAD_COMPRESSION),
        (card(header=HEADER | {"kid": 7}), Reason.BAD_STRUCTURE),
        (card([]), Reason.BAD_STRUCTURE),
        (signed(b"{}", HEADER), Reason.BAD_COMPRESSION),
        (signed(deflate.compress(b"{}"), HEADER), Reason.BAD_COMPRESSION),
        (signed(deflate.compress_raw(b"\xef\xbb\xbf{}"), HEADER), Reason.BAD_STRUCTURE),
        (signed(deflate.compress_raw(b'{"iss":1,"iss":2}'), HEADER), Reason.BAD_STRUCTURE),
        (signed(deflate.compress_raw(b"[" * 60_000), HEADER), Reason.BAD_STRUCTURE),
        (signed(deflate.compress_raw(b" " * 100_000), HEADER), Reason.BAD_COMPRESSION),
    ],
)
def test_envelopes_that_are_refused(text: str, reason: Reason) -> None:
    assert reason_of(lambda: open_text(text)) is reason


def test_a_card_without_key_id_or_issuer_opens_for_nobody() -> None:
    envelope = open_text(card(claims_of(PATIENT, DOSE, iss=7), header={"zip": "DEF", "alg": "ES256"}))
    assert (envelope.key_id, envelope.key_issuer) == ("", None)


def test_a_test_result() -> None:
    envelope = open_text(
        card(claims_of(PATIENT, TEST, exp=1700000000, vc=claims_of(PATIENT, TEST)["vc"] | {"rid": "MKyCxh7p6uQ"}))
    )
    assert shc.kind(envelope) is Kind.TEST
    certificate = shc.read(envelope, None)
    assert (certificate.doses, certificate.happened_on) == ((), date(2021, 10, 2))
    assert certificate.expires_at == datetime.fromtimestamp(1700000000, UTC)
    assert certificate.identifier == "MKyCxh7p6uQ"


def test_a_name_in_one_piece() -> None:
    named = PATIENT | {"name": [{"text": "Siti Aminah"}]}
    assert shc.read(open_text(card(claims_of(named, DOSE))), None).holder.name == "Siti Aminah"


def test_a_vaccine_of_another_code_system_or_disease() -> None:
    snomed = DOSE | {"vaccineCode": {"coding": [{"system": "http://snomed.info/sct", "code": "1119349007"}]}}
    polio = DOSE | {"vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "10"}]}}
    first, second = shc.read(open_text(card(claims_of(PATIENT, snomed, polio))), None).doses
    assert (first.product, first.disease) == ("1119349007", "")
    assert (second.product, second.disease) == ("10", "")
    typed = vc(type=["https://smarthealth.cards#health-card", "https://smarthealth.cards#covid19"])
    assert shc.read(open_text(card(claims_of(vc=typed))), None).doses[0].disease == "840539006"


def about_covid(*resources: dict[str, Any]) -> dict[str, Any]:
    claims = claims_of(PATIENT, *resources)
    claims["vc"]["type"].append("https://smarthealth.cards#covid19")
    return claims


def coded(code: str, system: str = "http://hl7.org/fhir/sid/cvx") -> dict[str, Any]:
    return DOSE | {"vaccineCode": {"coding": [{"system": system, "code": code}]}}


@pytest.mark.parametrize("claims", [claims_of(PATIENT), about_covid()], ids=["of any kind", "about COVID-19"])
def test_only_vaccines_against_covid_count_as_such(claims: dict[str, Any]) -> None:
    """Influenza, RSV, hepatitis B and tick-borne encephalitis stand among the numbers, and on the same cards."""
    entries = claims["vc"]["credentialSubject"]["fhirBundle"]["entry"]
    codes = ["207", "213", "219", "221", "230", "302", "308", "313", "500", "521"]
    others = ["08", "150", "214", "216", "220", "222", "224", "303", "305", "307", "314", "317", "522"]
    entries += [{"resource": coded(code)} for code in codes + others]
    diseases = [dose.disease for dose in shc.read(open_text(card(claims)), None).doses]
    assert diseases == ["840539006"] * len(codes) + [""] * len(others)


def test_the_type_of_the_card_tells_the_disease_where_the_code_does_not() -> None:
    snomed = coded("1119349007", "http://snomed.info/sct")
    assert shc.read(open_text(card(about_covid(snomed))), None).doses[0].disease == "840539006"


def test_less_than_a_full_dose_is_left_out() -> None:
    doses = shc.read(open_text(card(claims_of(PATIENT, DOSE, DOSE | {"isSubpotent": True}))), None).doses
    assert len(doses) == 1


@pytest.mark.parametrize(
    "claims",
    [
        {},
        claims_of(PATIENT, DOSE, iss="http://issuer.example"),
        claims_of(PATIENT, DOSE, iss="https://issuer.example/"),
        claims_of(PATIENT, DOSE, nbf=...),
        claims_of(PATIENT, DOSE, nbf="2021"),
        claims_of(PATIENT, DOSE, nbf=1618554442496),
        claims_of(PATIENT, DOSE, exp=True),
        claims_of(vc=vc(type=["VerifiableCredential"])),
        claims_of(vc=vc(rid="over twenty-four letters and spaces")),
        claims_of(vc=vc(credentialSubject={"fhirVersion": "4.0.1"})),
        claims_of(DOSE),
        claims_of(PATIENT),
        claims_of(PATIENT, PATIENT, DOSE),
        claims_of(PATIENT | {"name": []}, DOSE),
        claims_of(PATIENT | {"name": [{"family": " "}]}, DOSE),
        claims_of(PATIENT | {"birthDate": "1990-02-30"}, DOSE),
        claims_of(PATIENT | {"birthDate": "2022"}, DOSE),
        claims_of(PATIENT, DOSE | {"status": "not-done"}),
        claims_of(PATIENT, DOSE | {"occurrenceDateTime": "2021"}),
        claims_of(PATIENT, DOSE | {"vaccineCode": {"coding": []}}),
        claims_of(PATIENT, DOSE | {"vaccineCode": {"coding": [{"system": "urn:made-up", "code": "208"}]}}),
        claims_of(PATIENT, TEST | {"status": "cancelled"}),
        claims_of(PATIENT, {"resourceType": 7}),
    ],
)
def test_content_that_is_refused(claims: dict[str, Any]) -> None:
    envelope = open_text(card(claims))
    assert reason_of(lambda: (shc.kind(envelope), shc.read(envelope, None))) is Reason.BAD_CONTENT


JSON = st.recursive(
    st.none() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from([*DOSE, *PATIENT, "given"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(name=st.sampled_from([*DOSE, *PATIENT, *TEST]), value=JSON)
def test_odd_content_raises_trust_errors_alone(name: str, value: object) -> None:
    odd = [resource | {name: value} for resource in (PATIENT, DOSE, TEST)]
    with contextlib.suppress(TrustError):
        shc.read(open_text(card(claims_of(*odd))), None)


@settings(max_examples=600, deadline=None)
@given(place=st.integers(0, len(CARD) - 1), character=st.sampled_from("ABCxyz019-_.= é"))
def test_one_changed_character_changes_nothing_that_is_signed(place: int, character: str) -> None:
    good = open_text(CARD)
    with contextlib.suppress(TrustError):
        envelope = open_text(CARD[:place] + character + CARD[place + 1 :])
        assert envelope.signed == good.signed or not signatures.verify(
            algorithm="ES256", public_key=KEY.public_key(), signature=envelope.signature, signed=envelope.signed
        )
