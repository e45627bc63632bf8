"""VDS-NC: JSON with its signer inside, signed in canonical form."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from passport.codecs import jcs, signatures
from passport.codecs.rfc4648 import encode_base64url
from passport.domain.certificate import Kind
from passport.errors import Reason, TrustError
from passport.formats import vdsnc
from passport.formats.table import open_text

KEY = ec.generate_private_key(ec.SECP256R1())
VACCINATION: dict[str, Any] = {
    "hdr": {"t": "icao.vacc", "v": 1, "is": "UTO"},
    "msg": {
        "uvci": "U32870",
        "pid": {"n": "NGUYEN<<VAN<AN", "dob": "1990-01-02", "i": "C1234567"},
        "ve": [
            {
                "des": "XM8NQ0",
                "nam": "Comirnaty",
                "vd": [
                    {"dvc": "2021-09-01", "seq": 1, "ctr": "VNM", "lot": "FF1"},
                    {"dvc": "2021-10-01", "seq": "2", "ctr": "VNM"},
                ],
            }
        ],
    },
}
TEST: dict[str, Any] = {
    "hdr": {"t": "icao.test", "v": 1, "is": "UTO"},
    "msg": {
        "utci": "T32870",
        "pid": {"n": "SITI AMINAH", "dt": "P", "dn": "C1234567"},
        "sp": {"spn": "Laboratory", "ctr": "UTO"},
        "dat": {"sc": "2021-12-12T12:00:00+08:00", "ri": "2021-12-12T14:00:00+08:00"},
        "tr": {"tc": "molecular(PCR)", "r": "negative"},
    },
}


def changed(base: dict[str, Any], *path: Any, to: Any) -> dict[str, Any]:
    """`base` with the value at `path` replaced; `...` takes it away."""
    whole = copy.deepcopy(base)
    part: Any = whole
    for step in path[:-1]:
        part = part[step]
    if to is ...:
        del part[path[-1]]
    else:
        part[path[-1]] = to
    return whole


def seal(data: dict[str, Any], *, padding: str = "", **signature: Any) -> str:
    value = signatures.sign(algorithm="ES256", private_key=KEY, data=jcs.dumps(data))
    zone = {
        "alg": "ES256",
        "cer": encode_base64url(b"certificate"),
        "sigvl": encode_base64url(value) + padding,
    } | signature
    return json.dumps({"data": data, "sig": zone}, ensure_ascii=False)


def reason_of(act: Callable[[], object]) -> Reason:
    with pytest.raises(TrustError) as refused:
        act()
    assert isinstance(refused.value.reason, Reason)
    return refused.value.reason


def test_a_vaccination() -> None:
    envelope = open_text(seal(VACCINATION))
    assert (envelope.format, envelope.algorithm, envelope.certificate) == ("vdsnc", "ES256", b"certificate")
    assert signatures.verify(
        algorithm="ES256", public_key=KEY.public_key(), signature=envelope.signature, signed=envelope.signed
    )
    assert vdsnc.kind(envelope) is Kind.VACCINATION
    certificate = vdsnc.read(envelope, None)
    assert (certificate.identifier, certificate.issuer, certificate.country) == ("U32870", "UTO", "UTO")
    assert (certificate.holder.family_name, certificate.holder.given_name) == ("NGUYEN", "VAN AN")
    assert str(certificate.holder.transliterated) == "NGUYEN<<VAN<AN"
    assert [(d.number, d.date, d.lot, d.disease) for d in certificate.doses] == [
        (1, date(2021, 9, 1), "FF1", "RA01"),
        (2, date(2021, 10, 1), None, "RA01"),
    ]
    assert (certificate.issued_at, certificate.expires_at) == (None, None)
    assert certificate.happened_on == date(2021, 10, 1)
    assert vdsnc.read(envelope, "VN").country == "VN"


def test_a_test() -> None:
    envelope = open_text(seal(TEST))
    assert vdsnc.kind(envelope) is Kind.TEST
    certificate = vdsnc.read(envelope, None)
    assert (certificate.identifier, certificate.doses) == ("T32870", ())
    assert certificate.holder.name == "SITI AMINAH"
    assert certificate.holder.born is None
    assert certificate.happened_on == date(2021, 12, 12)


def test_forms_of_one_seal() -> None:
    text = seal(VACCINATION, padding="==")
    spread = json.dumps([json.loads(text)], indent=3, sort_keys=True)
    assert open_text(spread) == open_text(text)
    assert open_text(spread).signed == jcs.dumps(VACCINATION)


def test_what_was_signed_is_not_typed_anew() -> None:
    assert b'"seq":"2"' in open_text(seal(VACCINATION)).signed


@pytest.mark.parametrize("algorithm", ["ES384", "ES512"])
def test_other_curves(algorithm: str) -> None:
    assert open_text(seal(VACCINATION, alg=algorithm)).algorithm == algorithm


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (seal(VACCINATION, alg="none"), Reason.UNSUPPORTED_ALGORITHM),
        (seal(VACCINATION, alg="HS256"), Reason.UNSUPPORTED_ALGORITHM),
        (seal(changed(VACCINATION, "hdr", "v", to=2)), Reason.UNSUPPORTED_VERSION),
        (seal(changed(VACCINATION, "hdr", "v", to=True)), Reason.UNSUPPORTED_VERSION),
        (seal(changed(VACCINATION, "hdr", "t", to="icao.dta")), Reason.UNSUPPORTED_VERSION),
        (seal(changed(VACCINATION, "hdr", "v", to=...)), Reason.BAD_STRUCTURE),
        (seal(VACCINATION, cer=1), Reason.BAD_STRUCTURE),
        (seal(VACCINATION, cer="+/8="), Reason.BAD_ENCODING),
        (seal(VACCINATION, sigvl="A"), Reason.BAD_ENCODING),
        (seal(VACCINATION)[:-1], Reason.BAD_STRUCTURE),
        (seal(VACCINATION) + "x", Reason.BAD_STRUCTURE),
        (f"[{seal(VACCINATION)},{seal(VACCINATION)}]", Reason.BAD_STRUCTURE),
        (seal(VACCINATION).replace('"v": 1', '"v": 1, "v": 1'), Reason.BAD_STRUCTURE),
        (seal(VACCINATION).replace('"seq": 1', '"seq": 99999999999999999'), Reason.BAD_STRUCTURE),
        (json.dumps({"data": "icao.vacc"}) + '"icao.', Reason.BAD_STRUCTURE),
    ],
)
def test_structures_that_are_refused(text: str, reason: Reason) -> None:
    assert reason_of(lambda: open_text(text)) is reason


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("hdr", "is"), ...),
        (("msg", "uvci"), ...),
        (("msg", "pid"), ...),
        (("msg", "pid", "n"), " "),
        (("msg", "pid"), {"n": "AN"}),
        (("msg", "pid", "dob"), "1990-13-01"),
        (("msg", "pid", "dob"), "2021-12-31"),
        (("msg", "ve"), []),
        (("msg", "ve", 0, "vd"), []),
        (("msg", "ve", 0, "nam"), ...),
        (("msg", "ve", 0, "vd", 0, "dvc"), "2021-02-30"),
        (("msg", "ve", 0, "vd", 0, "seq"), "two"),
        (("msg", "ve", 0, "vd", 0, "seq"), 100),
        (("msg", "ve", 0, "vd", 0, "ctr"), None),
    ],
)
def test_content_that_is_refused(path: tuple[Any, ...], to: Any) -> None:
    envelope = open_text(seal(changed(VACCINATION, *path, to=to)))
    assert reason_of(lambda: vdsnc.read(envelope, None)) is Reason.BAD_CONTENT


@pytest.mark.parametrize("path", [("msg", "utci"), ("msg", "dat"), ("msg", "tr"), ("msg", "dat", "sc")])
def test_tests_that_are_refused(path: tuple[Any, ...]) -> None:
    envelope = open_text(seal(changed(TEST, *path, to=...)))
    assert reason_of(lambda: vdsnc.read(envelope, None)) is Reason.BAD_CONTENT


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["n", "vd", "dvc", "sc", "des"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(name=st.sampled_from([*VACCINATION["msg"], *TEST["msg"]]), value=JSON)
def test_odd_content_raises_trust_errors_alone(name: str, value: object) -> None:
    for base in (VACCINATION, TEST):
        with contextlib.suppress(TrustError):
            vdsnc.read(open_text(seal(changed(base, "msg", name, to=value))), None)


TEXT = seal(VACCINATION)


@settings(max_examples=600, deadline=None)
@given(place=st.integers(0, len(TEXT) - 1), character=st.sampled_from('AZaz019"{}[]:,.\\ é'))
def test_one_changed_character_changes_nothing_that_is_signed(place: int, character: str) -> None:
    good = open_text(TEXT)
    with contextlib.suppress(TrustError):
        envelope = open_text(TEXT[:place] + character + TEXT[place + 1 :])
        assert envelope.signed == good.signed or not signatures.verify(
            algorithm="ES256", public_key=KEY.public_key(), signature=envelope.signature, signed=envelope.signed
        )
