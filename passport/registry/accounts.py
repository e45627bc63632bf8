"""Accounts of staff and the roles they hold in areas."""

from __future__ import annotations

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from passport.registry.columns import Base
from passport.registry.tables import Grant

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
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    roles: Mapped[list[Role]] = relationship(secondary=_account_role)  # type: ignore[assignment]  # wider in the mixin
    grants: Mapped[list[Grant]] = relationship(back_populates="account", cascade="all, delete-orphan")
