"""Several certificates of one person: doses together, people apart, and which one speaks for the whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from passport.domain.verdict import Heading, JointVerdict, Outcome
from passport.errors import Reason
from passport.rules.rulesets import DEMO_RULES, import_rules
from passport.verifying.context import Context
from passport.verifying.holder import HolderQuery
from passport.verifying.several import verify_several
from tests.forging import EXPIRES, NOW, TWO_WEEKS, Authority, context_of, vaccination

XA, XB = Authority(), Authority(country="XB", organisation="Ministry of XB")
FIRST = XA.code(vaccination(dn=1, dt="2026-01-12", ci="URN:UVCI:01:XA:ONE"))
# Another country counted anew: alone this is one dose of two.
SECOND = XB.code(vaccination(dn=1, dt="2026-02-18", ci="URN:UVCI:01:XB:TWO"))
OTHER = XA.code(vaccination(fn="Trần", fnt="TRAN", gn="Thị Bình", gnt="THI<BINH", ci="URN:UVCI:01:XA:OTHER"))


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return context_of([XA.anchor(), XB.anchor()], folder=tmp_path)


def together(context: Context, *texts: str, **asked: Any) -> JointVerdict:
    verdict = verify_several(texts, context=context, **{"now": NOW, **asked})
    assert len(verdict.results) == len(texts)
    told = json.loads(json.dumps(verdict.as_dict()))
    assert list(told) == ["outcome", "reason", "heading", "message", "advice", "results"]
    with pytest.raises(TypeError):
        bool(verdict)
    return verdict


def test_a_policy_counts_the_doses_of_all(context: Context) -> None:
    for alone in (FIRST, SECOND):
        half = together(context, alone, alone, policy="vn-domestic")
        assert (half.outcome, half.reason, half.heading) == (Outcome.INVALID, Reason.RULE_FAILED, Heading.RULE)
        assert half.message.en == "Not enough doses for this rule: 1 of 2 given."
    both = together(context, FIRST, SECOND, policy="vn-domestic")
    assert (both.outcome, both.reason, both.heading) == (Outcome.VALID, None, Heading.VALID)
    for verdict in both.results:
        assert verdict.outcome is Outcome.VALID
        assert verdict.dose_status is not None
        assert (verdict.dose_status.number, verdict.dose_status.status) == (2, "complete")


def test_one_certificate_that_meets_the_rules_of_a_country_is_enough(context: Context, tmp_path: Path) -> None:
    import_rules(tmp_path, [DEMO_RULES], now=NOW)
    context = context_of([XA.anchor(), XB.anchor()], folder=tmp_path)
    booster = XA.code(vaccination(dn=3, sd=3, dt="2026-10-01", ci="URN:UVCI:01:XA:THREE"))
    met = together(context, FIRST, booster, country="XA")
    assert met.outcome is Outcome.VALID
    assert [verdict.reason for verdict in met.results] == [Reason.RULE_FAILED, None]
    assert together(context, FIRST, FIRST, country="XA").reason is Reason.RULE_FAILED


def test_no_rules_are_open(context: Context) -> None:
    verdict = together(context, FIRST, SECOND, country="FR")
    assert (verdict.outcome, verdict.reason) == (Outcome.UNDETERMINED, Reason.RULES_OPEN)


def test_different_people(context: Context) -> None:
    verdict = together(context, FIRST, OTHER, policy="vn-domestic")
    assert (verdict.outcome, verdict.reason, verdict.heading) == (
        Outcome.INVALID,
        Reason.HOLDER_DIFFERS,
        Heading.HOLDER,
    )
    assert verdict.message.vi == "Các chứng nhận không phải của cùng một người."
    born = XA.code(vaccination(dob="1991-01-02", ci="URN:UVCI:01:XA:BORN"))
    assert together(context, FIRST, born).reason is Reason.HOLDER_DIFFERS


def test_the_same_person_written_differently(context: Context) -> None:
    latin = XB.code(vaccination(fn="NGUYEN", gn="VAN AN", dob="1990", ci="URN:UVCI:01:XB:LATIN"))
    assert together(context, FIRST, latin).outcome is Outcome.VALID


@pytest.mark.parametrize("place", [0, 1])
def test_one_that_is_not_accepted_spoils_the_whole(context: Context, place: int) -> None:
    forged = XA.code(vaccination(ci="URN:UVCI:01:XA:FORGED"), sign=XB.sign)
    texts = [FIRST, forged] if place else [forged, FIRST]
    verdict = together(context, *texts)
    assert verdict.reason is Reason.BAD_SIGNATURE
    assert verdict.results[place].certificate is None
    assert together(context, *texts[:1], "rubbish").outcome is Outcome.INVALID
    assert together(context, FIRST, SECOND, at=EXPIRES + TWO_WEEKS).reason is Reason.EXPIRED


def test_the_holder_asked_for(context: Context) -> None:
    asked = HolderQuery.read(name="Nguyễn Văn An", born=None)
    assert together(context, FIRST, SECOND, holder=asked).outcome is Outcome.VALID
    asked = HolderQuery.read(name="Trần Thị Bình", born=None)
    assert together(context, FIRST, SECOND, holder=asked).reason is Reason.HOLDER_DIFFERS
    assert together(context, FIRST, OTHER, holder=asked).reason is Reason.HOLDER_DIFFERS


def test_stale_lists(tmp_path: Path) -> None:
    stale = context_of([XA.anchor(), XB.anchor()], folder=tmp_path, trust_updated_at=NOW - 2 * TWO_WEEKS)
    assert together(stale, FIRST, SECOND).reason is Reason.LISTS_STALE
    unknown = Authority(country="XC").code()
    verdict = together(stale, FIRST, unknown)
    assert (verdict.outcome, verdict.reason) == (Outcome.UNDETERMINED, Reason.LISTS_STALE)
    assert together(stale, FIRST, OTHER).reason is Reason.HOLDER_DIFFERS
