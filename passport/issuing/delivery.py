"""How one-time codes reach people: over a gateway for SMS or mail, in development into the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from passport.errors import Refusal, Refused
from passport.registry.codes import put_in_outbox

_NOBODY = "0000000000"  # as long as a telephone number


class Courier(Protocol):
    """Takes messages over; what it could not hand on it keeps, so that a failure never tells who is on record."""

    def take(self, session: Session, *, recipient: str | None, body: str, at: datetime) -> None:
        """Takes a message within the transaction of the act; without a recipient it does the same work for nothing."""


class Outbox:
    """The stand-in: messages stay in a table that the sample pages show."""

    def take(self, session: Session, *, recipient: str | None, body: str, at: datetime) -> None:
        """Writes the message down, or writes it and takes it back."""
        with session.begin_nested() as attempt:
            put_in_outbox(session, recipient=recipient or _NOBODY, body=body, at=at)
            if recipient is None:
                attempt.rollback()


def courier(*, production: bool) -> Courier:
    """The courier in use; raises Refused (demo_in_production), since only the stand-in exists."""
    if production:
        raise Refused(Refusal.DEMO_IN_PRODUCTION, "the outbox of one-time codes")
    return Outbox()
