"""The samples made from what the story issued: ten cards for the page, and one credential for each other reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from passport.demo import codes, lists
from passport.demo.people import SamplePerson
from passport.demo.samples import Expected, Sample
from passport.domain.verdict import heading_of, outcome_of
from passport.errors import Reason, Sentence
from passport.house import House
from passport.registry.people import find_by_id_number
from passport.registry.tables import Certificate
from passport.rules.rulesets import import_rules
from passport.trust.keyring import import_keys

TRAVEL = timedelta(days=30)
STALE_DAYS = 30
_POLICY = "vn-domestic"
_DEMO_RULES = Path(__file__).parent.parent / "rules" / "data" / "demo_rules"


def build(house: House, *, now: datetime) -> list[Sample]:
    """Every sample with the verdict it must get; imports the invented authorities that are to be trusted."""
    settings, today = house.settings, house.today(now)
    folder = settings.instance_dir / "authorities"
    xa, xb, xc = (
        codes.authority(folder / country, country=country, name=f"DEMO {name}", now=now)
        for country, name in (("XA", "Arcadia"), ("XB", "Borduria"), ("XC", "Cagliostro"))
    )
    for of, withdrawn in ((xa, False), (xc, True)):
        import_keys(settings.keys_dir, [(of.country, of.certificate)], withdrawn=withdrawn, production=False, now=now)
    import_rules(settings.keys_dir, [_DEMO_RULES], now=now)
    signer = house.signer(now=now)
    own = codes.Authority(settings.issuer_country, settings.issuer_name, signer)
    people, _ = lists.sample_people(today)
    with house.database.reading() as session:
        two_doses, boosted, one_dose = (
            _latest(session, people[place]) for place in (lists.TWO_DOSES, lists.BOOSTED, lists.ONE_DOSE)
        )
        corrected = _first(session, people[lists.IN_CAPITALS])
        expired = _latest(session, lists.further_person(today))
    good = _text(two_doses)
    travel = (now + TRAVEL).date().isoformat()
    return [
        _sample("two_doses", "Hai mũi, hợp lệ", "Two doses, valid", good, None, card=1, policy=_POLICY, of=two_doses),
        _sample(
            "booster",
            "Liều nhắc lại, theo quy định của nước XA cho ngày đi",
            "A booster, by the rules of country XA on the day of travel",
            _text(boosted),
            None,
            card=2,
            country="XA",
            at=travel,
            of=boosted,
        ),
        _sample(
            "one_dose",
            "Mới một trong hai mũi",
            "One of two doses",
            _text(one_dose),
            Reason.RULE_FAILED,
            card=3,
            policy=_POLICY,
            of=one_dose,
        ),
        _sample(
            "renamed",
            "Họ tên bị sửa",
            "The name was altered",
            codes.renamed(good),
            Reason.BAD_SIGNATURE,
            card=4,
        ),
        _sample(
            "expired",
            "Cấp mười ba tháng trước",
            "Issued thirteen months ago",
            _text(expired),
            Reason.EXPIRED,
            card=5,
            of=expired,
        ),
        _sample(
            "replaced",
            "Đã được thay thế sau khi sửa tên",
            "Replaced after the name was corrected",
            _text(corrected),
            Reason.REVOKED,
            card=6,
            of=corrected,
        ),
        _sample(
            "foreign",
            "Nơi cấp nước ngoài XA, được tin cậy",
            "Foreign authority XA, trusted",
            codes.foreign_certificate(xa, now=now),
            None,
            card=7,
        ),
        _sample(
            "untrusted",
            "Nơi cấp XB, không có trong danh sách tin cậy",
            "Authority XB, not on the trusted list",
            codes.foreign_certificate(xb, now=now),
            Reason.UNKNOWN_ISSUER,
            card=8,
        ),
        _sample(
            "id_card",
            "Mã QR của thẻ căn cước",
            "The QR code of an identity card",
            codes.ID_CARD,
            Reason.NOT_A_CERTIFICATE,
            card=9,
        ),
        _sample(
            "stale_lists",
            "Mã số 1, dữ liệu kiểm tra đã 30 ngày tuổi",
            "Card 1, with checking data 30 days old",
            good,
            Reason.LISTS_STALE,
            card=10,
            lists_days=STALE_DAYS,
        ),
        *_faults(good, own=own, withdrawn=xc, now=now),
    ]


def _faults(good: str, *, own: codes.Authority, withdrawn: codes.Authority, now: datetime) -> list[Sample]:
    """One credential for each reason that no card shows and that a request can bring about."""
    signer = own.signer
    outliving = codes.outliving_its_key(own, now=now)
    after_key = (signer.not_after + timedelta(days=1)).date().isoformat()
    before = (now - timedelta(days=700)).date().isoformat()
    return [
        _sample(
            "version", "Phiên bản lạ", "An unknown version", good.replace("HC1", "HC2", 1), Reason.UNSUPPORTED_VERSION
        ),
        _sample("large", "Quá dài", "Too long", "HC1:" + "0" * 5000, Reason.TOO_LARGE),
        _sample("encoding", "Sai bảng mã", "A wrong character", codes.misspelt(good), Reason.BAD_ENCODING),
        _sample("compression", "Không nén", "Not compressed", codes.not_compressed(good), Reason.BAD_COMPRESSION),
        _sample("structure", "Sai cấu trúc", "Not a signed structure", codes.not_cose(), Reason.BAD_STRUCTURE),
        _sample(
            "algorithm",
            "Thuật toán lạ",
            "An algorithm that is not allowed",
            codes.other_algorithm(good, signer),
            Reason.UNSUPPORTED_ALGORITHM,
        ),
        _sample(
            "usage",
            "Khóa không được ký loại này",
            "A key that may not sign this kind",
            codes.test_signed_by_vaccination_key(good, signer),
            Reason.KEY_NOT_ALLOWED,
        ),
        _sample(
            "withdrawn",
            "Khóa đã bị thu hồi",
            "A withdrawn key",
            codes.foreign_certificate(withdrawn, now=now),
            Reason.KEY_WITHDRAWN,
        ),
        _sample(
            "content",
            "Hai nội dung trong một mã",
            "Two statements in one code",
            codes.two_statements(good, signer),
            Reason.BAD_CONTENT,
        ),
        _sample(
            "early", "Kiểm tra trước ngày cấp", "Checked for a day before issue", good, Reason.NOT_YET_VALID, at=before
        ),
        _sample(
            "key_dates",
            "Khóa hết hiệu lực trước chứng nhận",
            "The key ends before the certificate",
            outliving,
            Reason.KEY_EXPIRED,
            at=after_key,
        ),
        _sample("country", "Nước chưa có quy định", "A country without rules", good, Reason.RULES_OPEN, country="ZZ"),
        _sample(
            "holder",
            "Không đúng người",
            "Another person",
            good,
            Reason.HOLDER_DIFFERS,
            holder={"name": "Lò Thị Mẫu", "born": "1950-01-01"},
        ),
    ]


def _sample(
    name: str,
    vi: str,
    en: str,
    credential: str,
    reason: Reason | None,
    *,
    card: int | None = None,
    at: str | None = None,
    country: str | None = None,
    policy: str | None = None,
    holder: dict[str, str] | None = None,
    lists_days: int | None = None,
    of: Certificate | None = None,
) -> Sample:
    return Sample(
        name=name,
        title=Sentence(vi, en),
        credential=credential,
        expected=Expected(outcome_of(reason), reason, heading_of(reason)),
        at=at,
        country=country,
        policy=policy,
        holder=holder,
        card=card,
        certificate_id=of.id if of else None,
        lists_days=lists_days,
    )


def _latest(session: Session, person: SamplePerson) -> Certificate:
    return _certificates(session, person)[-1]


def _first(session: Session, person: SamplePerson) -> Certificate:
    return _certificates(session, person)[0]


def _certificates(session: Session, person: SamplePerson) -> list[Certificate]:
    (found,) = find_by_id_number(session, person.id_number)
    return [certificate for certificate in found.certificates if certificate.text]


def _text(certificate: Certificate) -> str:
    assert certificate.text is not None  # only signed ones are looked at
    return certificate.text
