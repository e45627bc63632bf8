"""The EU certificate: what is written is read again, what is odd is tolerated, what is meaningless is refused."""

from __future__ import annotations

import contextlib
import json
import os
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import cbor2
import jsonschema_rs
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from passport.codecs import base45, cose, deflate, signatures
from passport.domain.certificate import DoseStatement, Draft, Holder, Kind
from passport.domain.dates import PartialDate
from passport.domain.names import Transliterated, tidy, transliterate
from passport.errors import Reason, TrustError
from passport.formats import hc1, hcert, uvci
from passport.formats.table import FORMATS, TEXT_LIMIT, detect, open_text

KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEY_ID = bytes.fromhex("0123456789abcdef")
ISSUED = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
DOSE = DoseStatement(
    disease="840539006",
    vaccine="1119349007",
    product="EU/1/20/1528",
    manufacturer="ORG-100030215",
    number=2,
    of=2,
    date=date(2022, 2, 18),
    country="VN",
)


def es256(data: bytes) -> bytes:
    return signatures.sign(algorithm="ES256", private_key=KEY, data=data)


def draft_for(holder: Holder) -> Draft:
    return Draft(
        identifier=uvci.make(country="VN", issuer="BYT", opaque="0A1B2C3D4E5F"),
        issuer_country="VN",
        issuer_name="Bộ Y tế (Ministry of Health)",
        holder=holder,
        dose=DOSE,
        issued_at=ISSUED,
        expires_at=ISSUED + timedelta(days=365),
    )


def holder_of(family: str | None, given_name: str | None, born: str | None = "1990-01-02") -> Holder:
    return Holder(
        family,
        given_name,
        Transliterated(transliterate(family or ""), transliterate(given_name or "")),
        PartialDate.parse(born) if born else None,
    )


AN = holder_of("Nguyễn", "Văn An")
TEXT = hc1.encode(draft_for(AN), sign=es256, algorithm="ES256", key_id=KEY_ID)


def dcc(**changes: Any) -> dict[str, Any]:
    """The content of a good certificate with some parts changed; `...` takes a part away."""
    whole: dict[str, Any] = json.loads(json.dumps(hc1.read(hc1.open(TEXT), None).payload))
    for name, value in changes.items():
        if value is ...:
            del whole[name]
        else:
            whole[name] = value
    return whole


def entry(**changes: Any) -> list[dict[str, Any]]:
    one = dcc()["v"][0] | changes
    return [{name: value for name, value in one.items() if value is not ...}]


def sealed(
    content: Any,
    *,
    claims: dict[int, Any] | None = None,
    protected: dict[Any, Any] | None = None,
    unprotected: dict[Any, Any] | None = None,
    sub_key: int = 1,
) -> str:
    """A code around any content, with the parts of its envelope replaced."""
    cwt = {1: "VN", 4: int(ISSUED.timestamp()) + 1000, 6: int(ISSUED.timestamp()), -260: {sub_key: content}} | (
        claims or {}
    )
    head = cbor2.dumps({1: -7, 4: KEY_ID} if protected is None else protected)
    payload = cbor2.dumps({name: value for name, value in cwt.items() if value is not ...})
    signature = es256(cbor2.dumps(["Signature1", head, b"", payload]))
    parts = cbor2.dumps(cbor2.CBORTag(18, [head, unprotected or {}, payload, signature]))
    return "HC1:" + base45.encode(deflate.compress(parts))


def read(text: str, key_country: str | None = None) -> Any:
    envelope = open_text(text)
    form = FORMATS[envelope.format]
    form.kind(envelope)
    return form.read(envelope, key_country)


def reason_of(act: Callable[[], object]) -> Reason:
    with pytest.raises(TrustError) as refused:
        act()
    assert isinstance(refused.value.reason, Reason)
    return refused.value.reason


# Writing


