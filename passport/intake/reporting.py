"""JOB: anybody reports what is wrong, on record or not: a code shows that they can be reached, then it is a case.

The answer is looked up by the number of the case and another code. Nothing here tells whether anybody is on record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from passport.domain.dates import PartialDate
from passport.intake.answering import Filing, filed
from passport.registry import citizen_reports, codes, report_codes, report_pictures
from passport.registry.citizen_reports import ReportKind
from passport.registry.cleaning_tables import CitizenReport
from passport.registry.db import Database
from passport.registry.messages import leave_message

PURPOSE = "report"
PICTURES = 2  # the two sides of a paper confirmation


def ask_to_report(
    database: Database, *, filing: Filing, pictures: Sequence[bytes] = (), pepper: bytes, now: datetime
) -> str:
    """Sends a code to whoever reports, keeps what they told until they enter it, and answers the code's id.

    `pictures` are photographs of the paper confirmation, cleaned (`rendering.photographs`).
    """
    with database.transaction() as session:
        codes.forget_codes(session, now=now)
        code_id = _send(session, filing.phone or filing.email, pepper=pepper, now=now)
        report_codes.keep_told(session, code_id=code_id, told=_as_json(filing))
        report_pictures.keep_pictures(session, code_id=code_id, pictures=pictures)
        return code_id


def ask_to_follow(database: Database, *, number: str, pepper: bytes, now: datetime) -> str:
    """Sends a code to whoever filed the report of this number, if anybody did, and answers the code's id."""
    with database.transaction() as session:
        codes.forget_codes(session, now=now)
        report = citizen_reports.find_report(session, number)
        recipient = (report.phone or report.email) if report else None
        code_id = _send(session, recipient, pepper=pepper, now=now)
        report_codes.bind_report(session, code_id=code_id, report=report)
        return code_id


def enter(
    database: Database, *, code_id: str, code: str, pepper: bytes, now: datetime, today: date
) -> tuple[bool, int]:
    """Whether a code is right, and how many tries are left; a right one files the report that waited for it.

    Raises InputError as `answering.file_report` does.
    """
    with database.transaction() as session:
        right = codes.check_code(session, code_id=code_id, purpose=PURPOSE, code=code, pepper=pepper, now=now)
        bound = report_codes.find_bound(session, code_id) if right else None
        if bound is not None and bound.told is not None:
            bound.report = filed(session, _from_json(bound.told), now=now, today=today)
            bound.told = None
            report_pictures.file_pictures(session, code_id=code_id, report=bound.report)
        return right, codes.tries_left(session, code_id, purpose=PURPOSE, now=now)


def report_opened_by(session: Session, *, code_id: str, now: datetime) -> CitizenReport | None:
    """The report that this code opened within the hour, None when it did not."""
    if codes.opened(session, code_id, purpose=PURPOSE, now=now) is None:
        return None
    bound = report_codes.find_bound(session, code_id)
    return bound.report if bound else None


def close(database: Database, *, code_id: str) -> None:
    """Ends a visit for every copy of its session."""
    with database.transaction() as session:
        codes.void_code(session, code_id)


def _send(session: Session, recipient: str | None, *, pepper: bytes, now: datetime) -> str:
    made = codes.make_code(session, purpose=PURPOSE, recipient=recipient, pepper=pepper, now=now)
    body = (
        f"{made.code} là mã xác thực phản ánh thông tin tiêm chủng, có hiệu lực trong 10 phút. Không đưa mã cho người "
        "khác. / This is the code for your report on vaccination data, valid for 10 minutes. Give it to nobody."
    )
    leave_message(session, recipient=recipient if made.code else None, body=body, at=now, lasts=codes.LIFETIME)
    return made.id


def _as_json(filing: Filing) -> dict[str, str | None]:
    return {
        "kind": filing.kind.value,
        "told": filing.told,
        "full_name": filing.full_name,
        "born": str(filing.born),
        "phone": filing.phone,
        "email": filing.email,
        "area_code": filing.area_code,
    }


def _from_json(kept: Mapping[str, str]) -> Filing:
    return Filing(**{**kept, "kind": ReportKind(kept["kind"]), "born": PartialDate.parse(kept["born"])})  # type: ignore[arg-type]  # as `_as_json` wrote it
