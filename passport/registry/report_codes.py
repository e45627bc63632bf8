"""What a code is about that was sent to whoever reports: a report that it confirms, or one whose answer it shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from passport.registry.cleaning_tables import CitizenReport
from passport.registry.columns import Base


class ReportCode(Base):
    """A code, and what was told before it was sent; gone when the code is forgotten.

    `told` waits for the code to be entered, so that nobody's queue fills with what nobody can be asked about.
    """

    __tablename__ = "report_code"

    code_id: Mapped[str] = mapped_column(
        String(32), ForeignKey("one_time_code.id", ondelete="CASCADE"), primary_key=True
    )
    told: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("citizen_report.id"), index=True)
    report: Mapped[CitizenReport | None] = relationship()


def keep_told(session: Session, *, code_id: str, told: Mapping[str, Any]) -> None:
    """Keeps what somebody told until they enter the code."""
    session.add(ReportCode(code_id=code_id, told=dict(told)))
    session.flush()


def bind_report(session: Session, *, code_id: str, report: CitizenReport | None) -> None:
    """Lets a code show a report; None where the number was nobody's, with the same work."""
    session.add(ReportCode(code_id=code_id, report=report))
    session.flush()


def find_bound(session: Session, code_id: str) -> ReportCode | None:
    """What a code is about, or None."""
    return session.get(ReportCode, code_id)
