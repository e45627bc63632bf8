"""Writes that were told under a key, so that a program that lost the answer may send the same again.

draft-ietf-httpapi-idempotency-key-header: the same key with the same request gives the first answer again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, LargeBinary, String, Text, delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from passport.errors import InputError, Refusal, Refused
from passport.registry.columns import Base

KEPT = timedelta(hours=24)  # how long a repeated request gets the first answer
CUT_OFF = timedelta(minutes=5)  # a write without an answer after that long was cut off, and may be tried anew


class Write(Base):
    """A request of a client under its own key; without a status it is still being answered."""

    __tablename__ = "idempotency"

    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int | None]
    body: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request under a key was answered with."""

    status: int
    body: str


def begin(session: Session, *, client_id: str, key: str, request_hash: bytes, at: datetime) -> Answer | None:
    """The answer that this request got already, or None when it is to be done now; commit before doing it.

    Raises InputError (other_request) when the key was used for another request, Refused (in_progress) while the
    same request is still being answered.
    """
    mine = Write.client_id == client_id
    session.execute(delete(Write).where(mine, Write.created_at < at - KEPT))
    session.execute(delete(Write).where(mine, Write.status.is_(None), Write.created_at < at - CUT_OFF))
    known = session.get(Write, (client_id, key))
    if known is None:
        try:
            with session.begin_nested():
                session.add(Write(client_id=client_id, key=key, request_hash=request_hash, created_at=at))
        except IntegrityError as error:  # another one came first, a moment ago
            raise Refused(Refusal.IN_PROGRESS) from error
        return None
    if known.request_hash != request_hash:
        raise InputError(Refusal.OTHER_REQUEST)
    if known.status is None:
        raise Refused(Refusal.IN_PROGRESS)
    return Answer(known.status, known.body or "")


def finish(session: Session, *, client_id: str, key: str, answer: Answer) -> None:
    """Keeps the answer for whoever sends the same again."""
    write = session.get_one(Write, (client_id, key))
    write.status, write.body = answer.status, answer.body


def forget(session: Session, *, client_id: str, key: str) -> None:
    """Lets a write that was not done be tried again under its key."""
    session.execute(delete(Write).where(Write.client_id == client_id, Write.key == key))