def test_what_is_written_is_read() -> None:
    envelope = hc1.open(TEXT)
    assert (envelope.format, envelope.algorithm, envelope.key_id) == ("hc1", "ES256", KEY_ID.hex())
    assert signatures.verify(
        algorithm="ES256", public_key=KEY.public_key(), signature=envelope.signature, signed=envelope.signed
    )
    assert hc1.kind(envelope) is Kind.VACCINATION
    certificate = hc1.read(envelope, None)
    draft = draft_for(AN)
    assert certificate.identifier == draft.identifier
    assert certificate.issuer == draft.issuer_name
    assert certificate.country == "VN"
    assert certificate.issued_at == draft.issued_at
    assert certificate.expires_at == draft.expires_at
    assert certificate.holder == AN
    assert certificate.doses == (DOSE,)
    assert json.loads(json.dumps(certificate.payload)) == certificate.payload


def test_algorithm_and_key_id_stand_in_the_protected_header() -> None:
    sign1 = cose.parse(deflate.inflate(base45.decode(TEXT.removeprefix("HC1:"))))
    assert sign1.protected == {1: -7, 4: KEY_ID}
    assert sign1.unprotected == {}


def test_ps256() -> None:
    def ps256(data: bytes) -> bytes:
        return signatures.sign(algorithm="PS256", private_key=RSA_KEY, data=data)

    envelope = open_text(hc1.encode(draft_for(AN), sign=ps256, algorithm="PS256", key_id=KEY_ID))
    assert envelope.algorithm == "PS256"
    assert signatures.verify(
        algorithm="PS256", public_key=RSA_KEY.public_key(), signature=envelope.signature, signed=envelope.signed
    )


def test_the_text_fits_the_alphanumeric_mode_of_a_qr_code() -> None:
    assert set(TEXT.encode()) <= set(base45.ALPHABET)


@pytest.mark.conformance
def test_what_is_written_keeps_the_letter_of_the_schema() -> None:
    root = Path(__file__).parent.parent.parent
    folder = Path(os.environ.get("CONFORMANCE_DIR") or root.parent / "shared" / "conformance")
    path = folder / "valuesets" / "DCC.combined-schema.json"
    if not path.is_file():
        assert not os.environ.get("CI"), f"public test data: {path} is absent"
        pytest.skip(f"public test data: {path} is absent")
    validator = jsonschema_rs.Draft202012Validator(json.loads(path.read_text("utf-8")))
    holders = [
        AN,
        holder_of(None, "Sukarno", "1970"),
        holder_of("Trần", "Thị Bình", None),
        holder_of("A" * 100, "B" * 90),
    ]
    for holder in holders:
        text = hc1.encode(draft_for(holder), sign=es256, algorithm="ES256", key_id=KEY_ID)
        payload = read(text).payload
        validator.validate(payload)
        assert payload["nam"]["fnt"]  # schema 1.3.0 asks for it always


# The round trip

SYLLABLES = st.sampled_from(
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Văn Thị Hữu Đức Quỳnh Thùy Ánh Tuyết "
    "Khương Ưng Ngọc Ỷ Lan Phượng Hạnh H'Hen Niê K'Sor".split()
)
VIETNAMESE = st.lists(SYLLABLES, min_size=1, max_size=4).map(" ".join)
DECOMPOSED = VIETNAMESE.map(lambda name: unicodedata.normalize("NFD", name))
ARABIC = st.lists(st.sampled_from("محمد عبد الله فاطمة خديجة يوسف علي".split()), min_size=1, max_size=3).map(" ".join)
CHINESE = st.sampled_from([("王", "WANG"), ("欧阳", "OUYANG"), ("小明", "XIAOMING"), ("丽", "LI"), ("建國", "JIANGUO")])


def latin(names: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, str]]:
    return names.map(lambda name: (name, transliterate(name)))


PARTS = st.one_of(latin(VIETNAMESE), latin(DECOMPOSED), latin(ARABIC), CHINESE)
BIRTHS = st.dates(date(1900, 1, 1), date(2021, 1, 1)).flatmap(
    lambda day: st.sampled_from(
        [PartialDate.of(day), PartialDate(day.year, day.month), PartialDate(day.year), None],
    )
)


