"""The neutral claim: names as passports have them, numbers by the convention of the EU, twelve months of life."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passport.domain.certificate import DoseStatement, Draft
from passport.domain.dates import PartialDate
from passport.domain.doses import DoseKind
from passport.domain.names import fold
from passport.domain.verdict import Outcome
from passport.errors import Refusal, Refused
from passport.formats import hc1
from passport.issuing.drafting import confirmed_until, draft_certificate, expiry_of, holder_of, new_identifier
from passport.issuing.issue import require_says_the_draft
from passport.issuing.issuer import Issuer
from passport.registry.tables import Dose, Person
from passport.verifying.verify import verify

FAR = datetime(2040, 1, 1, tzinfo=UTC)


def _person(full_name: str, *, latin_name: str | None = None, birth_date: str = "1990-01-02") -> Person:
    return Person(
        id="0" * 32, full_name=full_name, name_key=fold(full_name), latin_name=latin_name, birth_date=birth_date,
        sex="F", nationality="VN",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("full_name", "latin_name", "family", "given", "transliterated"),
    [
        ("Nguyễn Văn An", None, "Nguyễn", "Văn An", "NGUYEN<<VAN<AN"),
        ("Đỗ Thị Ước", None, "Đỗ", "Thị Ước", "DO<<THI<UOC"),
        ("Nguye\u0302\u0303n Va\u0306n An", None, "Nguyễn", "Văn An", "NGUYEN<<VAN<AN"),
        ("Y Ŏn Niê", None, "Y", "Ŏn Niê", "Y<<ON<NIE"),
        ("Chàng", None, None, "Chàng", "CHANG"),
        ("Nguyễn Văn An", "NGUYEN<<AN<VAN", "Nguyễn", "Văn An", "NGUYEN<<AN<VAN"),
        ("John Michael Smith", "SMITH<<JOHN<MICHAEL", "Smith", "John Michael", "SMITH<<JOHN<MICHAEL"),
        ("Juan Carlos de la Cruz", "DE<LA<CRUZ<<JUAN<CARLOS", "de la Cruz", "Juan Carlos", "DE<LA<CRUZ<<JUAN<CARLOS"),
        ("Kim Min-jun", "KIM<<MIN<JUN", "Kim", "Min-jun", "KIM<<MIN<JUN"),
        ("王伟", "WANG<<WEI", None, "王伟", "WANG<<WEI"),
        ("محمد بن سلمان", "ALI<<MOHAMMED", "محمد", "بن سلمان", "ALI<<MOHAMMED"),
        ("Suharto", "SUHARTO", "Suharto", None, "SUHARTO"),
    ],
)
def test_names_are_written_as_passports_have_them(
    full_name: str,
    latin_name: str | None,
    family: str | None,
    given: str | None,
    transliterated: str,
) -> None:
    holder = holder_of(_person(full_name, latin_name=latin_name))
    assert (holder.family_name, holder.given_name) == (family, given)
    assert str(holder.transliterated) == transliterated


@pytest.mark.parametrize(("full_name", "latin_name"), [("王伟", None), ("王 An", None), ("…", None), ("An", "<<")])
def test_a_name_without_latin_letters_is_refused(full_name: str, latin_name: str | None) -> None:
    with pytest.raises(Refused) as told:
        holder_of(_person(full_name, latin_name=latin_name))
    assert told.value.reason is Refusal.NO_LATIN_NAME


@pytest.mark.parametrize("birth_date", ["1957", "1957-03", "1957-03-04"])
def test_a_birth_date_is_told_as_far_as_it_is_known(birth_date: str) -> None:
    assert str(holder_of(_person("Trần Thị Mơ", birth_date=birth_date)).born) == birth_date


@pytest.mark.parametrize(
    ("issued", "expires"),
    [
        (datetime(2026, 11, 21, 3, tzinfo=UTC), datetime(2027, 11, 21, 3, tzinfo=UTC)),
        (datetime(2028, 2, 29, 3, tzinfo=UTC), datetime(2029, 2, 28, 3, tzinfo=UTC)),
        (datetime(2039, 6, 1, tzinfo=UTC), FAR),
    ],
)
def test_it_lives_twelve_months_and_not_past_its_signer(issued: datetime, expires: datetime) -> None:
    assert expiry_of(issued, signer_until=FAR) == expires


@pytest.mark.parametrize("site", ["KS-01", "ks 01", "Kễ01", "", "…", "X" * 20])
def test_any_site_gives_an_identifier(site: str) -> None:
    identifier = new_identifier(country="VN", site_code=site)
    assert identifier.startswith("URN:UVCI:01:VN:")
    assert len(identifier) <= 80


def _dose(number: int, given_on: date, **told: object) -> Dose:
    values = {"product": "pfizer", "kind": DoseKind.PRIMARY.value, "held": False, "confirmed_at": FAR} | told
    return Dose(number=number, given_on=given_on, lot="", **values)


def test_only_confirmed_doses_up_to_this_one_count() -> None:
    person = _person("Trần Thị Mơ")
    first = _dose(1, date(2026, 1, 1))
    second = _dose(2, date(2026, 2, 1))
    third = _dose(3, date(2026, 8, 1), kind=DoseKind.BOOSTER.value)
    person.doses = [
        first, _dose(2, date(2026, 1, 20), held=True), _dose(2, date(2026, 1, 21), confirmed_at=None), second,
        _dose(9, date(2026, 1, 22), product="homemade"), third,
    ]  # fmt: skip
    counted = [(told.number, told.given_on) for told in confirmed_until(second)]
    assert counted == [(1, date(2026, 1, 1)), (2, date(2026, 2, 1))]

    def numbers(dose: Dose) -> tuple[int | None, int | None]:
        draft = draft_certificate(
            dose, history=confirmed_until(dose), identifier="URN", issuer_country="VN", issuer_name="Bộ Y tế",
            issued_at=FAR, expires_at=FAR,
        )  # fmt: skip
        return draft.dose.number, draft.dose.of

    assert [numbers(dose) for dose in (first, second, third)] == [(1, 2), (2, 2), (3, 3)]


# Names of the people who were vaccinated: Vietnamese in both normal forms, other scripts, one word alone.
_SYLLABLES = st.sampled_from(
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Thị Văn Ước Quỳnh Hường Thuỷ Diễm Ấn Ốc"
    " Ưng Ởn Ẵm Ỷ Niê Kđăm Müller O'Brien Çelik Æsir Łukasz Ñandú Иван Пётр محمد فاطمة".split()
)
_NAMES = st.lists(_SYLLABLES, min_size=1, max_size=6).map(" ".join).filter(lambda name: len(name) <= 80)
_FORMS = st.sampled_from(["NFC", "NFD"])
_BORN = st.dates(date(1905, 1, 1), date(2020, 1, 1)).flatmap(
    lambda day: st.sampled_from([f"{day:%Y}", f"{day:%Y-%m}", day.isoformat()])
)


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=_NAMES, form=_FORMS, birth_date=_BORN, foreign=st.booleans(), number=st.integers(1, 9))
def test_a_thousand_people_read_back_as_they_were_written(
    signing: Issuer, now: datetime, name: str, form: str, birth_date: str, foreign: bool, number: int
) -> None:
    person = _person(
        unicodedata.normalize(form, "王伟" if foreign else name),
        latin_name="WANG<<WEI" if foreign else None,
        birth_date=birth_date,
    )
    draft = Draft(
        identifier=new_identifier(country="VN", site_code="KS-01"),
        issuer_country="VN",
        issuer_name=signing.name,
        holder=holder_of(person),
        dose=DoseStatement(
            "840539006", "1119349007", "EU/1/20/1528", "ORG-100030215", number, number, now.date(), "VN"
        ),
        issued_at=now,
        expires_at=now + timedelta(days=365),
    )
    signer = signing.signer
    text = hc1.encode(draft, sign=signer.sign, algorithm=signer.algorithm, key_id=bytes.fromhex(signer.key_id))
    require_says_the_draft(text, draft=draft, issuer=signing, now=now)
    verdict = verify(text, context=signing.context, now=now)
    assert verdict.outcome is Outcome.VALID
    assert verdict.certificate is not None
    assert verdict.certificate.holder.born == PartialDate.parse(birth_date)
