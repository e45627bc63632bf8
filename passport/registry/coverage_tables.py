"""The tables of coverage: one narrow row a person, the tally of sites, denominators, frozen reports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from passport.registry.columns import Base, DayNumber
from passport.registry.tables import Area


class PersonSteps(Base):
    """When a person reached each step, kept by the database itself at every change of person and dose.

    A province of a million people is counted from the index alone; the doses themselves would take several
    seconds. `born` is the earliest day that the birth date can mean; `sure` tells a verified identity.
    """

    __tablename__ = "person_step_days"
    __table_args__ = (
        Index(
            "ix_person_step_days_counted",
            "commune_id", "sure", "born", "first_on", "complete_on", "booster_1_on", "booster_2_on",
        ),
    )  # fmt: skip

    person_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    commune_id: Mapped[int | None]
    born: Mapped[date] = mapped_column(DayNumber)
    sure: Mapped[bool]
    first_on: Mapped[date | None] = mapped_column(DayNumber)
    complete_on: Mapped[date | None] = mapped_column(DayNumber)
    booster_1_on: Mapped[date | None] = mapped_column(DayNumber)
    booster_2_on: Mapped[date | None] = mapped_column(DayNumber)


class SiteTally(Base):
    """The five counts of a site, kept by the database itself: the sums of its rows.

    A row is what one change added or took away, or the sum of earlier ones.
    """

    __tablename__ = "site_tally"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    site_id: Mapped[int]
    summed: Mapped[bool]
    given: Mapped[int]
    entered: Mapped[int]
    verified: Mapped[int]
    confirmed: Mapped[int]
    issued: Mapped[int]


class PopulationCount(Base):
    """How many people of an age group live in an area, counted on a day by a source."""

    __tablename__ = "population_count"
    __table_args__ = (
        UniqueConstraint("area_id", "age_group", "as_of", name="uq_population_count_dated"),
        CheckConstraint("count >= 0", name="ck_population_count_count"),
        CheckConstraint("age_group IN ('5-11', '12-17', '18+', '50+')", name="ck_population_count_age_group"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    age_group: Mapped[str] = mapped_column(String(5))
    count: Mapped[int]
    as_of: Mapped[date]
    source: Mapped[str] = mapped_column(String(120))


class FrozenReport(Base):
    """A numbered coverage report as it left the house; its figures never change, whatever the data do."""

    __tablename__ = "coverage_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    on: Mapped[date]
    figures: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    made_by: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime]
    area: Mapped[Area | None] = relationship()