@st.composite
def holders(draw: st.DrawFn) -> Holder:
    nothing = (None, "")
    family, given_name = draw(
        st.one_of(st.tuples(PARTS, PARTS), st.tuples(PARTS, st.just(nothing)), st.tuples(st.just(nothing), PARTS))
    )
    return Holder(family[0], given_name[0], Transliterated(family[1], given_name[1]), draw(BIRTHS))


@settings(max_examples=300, deadline=None)  # a thousand go the whole line in tests/issuing/test_drafting.py
@given(holders())
def test_round_trip_of_people(holder: Holder) -> None:
    certificate = read(hc1.encode(draft_for(holder), sign=es256, algorithm="ES256", key_id=KEY_ID))
    assert certificate.holder == hc1.as_written(holder)
    assert certificate.holder.born == holder.born
    assert certificate.holder.name == tidy(holder.name)
    assert str(certificate.holder.transliterated) == str(holder.transliterated)
    if holder.family_name:  # only a single name may change its slot
        assert certificate.holder.family_name == tidy(holder.family_name)
        assert certificate.holder.transliterated == holder.transliterated


def test_a_single_name_stands_where_passports_write_it() -> None:
    written = hc1.as_written(holder_of(None, "Sukarno"))
    assert (written.family_name, written.given_name) == ("Sukarno", None)
    assert written.transliterated == Transliterated("SUKARNO", "")


def test_names_are_cut_at_eighty() -> None:
    written = hc1.as_written(holder_of("Ngô " * 30, "An"))
    assert written.family_name is not None
    assert len(written.family_name) <= 80
    assert len(written.transliterated.family) <= 80
    assert not written.transliterated.family.endswith("<")


# Any one character changed

CHARACTERS = base45.ALPHABET.decode() + "abc\u0660\n"


@settings(max_examples=1500, deadline=None)
@given(place=st.integers(0, len(TEXT) - 1), character=st.sampled_from(CHARACTERS))
def test_one_changed_character_changes_nothing_that_is_signed(place: int, character: str) -> None:
    good = hc1.open(TEXT)
    try:
        envelope = open_text(TEXT[:place] + character + TEXT[place + 1 :])
    except TrustError:
        return
    same = (envelope.signed, envelope.algorithm, envelope.key_id) == (good.signed, good.algorithm, good.key_id)
    assert same or not signatures.verify(
        algorithm="ES256", public_key=KEY.public_key(), signature=envelope.signature, signed=envelope.signed
    )


# Detection


def test_white_space_around_is_no_fault() -> None:
    assert read(f"\n  {TEXT}\t\n").holder == AN


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.NOT_A_CERTIFICATE),
        ("HL0:ABC", Reason.NOT_A_CERTIFICATE),
        ("hc1:ABC", Reason.NOT_A_CERTIFICATE),
        ("https://example.org/", Reason.NOT_A_CERTIFICATE),
        ("HC2:ABC", Reason.UNSUPPORTED_VERSION),
        ("HC17:ABC", Reason.UNSUPPORTED_VERSION),
        ("HC1:" + "0" * TEXT_LIMIT, Reason.TOO_LARGE),
        ("x" * 1_000_000, Reason.TOO_LARGE),
        ("HC1:", Reason.BAD_COMPRESSION),
        ("HC1:0", Reason.BAD_ENCODING),
    ],
)
def test_what_is_no_certificate(text: str, reason: Reason) -> None:
    assert reason_of(lambda: open_text(text)) is reason


def test_an_identity_card_is_named_as_such() -> None:
    with pytest.raises(TrustError) as refused:
        detect("037090000012|123456789|Nguyễn Văn An|02011990|Nam|Kim Sơn, Ninh Bình|15082021")
    assert refused.value.reason is Reason.NOT_A_CERTIFICATE
    assert refused.value.variant == "id_card"
    with pytest.raises(TrustError) as other:
        detect("a|b|c|d|e|f|g")
    assert other.value.variant is None


# The envelope


