"""Checking a certificate: the straight line of eleven steps, from a text to a verdict.

     1 format   2 encoding, compression, structure   3 key   4 signature   5 key usage   6 content
     7 time     8 revocation    9 rules    10 holder    11 lists

The first six stop at the first failure, and nothing of a certificate that fails there is ever told. The last
five all run. The first failing step names the reason, save that what is invalid outranks what is undetermined,
and that an issuer unknown to a stale trust list is a stale list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from passport.domain.certificate import Certificate, DoseStatement
from passport.domain.verdict import Step, Verdict
from passport.errors import Reason, TrustError
from passport.formats.envelope import Envelope
from passport.formats.table import FORMATS, detect, join, open_text
from passport.rendering.reading import read_codes
from passport.rules.policies import judge as judge_policy
from passport.rules.schedules import dose_status
from passport.trust.keys import TrustedKey
from passport.verifying import steps
from passport.verifying.context import Context
from passport.verifying.findings import Findings
from passport.verifying.holder import HolderQuery, match
from passport.verifying.saying import day_of


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a certificate: at which clock, for which country and policy, whether it is whose.

    `now` is the real time, by which the age of lists is counted; `clock` is that of the check, such as a travel date.
    """

    now: datetime
    clock: datetime
    country: str | None = None
    policy: str | None = None
    holder: HolderQuery | None = None


@dataclass(frozen=True, slots=True)
class Genuine:
    """A certificate that passed steps 1 to 6, with the key that signed it."""

    certificate: Certificate
    envelope: Envelope
    key: TrustedKey


def verify(
    text: str,
    *,
    context: Context,
    now: datetime,
    at: datetime | None = None,
    country: str | None = None,
    policy: str | None = None,
    holder: HolderQuery | None = None,
) -> Verdict:
    """Whether the certificate in `text` is to be accepted, and why not; the same answer for every face.

    `at` is the clock of the check, `now` unless given. Never raises for any `text`; raises InputError
    (bad_option) for a `policy` that is none.
    """
    question = Question(now=now, clock=at or now, country=country, policy=policy, holder=holder)
    return _answer(text, question=question, context=context, findings=Findings(context, now=now))


def verify_image(
    data: bytes,
    *,
    context: Context,
    now: datetime,
    at: datetime | None = None,
    country: str | None = None,
    policy: str | None = None,
    holder: HolderQuery | None = None,
) -> Verdict:
    """As `verify`, for a picture or PDF; of several certificates in it the first counts, in however many codes."""
    question = Question(now=now, clock=at or now, country=country, policy=policy, holder=holder)
    findings = Findings(context, now=now)
    with findings.during(Step.IMAGE):
        texts = join(read_codes(data))
    if findings.failures:
        return findings.verdict()
    text = next((text for text in texts if is_certificate(text)), texts[0])
    return _answer(text, question=question, context=context, findings=findings)


def authenticate(text: str, *, context: Context, now: datetime, findings: Findings) -> Genuine | None:
    """Steps 1 to 6: what `text` is and who signed it; None when one of them failed, as `findings` tell."""
    with findings.believing():
        findings.format = detect(text).name  # 1 format
        envelope = open_text(text, icvp_claim=context.icvp_claim)  # 2 encoding, compression, structure
        form = FORMATS[envelope.format]
        findings.format = form.name
        keys = steps.trusted_keys(envelope, keyring=context.keyring)  # 3 key
        key = steps.signing_key(envelope, keys=keys)  # 4 signature
        findings.test = key.test
        steps.require_not_withdrawn(key)  # 5 key usage
        steps.require_usage(key, kind=form.kind(envelope), format=form.name)
        certificate = form.read(envelope, key.country)  # 6 content
        steps.require_past(certificate, now=now)
        return Genuine(certificate, envelope, key)
    if Reason.UNKNOWN_ISSUER in findings.failures:
        with findings.during(Step.LISTS):  # a key may be missing because the list is old
            steps.require_fresh(findings.lists.trust, max_age=context.trust_max_age, now=now)
    return None


def judge(
    genuine: Genuine, *, doses: Sequence[DoseStatement], question: Question, context: Context, findings: Findings
) -> Verdict:
    """Steps 7 to 11 for a genuine certificate; `doses` are all that are known of its holder."""
    certificate, clock, zone = genuine.certificate, question.clock, context.zone
    on = day_of(clock, zone)
    status, report, found = dose_status(doses, on=on), None, None
    with findings.during(Step.TIME):  # 7
        steps.require_in_time(certificate, clock=clock, zone=zone)
        steps.require_key_in_time(genuine.key, clock=clock)
    with findings.during(Step.REVOCATION):  # 8
        steps.require_not_revoked(certificate, envelope=genuine.envelope, revocations=context.revocations, zone=zone)
    if findings.lists.revocation is None:
        findings.skip(Step.REVOCATION)  # no list was ever imported: only what we revoked ourselves was looked for
    if question.policy is not None:
        status = replace(status, policy=question.policy)  # said even where the policy stays open
        with findings.during(Step.RULES):  # 9
            status = judge_policy(question.policy, status, doses, at=clock, on=on)
            steps.require_met(status.why)
    if question.country is not None:
        with findings.during(Step.RULES):
            answer = context.rules.evaluate(
                country=question.country, certificate=certificate, doses=doses, at=clock, on=on
            )
            report = answer.report
            steps.require_met(answer.why)
    if question.holder is not None:
        found = match(question.holder, certificate.holder)
        with findings.during(Step.HOLDER):  # 10
            steps.require_same_holder(found)
    with findings.during(Step.LISTS):  # 11
        steps.require_fresh(findings.lists.trust, max_age=context.trust_max_age, now=question.now)
        steps.require_fresh(findings.lists.revocation, max_age=context.revocation_max_age, now=question.now)
    return findings.verdict(certificate=certificate, dose_status=status, rules=report, holder_match=found)


def _answer(text: str, *, question: Question, context: Context, findings: Findings) -> Verdict:
    genuine = authenticate(text, context=context, now=question.now, findings=findings)
    if genuine is None:
        return findings.verdict()
    doses = genuine.certificate.doses
    return judge(genuine, doses=doses, question=question, context=context, findings=findings)


def is_certificate(text: str) -> bool:
    """Whether a text belongs to one of the formats, good or bad."""
    try:
        detect(text)
    except TrustError:
        return False
    return True
