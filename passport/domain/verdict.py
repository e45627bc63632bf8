"""The verdict: one shape for the page, the API, the command and the browser (INTERFACES section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, NoReturn

from passport.domain.certificate import Certificate
from passport.errors import Reason, Sentence


class Outcome(StrEnum):
    """Whether a certificate is accepted; `undetermined` could not be decided and is never green."""

    VALID = "valid"
    INVALID = "invalid"
    UNDETERMINED = "undetermined"


class Heading(StrEnum):
    """Which screen is shown (wording section 1)."""

    VALID = "valid"
    INVALID = "invalid"
    RULE = "rule"
    HOLDER = "holder"
    UNREAD = "unread"
    UNDETERMINED = "undetermined"


class Step(StrEnum):
    """The steps of a check, in order; the first failing one names the reason."""

    IMAGE = "image"
    FORMAT = "format"
    ENCODING = "encoding"
    COMPRESSION = "compression"
    STRUCTURE = "structure"
    KEY = "key"
    SIGNATURE = "signature"
    KEY_USAGE = "key_usage"
    CONTENT = "content"
    TIME = "time"
    REVOCATION = "revocation"
    RULES = "rules"
    HOLDER = "holder"
    LISTS = "lists"


class Result(StrEnum):
    """How one step ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


# The table of reasons of INTERFACES section 4: at which step each arises. `unavailable` may arise at any.
STEP_OF: Mapping[Reason, Step] = {
    Reason.UNREADABLE_IMAGE: Step.IMAGE,
    Reason.NOT_A_CERTIFICATE: Step.FORMAT,
    Reason.UNSUPPORTED_VERSION: Step.FORMAT,
    Reason.TOO_LARGE: Step.FORMAT,
    Reason.BAD_ENCODING: Step.ENCODING,
    Reason.BAD_COMPRESSION: Step.COMPRESSION,
    Reason.BAD_STRUCTURE: Step.STRUCTURE,
    Reason.UNSUPPORTED_ALGORITHM: Step.KEY,
    Reason.UNKNOWN_ISSUER: Step.KEY,
    Reason.BAD_SIGNATURE: Step.SIGNATURE,
    Reason.KEY_NOT_ALLOWED: Step.KEY_USAGE,
    Reason.KEY_WITHDRAWN: Step.KEY_USAGE,
    Reason.BAD_CONTENT: Step.CONTENT,
    Reason.NOT_YET_VALID: Step.TIME,
    Reason.EXPIRED: Step.TIME,
    Reason.KEY_EXPIRED: Step.TIME,
    Reason.REVOKED: Step.REVOCATION,
    Reason.RULE_FAILED: Step.RULES,
    Reason.RULES_OPEN: Step.RULES,
    Reason.HOLDER_DIFFERS: Step.HOLDER,
    Reason.LISTS_STALE: Step.LISTS,
}
_UNREAD_STEPS = {Step.IMAGE, Step.FORMAT, Step.ENCODING, Step.COMPRESSION, Step.STRUCTURE}
_UNDETERMINED = {Reason.RULES_OPEN, Reason.LISTS_STALE, Reason.UNAVAILABLE}


def outcome_of(reason: Reason | None) -> Outcome:
    """The outcome that a reason stands for (INTERFACES section 4, table of reasons)."""
    if reason is None:
        return Outcome.VALID
    return Outcome.UNDETERMINED if reason in _UNDETERMINED else Outcome.INVALID


