"""The audit trail: who did what to what, in a chain that shows any later change."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CheckConstraint, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from passport.registry.columns import Base

START = "0" * 64  # what the first entry follows
_CHUNK = 1000  # rows read at a time


class AuditEntry(Base):
    """One act: who did what to what. Append-only, numbered without gaps; each hash covers the row before it."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(255))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(100), index=True)
    detail: Mapped[dict[str, Any]]
    previous_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class AuditHead(Base):
    """The last entry of the audit trail, in one row that writers lock so that the chain never forks."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="ck_audit_head_single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry: its number and hash, to be kept outside the database."""

    entry_id: int
    hash: str


def record(
    session: Session, *, actor: str, action: str, subject: str, detail: Mapping[str, Any] | None = None, at: datetime
) -> AuditEntry:
    """Adds one act to the trail, in the transaction of the act itself.

    `actor` is an e-mail or the name of a client, `subject` an id, `detail` plain JSON without personal data.
    Writers wait for each other here, so call it last.
    """
    last = _locked_head(session)
    entry = AuditEntry(
        id=last.entry_id + 1,
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        detail=dict(detail or {}),
        previous_hash=last.hash,
    )
    entry.hash = _hash(entry)
    last.entry_id, last.hash = entry.id, entry.hash
    session.add(entry)
    session.flush()
    return entry


def verify_chain(session: Session, *, expected: Head | None = None) -> int | None:
    """The number of the first entry that is not what was written, or None when the chain is whole.

    A trail that was cut off at its end, or written anew from some entry on, shows against a head that was kept
    outside: `expected`.
    """
    number, previous = 0, START
    in_order = select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=_CHUNK)
    with session.scalars(in_order) as found:
        for entry in found:
            number += 1
            if entry.id != number or entry.previous_hash != previous or entry.hash != _hash(entry):
                return number
            if expected is not None and number == expected.entry_id and entry.hash != expected.hash:
                return number
            previous = entry.hash
    last = head(session) or Head(entry_id=0, hash=START)
    if number < max(last.entry_id, expected.entry_id if expected else 0):
        return number + 1
    if number > last.entry_id:
        return last.entry_id + 1
    return None if last.hash == previous else number


def head(session: Session) -> Head | None:
    """The last entry as writers left it, or None while nothing was recorded."""
    last = session.get(AuditHead, 1)
    return None if last is None else Head(entry_id=last.entry_id, hash=last.hash)


def entries(
    session: Session,
    *,
    subject: str | None = None,
    actor: str | None = None,
    action: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[AuditEntry]:
    """Entries, the latest first: of one subject, actor or act, from `since` on and before `until`, or all.

    The next page holds those `before` the last of this one.
    """
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if subject is not None:
        query = query.where(AuditEntry.subject == subject)
    if actor is not None:
        query = query.where(AuditEntry.actor == actor)
    if action is not None:
        query = query.where(AuditEntry.action == action)
    if since is not None:
        query = query.where(AuditEntry.at >= since)
    if until is not None:
        query = query.where(AuditEntry.at < until)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return list(session.scalars(query))


def _locked_head(session: Session) -> AuditHead:
    query = select(AuditHead).with_for_update().execution_options(populate_existing=True)
    last = session.scalar(query)
    if last is None:
        with contextlib.suppress(IntegrityError), session.begin_nested():  # another writer may be the first as well
            session.add(AuditHead(id=1, entry_id=0, hash=START))
        last = session.scalars(query).one()
    return last


def _hash(entry: AuditEntry) -> str:
    told = [
        entry.id,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.subject,
        entry.detail,
        entry.previous_hash,
    ]
    canonical = json.dumps(told, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