def test_headers_of_national_habits() -> None:
    unprotected = sealed(dcc(), protected={}, unprotected={1: -7, 4: KEY_ID})
    assert open_text(unprotected).key_id == KEY_ID.hex()
    both = sealed(dcc(), unprotected={4: b"foo", 1: -37})
    assert (open_text(both).key_id, open_text(both).algorithm) == (KEY_ID.hex(), "ES256")
    assert open_text(sealed(dcc(), protected={1: -7})).key_id == ""


@pytest.mark.parametrize("label", [None, -8, -35, -257, 5, 0, "ES256", -7.0, True])
def test_other_algorithms_are_refused(label: object) -> None:
    text = sealed(dcc(), protected={1: label, 4: KEY_ID})
    assert reason_of(lambda: open_text(text)) is Reason.UNSUPPORTED_ALGORITHM


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (sealed(dcc(), protected={1: -7, 4: "key"}), Reason.BAD_STRUCTURE),
        (sealed(dcc(), protected={1: -7, 2: [99], 4: KEY_ID}), Reason.BAD_STRUCTURE),
        (sealed(dcc(), claims={-260: ...}), Reason.BAD_STRUCTURE),
        (sealed(dcc(), claims={-260: b"bytes"}), Reason.BAD_STRUCTURE),
        (sealed(b"bytes"), Reason.BAD_STRUCTURE),
        (sealed("vhlink:/abc", sub_key=5), Reason.UNSUPPORTED_VERSION),
        (sealed(dcc() | {"x": float("nan")}), Reason.BAD_STRUCTURE),
        (sealed(dcc() | {"x": 2**64}), Reason.BAD_STRUCTURE),
        (sealed(dcc() | {"x": cbor2.CBORTag(35, "a+")}), Reason.BAD_STRUCTURE),
    ],
)
def test_other_structures_are_refused(text: str, reason: Reason) -> None:
    assert reason_of(lambda: open_text(text)) is reason


# The content


def test_test_and_recovery_are_read() -> None:
    sampled = [{"tg": "840539006", "sc": "2022-01-01T10:00:00+07:00", "tr": "260415000", "co": "VN", "ci": "X"}]
    test = read(sealed(dcc(v=..., t=sampled)))
    assert (test.kind, test.doses, test.identifier) == (Kind.TEST, (), "X")
    recovered = [{"tg": "840539006", "fr": "2022-01-01", "df": "2022-01-12", "du": None, "co": "VN"}]
    recovery = read(sealed(dcc(v=..., r=recovered)))
    assert (recovery.kind, recovery.identifier) == (Kind.RECOVERY, None)


def test_a_name_may_have_one_part_in_one_script() -> None:
    only_given = read(sealed(dcc(nam={"gn": "Ánh", "fn": None}))).holder
    assert (only_given.name, str(only_given.transliterated)) == ("Ánh", "ANH")
    only_latin = read(sealed(dcc(nam={"fnt": "NGUYEN"}))).holder
    assert only_latin.name == "NGUYEN"


@pytest.mark.parametrize(
    ("told", "born"),
    [("", None), (None, None), ("1990", "1990"), ("1990-05", "1990-05"), ("1978-01-26T00:00:00", "1978-01-26")],
)
def test_birth_dates_as_nations_write_them(told: str | None, born: str | None) -> None:
    holder = read(sealed(dcc(dob=told))).holder
    assert (str(holder.born) if holder.born else None) == born
    assert read(sealed(dcc(dob=...))).holder.born is None


def test_tolerated_habits() -> None:
    odd = entry(dn=0, co="", mp=None, vp=..., ma="unknown maker", dt="2021-03-09T00:00:00", ci=...)
    certificate = read(sealed(dcc(v=odd, t=None, r=[], ver="1.0.0")))
    assert certificate.doses[0].number == 0
    assert certificate.doses[0].date == date(2021, 3, 9)
    assert certificate.identifier is None
    tagged = cbor2.CBORTag(0, "2021-03-09T00:00:00Z")
    assert read(sealed(dcc(v=entry(dt=tagged)))).doses[0].date == date(2021, 3, 9)


