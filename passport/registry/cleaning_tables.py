"""What the cleaning of records keeps: cases sent back, lists handed over, candidates, merges, reports of citizens.

The queue itself is no table: an identity waits for its officer because of `person.identity_state`, a dose for its
site because of `dose.held`. A copy of either could only disagree with the record.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from passport.registry.accounts import Account
from passport.registry.columns import Base, compared
from passport.registry.tables import Area, Person


class SentBack(Base):
    """A person's case that was given back, to the site or the citizen, with what is asked of them."""

    __tablename__ = "case_sent_back"
    __table_args__ = (CheckConstraint("sent_to IN ('site', 'citizen')", name="ck_case_sent_back_sent_to"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    sent_to: Mapped[str] = mapped_column(String(8))
    why: Mapped[str] = mapped_column(String(400))
    due_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]  # when the case was taken back again
    person: Mapped[Person] = relationship()


class HandOver(Base):
    """A list of a commune that went from the health station to the commune police (letter 2262/BYT-CNTT)."""

    __tablename__ = "hand_over"

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    made_by: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime]
    made_on: Mapped[date]  # the day that the paper says
    area: Mapped[Area] = relationship()


class HandOverRow(Base):
    """One person on a list that was handed over, and how the row came back."""

    __tablename__ = "hand_over_row"
    __table_args__ = (
        CheckConstraint("outcome IN ('settled', 'differs')", name="ck_hand_over_row_outcome"),
        CheckConstraint("(outcome IS NULL) = (back_at IS NULL)", name="ck_hand_over_row_back"),
    )

    hand_over_id: Mapped[int] = mapped_column(ForeignKey("hand_over.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    outcome: Mapped[str | None] = mapped_column(String(8))  # None while the list is out
    back_at: Mapped[datetime | None]
    hand_over: Mapped[HandOver] = relationship()
    person: Mapped[Person] = relationship()


class LinkageCandidate(Base):
    """Somebody in an extract of the population register whom linkage takes a case for, until the case is settled."""

    __tablename__ = "linkage_candidate"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 1 is the best
    points: Mapped[int]
    reason: Mapped[str] = mapped_column(String(16))  # the one word of linkage for the whole row
    differs: Mapped[list[Any]]  # columns of the linkage row that this candidate contradicts
    full_name: Mapped[str] = mapped_column(String(80))
    birth_date: Mapped[str] = mapped_column(String(10))
    sex: Mapped[str] = mapped_column(String(1))
    id_number: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(12))
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]


class RecordMerge(Base):
    """Records that were made one, or one that was parted; `trace` holds every changed cell before and after.

    `gone_id` is no foreign key: that record is not there any more, and its id must still be found.
    """

    __tablename__ = "record_merge"
    __table_args__ = (CheckConstraint("kind IN ('people', 'doses', 'split')", name="ck_record_merge_kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    kept_id: Mapped[str] = mapped_column(String(32), index=True)  # of a split: whom the doses were taken from
    gone_id: Mapped[str] = mapped_column(String(32), index=True)  # of a split: whom they were given to
    trace: Mapped[list[Any]]
    why: Mapped[str] = mapped_column(String(400))
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    undone_at: Mapped[datetime | None]
    by: Mapped[Account] = relationship(foreign_keys=[by_id])


class CitizenReport(Base):
    """What a citizen says is wrong with a record (letter 9458/BYT-CNTT), and what was answered."""

    __tablename__ = "citizen_report"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('missing_dose', 'wrong_dose', 'wrong_person', 'other')", name="ck_citizen_report_kind"
        ),
        CheckConstraint("state IN ('open', 'accepted', 'refused')", name="ck_citizen_report_state"),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="ck_citizen_report_refusal"),
        CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="ck_citizen_report_answered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    told: Mapped[str] = mapped_column(String(1000))
    full_name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(compared(80))
    birth_date: Mapped[str] = mapped_column(String(10))
    phone: Mapped[str | None] = mapped_column(String(15))
    email: Mapped[str | None] = mapped_column(String(120))
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)  # whose staff answers
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(String(8), default="open", index=True)
    refusal: Mapped[str | None] = mapped_column(String(24))
    answer: Mapped[str | None] = mapped_column(String(400))
    filed_at: Mapped[datetime]
    due_on: Mapped[date]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None]
    area: Mapped[Area] = relationship()
    person: Mapped[Person | None] = relationship()
