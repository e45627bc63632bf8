"""What the steps of one check found, and the verdict that it amounts to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from passport.domain.certificate import Certificate
from passport.domain.verdict import (
    STEP_OF,
    DoseStatus,
    HolderMatch,
    ListDates,
    Outcome,
    Result,
    RulesReport,
    Step,
    StepResult,
    Verdict,
    heading_of,
    outcome_of,
)
from passport.errors import Reason, Sentence, TrustError, advice, sentence
from passport.rules.valuesets import names
from passport.verifying.context import Context
from passport.verifying.saying import COMPARE, GENUINE, spoken

_BELIEVING = tuple(Step)[1:9]  # format to content: steps 1 to 6
_PASSED = {step: StepResult(step, Result.PASSED) for step in Step}
_SKIPPED = {step: StepResult(step, Result.SKIPPED) for step in Step}


class Findings:
    """The steps of one check as they go by; a step that is never entered was skipped."""

    def __init__(self, context: Context, *, now: datetime) -> None:
        self.format: str | None = None
        self.test = False
        self.failures: dict[Reason, TrustError] = {}
        self.lists = ListDates(
            trust=context.keyring.updated_at,
            revocation=context.revocations.updated_at,
            rules=context.rules.updated_at,
        )
        self._now = now
        self._passed: set[Step] = set()

    @contextmanager
    def believing(self) -> Iterator[None]:
        """Steps 1 to 6, of which the first failure ends all."""
        try:
            yield
        except TrustError as failure:
            failed = self._add(failure)
            self._passed.update(_BELIEVING[: _BELIEVING.index(failed)])
        else:
            self._passed.update(_BELIEVING)

    @contextmanager
    def during(self, step: Step) -> Iterator[None]:
        """One step whose failure ends nothing else."""
        try:
            yield
        except TrustError as failure:
            self._add(failure)
        else:
            self._passed.add(step)

    def skip(self, step: Step) -> None:
        """Says that `step` had nothing to look at."""
        self._passed.discard(step)

    def verdict(
        self,
        *,
        certificate: Certificate | None = None,
        dose_status: DoseStatus | None = None,
        rules: RulesReport | None = None,
        holder_match: HolderMatch | None = None,
    ) -> Verdict:
        """The answer to what was found; `certificate` only after steps 1 to 6 passed."""
        deciding = _deciding(self.failures)
        message, todo = _told(deciding)
        reason = _reason(deciding) if deciding else None
        return Verdict(
            outcome=outcome_of(reason),
            reason=reason,
            heading=heading_of(reason),
            test=self.test,
            message=message,
            advice=todo,
            format=self.format,
            steps=self._steps(),
            certificate=certificate,
            names=names(),
            dose_status=dose_status,
            rules=rules,
            holder_match=holder_match,
            lists=self.lists,
            checked_at=self._now,
        )

    def _add(self, failure: TrustError) -> Step:
        reason = _reason(failure)
        self.failures.setdefault(reason, failure)
        return STEP_OF[reason]

    def _steps(self) -> tuple[StepResult, ...]:
        results = {step: _PASSED[step] if step in self._passed else _SKIPPED[step] for step in Step}
        for reason, failure in sorted(self.failures.items(), key=lambda found: outcome_of(found[0]) is Outcome.INVALID):
            step = STEP_OF[reason]
            results[step] = StepResult(step, Result.FAILED, reason, failure.detail)
        return tuple(results.values())


def _reason(failure: TrustError) -> Reason:
    assert isinstance(failure.reason, Reason)  # the other reasons belong to InputError and Refused
    return failure.reason


def _deciding(failures: dict[Reason, TrustError]) -> TrustError | None:
    """The failure that names the reason: the first invalid one, else the first; but see the module `verify`."""
    if Reason.UNKNOWN_ISSUER in failures and Reason.LISTS_STALE in failures:
        return failures[Reason.LISTS_STALE]
    invalid = (failure for reason, failure in failures.items() if outcome_of(reason) is Outcome.INVALID)
    return next(invalid, None) or next(iter(failures.values()), None)


def _told(failure: TrustError | None) -> tuple[Sentence, Sentence]:
    if failure is None:
        return GENUINE, COMPARE
    values = spoken(failure.values)
    return sentence(failure.reason, failure.variant, values), advice(failure.reason, failure.variant, values)
