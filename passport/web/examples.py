"""Examples of the OpenAPI document: requests, and one verdict for each reason in the house's own sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from pydantic import BaseModel

from passport.domain.certificate import Certificate, DoseStatement, Holder, Kind
from passport.domain.dates import PartialDate, spoken_day
from passport.domain.names import Transliterated
from passport.domain.verdict import (
    STEP_OF,
    DoseStatus,
    HolderMatch,
    JointVerdict,
    ListDates,
    Result,
    RuleResult,
    RulesReport,
    Step,
    StepResult,
    Verdict,
    heading_of,
    outcome_of,
)
from passport.errors import Reason, Refusal, Sentence, advice, sentence
from passport.formats import uvci
from passport.rules.valuesets import country_name, names
from passport.verifying.saying import COMPARE, GENUINE
from passport.web.api_requests import BatchIn, CheckIn
from passport.web.api_verdicts import BatchOut, CheckOut
from passport.web.errors import problem
from passport.web.record_models import RevocationIn

_NOW = datetime(2026, 11, 21, 3, 10, tzinfo=UTC)
_LISTS = ListDates(
    trust=datetime(2026, 11, 21, 2, tzinfo=UTC), revocation=None, rules=datetime(2026, 11, 20, tzinfo=UTC)
)
_LAST_DOSE = date(2026, 2, 18)
# What the sentences of reasons speak of.
_VALUES: Mapping[str, Sentence | object] = {
    "date": spoken_day(date(2026, 11, 20)),
    "country": country_name("DE"),
    "n": 3,
}
_BAD = Refusal.BAD_OPTION
_FIRST_CHECK = Step.TIME  # before it nothing is believed, so no certificate is told


def _certificate() -> Certificate:
    return Certificate(
        format="hc1",
        kind=Kind.VACCINATION,
        identifier=uvci.make(country="VN", issuer="KS01", opaque="7QK2M4ZVXW3T5RBN6CYHADQEUF"),
        issuer="Bộ Y tế (Ministry of Health)",
        country="VN",
        key_id="d919375fc1e7b6b2",
        issued_at=datetime(2026, 3, 1, 3, tzinfo=UTC),
        expires_at=datetime(2027, 3, 1, 3, tzinfo=UTC),
        holder=Holder("Nguyễn", "Văn An", Transliterated("NGUYEN", "VAN<AN"), PartialDate(1990, 1, 2)),
        doses=(
            DoseStatement(
                disease="840539006",
                vaccine="1119349007",
                product="EU/1/20/1528",
                manufacturer="ORG-100030215",
                number=2,
                of=2,
                date=_LAST_DOSE,
                country="VN",
            ),
        ),
        payload={},
    )


def verdict_for(reason: Reason | None) -> Verdict:
    """A verdict as it is given for `reason`, or a valid one."""
    # `unavailable` may arise at any step; the last one stands for it.
    failed = STEP_OF.get(reason, Step.LISTS) if reason else None
    told = failed is None or tuple(Step).index(failed) >= tuple(Step).index(_FIRST_CHECK)
    asked_rules = failed is Step.RULES
    days = (_NOW.date() - _LAST_DOSE).days
    return Verdict(
        outcome=outcome_of(reason),
        reason=reason,
        heading=heading_of(reason),
        test=False,
        message=sentence(reason, None, _VALUES) if reason else GENUINE,
        advice=advice(reason, None, _VALUES) if reason else COMPARE,
        format=None if failed in (Step.IMAGE, Step.FORMAT) else "hc1",
        steps=_steps(reason, failed),
        certificate=_certificate() if told else None,
        names=names(),
        dose_status=DoseStatus("complete", 2, 2, _LAST_DOSE, days) if told else None,
        rules=_rules(reason) if asked_rules else None,
        holder_match=HolderMatch("different", "exact", None) if failed is Step.HOLDER else None,
        lists=_LISTS,
        checked_at=_NOW,
    )


def _steps(reason: Reason | None, failed: Step | None) -> tuple[StepResult, ...]:
    """Steps before the failure passed; those after it ran only when the content was believed."""
    order = tuple(Step)
    believed = failed is None or order.index(failed) >= order.index(_FIRST_CHECK)
    asked = {failed, *order[1:]} - {Step.REVOCATION, Step.RULES, Step.HOLDER}

    def result(step: Step) -> StepResult:
        if step is failed:
            return StepResult(step, Result.FAILED, reason)
        ran = step in asked and (believed or (failed is not None and order.index(step) < order.index(failed)))
        return StepResult(step, Result.PASSED if ran else Result.SKIPPED)

    return tuple(map(result, order))


def _rules(reason: Reason | None) -> RulesReport:
    if reason is Reason.RULES_OPEN:
        return RulesReport("DE", ())
    return RulesReport("DE", (RuleResult("VR-DE-0001", "failed", "The vaccination must be complete."),))


def _joint() -> JointVerdict:
    one = verdict_for(None)
    return JointVerdict(one.outcome, one.reason, one.heading, one.message, one.advice, (one, one), one)


_TRAVELLER = {"credential": "HC1:…", "country": "DE", "at": "2027-01-15", "ref": "PNR-123"}
_REQUESTS: Mapping[type[BaseModel], Mapping[str, Any]] = {
    CheckIn: {
        "one": {"summary": "One certificate", "value": {"credential": "HC1:…"}},
        "traveller": {
            "summary": "For a country and a day of arrival, with the holder of the booking",
            "value": _TRAVELLER | {"holder": {"name": "Nguyễn Văn An", "born": "1990-01-02"}},
        },
        "policy": {
            "summary": "Under a policy of the house",
            "value": {"credential": "shc:/5676…", "policy": "vn-domestic"},
        },
        "several": {
            "summary": "Certificates of one person, judged together",
            "value": {"credentials": ["HC1:…", "HC1:…"], "policy": "vn-domestic"},
        },
    },
    BatchIn: {
        "group": {
            "summary": "A group on one flight",
            "value": {
                "country": "DE",
                "at": "2027-01-15",
                "items": [{"credential": "HC1:…", "ref": "1"}, {"credential": "HC1:…", "ref": "2"}],
            },
        }
    },
    RevocationIn: {
        "mistake": {"summary": "Issued by mistake", "value": {"reason": "issued to the wrong person"}},
    },
}


def requests(model: type[BaseModel]) -> Mapping[str, Any]:
    """Examples of a body."""
    return _REQUESTS.get(model, {})


def answers(model: type[BaseModel]) -> Mapping[str, Any]:
    """Examples of an answer: of a check, one for each reason, a valid one and one of several credentials."""
    if model is CheckOut:
        reasons = {reason.value: _shown(verdict_for(reason)) for reason in Reason}
        return {"valid": _shown(verdict_for(None)), "several": _shown(_joint())} | reasons
    if model is BatchOut:
        spoiled = problem(422, sentence(_BAD, None, {"detail": "credential"}), reason=_BAD.value, advice=advice(_BAD))
        results = [verdict_for(None).as_dict() | {"ref": "1"}, spoiled]
        return {"mixed": {"summary": "A verdict, and a problem for a malformed item", "value": {"results": results}}}
    return {}


def _shown(verdict: Verdict | JointVerdict) -> dict[str, Any]:
    return {"summary": verdict.message.en, "value": verdict.as_dict()}
