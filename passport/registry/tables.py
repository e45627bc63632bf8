"""The tables that several modules share; what one module alone uses (accounts, clients, codes, audit) stands there.

Instants are UTC; identifiers that leave the house cannot be guessed (`columns.new_id`, `row_id`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from passport.domain.employers import KEY_LIMIT, employer_key
from passport.registry.columns import Base, compared, new_id, row_id

if TYPE_CHECKING:
    from passport.registry.accounts import Account


class Area(Base):
    """An administrative unit as it was between two days; codes were re-used under other names in 2025."""

    __tablename__ = "area"
    __table_args__ = (
        UniqueConstraint("code", "level", "valid_from"),
        CheckConstraint("level IN ('province', 'district', 'commune')", name="ck_area_level"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(5))
    level: Mapped[str] = mapped_column(String(8))  # province, district or commune
    name: Mapped[str] = mapped_column(String(80))  # with its kind: Xã Kim Sơn
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    path: Mapped[str] = mapped_column(compared(40), index=True)  # ids from the province down: /12/340/5678/
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]  # last day, None while in force
    # The unit that took over most of it, one level up where none of its own level did; None while in force.
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    parent: Mapped[Area | None] = relationship(remote_side=[id], foreign_keys=[parent_id])
    successor: Mapped[Area | None] = relationship(remote_side=[id], foreign_keys=[successor_id])


class Site(Base):
    """A vaccination site: it gave the dose and answers for the record."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="station")  # as the operator calls it: station, hospital
    closed_on: Mapped[date | None]  # from this day the area above answers for what it recorded
    area: Mapped[Area] = relationship()


class Campaign(Base):
    """A vaccination campaign that lists belong to."""

    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)


