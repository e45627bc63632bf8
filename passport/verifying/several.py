"""Several certificates of one person, judged together: each is checked by itself, the rules over all doses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import combinations

from passport.domain.certificate import Holder
from passport.domain.verdict import JointVerdict, Outcome, Verdict, heading_of, outcome_of
from passport.errors import Reason, advice, sentence
from passport.verifying.context import Context
from passport.verifying.findings import Findings
from passport.verifying.holder import HolderQuery, match
from passport.verifying.verify import Question, authenticate, judge

CREDENTIALS_LEAST, CREDENTIALS_MOST = 2, 5  # INTERFACES section 4


def verify_several(
    texts: Sequence[str],
    *,
    context: Context,
    now: datetime,
    at: datetime | None = None,
    country: str | None = None,
    policy: str | None = None,
    holder: HolderQuery | None = None,
) -> JointVerdict:
    """Whether the person of all `texts` is to be accepted.

    A certificate that is not genuine, not in time, revoked or another person's spoils the whole. A policy is
    judged over the doses of all; the rules of a country, which are written for single certificates, are met when
    one certificate meets them. Raises and does not raise as `verify`.
    """
    question = Question(now=now, clock=at or now, country=country, policy=policy, holder=holder)
    checks = [Findings(context, now=now) for _ in texts]
    genuine = [
        authenticate(text, context=context, now=now, findings=findings)
        for text, findings in zip(texts, checks, strict=True)
    ]
    doses = tuple(dose for one in genuine if one for dose in one.certificate.doses)
    results = tuple(
        judge(one, doses=doses, question=question, context=context, findings=findings) if one else findings.verdict()
        for one, findings in zip(genuine, checks, strict=True)
    )
    spoiling = _invalid(results)
    if spoiling is None and not _one_person([one.certificate.holder for one in genuine if one]):
        return _different_people(results)
    deciding = min(results, key=_rank) if spoiling is None else spoiling
    return JointVerdict(
        outcome=deciding.outcome,
        reason=deciding.reason,
        heading=deciding.heading,
        message=deciding.message,
        advice=deciding.advice,
        results=results,
        deciding=deciding,
    )


def _invalid(results: Sequence[Verdict]) -> Verdict | None:
    """The first certificate that is not accepted whatever the others say; an unmet rule another one may meet."""
    invalid = (verdict for verdict in results if verdict.outcome is Outcome.INVALID)
    return next((verdict for verdict in invalid if verdict.reason is not Reason.RULE_FAILED), None)


def _different_people(results: tuple[Verdict, ...]) -> JointVerdict:
    reason = Reason.HOLDER_DIFFERS
    return JointVerdict(
        outcome=outcome_of(reason),
        reason=reason,
        heading=heading_of(reason),
        message=sentence(reason, "several"),
        advice=advice(reason, "several"),
        results=results,
        deciding=results[0],
    )


def _rank(verdict: Verdict) -> tuple[int, int]:
    """Which one speaks for the person: one that could not be read, one that meets the rules, the latest dose."""
    if verdict.certificate is None:  # an issuer unknown to a stale list
        return 0, 0
    place = {Reason.RULE_FAILED: 2, Reason.RULES_OPEN: 3}.get(verdict.reason, 1) if verdict.reason else 1
    latest = max((dose.date for dose in verdict.certificate.doses if dose.date), default=date.min)
    return place, -latest.toordinal()


def _one_person(holders: Sequence[Holder]) -> bool:
    """Whether every two of them can be the same person."""
    for one, other in combinations(holders, 2):
        found = match(HolderQuery(name=one.name, born=one.born), other)
        if "different" in (found.name, found.born):
            return False
    return True
