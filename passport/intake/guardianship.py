"""JOB: staff who saw the papers let a guardian act for a child, and end it again."""

from __future__ import annotations

from datetime import date, datetime

from passport.domain.id_numbers import parse_id_number
from passport.domain.names import tidy
from passport.errors import InputError, Refusal
from passport.registry import audit, guardians
from passport.registry.accounts import find_account
from passport.registry.cleaning import DOSE_ROLE, IDENTITY_ROLE
from passport.registry.db import Database
from passport.registry.people import find_by_id_number, require_person, require_role_for

LINKERS = (DOSE_ROLE, IDENTITY_ROLE)  # whoever sits at the desk
PAPER_LIMIT = 200  # characters


def link_guardian(
    database: Database, *, child_id: str, number: str, paper: str, by: str, now: datetime, today: date
) -> None:
    """Lets whoever has this number act for a child; `paper` is what was shown, such as the birth certificate.

    Raises InputError (unknown_person; bad_option: no paper, nobody or several with this number, wrong ages),
    Refused (not_permitted).
    """
    shown = tidy(paper)
    if not 0 < len(shown) <= PAPER_LIMIT:
        raise InputError(Refusal.BAD_OPTION, f"the paper that was shown, in 1 to {PAPER_LIMIT} characters")
    with database.transaction() as session:
        account, child = find_account(session, by), require_person(session, child_id)
        require_role_for(session, account, LINKERS, child)
        found = find_by_id_number(session, _number(number))
        if len(found) != 1:
            raise InputError(Refusal.BAD_OPTION, f"{len(found)} people with this number")
        guardians.link_child(session, guardian=found[0], child=child, paper=shown, by=account, on=today, at=now)
        for subject in (child.id, found[0].id):
            audit.record(session, actor=by, action="guardian_linked", subject=subject, at=now)


def end_guardian(database: Database, *, child_id: str, guardian_id: str, by: str, now: datetime) -> None:
    """Ends what a guardian may do for a child; raises InputError (unknown_person, bad_option), Refused."""
    with database.transaction() as session:
        account, child = find_account(session, by), require_person(session, child_id)
        require_role_for(session, account, LINKERS, child)
        guardians.unlink_child(session, guardian_id=guardian_id, child_id=child_id)
        for subject in (child_id, guardian_id):
            audit.record(session, actor=by, action="guardian_ended", subject=subject, at=now)


def _number(text: str) -> str:
    try:
        return parse_id_number(text, foreigner=True).text
    except ValueError as error:
        raise InputError(Refusal.BAD_OPTION, "a number") from error
