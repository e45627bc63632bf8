"""Messages on their way to people: written down with the act that they tell of, and handed on after it.

Whoever asks waits for no gateway, so that neither its failures nor its speed tell who is on record.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from passport.registry.columns import Base

CLAIMED = timedelta(minutes=2)  # for how long a message is one worker's; longer than any gateway takes to answer
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=20), timedelta(minutes=10)  # until a gateway that failed is asked again
_NOBODY = "0000000000"  # as long as a telephone number


class OutboxMessage(Base):
    """A message that waits to go out by SMS or mail; in development it stays, for the sample pages to show."""

    __tablename__ = "outbox_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(String(120))  # a telephone number, or an address with "@"
    body: Mapped[str] = mapped_column(String(1000))
    at: Mapped[datetime]
    until: Mapped[datetime | None]  # when it is of no use any more
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    next_at: Mapped[datetime | None]  # not before this instant; None: at once


def leave_message(session: Session, *, recipient: str | None, body: str, at: datetime, lasts: timedelta) -> None:
    """Writes a message down in the transaction of the act; without a recipient it does the same work for nothing."""
    with session.begin_nested() as attempt:
        session.add(OutboxMessage(recipient=recipient or _NOBODY, body=body, at=at, until=at + lasts))
        session.flush()
        if recipient is None:
            attempt.rollback()


def outbox(session: Session, *, limit: int = 20) -> list[OutboxMessage]:
    """The messages that wait, the latest first."""
    return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(limit)))


def claim_message(session: Session, *, at: datetime) -> OutboxMessage | None:
    """The oldest message that is due, which no other worker takes for now; None when nothing is."""
    due = or_(OutboxMessage.next_at.is_(None), OutboxMessage.next_at <= at)
    message = session.scalar(
        select(OutboxMessage).where(due).order_by(OutboxMessage.id).limit(1).with_for_update(skip_locked=True)
    )
    if message is not None:
        message.next_at = at + CLAIMED
        message.tries += 1
        session.flush()
    return message


def message_left(session: Session, message_id: int) -> None:
    """A message went out: nothing of it is kept."""
    session.execute(delete(OutboxMessage).where(OutboxMessage.id == message_id))


def message_failed(session: Session, message: OutboxMessage, *, at: datetime) -> None:
    """The gateway did not take a message: it is tried again, later each time."""
    wait = min(FIRST_WAIT * 2 ** (message.tries - 1), LONGEST_WAIT)
    session.execute(update(OutboxMessage).where(OutboxMessage.id == message.id).values(next_at=at + wait))


def forget_messages(session: Session, *, at: datetime) -> int:
    """Deletes messages that are of no use any more; answers how many."""
    stale = delete(OutboxMessage).where(OutboxMessage.until < at).returning(OutboxMessage.id)
    return len(session.scalars(stale).all())
