"""Agencies that are signed in at their pages, one row for each browser: signing out ends a copied cookie as well."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from passport.registry.clients import Client
from passport.registry.columns import Base

LIFE = timedelta(hours=12)  # a working day (security T18)
_TOKEN_BYTES = 32


class AgencySession(Base):
    """A browser that acts for a client; only a hash of what its cookie holds is kept."""

    __tablename__ = "agency_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), index=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)


def begin_session(session: Session, *, client: Client, now: datetime) -> str:
    """The token of a new session of `client`; sessions that have ended are cleared away."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.execute(delete(AgencySession).where(AgencySession.ends_at <= now))
    session.add(AgencySession(token_hash=_hash(token), client_id=client.id, ends_at=now + LIFE))
    session.flush()
    return token


def client_of(session: Session, token: str, *, now: datetime) -> Client | None:
    """For whom the session of `token` acts; None when it has ended or the client was revoked."""
    query = select(Client).join(AgencySession, AgencySession.client_id == Client.id)
    query = query.where(AgencySession.token_hash == _hash(token), AgencySession.ends_at > now)
    return session.scalar(query.where(Client.revoked_at.is_(None)))


def end_session(session: Session, token: str) -> None:
    """Ends the session of `token`."""
    session.execute(delete(AgencySession).where(AgencySession.token_hash == _hash(token)))


def end_sessions(session: Session, client: Client) -> None:
    """Ends every session of `client`."""
    session.execute(delete(AgencySession).where(AgencySession.client_id == client.id))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