class Grant(Base):
    """A role of an account in one area and all areas beneath; no area means the whole country."""

    __tablename__ = "role_grant"
    __table_args__ = (
        UniqueConstraint("account_id", "role", "area_id"),
        # NULLs differ from each other in a unique constraint, so the national grant has an index of its own.
        Index(
            "uq_role_grant_national",
            "account_id",
            "role",
            unique=True,
            sqlite_where=text("area_id IS NULL"),
            postgresql_where=text("area_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(String(30))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    account: Mapped[Account] = relationship("Account", back_populates="grants")
    area: Mapped[Area | None] = relationship()


class Import(Base):
    """One list that came in, with its counts."""

    __tablename__ = "list_import"
    __table_args__ = (
        # The same file is one import however often it is sent; a withdrawn one may be sent anew.
        Index(
            "uq_list_import_file",
            "site_id",
            "kind",
            "file_sha256",
            unique=True,
            sqlite_where=text("state <> 'withdrawn'"),
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        CheckConstraint("kind IN ('vaccination', 'attendance')", name="ck_list_import_kind"),
        CheckConstraint("state IN ('done', 'withdrawn')", name="ck_list_import_state"),
    )

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
    campaign: Mapped[Campaign | None] = relationship()
    created_by: Mapped[Account] = relationship("Account")


class ImportRow(Base):
    """One row of a list as typed, what became of it, and everything that was wrong with it."""

    __tablename__ = "import_row"
    __table_args__ = (
        UniqueConstraint("import_id", "row"),
        CheckConstraint("outcome IN ('new', 'known', 'refused')", name="ck_import_row_outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("list_import.id"))
    row: Mapped[int]  # the sheet's own row number
    outcome: Mapped[str] = mapped_column(String(8))  # new, known or refused
    held: Mapped[bool] = mapped_column(default=False)
    cells: Mapped[dict[str, Any]]  # field → text as typed
    issues: Mapped[list[Any]]  # {column, severity, reason, values}
    settled: Mapped[bool] = mapped_column(default=False)  # corrected on screen or by a later file
    doses: Mapped[list[Dose]] = relationship(back_populates="import_row")  # new ones; the ward layout has two a row


class Employed:
    """Somebody whose employer a list tells: the name as typed, and the form that is searched."""

    employer: Mapped[str | None] = mapped_column(String(200))
    employer_key: Mapped[str | None] = mapped_column(compared(KEY_LIMIT))

    @validates("employer")
    def _fold_employer(self, _name: str, employer: str | None) -> str | None:
        self.employer_key = employer_key(employer) if employer else None
        return employer


class Attendee(Employed, Base):
    """A person on an attendance list: who was there to be vaccinated, told by a station or a company."""

    __tablename__ = "attendee"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("list_import.id"), index=True)
    row: Mapped[int]
    full_name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(compared(80), index=True)
    birth_date: Mapped[str | None] = mapped_column(String(10))
    sex: Mapped[str | None] = mapped_column(String(1))
    id_number: Mapped[str | None] = mapped_column(String(20), index=True)
    phone: Mapped[str | None] = mapped_column(String(15))
    commune_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    priority_group: Mapped[str | None] = mapped_column(String(60))
    planned_dose: Mapped[int | None]


class Person(Employed, Base):
    """A vaccinee as recorded. `birth_date` is YYYY, YYYY-MM or YYYY-MM-DD; `name_key` is the folded name."""

    __tablename__ = "person"
    __table_args__ = (
        # The natural key of people with a number; two lists that name the same person find one record.
        UniqueConstraint("id_number", "name_key", "birth_date", "sex", name="uq_person_natural"),
        Index("ix_person_name", "name_key", "birth_date"),
        Index(
            "ix_person_case",
            "case_since",
            "id",
            sqlite_where=text("case_since IS NOT NULL"),
            postgresql_where=text("case_since IS NOT NULL"),
        ),
        CheckConstraint("sex IN ('M', 'F')", name="ck_person_sex"),
        CheckConstraint(
            "identity_state IN ('waiting', 'verified', 'wrong', 'not_found', 'ambiguous', 'no_id', 'bad_id')",
            name="ck_person_identity_state",
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=row_id)
    full_name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(compared(80))
    latin_name: Mapped[str | None] = mapped_column(String(80))  # FAMILY<<GIVEN as in the passport, where it differs
    birth_date: Mapped[str] = mapped_column(String(10))
    sex: Mapped[str] = mapped_column(String(1))
    id_number: Mapped[str | None] = mapped_column(String(20))
    insurance_number: Mapped[str | None] = mapped_column(String(15))
    phone: Mapped[str | None] = mapped_column(String(15))
    email: Mapped[str | None] = mapped_column(String(120))
    nationality: Mapped[str] = mapped_column(String(2), default="VN")
    commune_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    address: Mapped[str | None] = mapped_column(String(200))
    priority_group: Mapped[str | None] = mapped_column(String(60))
    identity_state: Mapped[str] = mapped_column(String(10), default="waiting", index=True)
    identity_checked_at: Mapped[datetime | None]
    identity_how: Mapped[str | None] = mapped_column(String(10))  # register or passport, of a verified identity
    case_since: Mapped[datetime | None]  # since when the identity is to be put right; None before, and once verified
    created_at: Mapped[datetime]
    commune: Mapped[Area | None] = relationship()
    former_numbers: Mapped[list[FormerNumber]] = relationship(passive_deletes=True)
    doses: Mapped[list[Dose]] = relationship(back_populates="person", order_by="Dose.given_on, Dose.number")
    certificates: Mapped[list[Certificate]] = relationship(back_populates="person", order_by="Certificate.issued_at")


class FormerNumber(Base):
    """A number that was a person's own before it was renewed: a CMND before the CCCD, an earlier passport."""

    __tablename__ = "former_number"
    __table_args__ = (UniqueConstraint("person_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(String(20), index=True)
    renewed_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))


class Dose(Base):
    """A dose given at a site. `held` blocks it until the row's faults are cleaned."""

    __tablename__ = "dose"
    __table_args__ = (
        UniqueConstraint("person_id", "given_on", "product", "number", "lot", name="uq_dose_natural"),
        CheckConstraint("kind IN ('primary', 'additional', 'booster')", name="ck_dose_kind"),
        CheckConstraint("number BETWEEN 1 AND 9", name="ck_dose_number"),
        CheckConstraint("confirmed_by_id IS NULL OR confirmed_by_id <> entered_by_id", name="ck_dose_four_eyes"),
        CheckConstraint("(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name="ck_dose_confirmed"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=row_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("list_import.id"), index=True)
    import_row_id: Mapped[int | None] = mapped_column(ForeignKey("import_row.id"), index=True)
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
    import_row: Mapped[ImportRow | None] = relationship(back_populates="doses")
    entered_by: Mapped[Account] = relationship("Account", foreign_keys=[entered_by_id])
    confirmed_by: Mapped[Account | None] = relationship("Account", foreign_keys=[confirmed_by_id])
    certificates: Mapped[list[Certificate]] = relationship(back_populates="dose", order_by="Certificate.issued_at")


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
        CheckConstraint("(state = 'proposed') = (approved_by_id IS NULL)", name="ck_batch_approved"),
        CheckConstraint("state IN ('proposed', 'approved', 'issued')", name="ck_batch_state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))  # proposed, approved, issued
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime | None]
    area: Mapped[Area] = relationship()
    proposed_by: Mapped[Account] = relationship("Account", foreign_keys=[proposed_by_id])
    approved_by: Mapped[Account | None] = relationship("Account", foreign_keys=[approved_by_id])
    members: Mapped[list[BatchMember]] = relationship(back_populates="batch")


class BatchMember(Base):
    """One dose that a batch proposes to certify, and what became of it (None: not tried yet)."""

    __tablename__ = "batch_member"

    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    dose_id: Mapped[str] = mapped_column(ForeignKey("dose.id"), primary_key=True, index=True)
    outcome: Mapped[str | None] = mapped_column(String(40))  # issued, or the word of a refusal
    batch: Mapped[Batch] = relationship(back_populates="members")
    dose: Mapped[Dose] = relationship()


def _one_for_a_dose(state: str) -> Index:
    where = text(f"state = '{state}'")
    return Index(f"uq_certificate_{state}", "dose_id", unique=True, sqlite_where=where, postgresql_where=where)


class Certificate(Base):
    """A certificate. The row is written as `reserved` before anything is signed; a signed one is never changed.

    A dose has at most one certificate in force and at most one reservation, so the old one stays in force until
    its replacement is signed. A reservation whose signing was cut off is `abandoned`; its identifier is spent.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        _one_for_a_dose("issued"),
        _one_for_a_dose("reserved"),
        CheckConstraint("state IN ('reserved', 'abandoned', 'issued', 'revoked')", name="ck_certificate_state"),
        CheckConstraint("state IN ('reserved', 'abandoned') OR text IS NOT NULL", name="ck_certificate_text"),
        CheckConstraint("(state = 'revoked') = (revoked_at IS NOT NULL)", name="ck_certificate_revoked"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    identifier: Mapped[str] = mapped_column(String(80), unique=True)  # the UVCI
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    dose_id: Mapped[str] = mapped_column(ForeignKey("dose.id"), index=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"), index=True)
    format: Mapped[str] = mapped_column(String(10), default="hc1")
    state: Mapped[str] = mapped_column(String(10))  # reserved, abandoned, issued or revoked
    text: Mapped[str | None] = mapped_column(Text)
    key_id: Mapped[str | None] = mapped_column(String(64))
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    revocation_reason: Mapped[str | None] = mapped_column(String(200))
    replaced_by_id: Mapped[str | None] = mapped_column(ForeignKey("certificate.id"))
    batch: Mapped[Batch | None] = relationship()
    issued_by: Mapped[Account] = relationship("Account", foreign_keys=[issued_by_id])
    person: Mapped[Person] = relationship(back_populates="certificates")
    dose: Mapped[Dose] = relationship(back_populates="certificates")
    replaced_by: Mapped[Certificate | None] = relationship(remote_side=[id], post_update=True)
