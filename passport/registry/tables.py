"""The tables. Instants are UTC; identifiers that leave the house are random 128-bit text."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

if TYPE_CHECKING:
    from passport.registry.accounts import Account


class Instant(TypeDecorator[datetime]):
    """A UTC instant on both databases; refuses one without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id() -> str:
    """A random 128-bit identifier that cannot be guessed from another."""
    return secrets.token_hex(16)


class Base(DeclarativeBase):
    """The declarative base of every table."""

    type_annotation_map = {datetime: Instant, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


class Area(Base):
    """An administrative unit as it was between two days; codes were re-used under other names in 2025."""

    __tablename__ = "area"
    __table_args__ = (Index("ix_area_code", "code", "level"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(5))
    level: Mapped[str] = mapped_column(String(8))  # province, district or commune
    name: Mapped[str] = mapped_column(String(80))  # with its kind: Xã Kim Sơn
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    path: Mapped[str] = mapped_column(String(40), index=True)  # ids from the province down: /12/340/5678/
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]  # last day, None while in force
    parent: Mapped[Area | None] = relationship(remote_side=[id])


class Site(Base):
    """A vaccination site: it gave the dose and answers for the record."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    kind: Mapped[str] = mapped_column(String(20), default="station")
    area: Mapped[Area] = relationship()


class Campaign(Base):
    """A vaccination campaign that lists belong to."""

    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)


class Grant(Base):
    """A role of an account in one area and all areas beneath; no area means the whole country."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("account_id", "role", "area_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(String(30))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    account: Mapped[Account] = relationship("Account", back_populates="grants")
    area: Mapped[Area | None] = relationship()


class Import(Base):
    """One list that came in, with its counts."""

    __tablename__ = "list_import"
    __table_args__ = (UniqueConstraint("site_id", "kind", "file_sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    kind: Mapped[str] = mapped_column(String(12))  # vaccination or attendance
    file_name: Mapped[str] = mapped_column(String(255))
    file_sha256: Mapped[str] = mapped_column(String(64))
    layout: Mapped[str] = mapped_column(String(20))  # dose_rows, ward_26 or attendance
    header: Mapped[list[Any]]  # the column titles as they stood in the file
    state: Mapped[str] = mapped_column(String(10), default="done")  # done or withdrawn
    created_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    site: Mapped[Site] = relationship()
    created_by: Mapped[Account] = relationship("Account")


class ImportRow(Base):
    """One row of a list as typed, what became of it, and everything that was wrong with it."""

    __tablename__ = "import_row"
    __table_args__ = (Index("ix_import_row_import", "import_id", "row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("list_import.id"))
    row: Mapped[int]  # the sheet's own row number
    outcome: Mapped[str] = mapped_column(String(8))  # new, known or refused
    held: Mapped[bool] = mapped_column(default=False)
    cells: Mapped[dict[str, Any]]  # field → text as typed
    issues: Mapped[list[Any]]  # {column, severity, reason, values}
    dose_id: Mapped[str | None] = mapped_column(ForeignKey("dose.id", ondelete="SET NULL"))
    settled: Mapped[bool] = mapped_column(default=False)  # corrected on screen or by a later file


class Attendee(Base):
    """A person on an attendance list: who was there to be vaccinated, told by a station or a company."""

    __tablename__ = "attendee"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("list_import.id"))
    row: Mapped[int]
    full_name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(80), index=True)
    birth_date: Mapped[str | None] = mapped_column(String(10))
    sex: Mapped[str | None] = mapped_column(String(1))
    id_number: Mapped[str | None] = mapped_column(String(20), index=True)
    phone: Mapped[str | None] = mapped_column(String(15))
    commune_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    employer: Mapped[str | None] = mapped_column(String(200))
    priority_group: Mapped[str | None] = mapped_column(String(60))
    planned_dose: Mapped[int | None]


class Person(Base):
    """A vaccinee as recorded. `birth_date` is YYYY, YYYY-MM or YYYY-MM-DD; `name_key` is the folded name."""

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_natural", "name_key", "birth_date"),
        CheckConstraint("sex IN ('M', 'F')", name="ck_person_sex"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    full_name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(80))
    latin_name: Mapped[str | None] = mapped_column(String(80))  # FAMILY<<GIVEN as in the passport, where it differs
    birth_date: Mapped[str] = mapped_column(String(10))
    sex: Mapped[str] = mapped_column(String(1))
    id_number: Mapped[str | None] = mapped_column(String(20), index=True)
    insurance_number: Mapped[str | None] = mapped_column(String(15))
    phone: Mapped[str | None] = mapped_column(String(15))
    email: Mapped[str | None] = mapped_column(String(120))
    nationality: Mapped[str] = mapped_column(String(2), default="VN")
    commune_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    address: Mapped[str | None] = mapped_column(String(200))
    priority_group: Mapped[str | None] = mapped_column(String(60))
    employer: Mapped[str | None] = mapped_column(String(200))
    identity_state: Mapped[str] = mapped_column(String(10), default="waiting", index=True)
    identity_checked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    commune: Mapped[Area | None] = relationship()
    doses: Mapped[list[Dose]] = relationship(back_populates="person", order_by="Dose.given_on, Dose.number")
    certificates: Mapped[list[Certificate]] = relationship(back_populates="person", order_by="Certificate.issued_at")


class Dose(Base):
    """A dose given at a site. `held` blocks it until the row's faults are cleaned."""

    __tablename__ = "dose"
    __table_args__ = (
        UniqueConstraint("person_id", "given_on", "product", "number", "lot"),
        CheckConstraint("confirmed_by_id IS NULL OR confirmed_by_id <> entered_by_id", name="ck_dose_four_eyes"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("list_import.id"), index=True)
    product: Mapped[str] = mapped_column(String(40))  # key of the vaccine catalogue
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    given_on: Mapped[date]
    lot: Mapped[str] = mapped_column(String(40), default="")
    held: Mapped[bool] = mapped_column(default=False)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    confirmed_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(back_populates="doses")
    site: Mapped[Site] = relationship()


class Correction(Base):
    """One field of a person or dose that was changed: who, when, why, before and after."""

    __tablename__ = "correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    dose_id: Mapped[str | None] = mapped_column(ForeignKey("dose.id", ondelete="SET NULL"))
    field: Mapped[str] = mapped_column(String(30))
    before: Mapped[str | None] = mapped_column(String(200))
    after: Mapped[str | None] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(String(400))
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]


class Batch(Base):
    """A proposal to issue certificates in one area; somebody else approves it."""

    __tablename__ = "batch"
    __table_args__ = (
        CheckConstraint("approved_by_id IS NULL OR approved_by_id <> proposed_by_id", name="ck_batch_four_eyes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    state: Mapped[str] = mapped_column(String(10))  # proposed, approved, issued
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime | None]
    area: Mapped[Area] = relationship()
    members: Mapped[list[BatchMember]] = relationship(back_populates="batch")


class BatchMember(Base):
    """One dose that a batch proposes to certify, and what became of it (None: not tried yet)."""

    __tablename__ = "batch_member"

    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    dose_id: Mapped[str] = mapped_column(ForeignKey("dose.id"), primary_key=True)
    outcome: Mapped[str | None] = mapped_column(String(40))  # issued, or the word of a refusal
    batch: Mapped[Batch] = relationship(back_populates="members")
    dose: Mapped[Dose] = relationship()


class Certificate(Base):
    """A certificate. The row is written as `reserved` before anything is signed; a signed one is never changed."""

    __tablename__ = "certificate"
    __table_args__ = (
        # One certificate in force for a dose: a correction or a renewal replaces the one before.
        Index(
            "uq_certificate_current",
            "dose_id",
            unique=True,
            sqlite_where=text("state <> 'revoked'"),
            postgresql_where=text("state <> 'revoked'"),
        ),
        CheckConstraint("state = 'reserved' OR text IS NOT NULL", name="ck_certificate_text"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    identifier: Mapped[str] = mapped_column(String(80), unique=True)  # the UVCI
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    dose_id: Mapped[str] = mapped_column(ForeignKey("dose.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))
    format: Mapped[str] = mapped_column(String(10), default="hc1")
    state: Mapped[str] = mapped_column(String(10))  # reserved, issued or revoked
    text: Mapped[str | None] = mapped_column(Text)
    key_id: Mapped[str | None] = mapped_column(String(64))
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    revocation_reason: Mapped[str | None] = mapped_column(String(200))
    replaced_by_id: Mapped[str | None] = mapped_column(ForeignKey("certificate.id"))
    person: Mapped[Person] = relationship(back_populates="certificates")
    dose: Mapped[Dose] = relationship()


class OneTimeCode(Base):
    """A code sent to the telephone or mail on record; only its hash is kept."""

    __tablename__ = "one_time_code"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)  # None: nobody matched
    purpose: Mapped[str] = mapped_column(String(20))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    tries_left: Mapped[int]
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class OutboxMessage(Base):
    """A message that would have gone out by SMS or mail; written in development only."""

    __tablename__ = "outbox_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(String(1000))
    at: Mapped[datetime]


class AuditEntry(Base):
    """One act: who did what to what. Append-only; each row's hash covers the row before it."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(255))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(100))
    detail: Mapped[dict[str, Any]]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
