"""Whether a certificate meets the rules of a country: every rule's result, and why not."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from passport.domain.certificate import Certificate, DoseStatement
from passport.domain.verdict import RuleResult, RulesReport, Why
from passport.errors import Reason, TrustError
from passport.rules.dcc import dcc_payload, standing
from passport.rules.explaining import explain
from passport.rules.rule import Rule
from passport.rules.valuesets import rule_value_sets

PASSED, FAILED, OPEN = "passed", "failed", "open"


@dataclass(frozen=True, slots=True)
class RulesAnswer:
    """Every rule's result, and why the rules are not met; `undecided` when a rule could not be evaluated."""

    report: RulesReport
    unmet: Why | None
    undecided: TrustError | None

    @property
    def why(self) -> Why | None:
        """Why the rules are not met, None when all passed.

        Raises TrustError (rules_open) when no rule failed but one could not be evaluated.
        """
        if self.unmet is None and self.undecided is not None:
            raise self.undecided
        return self.unmet


def judge(
    rules: Sequence[Rule],
    *,
    country: str,
    certificate: Certificate,
    doses: Sequence[DoseStatement],
    at: datetime,
    on: date,
) -> RulesAnswer:
    """How `certificate` comes out under `rules` at the clock `at`, which is the day `on` to its holder.

    `doses` are all that are known of the holder. Raises TrustError (rules_open) when the format tells nothing that
    rules could look at.
    """
    status = standing(certificate, doses=doses, on=on)
    payload = dcc_payload(certificate, status=status, on=on)
    if payload is None:
        raise rules_open(country, on, "the certificate tells nothing that rules look at")
    data = {"payload": payload, "external": external(certificate, country=country, at=at)}
    outcomes = {rule.key: _outcome(rule, data) for rule in rules}
    results = tuple(RuleResult(rule.identifier, outcomes[rule.key], rule.description) for rule in rules)
    failed = [rule for rule in rules if outcomes[rule.key] == FAILED]
    unevaluated = [rule.identifier for rule in rules if outcomes[rule.key] == OPEN]
    return RulesAnswer(
        report=RulesReport(country, results),
        unmet=explain(failed, among=rules, data=data, certificate=certificate, status=status, on=on)
        if failed
        else None,
        undecided=rules_open(country, on, " ".join(unevaluated)) if unevaluated else None,
    )


def external(certificate: Certificate, *, country: str, at: datetime) -> dict[str, Any]:
    """The external parameters that rules may read beside the payload; dates as text, the key id in base64."""
    return {
        "validationClock": utc_milliseconds(at),
        "valueSets": rule_value_sets(),
        "countryCode": country,
        "issuerCountryCode": certificate.country,
        "kid": _base64_of(certificate.key_id),
        "iat": utc_milliseconds(certificate.issued_at) if certificate.issued_at else None,
        "exp": utc_milliseconds(certificate.expires_at) if certificate.expires_at else None,
        "region": "",
    }


def utc_milliseconds(moment: datetime) -> str:
    """An instant as rules are given it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def rules_open(country: str, on: date, detail: str) -> TrustError:
    """The error that no verdict can rest on rules here."""
    return TrustError(Reason.RULES_OPEN, detail, values={"country": country, "date": on.isoformat()})


def _outcome(rule: Rule, data: Mapping[str, Any]) -> str:
    try:
        return PASSED if rule.met(data) else FAILED
    except TrustError:
        return OPEN


def _base64_of(key_id: str) -> str:
    try:
        return base64.b64encode(bytes.fromhex(key_id)).decode()
    except ValueError:  # a textual id
        return key_id
