"""What we say of a code, in the two ways in which programs of others judge one."""

from __future__ import annotations

from datetime import datetime

from passport.domain.verdict import Outcome, Result, Step
from passport.verifying.context import Context
from passport.verifying.verify import verify


def valid(text: str, *, context: Context, now: datetime) -> bool:
    """Whether the whole check ends well."""
    return verify(text, context=context, now=now).outcome is Outcome.VALID


def signed(text: str, *, context: Context, now: datetime) -> bool:
    """Whether the step of the signature is passed, whatever comes after it."""
    steps = verify(text, context=context, now=now).steps
    return any(step.step is Step.SIGNATURE and step.result is Result.PASSED for step in steps)
