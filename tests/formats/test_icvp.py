"""WHO ICVP: three generations in the container of the EU certificate."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passport.codecs import base45, deflate
from passport.domain.certificate import Kind
from passport.errors import Reason, TrustError
from passport.formats import hcert, icvp
from passport.formats.table import FORMATS, open_text

STAMARIL = "YellowFeverProductd8a09f80301dc05e124f99ffe7711fc0"
G3: dict[str, Any] = {
    "n": "NGUYEN VAN AN",
    "dob": "1990-01-02",
    "s": "male",
    "nt": "VNM",
    "id": "C1234567",
    "dt": "PPN",
    "vx": {"vp": STAMARIL, "dv": "2026-03-01", "bo": "YF123", "is": "VNM"},
    "v": "1.0",
}
G2: dict[str, Any] = {
    "n": "Siti Aminah",
    "dob": "1985-05-05",
    "ntl": "ID",
    "v": [{"vp": "PolioVaccineOralOPVBivalProduct16e883911ea0108b8213bc213c9972fe", "dt": "2026-01-10", "bo": "P1"}],
}
G1: dict[str, Any] = {
    "n": "Aulo Agerio",
    "dob": "1905-08-23",
    "s": "M",
    "v": {
        "dn": "Primary",
        "tg": "1D47",
        "vp": "XM0N24",
        "mp": "1",
        "ma": "HIPRA",
        "dt": "1935-08-23",
        "bo": "123",
        "cn": "X",
    },
}


def sealed(content: Any, *, sub_key: int = -6, **claims: Any) -> str:
    labels = {"expires": 4, "not_before": 5}
    cwt = {1: "XCL", 6: 1772000000, -260: {sub_key: content}} | {labels[name]: told for name, told in claims.items()}
    head = cbor2.dumps({1: -7, 4: b"12345678"})
    return "HC1:" + base45.encode(deflate.compress(cbor2.dumps([head, {}, cbor2.dumps(cwt), bytes(64)])))


def read(text: str, **how: Any) -> Any:
    envelope = open_text(text, **how)
    assert envelope.format == "icvp"
    form = FORMATS[envelope.format]
    assert form.kind(envelope) is Kind.VACCINATION
    return form.read(envelope, None)


def test_the_current_generation() -> None:
    certificate = read(sealed(G3))
    assert certificate.holder.name == "NGUYEN VAN AN"
    assert str(certificate.holder.born) == "1990-01-02"
    (dose,) = certificate.doses
    assert (dose.disease, dose.vaccine, dose.date, dose.lot) == ("16541001", STAMARIL, date(2026, 3, 1), "YF123")
    assert (certificate.issuer, certificate.country, certificate.expires_at) == ("XCL", "XCL", None)
    assert certificate.payload == G3
    assert certificate.happened_on == date(2026, 3, 1)


def test_the_date_under_its_other_name() -> None:
    dose = {"vp": STAMARIL, "dt": "2026-03-01", "bo": "YF123"}
    assert read(sealed(G3 | {"vx": dose})).doses[0].date == date(2026, 3, 1)


def test_the_second_generation_as_list_and_as_object() -> None:
    for doses in (G2["v"], G2["v"][0]):
        certificate = read(sealed(G2 | {"v": doses}, expires=1900000000))
        assert [(d.disease, d.lot) for d in certificate.doses] == [("398102009", "P1")]
        assert certificate.expires_at is not None


def test_the_first_generation() -> None:
    (dose,) = read(sealed(G1)).doses
    assert (dose.disease, dose.vaccine, dose.product, dose.manufacturer) == ("1D47", "XM0N24", "1", "HIPRA")
    assert dose.number is None
    numbered = G1 | {"v": G1["v"] | {"dn": 2}}
    assert read(sealed(numbered)).doses[0].number == 2


def test_the_sub_key_is_a_setting() -> None:
    assert read(sealed(G3, sub_key=7), icvp_claim=7).doses
    with pytest.raises(TrustError) as refused:
        open_text(sealed(G3), icvp_claim=7)
    assert refused.value.reason is Reason.UNSUPPORTED_VERSION
    assert hcert.ICVP_CLAIM == -6


def test_protection_against_yellow_fever_begins_after_ten_days() -> None:
    certificate = read(sealed(G3, not_before=1772900000))
    assert certificate.protects_from == date(2026, 3, 11)
    assert certificate.protects_until is None
    assert certificate.not_before == datetime.fromtimestamp(1772900000, UTC)
    assert read(sealed(G1)).protects_from == date(1935, 9, 2)
    assert read(sealed(G3 | {"vx": {"vp": "PolioVaccine", "dv": "2026-03-01"}})).protects_from is None


def test_the_last_days_of_the_calendar() -> None:
    last = G3 | {"vx": G3["vx"] | {"dv": "9999-12-31"}}
    assert read(sealed(last)).protects_from == date.max


def test_protection_as_the_certificate_tells_it() -> None:
    told = {"vp": STAMARIL, "dt": "2026-03-01", "bo": "1", "vls": "2026-03-12", "vle": "2036-03-01"}
    certificate = read(sealed(G2 | {"v": told}))
    assert (certificate.protects_from, certificate.protects_until) == (date(2026, 3, 12), date(2036, 3, 1))
    for_life = read(sealed(G2 | {"v": told | {"vle": "life of person vaccinated"}}))
    assert for_life.protects_until is None
    polio = {"vp": "PolioVaccine", "dt": "2026-01-10", "bo": "P1", "vle": "2027-01-10"}
    booklet = read(sealed(G2 | {"v": [told, polio]}))
    assert (booklet.protects_from, booklet.protects_until) == (None, date(2036, 3, 1))


def test_an_unknown_product_has_no_disease() -> None:
    assert read(sealed(G3 | {"vx": {"vp": "Other", "dv": "2026-03-01"}})).doses[0].disease == ""


@pytest.mark.parametrize(
    "content",
    [
        {},
        G3 | {"n": " "},
        {name: value for name, value in G3.items() if name != "dob"},
        G3 | {"dob": "1990-02-30"},
        G3 | {"dob": "2026-04-01"},
        {name: value for name, value in G3.items() if name != "vx"},
        G3 | {"vx": None},
        G3 | {"vx": [G3["vx"]]},
        G3 | {"vx": {"dv": "2026-03-01"}},
        G3 | {"vx": {"vp": STAMARIL}},
        G3 | {"vx": {"vp": STAMARIL, "dv": "soon"}},
        G2 | {"v": []},
        G2 | {"v": ["text"]},
        G1 | {"v": G1["v"] | {"dn": True}},
        G3 | {7: "a key that is no text"},
        G3 | {"photo": b"bytes"},
    ],
)
def test_content_that_is_refused(content: dict[Any, Any]) -> None:
    envelope = open_text(sealed(content))
    with pytest.raises(TrustError) as refused:
        icvp.read(envelope, None)
    assert refused.value.reason is Reason.BAD_CONTENT


def test_times_that_are_none() -> None:
    with pytest.raises(TrustError) as refused:
        read(sealed(G3, expires="2027"))
    assert refused.value.reason is Reason.BAD_CONTENT


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5) | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["vp", "dt", "dv", "dn", "tg"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(name=st.sampled_from(["n", "dob", "vx", "v", "s"]), value=JSON)
def test_odd_content_raises_trust_errors_alone(name: str, value: object) -> None:
    for base in (G1, G2, G3):
        with contextlib.suppress(TrustError):
            read(sealed(base | {name: value}))
