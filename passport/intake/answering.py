"""JOB: a citizen reports what is wrong with a record, and staff answer: accepted, or refused for an official reason.

The first answer is due within two working days (Law 91/2025/QH15, Decree 356/2025/NĐ-CP). Public holidays are not
known here; a day that falls on one is a day early, never late.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from passport.domain.dates import PartialDate
from passport.domain.names import FULL_NAME_LIMIT, fold, tidy
from passport.errors import InputError, Refusal, RowReason
from passport.intake.contacts import read_phone
from passport.registry import audit, citizen_reports
from passport.registry.accounts import find_account, require_role
from passport.registry.areas import require_area
from passport.registry.citizen_reports import ReportKind, ReportRefusal
from passport.registry.cleaning import DOSE_ROLE, IDENTITY_ROLE
from passport.registry.cleaning_tables import CitizenReport
from passport.registry.db import Database

WORKING_DAYS = 2  # until the first answer
TOLD_LIMIT, EMAIL_LIMIT, ANSWER_LIMIT = 1000, 120, 400  # characters
CITIZEN = "citizen"  # the actor of the audit trail
# Health staff answer for doses, the identity officer for who somebody is.
ANSWERERS = {
    ReportKind.MISSING_DOSE: (DOSE_ROLE,),
    ReportKind.WRONG_DOSE: (DOSE_ROLE,),
    ReportKind.WRONG_PERSON: (IDENTITY_ROLE,),
    ReportKind.OTHER: (DOSE_ROLE, IDENTITY_ROLE),
}


def due_day(filed_on: date, *, working_days: int = WORKING_DAYS) -> date:
    """The day by which somebody who wrote on `filed_on` is answered: Saturdays and Sundays do not count."""
    day = filed_on
    while working_days:
        day += timedelta(days=1)
        working_days -= day.weekday() < 5
    return day


def file_report(
    database: Database,
    *,
    kind: ReportKind,
    told: str,
    full_name: str,
    born: PartialDate,
    phone: str,
    email: str,
    area_code: str,
    now: datetime,
    today: date,
) -> CitizenReport:
    """Takes a report in and says by its `number` and `due_on` when it is answered; it does not say whether anybody
    was found, so that nobody learns from it who was vaccinated.

    Raises InputError (bad_option: nothing told, no name, no way to answer; bad_phone; unknown_area_code).
    """
    text, name, address = tidy(told), tidy(full_name), email.strip()
    if not 0 < len(text) <= TOLD_LIMIT or not fold(name) or len(name) > FULL_NAME_LIMIT:
        raise InputError(Refusal.BAD_OPTION, f"a name, and what is wrong in 1 to {TOLD_LIMIT} characters")
    if len(address) > EMAIL_LIMIT or (address and "@" not in address[1:-1]) or not (address or phone.strip()):
        raise InputError(Refusal.BAD_OPTION, "a telephone number or an e-mail address")
    with database.transaction() as session:
        report = citizen_reports.file_report(
            session,
            kind=kind,
            told=text,
            full_name=name,
            born=born,
            phone=_phone(phone),
            email=address or None,
            area=require_area(session, area_code, on=today),
            due_on=due_day(today),
            at=now,
        )
        audit.record(
            session, actor=CITIZEN, action="report_filed", subject=report.number, detail={"kind": kind.value}, at=now
        )
        return report


def answer_report(
    database: Database, *, number: str, refusal: ReportRefusal | None, answer: str, by: str, now: datetime
) -> CitizenReport:
    """Accepts a report, which leads to a correction, or refuses it for one of the thirteen reasons.

    Raises InputError (bad_option: no such report, answered already, too long), Refused (not_permitted).
    """
    text = tidy(answer)
    if len(text) > ANSWER_LIMIT:
        raise InputError(Refusal.BAD_OPTION, f"at most {ANSWER_LIMIT} characters")
    with database.transaction() as session:
        account, report = find_account(session, by), citizen_reports.require_report(session, number)
        require_role(session, account, ANSWERERS[ReportKind(report.kind)], report.area)
        citizen_reports.answer_report(session, report, refusal=refusal, answer=text or None, by=account, at=now)
        detail = {"state": report.state, "refusal": report.refusal}
        audit.record(session, actor=by, action="report_answered", subject=report.number, detail=detail, at=now)
        return report


def _phone(text: str) -> str | None:
    if not text.strip():
        return None
    try:
        return read_phone(text)[0]
    except ValueError as error:
        raise InputError(RowReason.BAD_PHONE, "phone", values={"value": text}) from error
