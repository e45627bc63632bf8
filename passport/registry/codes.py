"""One-time codes: six digits to the telephone or mail on record, or to the one that a report gave."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, LargeBinary, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from passport.registry.columns import Base, new_id

# Six digits, ten minutes, five tries and three codes an hour to one recipient: OWASP ASVS 5.0, 6.6, as tightened
# by the threat list of the service (brute force of one-time codes).
DIGITS = 6
LIFETIME = timedelta(minutes=10)
TRIES = 5
SENT_PER_HOUR = 3
OPEN_FOR = timedelta(hours=1)  # the longest that one code keeps a record open
_VOID = bytes(32)  # what no code hashes to: of a code that opens nothing, and whose tries count down all the same


class OneTimeCode(Base):
    """A code that was sent; only hashes of it and of the recipient are kept."""

    __tablename__ = "one_time_code"
    __table_args__ = (Index("ix_one_time_code_recipient", "recipient_hash", "sent_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)  # None where it opens no record
    recipient_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    purpose: Mapped[str] = mapped_column(String(20))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    tries_left: Mapped[int]
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class MadeCode:
    """A code's id, for the session of the asker, and the code itself where one is to be sent."""

    id: str
    code: str | None


def make_code(
    session: Session, *, purpose: str, person_id: str | None = None, recipient: str | None, pepper: bytes, now: datetime
) -> MadeCode:
    """A new code for one purpose; codes sent earlier to the same recipient for it are void.

    Where there is no recipient, since nobody matched, or the recipient had three codes within the hour for whatever
    purpose, the answer looks the same and holds an id that no code opens, but nothing to send.
    """
    code_id, code = new_id(), f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    recipient_hash = _hash(pepper, "recipient", (recipient or code_id).casefold())
    sent = _sent_within_the_hour(session, recipient_hash, now)  # asked for nobody too: the same work for everybody
    allowed = recipient is not None and sent < SENT_PER_HOUR
    earlier = recipient_hash if allowed else _hash(pepper, "recipient", code_id)
    unused = (
        OneTimeCode.recipient_hash == earlier,
        OneTimeCode.purpose == purpose,
        OneTimeCode.used_at.is_(None),
    )
    session.execute(update(OneTimeCode).where(*unused).values(code_hash=_VOID))
    hashed = _hash(pepper, "code", code_id, purpose, code)
    session.add(
        OneTimeCode(
            id=code_id,
            person_id=person_id if allowed else None,
            recipient_hash=recipient_hash if allowed else None,
            purpose=purpose,
            code_hash=hashed if allowed else _VOID,
            tries_left=TRIES,
            sent_at=now,
            expires_at=now + LIFETIME,
        )
    )
    session.flush()
    return MadeCode(id=code_id, code=code if allowed else None)


def check_code(session: Session, *, code_id: str, purpose: str, code: str, pepper: bytes, now: datetime) -> bool:
    """Whether a code is right, which it is once.

    Every call costs a try, counted in one statement, so that parallel guesses share the five; the caller commits
    whatever the answer.
    """
    hashed = _hash(pepper, "code", code_id, purpose, code)
    open_code = (OneTimeCode.id == code_id, OneTimeCode.purpose == purpose, OneTimeCode.used_at.is_(None))
    tried = session.scalar(
        update(OneTimeCode)
        .where(*open_code, OneTimeCode.expires_at > now, OneTimeCode.tries_left > 0)
        .values(tries_left=OneTimeCode.tries_left - 1)
        .returning(OneTimeCode.code_hash)
    )
    if tried is None or not hmac.compare_digest(tried, hashed):
        return False
    used = update(OneTimeCode).where(*open_code).values(used_at=now).returning(OneTimeCode.id)
    return session.scalar(used) is not None


def find_code(session: Session, code_id: str, *, purpose: str) -> OneTimeCode | None:
    """The code with this id, as it stands now, or None."""
    query = select(OneTimeCode).where(OneTimeCode.id == code_id, OneTimeCode.purpose == purpose)
    return session.scalar(query.execution_options(populate_existing=True))


def tries_left(session: Session, code_id: str, *, purpose: str, now: datetime) -> int:
    """How many tries a code has left: none once it was used or is too old."""
    tried = find_code(session, code_id, purpose=purpose)
    return tried.tries_left if tried and tried.used_at is None and now < tried.expires_at else 0


def opened(session: Session, code_id: str, *, purpose: str, now: datetime) -> OneTimeCode | None:
    """The code, where it was typed right within the hour and nobody has ended the visit since; else None."""
    used = find_code(session, code_id, purpose=purpose)
    if used is None or used.used_at is None or used.code_hash == _VOID or now >= used.used_at + OPEN_FOR:
        return None
    return used


def void_code(session: Session, code_id: str) -> None:
    """Ends what a code opens, or would open."""
    session.execute(update(OneTimeCode).where(OneTimeCode.id == code_id).values(code_hash=_VOID))


def forget_codes(session: Session, *, now: datetime) -> int:
    """Deletes codes that expired an hour ago, when they no longer count for the limit; answers how many."""
    stale = delete(OneTimeCode).where(OneTimeCode.expires_at < now - timedelta(hours=1)).returning(OneTimeCode.id)
    return len(session.scalars(stale).all())


def _sent_within_the_hour(session: Session, recipient_hash: bytes, now: datetime) -> int:
    query = select(func.count()).select_from(OneTimeCode)
    sent = query.where(OneTimeCode.recipient_hash == recipient_hash, OneTimeCode.sent_at > now - timedelta(hours=1))
    return session.scalar(sent) or 0


def _hash(pepper: bytes, *parts: str) -> bytes:
    return hmac.new(pepper, "\0".join(parts).encode(), hashlib.sha256).digest()
