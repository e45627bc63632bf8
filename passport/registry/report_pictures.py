"""Pictures of papers that came with reports: in the database, so that every machine and every backup has them.

They hang on the code until it is entered and go with it when it is forgotten, then on the report, and are deleted a
while after its answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from passport.registry.cleaning_tables import CitizenReport
from passport.registry.columns import Base, new_id

# After the answer: as long as somebody may send a better report, then nothing needs the picture any more (a purpose
# that is fulfilled, Law 91/2025/QH15).
KEPT = timedelta(days=30)


class ReportPicture(Base):
    """One picture as a JPEG of our own making."""

    __tablename__ = "report_picture"
    __table_args__ = (CheckConstraint("(code_id IS NULL) <> (report_id IS NULL)", name="ck_report_picture_of"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    code_id: Mapped[str | None] = mapped_column(ForeignKey("report_code.code_id", ondelete="CASCADE"), index=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("citizen_report.id"), index=True)
    number: Mapped[int]  # 1 and on, as they were chosen
    data: Mapped[bytes] = mapped_column(LargeBinary)
    until: Mapped[datetime | None] = mapped_column(index=True)  # when it is deleted; None before the answer


def keep_pictures(session: Session, *, code_id: str, pictures: Sequence[bytes]) -> None:
    """Keeps what came with a report until its code is entered."""
    session.add_all(ReportPicture(code_id=code_id, number=number, data=data) for number, data in enumerate(pictures, 1))
    session.flush()


def file_pictures(session: Session, *, code_id: str, report: CitizenReport) -> None:
    """Gives what waited for a code to the report that the code filed."""
    waited = update(ReportPicture).where(ReportPicture.code_id == code_id)
    session.execute(waited.values(code_id=None, report_id=report.id))


def picture_numbers(session: Session, report: CitizenReport) -> list[int]:
    """The numbers of the pictures of a report that are kept."""
    of_report = select(ReportPicture.number).where(ReportPicture.report_id == report.id)
    return list(session.scalars(of_report.order_by(ReportPicture.number)))


def find_picture(session: Session, report: CitizenReport, number: int) -> bytes | None:
    """What one picture of a report shows, or None."""
    of_report = select(ReportPicture.data).where(ReportPicture.report_id == report.id)
    return session.scalar(of_report.where(ReportPicture.number == number))


def let_go_of_pictures(session: Session, report: CitizenReport, *, at: datetime) -> None:
    """The report was answered at this instant: its pictures are kept a while longer."""
    session.execute(update(ReportPicture).where(ReportPicture.report_id == report.id).values(until=at + KEPT))


def forget_pictures(session: Session, *, at: datetime) -> int:
    """Deletes the pictures whose time is over; answers how many."""
    over = delete(ReportPicture).where(ReportPicture.until < at).returning(ReportPicture.id)
    return len(session.scalars(over).all())
