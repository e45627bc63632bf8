"""One-time links by which members of staff choose a password, and a second factor after it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from passport.errors import InputError, Refusal
from passport.registry.accounts import Account, StaffRequest
from passport.registry.columns import Base, new_id

LIFETIME = timedelta(days=3)  # over a weekend; a link that was not used by then is asked for anew
_TOKEN_BYTES = 32


class Invitation(Base):
    """The open link of an account, of which there is one at most; only a hash of it is kept."""

    __tablename__ = "invitation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    account: Mapped[Account] = relationship()


def make_link(session: Session, *, account: Account, now: datetime) -> str:
    """The token of a new link for `account`; an earlier one no longer opens anything."""
    token, token_hash = draw_token()
    open_link(session, account=account, token_hash=token_hash, now=now)
    return token


def draw_token() -> tuple[str, str]:
    """A new token and its hash, which opens nothing yet."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    return token, _hash(token)


def open_link(session: Session, *, account: Account, token_hash: str, now: datetime) -> None:
    """Lets the token of this hash open `account`; earlier ones, and those that wait, no longer do or will."""
    session.execute(delete(Invitation).where(Invitation.account_id == account.id))
    session.execute(
        delete(StaffRequest).where(StaffRequest.account_id == account.id, StaffRequest.token_hash.is_not(None))
    )
    session.add(Invitation(account_id=account.id, token_hash=token_hash, expires_at=now + LIFETIME))
    session.flush()
    session.expire(account, ["requests"])


def invited(session: Session, token: str, *, now: datetime) -> Account:
    """Whom a link invites.

    Raises InputError (link_spent) for one that was used, has ended or never was, (link_waits) for one that a second
    administrator has not agreed to.
    """
    query = select(Account).join(Invitation, Invitation.account_id == Account.id)
    query = query.where(Invitation.token_hash == _hash(token), Invitation.expires_at > now)
    account = session.scalar(query.where(Account.active.is_(True)))
    if account is None:
        waits = session.scalar(select(StaffRequest.id).where(StaffRequest.token_hash == _hash(token)))
        raise InputError(Refusal.LINK_SPENT if waits is None else Refusal.LINK_WAITS)
    return account


def accept(session: Session, token: str, *, password_hash: str, now: datetime) -> Account:
    """Gives the account its password and spends the link; a second factor and open sessions of before end.

    Of two who come with the same link one is let through. Raises InputError (link_spent, link_waits).
    """
    account = invited(session, token, now=now)
    spent = delete(Invitation).where(Invitation.token_hash == _hash(token)).returning(Invitation.id)
    if session.scalar(spent) is None:
        raise InputError(Refusal.LINK_SPENT)
    account.password, account.fs_uniquifier = password_hash, new_id()
    account.tf_primary_method = account.tf_totp_secret = None
    session.flush()
    return account


def open_links(session: Session, *, now: datetime) -> dict[int, datetime]:
    """Until when the link of each account is good that has one."""
    query = select(Invitation.account_id, Invitation.expires_at).where(Invitation.expires_at > now)
    return dict(iter(session.execute(query)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
