"""Reports of citizens about their records: filed, found, answered (letter 9458/BYT-CNTT)."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from passport.domain.dates import PartialDate
from passport.domain.names import fold, tidy
from passport.errors import InputError, Refusal, Sentence
from passport.registry.accounts import Account
from passport.registry.areas import beneath
from passport.registry.cleaning_tables import CitizenReport
from passport.registry.tables import Area, Person

PAGE = 50  # reports a page where the caller names no other number


class ReportKind(StrEnum):
    """What a citizen says is wrong."""

    MISSING_DOSE = "missing_dose"
    WRONG_DOSE = "wrong_dose"
    WRONG_PERSON = "wrong_person"
    OTHER = "other"


class ReportRefusal(StrEnum):
    """Why a report is refused: the thirteen reasons of letter 9458/BYT-CNTT, in its order."""

    FORM_INCOMPLETE = "form_incomplete"
    NAME_DIFFERS = "name_differs"
    PORTRAIT_ONLY = "portrait_only"
    DOSE_DIFFERS = "dose_differs"
    BIRTH_DATE_DIFFERS = "birth_date_differs"
    PAPER_INCOMPLETE = "paper_incomplete"
    DATA_COVERED = "data_covered"
    BLURRED = "blurred"
    DATE_DIFFERS = "date_differs"
    NOTHING_MATCHES = "nothing_matches"
    NAME_INCOMPLETE = "name_incomplete"
    VACCINE_DIFFERS = "vaccine_differs"
    PAPER_ALTERED = "paper_altered"


REFUSAL_WORDS = {
    ReportRefusal.FORM_INCOMPLETE: Sentence(
        "Phiếu sàng lọc không có ngày tiêm, mũi tiêm hoặc tên vắc xin.",
        "The screening form does not show the date, the dose or the vaccine.",
    ),
    ReportRefusal.NAME_DIFFERS: Sentence(
        "Họ tên trong phản ánh khác với giấy xác nhận tiêm.",
        "The name in the report differs from the paper confirmation.",
    ),
    ReportRefusal.PORTRAIT_ONLY: Sentence(
        "Ảnh đính kèm chỉ là ảnh chân dung.", "The attached picture is only a portrait."
    ),
    ReportRefusal.DOSE_DIFFERS: Sentence(
        "Mũi tiêm khai báo khác với giấy xác nhận tiêm.", "The declared dose differs from the paper confirmation."
    ),
    ReportRefusal.BIRTH_DATE_DIFFERS: Sentence(
        "Ngày sinh trên giấy xác nhận tiêm khác với dữ liệu trên hệ thống.",
        "The date of birth on the paper differs from the record.",
    ),
    ReportRefusal.PAPER_INCOMPLETE: Sentence(
        "Giấy xác nhận tiêm thiếu họ tên, giới tính, thời gian tiêm hoặc tên vắc xin.",
        "The paper lacks the name, the sex, the time or the vaccine.",
    ),
    ReportRefusal.DATA_COVERED: Sentence(
        "Thông tin cá nhân trên giấy xác nhận tiêm bị che.", "Personal data on the paper are covered up."
    ),
    ReportRefusal.BLURRED: Sentence("Ảnh giấy xác nhận tiêm bị mờ, không đọc được.", "The picture cannot be read."),
    ReportRefusal.DATE_DIFFERS: Sentence(
        "Ngày tiêm khai báo khác với giấy xác nhận tiêm.", "The declared date differs from the paper confirmation."
    ),
    ReportRefusal.NOTHING_MATCHES: Sentence(
        "Không có thông tin nào trong phản ánh trùng với giấy xác nhận tiêm.",
        "Nothing in the report agrees with the paper confirmation.",
    ),
    ReportRefusal.NAME_INCOMPLETE: Sentence(
        "Họ tên chưa đầy đủ hoặc gõ không dấu.", "The name is incomplete or was typed without diacritics."
    ),
    ReportRefusal.VACCINE_DIFFERS: Sentence(
        "Tên vắc xin khai báo khác với giấy xác nhận tiêm.",
        "The declared vaccine differs from the paper confirmation.",
    ),
    ReportRefusal.PAPER_ALTERED: Sentence(
        "Giấy xác nhận tiêm bị tẩy xóa hoặc sửa bằng tay.", "The paper was altered by hand."
    ),
}


def file_report(
    session: Session,
    *,
    kind: ReportKind,
    told: str,
    full_name: str,
    born: PartialDate,
    phone: str | None,
    email: str | None,
    area: Area,
    due_on: date,
    at: datetime,
) -> CitizenReport:
    """A new report under a number that cannot be guessed, with the person it means where only one can be meant."""
    report = CitizenReport(
        number=_new_number(session),
        kind=kind.value,
        told=told,
        full_name=tidy(full_name),
        name_key=fold(full_name),
        birth_date=str(born),
        phone=phone,
        email=email,
        area=area,
        person_id=_meant(session, full_name=full_name, born=born),
        filed_at=at,
        due_on=due_on,
    )
    session.add(report)
    session.flush()
    return report


def find_report(session: Session, number: str) -> CitizenReport | None:
    """The report with this case number, or None."""
    return session.scalar(select(CitizenReport).where(CitizenReport.number == number))


def require_report(session: Session, number: str) -> CitizenReport:
    """The report with this case number; raises InputError (bad_option)."""
    report = session.scalar(select(CitizenReport).where(CitizenReport.number == number).with_for_update())
    if report is None:
        raise InputError(Refusal.BAD_OPTION, f"report {number[:12]}")
    return report


def open_reports(
    session: Session, *, areas: Collection[Area | None], after: int = 0, limit: int = PAGE
) -> list[CitizenReport]:
    """Reports that wait for an answer in these areas, in the order they came in; None is the whole country."""
    query = select(CitizenReport).where(CitizenReport.state == "open", CitizenReport.id > after)
    if None not in areas:
        within = or_(*(beneath(area) for area in areas if area is not None))
        query = query.where(CitizenReport.area_id.in_(select(Area.id).where(within)))
    return list(session.scalars(query.order_by(CitizenReport.id).limit(limit)))


def answer_report(
    session: Session,
    report: CitizenReport,
    *,
    refusal: ReportRefusal | None,
    answer: str | None,
    by: Account,
    at: datetime,
) -> None:
    """Closes a report: accepted, or refused for a reason; raises InputError (bad_option) when it is closed already."""
    if report.state != "open":
        raise InputError(Refusal.BAD_OPTION, f"report {report.number} is answered", variant="answered")
    report.state = "accepted" if refusal is None else "refused"
    report.refusal, report.answer = (refusal.value if refusal else None), answer
    report.answered_by_id, report.answered_at = by.id, at
    session.flush()


def _meant(session: Session, *, full_name: str, born: PartialDate) -> str | None:
    same = select(Person.id).where(Person.name_key == fold(full_name), Person.birth_date == str(born))
    found = list(session.scalars(same.limit(2)))
    return found[0] if len(found) == 1 else None


def _new_number(session: Session) -> str:
    while True:
        number = f"{secrets.randbelow(10**8):08d}"
        if session.scalar(select(CitizenReport.id).where(CitizenReport.number == number)) is None:
            return number
