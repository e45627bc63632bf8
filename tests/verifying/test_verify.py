"""The eleven steps: each reason at its step, what outranks what, and what is told of whom."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cbor2
import pytest

from passport.domain.verdict import Heading, Outcome, Result, Step, Verdict
from passport.errors import InputError, Reason
from passport.rendering.qr import qr_png
from passport.trust.revocation import record_own
from passport.trust.revocation_lists import import_revocations
from passport.verifying.context import Context
from passport.verifying.holder import HolderQuery
from passport.verifying.verify import verify, verify_image
from tests.forging import (
    EXPIRES,
    ISSUED,
    NOW,
    Authority,
    context_of,
    pack,
    recovery,
    repack,
    unpack,
    vaccination,
)

TEST_USAGE, VACCINATION_USAGE = "1.3.6.1.4.1.1847.2021.1.1", "1.3.6.1.4.1.1847.2021.1.2"
XA = Authority()
DAY = timedelta(days=1)


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return context_of([XA.anchor()], folder=tmp_path)


def reason_of(text: str, context: Context, **asked: Any) -> Reason | None:
    verdict = verify(text, context=context, **{"now": NOW, **asked})
    failed = [step for step in verdict.steps if step.result is Result.FAILED]
    assert bool(failed) is (verdict.reason is not None)
    if verdict.reason is not None:
        assert verdict.reason in {step.reason for step in failed}
        assert verdict.message.vi
        assert verdict.message.en
        assert verdict.advice.vi
        assert "…" not in verdict.message.vi
    return verdict.reason


def results(verdict: Verdict) -> dict[Step, Result]:
    assert [step.step for step in verdict.steps] == list(Step)
    return {step.step: step.result for step in verdict.steps}


# The whole answer


def test_a_sound_certificate(context: Context) -> None:
    verdict = verify(XA.code(), context=context, now=NOW)
    assert (verdict.outcome, verdict.reason, verdict.heading) == (Outcome.VALID, None, Heading.VALID)
    assert not verdict.test
    assert results(verdict) == {
        step: Result.SKIPPED if step in (Step.IMAGE, Step.REVOCATION, Step.RULES, Step.HOLDER) else Result.PASSED
        for step in Step
    }
    told = json.loads(json.dumps(verdict.as_dict()))
    assert told["message"] == {
        "vi": "Chứng nhận là thật và đang có hiệu lực.",
        "en": "The certificate is genuine and in force.",
    }
    assert told["advice"]["vi"] == "Đối chiếu họ tên và ngày sinh với giấy tờ tùy thân."
    assert told["format"] == "hc1"
    assert told["certificate"] == {
        "id": "URN:UVCI:01:XA:MOH/8H3K2M9QWZ#T",
        "kind": "vaccination",
        "issuer": "Ministry of XA",
        "country": "XA",
        "key_id": XA.kid.hex(),
        "issued_at": "2026-10-22T03:10:00Z",
        "expires_at": "2027-10-22T03:10:00Z",
        "holder": {
            "name": "Nguyễn Văn An",
            "family_name": "Nguyễn",
            "given_name": "Văn An",
            "transliterated": "NGUYEN<<VAN<AN",
            "born": "1990-01-02",
        },
        "doses": [
            {
                "disease": "840539006",
                "vaccine": "1119349007",
                "product": "EU/1/20/1528",
                "manufacturer": "ORG-100030215",
                "names": told["certificate"]["doses"][0]["names"],
                "number": 2,
                "of": 2,
                "date": "2026-02-18",
                "country": "XA",
                "lot": None,
            }
        ],
    }
    assert told["certificate"]["doses"][0]["names"]["product"] == "Comirnaty"
    assert told["dose_status"] == {
        "status": "complete",
        "number": 2,
        "of": 2,
        "last_dose": "2026-02-18",
        "days_since": 276,
        "policy": None,
        "meets_policy": None,
        "why": None,
    }
    assert told["rules"] is None
    assert told["holder_match"] is None
    assert told["lists"] == {"trust": "2026-11-21T02:10:00Z", "revocation": None, "rules": None}
    assert told["checked_at"] == "2026-11-21T03:10:00Z"
    with pytest.raises(TypeError):
        bool(verdict)


def test_other_kinds_have_no_dose_status(context: Context) -> None:
    verdict = verify(XA.code(recovery()), context=context, now=NOW)
    assert verdict.outcome is Outcome.VALID
    assert verdict.dose_status is not None
    assert verdict.dose_status.status == "not_applicable"


def test_white_space_around_a_text_does_not_matter(context: Context) -> None:
    assert reason_of(f"\n {XA.code()}\r\n", context) is None


def test_rsa_keys_verify_too(tmp_path: Path) -> None:
    rsa = Authority(algorithm="PS256")
    assert reason_of(rsa.code(), context_of([rsa.anchor()], folder=tmp_path)) is None


# Steps 1 to 6


@pytest.mark.parametrize(
    ("text", "reason", "heading"),
    [
        ("", Reason.NOT_A_CERTIFICATE, Heading.UNREAD),
        ("https://example.org", Reason.NOT_A_CERTIFICATE, Heading.UNREAD),
        ("HC2:6BF", Reason.UNSUPPORTED_VERSION, Heading.UNREAD),
        ("HC1:" + "A" * 4293, Reason.TOO_LARGE, Heading.UNREAD),
        ("HC1:é", Reason.BAD_ENCODING, Heading.UNREAD),
        ("HC1:\ud800", Reason.BAD_ENCODING, Heading.UNREAD),
        ("HC1:6BF", Reason.BAD_COMPRESSION, Heading.UNREAD),
        (pack(b"\xd2\x80"), Reason.BAD_STRUCTURE, Heading.UNREAD),
        (XA.code(protected={4: XA.kid}), Reason.UNSUPPORTED_ALGORITHM, Heading.INVALID),
        (Authority().code(), Reason.UNKNOWN_ISSUER, Heading.INVALID),
        (XA.code(sign=lambda _: bytes(64)), Reason.BAD_SIGNATURE, Heading.INVALID),
        (XA.code(vaccination(dob="1990-02-30")), Reason.BAD_CONTENT, Heading.INVALID),
        (XA.code(vaccination(dt="2026-11-24")), Reason.BAD_CONTENT, Heading.INVALID),
        (XA.code(vaccination() | recovery()), Reason.BAD_CONTENT, Heading.INVALID),
    ],
)
def test_the_first_six_stop_and_tell_nothing(context: Context, text: str, reason: Reason, heading: Heading) -> None:
    verdict = verify(text, context=context, now=NOW, country="DE", policy="vn-domestic")
    assert (verdict.outcome, verdict.reason, verdict.heading) == (Outcome.INVALID, reason, heading)
    assert verdict.certificate is None
    assert verdict.dose_status is None
    assert verdict.rules is None
    order = list(Step)
    failed = next(step.step for step in verdict.steps if step.result is Result.FAILED)
    for step, result in results(verdict).items():
        if step is not failed:
            before = Step.IMAGE is not step and order.index(step) < order.index(failed)
            before |= step is Step.LISTS and reason is Reason.UNKNOWN_ISSUER  # looked at, because it may be the cause
            assert result is (Result.PASSED if before else Result.SKIPPED)
    assert reason_of(text, context) is reason


def test_an_identity_card_is_named_and_not_repeated(context: Context) -> None:
    verdict = verify("037090001234|123456789|Nguyễn Văn An|02011990|Nam|Kim Sơn|01012021", context=context, now=NOW)
    assert verdict.reason is Reason.NOT_A_CERTIFICATE
    assert "thẻ căn cước" in verdict.message.vi
    assert "Nguyễn" not in json.dumps(verdict.as_dict(), ensure_ascii=False)


def test_every_key_with_the_id_is_tried(tmp_path: Path) -> None:
    others = [Authority(country="XB", key_id=XA.kid.hex()) for _ in range(3)]
    rsa = Authority(algorithm="PS256", key_id=XA.kid.hex())
    context = context_of([*(o.anchor() for o in others), rsa.anchor(), XA.anchor()], folder=tmp_path)
    verdict = verify(XA.code(), context=context, now=NOW)
    assert verdict.outcome is Outcome.VALID
    assert verdict.certificate is not None
    assert verdict.certificate.country == "XA"
    assert reason_of(Authority(key_id=XA.kid.hex()).code(), context) is Reason.BAD_SIGNATURE


def test_the_algorithm_is_the_keys(tmp_path: Path) -> None:
    rsa = Authority(algorithm="PS256", key_id=XA.kid.hex())
    context = context_of([rsa.anchor()], folder=tmp_path)
    assert reason_of(XA.code(), context) is Reason.UNSUPPORTED_ALGORITHM


def test_usage_of_the_key(tmp_path: Path) -> None:
    signer = Authority(usages=[VACCINATION_USAGE])
    context = context_of([signer.anchor()], folder=tmp_path)
    assert reason_of(signer.code(), context) is None
    verdict = verify(signer.code(recovery()), context=context, now=NOW)
    assert verdict.reason is Reason.KEY_NOT_ALLOWED
    assert verdict.certificate is None
    tests_only = Authority(usages=[TEST_USAGE])
    context = context_of([tests_only.anchor()], folder=tmp_path)
    assert reason_of(tests_only.code(), context) is Reason.KEY_NOT_ALLOWED


def test_a_withdrawn_key_spoils_at_every_clock(tmp_path: Path) -> None:
    context = context_of([XA.anchor(withdrawn_at=NOW - DAY)], folder=tmp_path)
    for at in (NOW, NOW - 10 * DAY, NOW + 10 * DAY):
        verdict = verify(XA.code(), context=context, now=NOW, at=at)
        assert verdict.reason is Reason.KEY_WITHDRAWN
        assert verdict.certificate is None


def test_a_test_issuer_is_marked_whatever_the_outcome(tmp_path: Path) -> None:
    demo = Authority(organisation="DEMO Ministry of XA")
    context = context_of([demo.anchor()], folder=tmp_path)
    assert verify(demo.code(), context=context, now=NOW).test
    assert verify(demo.code(), context=context, now=EXPIRES + DAY).test
    assert not verify(demo.code(sign=XA.sign), context=context, now=NOW).test


# Step 7


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (ISSUED - timedelta(seconds=61), Reason.NOT_YET_VALID),
        (ISSUED - timedelta(seconds=60), None),
        (EXPIRES, None),
        (EXPIRES + timedelta(seconds=1), Reason.EXPIRED),
        (NOW + 800 * DAY, Reason.EXPIRED),
        (NOW - 800 * DAY, Reason.NOT_YET_VALID),
    ],
)
def test_dates_of_the_certificate(context: Context, at: datetime, reason: Reason | None) -> None:
    assert reason_of(XA.code(), context, at=at) is reason
    assert reason_of(XA.code(vaccination(dt="2026-01-18")), context, now=NOW, at=at) is reason


def test_a_certificate_may_begin_after_its_issue(context: Context) -> None:
    begins = NOW + 5 * DAY
    code = XA.code(claims={5: int(begins.timestamp())})
    assert reason_of(code, context) is Reason.NOT_YET_VALID
    assert reason_of(code, context, at=begins) is None


def test_protection_of_a_yellow_card(context: Context) -> None:
    product = "YellowFeverProductd8a09f80301dc05e124f99ffe7711fc0"
    card = {"n": "NGUYEN VAN AN", "dob": "1990-01-02", "v": "1", "vx": {"vp": product, "dv": "2026-11-15", "bo": "1"}}
    code = XA.code(claims={-260: {-6: card}})
    verdict = verify(code, context=context, now=NOW)
    assert verdict.reason is Reason.NOT_YET_VALID
    assert "25/11/2026" in verdict.message.vi
    assert reason_of(code, context, at=datetime(2026, 11, 24, 16, 59, tzinfo=UTC)) is Reason.NOT_YET_VALID
    assert reason_of(code, context, at=datetime(2026, 11, 24, 17, tzinfo=UTC)) is None
    told = {"vp": "Polio1", "dt": "2026-01-01", "bo": "1", "vle": "2026-11-20"}
    ended = XA.code(claims={-260: {-6: {"n": "NGUYEN VAN AN", "dob": "1990-01-02", "v": told}}})
    assert reason_of(ended, context) is Reason.EXPIRED
    assert reason_of(ended, context, at=NOW - DAY) is None


def test_dates_of_the_key(tmp_path: Path) -> None:
    signer = Authority(not_before=ISSUED + DAY, not_after=NOW + DAY)
    context = context_of([signer.anchor()], folder=tmp_path)
    assert reason_of(signer.code(), context) is None
    assert reason_of(signer.code(), context, at=ISSUED) is Reason.KEY_EXPIRED
    assert reason_of(signer.code(), context, at=NOW + 2 * DAY) is Reason.KEY_EXPIRED
    assert reason_of(signer.code(), context, at=EXPIRES + DAY) is Reason.EXPIRED


def test_dates_are_told_in_the_time_zone_of_the_service(context: Context) -> None:
    end = int(datetime(2026, 11, 20, 17, 30, tzinfo=UTC).timestamp())  # half past midnight in Việt Nam
    verdict = verify(XA.code(claims={4: end}), context=context, now=NOW)
    assert verdict.reason is Reason.EXPIRED
    assert verdict.message.vi == (
        "Mã QR hết hạn ngày 21/11/2026, trước ngày kiểm tra. Các mũi đã tiêm không bị ảnh hưởng."
    )
    assert verdict.message.en.startswith("The QR code ends on 21 November 2026")
    assert verdict.certificate is not None


def test_the_last_hours_of_the_calendar(context: Context) -> None:
    last = 253402300799  # 31 December 9999
    verdict = verify(XA.code(claims={6: last, 4: last}), context=context, now=NOW)
    assert verdict.reason is Reason.NOT_YET_VALID
    assert "31/12/9999" in verdict.message.vi


# Step 8


def test_the_first_days_of_the_calendar_are_written_in_full(context: Context) -> None:
    early = int(datetime(1, 1, 1, 6, tzinfo=UTC).timestamp())
    told = verify(XA.code(vaccination(dob=""), claims={6: early}), context=context, now=NOW).as_dict()
    assert told["certificate"]["issued_at"] == "0001-01-01T06:00:00Z"


def test_a_revoked_certificate_stays_revoked_at_every_clock(tmp_path: Path) -> None:
    record_own(tmp_path, identifier="URN:UVCI:01:XA:MOH/8H3K2M9QWZ#T", at=NOW, replaced=False)
    context = context_of([XA.anchor()], folder=tmp_path)
    for at in (NOW, NOW - 10 * DAY, NOW + 10 * DAY):
        verdict = verify(XA.code(), context=context, now=NOW, at=at)
        assert verdict.reason is Reason.REVOKED
        assert verdict.message.vi == "Nơi cấp đã thu hồi chứng nhận này."
        assert results(verdict)[Step.REVOCATION] is Result.FAILED
    for spelling in ("urn:uvci:01:xa:moh/8h3k2m9qwz#t", "URN:UVCI:01:XA:MOH/8H3K2M9QWZ", "01:XA:MOH/8H3K2M9QWZ#Q"):
        assert reason_of(XA.code(vaccination(ci=spelling)), context) is Reason.REVOKED


def test_a_replaced_certificate_says_so(tmp_path: Path) -> None:
    record_own(tmp_path, identifier="URN:UVCI:01:XA:MOH/8H3K2M9QWZ#T", at=NOW, replaced=True)
    verdict = verify(XA.code(), context=context_of([XA.anchor()], folder=tmp_path), now=NOW)
    assert verdict.reason is Reason.REVOKED
    assert verdict.message.vi == "Chứng nhận này đã được thay thế bằng bản mới ngày 21/11/2026."
    assert verdict.advice.en == "Ask the person to download and show the new one."


def test_an_imported_list_is_looked_into_and_ages(tmp_path: Path) -> None:
    listed = json.dumps(["URN:UVCI:01:XA:ANOTHER"]).encode()
    assert not import_revocations(
        tmp_path, [("list.json", listed)], issuer=None, production=False, now=NOW - DAY
    ).refused
    context = context_of([XA.anchor()], folder=tmp_path)
    verdict = verify(XA.code(), context=context, now=NOW)
    assert results(verdict)[Step.REVOCATION] is Result.PASSED
    assert verdict.as_dict()["lists"]["revocation"] == "2026-11-20T03:10:00Z"
    fresh = context_of([XA.anchor()], folder=tmp_path, trust_updated_at=NOW + 14 * DAY)
    stale = verify(XA.code(), context=fresh, now=NOW + 14 * DAY)
    assert stale.reason is Reason.LISTS_STALE
    assert reason_of(XA.code(vaccination(ci="URN:UVCI:01:XA:ANOTHER")), context) is Reason.REVOKED


# Step 9


def test_a_policy_that_is_met(context: Context) -> None:
    verdict = verify(XA.code(), context=context, now=NOW, policy="vn-domestic")
    assert verdict.outcome is Outcome.VALID
    assert verdict.dose_status is not None
    assert verdict.dose_status.policy == "vn-domestic"
    assert verdict.dose_status.meets_policy is True
    assert results(verdict)[Step.RULES] is Result.PASSED


@pytest.mark.parametrize(
    ("changes", "policy", "vi", "advice_en"),
    [
        (
            {"dn": 1},
            "vn-domestic",
            "Chưa đủ số mũi theo quy định: đã tiêm 1/2 mũi.",
            "The certificate is genuine. Apply the checkpoint's rule; tell the person about the next dose.",
        ),
        (
            {"dt": "2026-11-12"},
            "vn-domestic",
            "Tính đến ngày kiểm tra, mũi gần nhất mới tiêm được 9 ngày; quy định là ít nhất 14 ngày.",
            "The certificate is genuine. The rule is met from 26 November 2026.",
        ),
        (
            {"dt": "2025-11-12"},
            "vn-entry",
            "Tính đến ngày kiểm tra, mũi gần nhất đã tiêm được 374 ngày; quy định là không quá 365 ngày.",
            "The certificate is genuine. Tell the person about a booster dose.",
        ),
        (
            {"mp": "CVnCoV"},
            "vn-entry",
            "Quy định của Việt Nam không chấp nhận vắc xin CVnCoV.",
            "The certificate is genuine. Ask the carrier before the journey.",
        ),
    ],
)
def test_a_policy_that_is_not_met(
    context: Context, changes: dict[str, Any], policy: str, vi: str, advice_en: str
) -> None:
    verdict = verify(XA.code(vaccination(**changes)), context=context, now=NOW, policy=policy)
    assert (verdict.outcome, verdict.reason, verdict.heading) == (
        Outcome.INVALID,
        Reason.RULE_FAILED,
        Heading.RULE,
    )
    assert verdict.message.vi == vi
    assert verdict.advice.en == advice_en
    assert verdict.certificate is not None
    told = verdict.as_dict()["dose_status"]
    assert told["meets_policy"] is False
    assert told["why"]["kind"]
    json.dumps(told)


def test_a_policy_outside_its_time_is_open(context: Context) -> None:
    early = int(datetime(2021, 3, 1, tzinfo=UTC).timestamp())
    signer = Authority(not_before=datetime(2021, 1, 1, tzinfo=UTC))
    context = context_of([signer.anchor()], folder=Path("/nonexistent"))
    verdict = verify(
        signer.code(vaccination(dt="2021-02-01"), claims={6: early}),
        context=context,
        now=NOW,
        at=datetime(2021, 3, 2, tzinfo=UTC),
        policy="vn-domestic",
    )
    assert verdict.reason is Reason.RULES_OPEN
    assert verdict.outcome is Outcome.UNDETERMINED
    assert verdict.message.vi == "Chưa đủ quy định hoặc dữ liệu để kết luận cho Việt Nam vào ngày 02/03/2021."
    assert verdict.dose_status is not None
    assert (verdict.dose_status.policy, verdict.dose_status.meets_policy) == ("vn-domestic", None)


def test_a_country_without_rules_is_open(context: Context) -> None:
    verdict = verify(XA.code(), context=context, now=NOW, country="FR")
    assert (verdict.outcome, verdict.reason, verdict.heading) == (
        Outcome.UNDETERMINED,
        Reason.RULES_OPEN,
        Heading.UNDETERMINED,
    )
    assert verdict.message.en == "Rules or data are missing, so France on 21 November 2026 cannot be decided."


def test_a_policy_that_is_none_is_the_callers_fault(context: Context) -> None:
    with pytest.raises(InputError):
        verify(XA.code(), context=context, now=NOW, policy="no such policy")


# Step 10


def test_the_holder_is_compared(context: Context) -> None:
    same = verify(XA.code(), context=context, now=NOW, holder=HolderQuery.read(name="Nguyen Van An", born="1990"))
    assert same.outcome is Outcome.VALID
    assert same.as_dict()["holder_match"] == {
        "name": "same_transliteration",
        "born": "consistent",
        "why": {
            "vi": "Họ tên trùng khi viết không dấu. Ngày sinh chỉ biết một phần; phần đã biết trùng nhau.",
            "en": "The name agrees when written without marks. "
            "Only a part of the birth date is known; that part agrees.",
        },
    }
    other = verify(XA.code(), context=context, now=NOW, holder=HolderQuery.read(name="Trần Văn An", born=None))
    assert (other.outcome, other.reason, other.heading) == (
        Outcome.INVALID,
        Reason.HOLDER_DIFFERS,
        Heading.HOLDER,
    )
    born = verify(XA.code(), context=context, now=NOW, holder=HolderQuery.read(name=None, born="02/01/1991"))
    assert born.reason is Reason.HOLDER_DIFFERS


# Step 11


def test_old_lists_are_amber(tmp_path: Path) -> None:
    context = context_of([XA.anchor()], folder=tmp_path, trust_updated_at=NOW - 30 * DAY)
    verdict = verify(XA.code(), context=context, now=NOW)
    assert (verdict.outcome, verdict.reason, verdict.heading) == (
        Outcome.UNDETERMINED,
        Reason.LISTS_STALE,
        Heading.UNDETERMINED,
    )
    assert verdict.message.vi == "Danh sách khóa hoặc danh sách thu hồi đã quá hạn 16 ngày."
    assert verdict.certificate is not None
    assert verify(XA.code(), context=context, now=NOW - 16 * DAY).outcome is Outcome.VALID


def test_one_day_is_no_plural(tmp_path: Path) -> None:
    context = context_of([XA.anchor()], folder=tmp_path, trust_updated_at=NOW - 15 * DAY)
    assert verify(XA.code(), context=context, now=NOW).message.en == (
        "The list of keys or of revocations is 1 day overdue."
    )


def test_the_age_of_lists_is_counted_at_the_real_time(tmp_path: Path) -> None:
    context = context_of([XA.anchor()], folder=tmp_path, trust_updated_at=NOW - DAY)
    assert reason_of(XA.code(), context, at=NOW + 100 * DAY) is None
    stale = context_of([XA.anchor()], folder=tmp_path, trust_updated_at=NOW - 15 * DAY)
    assert reason_of(XA.code(), stale, at=NOW - 10 * DAY) is Reason.LISTS_STALE


def test_lists_never_imported_are_not_stale(tmp_path: Path) -> None:
    context = context_of([XA.anchor()], folder=tmp_path, trust_updated_at=None)
    verdict = verify(XA.code(), context=context, now=NOW)
    assert verdict.outcome is Outcome.VALID
    assert verdict.as_dict()["lists"]["trust"] is None


# What outranks what


def test_an_unknown_issuer_under_a_stale_list_is_a_stale_list(tmp_path: Path) -> None:
    context = context_of([XA.anchor()], folder=tmp_path, trust_updated_at=NOW - 30 * DAY)
    verdict = verify(Authority().code(), context=context, now=NOW)
    assert (verdict.outcome, verdict.reason) == (Outcome.UNDETERMINED, Reason.LISTS_STALE)
    assert verdict.certificate is None
    assert results(verdict)[Step.KEY] is Result.FAILED
    assert results(verdict)[Step.LISTS] is Result.FAILED
    bad = verify(XA.code(sign=lambda _: bytes(64)), context=context, now=NOW)
    assert bad.reason is Reason.BAD_SIGNATURE


def test_invalid_outranks_undetermined_and_everything_is_reported(tmp_path: Path) -> None:
    record_own(tmp_path, identifier="URN:UVCI:01:XA:MOH/8H3K2M9QWZ#T", at=NOW, replaced=False)
    context = context_of([XA.anchor()], folder=tmp_path, trust_updated_at=NOW - 30 * DAY)
    asked = {"country": "FR", "holder": HolderQuery.read(name="Trần Thị Bình", born=None)}
    verdict = verify(XA.code(), context=context, now=NOW, at=EXPIRES + DAY, **asked)
    assert verdict.reason is Reason.EXPIRED
    told = {step.step: step.reason for step in verdict.steps if step.result is Result.FAILED}
    assert told == {
        Step.TIME: Reason.EXPIRED,
        Step.REVOCATION: Reason.REVOKED,
        Step.RULES: Reason.RULES_OPEN,
        Step.HOLDER: Reason.HOLDER_DIFFERS,
        Step.LISTS: Reason.LISTS_STALE,
    }
    assert verify(XA.code(), context=context, now=NOW, **asked).reason is Reason.REVOKED
    stale_and_open = verify(XA.code(vaccination(ci="URN:UVCI:01:XA:OTHER")), context=context, now=NOW, country="FR")
    assert stale_and_open.reason is Reason.RULES_OPEN


def test_an_unmet_policy_outranks_open_rules(context: Context) -> None:
    verdict = verify(XA.code(vaccination(dn=1)), context=context, now=NOW, policy="vn-domestic", country="FR")
    assert verdict.reason is Reason.RULE_FAILED
    assert results(verdict)[Step.RULES] is Result.FAILED


# Pictures


def test_pictures(context: Context) -> None:
    verdict = verify_image(qr_png(XA.code()), context=context, now=NOW)
    assert verdict.outcome is Outcome.VALID
    assert results(verdict)[Step.IMAGE] is Result.PASSED
    unread = verify_image(b"no picture", context=context, now=NOW)
    assert (unread.reason, unread.heading) == (Reason.UNREADABLE_IMAGE, Heading.UNREAD)
    assert results(unread)[Step.IMAGE] is Result.FAILED
    other = verify_image(qr_png("https://example.org"), context=context, now=NOW)
    assert other.reason is Reason.NOT_A_CERTIFICATE


# The same statement in other bytes


def test_reencoding_changes_nothing(context: Context) -> None:
    protected, _, payload, signature = unpack(XA.code())
    assert reason_of(repack([protected, {"x": 1}, payload, signature]), context) is None
    assert reason_of(pack(cbor2.dumps([protected, {}, payload, signature])), context) is None
    assert reason_of(repack([protected, {}, payload + b"\0", signature]), context) is Reason.BAD_STRUCTURE
