"""Accounts of staff and the roles they hold in areas. Passwords are hashed by Flask-Security in the faces."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session, relationship

from passport.errors import InputError, Refusal, Refused
from passport.registry.areas import lies_in
from passport.registry.columns import Base, new_id
from passport.registry.tables import Area, Grant

EMAIL_LIMIT, NAME_LIMIT = 255, 120  # characters; what the columns hold
# What each role may do is said where it is asked for; nobody may do anything by being in the list.
ROLES = (
    "registrar",
    "confirmer",
    "identity_officer",
    "issuer",
    "approver",
    "inspector",
    "list_provider",
    "checkpoint_head",
    "auditor",
    "administrator",
)

# Flask-Security asks for roles of its own; ours have areas and live in `Grant`, so these stay empty.
_account_role = Table(
    "account_role",
    Base.metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("role_id", ForeignKey("role.id"), primary_key=True),
)


class Role(Base, RoleMixin):
    """Required by Flask-Security; what an account may do is told by its grants."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)


class Account(Base, UserMixin):
    """A member of staff: argon2id password, TOTP secret encrypted by Flask-Security, grants by area."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(EMAIL_LIMIT), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LIMIT))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_last_counter: Mapped[int | None]  # the time step of the last code that was taken
    roles: Mapped[list[Role]] = relationship(secondary=_account_role)  # type: ignore[assignment]  # wider in the mixin
    grants: Mapped[list[Grant]] = relationship(
        back_populates="account", cascade="all, delete-orphan", order_by=Grant.id
    )
    requests: Mapped[list[StaffRequest]] = relationship(
        back_populates="account", foreign_keys="StaffRequest.account_id", order_by="StaffRequest.id"
    )


class StaffRequest(Base):
    """What one administrator asked for an account and a second one has not agreed to yet: a role, or a new link.

    What is decided is deleted; the audit trail keeps who asked and who decided.
    """

    __tablename__ = "staff_request"
    __table_args__ = (CheckConstraint("(role IS NULL) <> (token_hash IS NULL)", name="ck_staff_request_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str | None] = mapped_column(String(30))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))  # of the role; None: the whole country
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)  # of the link; it opens nothing yet
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    account: Mapped[Account] = relationship(back_populates="requests", foreign_keys=[account_id], lazy="joined")
    asked_by: Mapped[Account] = relationship(foreign_keys=[asked_by_id], lazy="joined")
    area: Mapped[Area | None] = relationship(lazy="joined")


def create_account(session: Session, *, email: str, name: str, password_hash: str | None) -> Account:
    """A new account without any role.

    Raises InputError (bad_option) when the address is taken or is none, or the name is none.
    """
    address, called = email.strip(), name.strip()
    if "@" not in address[1:-1] or len(address) > EMAIL_LIMIT or not address.isprintable():
        raise InputError(Refusal.BAD_OPTION, "an e-mail address", variant="email")
    if not 0 < len(called) <= NAME_LIMIT or not called.isprintable():
        raise InputError(Refusal.BAD_OPTION, f"a name of 1 to {NAME_LIMIT} characters")
    if _by_email(session, address) is not None:
        raise InputError(Refusal.BAD_OPTION, "this e-mail address has an account", variant="email_taken")
    account = Account(email=address, name=called, password=password_hash, active=True, fs_uniquifier=new_id())
    session.add(account)
    session.flush()
    return account


def find_account(session: Session, email: str) -> Account:
    """The active account of an e-mail address in any case; raises InputError (unknown_account)."""
    account = _by_email(session, email.strip())
    if account is None or not account.active:
        raise InputError(Refusal.UNKNOWN_ACCOUNT)
    return account


def account_of(session: Session, email: str) -> Account:
    """The account of an e-mail address, active or not: who did something once; raises InputError (unknown_account)."""
    account = _by_email(session, email)
    if account is None:
        raise InputError(Refusal.UNKNOWN_ACCOUNT)
    return account


def list_accounts(session: Session) -> list[Account]:
    """All accounts by address."""
    return list(session.scalars(select(Account).order_by(Account.email)))


def grant_role(session: Session, *, account: Account, role: str, area: Area | None) -> Grant:
    """Gives a role in `area` and all areas beneath, None being the whole country; what is held already stays.

    Raises InputError (bad_option) for an unknown role.
    """
    if role not in ROLES:
        raise InputError(Refusal.BAD_OPTION, f"role: one of {', '.join(ROLES)}")
    held = next((grant for grant in account.grants if grant.role == role and grant.area is area), None)
    if held is not None:
        return held
    grant = Grant(account=account, role=role, area=area)
    session.add(grant)
    session.flush()
    return grant


def require_role(session: Session, account: Account, roles: Collection[str], area: Area | None) -> None:
    """Passes when `account` holds one of `roles` in `area` or above it; an act without area is a national one.

    Raises Refused (not_permitted).
    """
    for grant in session.scalars(select(Grant).where(Grant.account_id == account.id, Grant.role.in_(roles))):
        if grant.area is None or (area is not None and lies_in(area, grant.area)):
            return
    raise Refused(Refusal.NOT_PERMITTED, ", ".join(sorted(roles)))


def spend_code(account: Account, *, counter: int) -> bool:
    """Whether a code of this time step is the first of its step or a later one; the same code is not good twice.

    Asked and kept in one statement, so that of two requests with one code one is let through.
    """
    session = object_session(account)
    assert session is not None
    fresh = or_(Account.tf_last_counter.is_(None), Account.tf_last_counter < counter)
    taken = update(Account).where(Account.id == account.id, fresh).values(tf_last_counter=counter)
    return session.scalar(taken.returning(Account.id)) is not None


def granted_areas(account: Account, roles: Collection[str]) -> list[Area | None]:
    """Where `account` holds one of `roles`; None among them is the whole country."""
    return [grant.area for grant in account.grants if grant.role in roles]


def _by_email(session: Session, address: str) -> Account | None:
    return session.scalar(select(Account).where(func.lower(Account.email) == address.lower()))
