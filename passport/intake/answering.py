"""JOB: a citizen reports what is wrong with a record, and staff answer: accepted, or refused for an official reason.

By when somebody is answered stands in `domain.deadlines`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from passport.domain.dates import PartialDate
from passport.domain.deadlines import answered_by
from passport.domain.mailbox import is_mailbox
from passport.domain.names import FULL_NAME_LIMIT, fold, tidy
from passport.errors import InputError, Refusal, RowReason
from passport.intake.contacts import read_phone
from passport.registry import audit, citizen_reports, report_pictures
from passport.registry.accounts import find_account, require_role
from passport.registry.areas import require_area
from passport.registry.citizen_reports import ReportKind, ReportRefusal
from passport.registry.cleaning import DOSE_ROLE, IDENTITY_ROLE
from passport.registry.cleaning_tables import CitizenReport
from passport.registry.db import Database
from passport.registry.messages import leave_message

TOLD_LIMIT, ANSWER_LIMIT = 1000, 400  # characters
NEWS_LASTS = timedelta(days=2)  # how long it is tried to tell that a report was answered
CITIZEN = "citizen"  # the actor of the audit trail
# Health staff answer for doses, the identity officer for who somebody is.
ANSWERERS = {
    ReportKind.MISSING_DOSE: (DOSE_ROLE,),
    ReportKind.WRONG_DOSE: (DOSE_ROLE,),
    ReportKind.WRONG_PERSON: (IDENTITY_ROLE,),
    ReportKind.OTHER: (DOSE_ROLE, IDENTITY_ROLE),
}


@dataclass(frozen=True, slots=True)
class Filing:
    """What somebody says is wrong, about whom, where that is settled, and how they are answered."""

    kind: ReportKind
    told: str
    full_name: str
    born: PartialDate
    area_code: str
    phone: str | None = None
    email: str | None = None


def file_report(database: Database, filing: Filing, *, now: datetime, today: date) -> CitizenReport:
    """Takes a report in and says by its `number` and `due_on` when it is answered; it does not say whether anybody
    was found, so that nobody learns from it who was vaccinated.

    Raises InputError (bad_option: nothing told, no name, no way to answer; bad_phone; unknown_area_code).
    """
    with database.transaction() as session:
        return filed(session, filing, now=now, today=today)


def filed(session: Session, filing: Filing, *, now: datetime, today: date) -> CitizenReport:
    """As `file_report`, within the caller's transaction."""
    text, name, email = tidy(filing.told), tidy(filing.full_name), (filing.email or "").strip()
    phone = (filing.phone or "").strip()
    if not 0 < len(text) <= TOLD_LIMIT or not fold(name) or len(name) > FULL_NAME_LIMIT:
        raise InputError(Refusal.BAD_OPTION, f"a name, and what is wrong in 1 to {TOLD_LIMIT} characters")
    if not (email or phone) or (email and not is_mailbox(email)):
        raise InputError(Refusal.BAD_OPTION, "a telephone number or an e-mail address")
    report = citizen_reports.file_report(
        session,
        kind=filing.kind,
        told=text,
        full_name=name,
        born=filing.born,
        phone=_phone(phone) if phone else None,
        email=email or None,
        area=require_area(session, filing.area_code, on=today),
        due_on=answered_by(today),
        at=now,
    )
    detail = {"kind": filing.kind.value}
    audit.record(session, actor=CITIZEN, action="report_filed", subject=report.number, detail=detail, at=now)
    return report


def answer_report(
    database: Database, *, number: str, refusal: ReportRefusal | None, answer: str, by: str, now: datetime
) -> CitizenReport:
    """Accepts a report, which leads to a correction, or refuses it for one of the thirteen reasons; a message says so.

    Raises InputError (bad_option: no such report, answered already, too long), Refused (not_permitted).
    """
    text = tidy(answer)
    if len(text) > ANSWER_LIMIT:
        raise InputError(
            Refusal.BAD_OPTION, f"at most {ANSWER_LIMIT} characters", variant="too_long", values={"limit": ANSWER_LIMIT}
        )
    with database.transaction() as session:
        account, report = find_account(session, by), citizen_reports.require_report(session, number)
        require_role(session, account, ANSWERERS[ReportKind(report.kind)], report.area)
        citizen_reports.answer_report(session, report, refusal=refusal, answer=text or None, by=account, at=now)
        report_pictures.let_go_of_pictures(session, report, at=now)
        detail = {"state": report.state, "refusal": report.refusal}
        body = (
            f"Phản ánh số {report.number} về thông tin tiêm chủng đã được trả lời. Xem kết quả tại trang Lấy chứng "
            f"nhận, mục Xem kết quả phản ánh. / Report no. {report.number} has been answered; see the page Get a "
            "certificate, Follow a report."
        )
        leave_message(session, recipient=report.phone or report.email, body=body, at=now, lasts=NEWS_LASTS)
        audit.record(session, actor=by, action="report_answered", subject=report.number, detail=detail, at=now)
        return report


def open_picture(database: Database, *, number: str, which: int, by: str, now: datetime) -> bytes:
    """A picture that came with a report, as a JPEG, for whoever may answer it; that it was opened is on record.

    Raises InputError (bad_option: no such report, no such picture any more), Refused (not_permitted).
    """
    with database.transaction() as session:
        account, report = find_account(session, by), citizen_reports.require_report(session, number)
        require_role(session, account, ANSWERERS[ReportKind(report.kind)], report.area)
        shown = report_pictures.find_picture(session, report, which)
        if shown is None:
            raise InputError(Refusal.BAD_OPTION, f"picture {which}")
        detail = {"picture": which}
        audit.record(session, actor=by, action="report_picture_opened", subject=report.number, detail=detail, at=now)
        return shown


def _phone(text: str) -> str:
    try:
        return read_phone(text)[0]
    except ValueError as error:
        raise InputError(RowReason.BAD_PHONE, "phone", values={"value": text}) from error