def test_dose_numbers_written_as_floats_are_whole_numbers() -> None:
    dose = read(sealed(dcc(v=entry(dn=2.0, sd=2.0)))).doses[0]
    assert (repr(dose.number), repr(dose.of)) == ("2", "2")


def test_times_may_be_floats() -> None:
    certificate = read(sealed(dcc(), claims={4: 1.8e9 + 0.5, 6: 1.7e9}))
    assert certificate.issued_at == datetime.fromtimestamp(1.7e9, UTC)


@pytest.mark.parametrize(
    ("key_country", "issuer", "country"),
    [
        ("VN", "AT", "VN"),
        (None, "AT", "AT"),
        (None, "XCL", "XCL"),
        (None, "The ministry", "LA"),
        (None, ..., "LA"),
        (None, 7, "LA"),
    ],
)
def test_the_country_is_that_of_the_key_first(key_country: str | None, issuer: Any, country: str) -> None:
    assert read(sealed(dcc(v=entry(co="LA")), claims={1: issuer}), key_country).country == country


@pytest.mark.parametrize(
    "content",
    [
        {},
        dcc(v=...),
        dcc(v=[]),
        dcc(v=None),
        dcc(v={}),
        dcc(v=["text"]),
        dcc(v=entry() + entry()),
        dcc(r=[{"tg": "840539006"}]),
        dcc(nam=...),
        dcc(nam={}),
        dcc(nam={"fn": " "}),
        dcc(nam={"fn": 1}),
        dcc(nam="An"),
        dcc(dob=1990),
        dcc(dob="1990-02-30"),
        dcc(dob="02.01.1990"),
        dcc(dob="１９９０-01-02"),
        dcc(dob="2023-01-01"),
        dcc(v=entry(dt="2022-02-30")),
        dcc(v=entry(dt="18.02.2022")),
        dcc(v=entry(dt=...)),
        dcc(v=entry(tg=...)),
        dcc(v=entry(tg="")),
        dcc(v=entry(dn=-1)),
        dcc(v=entry(dn=100)),
        dcc(v=entry(sd=1e300)),  # which no answer in JSON could tell
        dcc(v=entry(dn="2")),
        dcc(v=entry(dn=True)),
        dcc(v=entry(ci=7)),
        dcc(v=entry(is_=b"bytes")),
        dcc() | {7: "a key that is no text"},
    ],
)
def test_meaningless_content_is_refused(content: dict[Any, Any]) -> None:
    text = sealed(content)
    assert reason_of(lambda: read(text)) is Reason.BAD_CONTENT


@pytest.mark.parametrize("claim", [4, 6])
@pytest.mark.parametrize("value", [..., None, "2027", True, 1e18, -(2**63)])
def test_times_that_are_none(claim: int, value: object) -> None:
    text = sealed(dcc(), claims={claim: value})
    assert reason_of(lambda: read(text)) is Reason.BAD_CONTENT


# Rubbish


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 2))
def test_rubbish_at_every_layer_raises_trust_errors_alone(data: bytes, layer: int) -> None:
    if layer == 0:
        text = "HC1:" + data.decode("latin-1")
    elif layer == 1:
        text = "HC1:" + base45.encode(data)
    else:
        text = "HC1:" + base45.encode(deflate.compress(b"\xd2" + data))
    with contextlib.suppress(TrustError):
        read(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5) | st.just("2022-02-18"),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["v", "nam", "dob", "tg", "dt"]), inner)
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(name=st.sampled_from(["v", "t", "r", "nam", "dob", "ver"]), value=JSON)
def test_odd_content_raises_trust_errors_alone(name: str, value: object) -> None:
    with contextlib.suppress(TrustError):
        read(sealed(dcc(**{name: value})))


def test_container_without_map() -> None:
    payload = cbor2.dumps([1, 2])
    head = cbor2.dumps({1: -7, 4: KEY_ID})
    text = "HC1:" + base45.encode(deflate.compress(cbor2.dumps([head, {}, payload, bytes(64)])))
    assert reason_of(lambda: hcert.open_container(text)) is Reason.BAD_STRUCTURE
