"""Programs with an API key: agencies that check, systems that write."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from passport.errors import InputError, Refusal
from passport.registry.accounts import Account
from passport.registry.columns import Base, new_id

SCOPES = ("verify", "verify:batch", "registry:read", "registry:write", "issue")
KEY_PREFIX = "pk_"
PREFIX_SHOWN = 8  # characters of a key that tell it apart in lists
NAME_LIMIT = 120  # characters; what the column holds
KEY_BYTES = 32  # 256 random bits, so a plain hash at rest is enough
MOST_CHECKS = 1_000_000  # a minute; more than any machine answers
CHECKS_PER_MINUTE = 1200  # of a client for whom nothing else was agreed: a batch of 1,000 and room for single checks


class Client(Base):
    """A program of an agency: its key is shown once and kept as a hash; `prefix` tells keys apart in lists.

    One that reads or changes records does so as the account `acting`, with the roles and areas of that account.
    """

    __tablename__ = "client"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(NAME_LIMIT))
    prefix: Mapped[str] = mapped_column(String(12))
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    scopes: Mapped[list[Any]]
    checks_per_minute: Mapped[int]
    acting_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    acting: Mapped[Account | None] = relationship(lazy="joined")


def create_client(
    session: Session,
    *,
    name: str,
    scopes: Collection[str],
    now: datetime,
    checks_per_minute: int = CHECKS_PER_MINUTE,
    acting: Account | None = None,
) -> tuple[Client, str]:
    """A new client and its key; the key is in no other place.

    Raises InputError (bad_option) for a name that is blank or too long, an unknown scope, an impossible limit.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise InputError(Refusal.BAD_OPTION, f"scope: one of {', '.join(SCOPES)}")
    if not name.strip() or len(name) > NAME_LIMIT:
        raise InputError(Refusal.BAD_OPTION, f"name: 1 to {NAME_LIMIT} characters")
    if not 1 <= checks_per_minute <= MOST_CHECKS:
        raise InputError(Refusal.BAD_OPTION, f"1 to {MOST_CHECKS} checks a minute")
    key = _new_key()
    client = Client(
        name=name,
        prefix=key[:PREFIX_SHOWN],
        key_hash=_hash(key),
        scopes=[s for s in SCOPES if s in scopes],
        checks_per_minute=checks_per_minute,
        acting=acting,
        created_at=now,
    )
    session.add(client)
    session.flush()
    return client, key


def find_client(session: Session, *, key: str) -> Client | None:
    """The client that holds `key`, unless it was revoked."""
    if not key.startswith(KEY_PREFIX):
        return None
    return session.scalar(select(Client).where(Client.key_hash == _hash(key), Client.revoked_at.is_(None)))


def require_client(session: Session, client_id: str) -> Client:
    """The client with this id; raises InputError (unknown_key) when there is none or it was revoked."""
    client = session.get(Client, client_id)
    if client is None or client.revoked_at is not None:
        raise InputError(Refusal.UNKNOWN_KEY, client_id)
    return client


def roll_key(session: Session, client: Client) -> str:
    """A new key for a client, whose old one ends at once; the new key is in no other place."""
    key = _new_key()
    client.prefix, client.key_hash = key[:PREFIX_SHOWN], _hash(key)
    session.flush()
    return key


def list_clients(session: Session) -> list[Client]:
    """All clients, oldest first; keys are not among what is kept."""
    return list(session.scalars(select(Client).order_by(Client.created_at, Client.id)))


def revoke_client(session: Session, *, client_id: str, now: datetime) -> Client:
    """Ends a client's key at once; raises InputError (unknown_key) when there is no such client."""
    client = session.get(Client, client_id)
    if client is None:
        raise InputError(Refusal.UNKNOWN_KEY, client_id)
    client.revoked_at = client.revoked_at or now
    return client


def _new_key() -> str:
    return KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