def heading_of(reason: Reason | None) -> Heading:
    """The screen for a reason (wording section 1)."""
    if reason is None:
        return Heading.VALID
    if outcome_of(reason) is Outcome.UNDETERMINED:
        return Heading.UNDETERMINED
    if reason is Reason.RULE_FAILED:
        return Heading.RULE
    if reason is Reason.HOLDER_DIFFERS:
        return Heading.HOLDER
    return Heading.UNREAD if STEP_OF[reason] in _UNREAD_STEPS else Heading.INVALID


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step of a check: `detail` is for the help desk and never holds unverified content."""

    step: Step
    result: Result
    reason: Reason | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """Why a rule or policy is not met: `kind` is doses, too_soon, too_long, product (wording 25-28) or other.

    `values` are JSON types: number, of, days, min, max, date (ISO 8601), product (by name), country (code).
    """

    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DoseStatus:
    """How far the series had come at the clock of the check; `days_since` counts from the last dose."""

    status: str
    number: int | None
    of: int | None
    last_dose: date | None
    days_since: int | None
    policy: str | None = None
    meets_policy: bool | None = None
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class RuleResult:
    """How one rule of the country of arrival came out: passed, failed or open."""

    id: str
    result: str
    description: str


@dataclass(frozen=True, slots=True)
class RulesReport:
    """All rules of `country` that were in force, each with its result."""

    country: str
    results: tuple[RuleResult, ...]


@dataclass(frozen=True, slots=True)
class HolderMatch:
    """How what was typed compares with the certificate; `None` for what was not given."""

    name: str | None
    born: str | None
    why: Sentence | None


@dataclass(frozen=True, slots=True)
class ListDates:
    """The dates of the lists a check rested on; None for a list that was never imported."""

    trust: datetime | None
    revocation: datetime | None
    rules: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole answer to one check. Not a boolean: ask for `outcome`."""

    outcome: Outcome
    reason: Reason | None
    heading: Heading
    test: bool
    message: Sentence
    advice: Sentence
    format: str | None
    steps: tuple[StepResult, ...]
    certificate: Certificate | None
    names: Mapping[str, Mapping[str, str]]  # code → display name, by field: disease, vaccine, product, manufacturer
    dose_status: DoseStatus | None
    rules: RulesReport | None
    holder_match: HolderMatch | None
    lists: ListDates
    checked_at: datetime

    def __bool__(self) -> NoReturn:
        raise TypeError("a verdict is not a boolean; compare its outcome")

    def as_dict(self) -> dict[str, Any]:
        """The verdict as JSON types, with every key of INTERFACES section 4."""
        return {
            "outcome": self.outcome.value,
            "reason": self.reason.value if self.reason else None,
            "heading": self.heading.value,
            "test": self.test,
            "message": self.message.as_dict(),
            "advice": self.advice.as_dict(),
            "format": self.format,
            "steps": [
                {
                    "step": s.step.value,
                    "result": s.result.value,
                    "reason": s.reason.value if s.reason else None,
                    "detail": s.detail,
                }
                for s in self.steps
            ],
            "certificate": _certificate(self.certificate, self.names) if self.certificate else None,
            "dose_status": _dose_status(self.dose_status),
            "rules": self.rules
            and {
                "country": self.rules.country,
                "results": [{"id": r.id, "result": r.result, "description": r.description} for r in self.rules.results],
            },
            "holder_match": self.holder_match
            and {
                "name": self.holder_match.name,
                "born": self.holder_match.born,
                "why": self.holder_match.why.as_dict() if self.holder_match.why else None,
            },
            "lists": {
                "trust": utc_text(self.lists.trust),
                "revocation": utc_text(self.lists.revocation),
                "rules": utc_text(self.lists.rules),
            },
            "checked_at": utc_text(self.checked_at),
        }


@dataclass(frozen=True, slots=True)
class JointVerdict:
    """The answer to several credentials of one person, judged together; each one's own verdict stands in `results`."""

    outcome: Outcome
    reason: Reason | None
    heading: Heading
    message: Sentence
    advice: Sentence
    results: tuple[Verdict, ...]
    deciding: Verdict

    def __bool__(self) -> NoReturn:
        raise TypeError("a verdict is not a boolean; compare its outcome")

    def spoken(self) -> Verdict:
        """The whole answer in the shape of one verdict: that of the credential which decided."""
        return replace(
            self.deciding,
            outcome=self.outcome,
            reason=self.reason,
            heading=self.heading,
            message=self.message,
            advice=self.advice,
        )

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON types (INTERFACES section 4, several credentials)."""
        return {
            "outcome": self.outcome.value,
            "reason": self.reason.value if self.reason else None,
            "heading": self.heading.value,
            "message": self.message.as_dict(),
            "advice": self.advice.as_dict(),
            "results": [verdict.as_dict() for verdict in self.results],
        }


def utc_text(moment: datetime | None) -> str | None:
    """An instant as RFC 3339 in UTC with whole seconds."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")  # strftime cuts early years


def _dose_status(status: DoseStatus | None) -> dict[str, Any] | None:
    if status is None:
        return None
    return {
        "status": status.status,
        "number": status.number,
        "of": status.of,
        "last_dose": status.last_dose.isoformat() if status.last_dose else None,
        "days_since": status.days_since,
        "policy": status.policy,
        "meets_policy": status.meets_policy,
        "why": {"kind": status.why.kind, **status.why.values} if status.why else None,
    }


def _certificate(certificate: Certificate, names: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    holder = certificate.holder

    def named(kind: str, code: str | None) -> str | None:
        return names.get(kind, {}).get(code, code) if code else None

    return {
        "id": certificate.identifier,
        "kind": certificate.kind.value,
        "issuer": certificate.issuer,
        "country": certificate.country,
        "key_id": certificate.key_id,
        "issued_at": utc_text(certificate.issued_at),
        "expires_at": utc_text(certificate.expires_at),
        "holder": {
            "name": holder.name,
            "family_name": holder.family_name,
            "given_name": holder.given_name,
            "transliterated": str(holder.transliterated),
            "born": str(holder.born) if holder.born else None,
        },
        "doses": [
            {
                "disease": d.disease,
                "vaccine": d.vaccine,
                "product": d.product,
                "manufacturer": d.manufacturer,
                "names": {
                    "disease": named("disease", d.disease),
                    "vaccine": named("vaccine", d.vaccine),
                    "product": named("product", d.product),
                    "manufacturer": named("manufacturer", d.manufacturer),
                },
                "number": d.number,
                "of": d.of,
                "date": d.date.isoformat() if d.date else None,
                "country": d.country,
                "lot": d.lot,
            }
            for d in certificate.doses
        ],
    }
