"""JOB: a case is given back to the site or the citizen, with what is asked of them, and taken back."""

from __future__ import annotations

from datetime import date, datetime

from passport.domain.deadlines import rectified_by
from passport.intake.cleaning import stated_reason
from passport.registry import audit, cleaning, people
from passport.registry.accounts import find_account
from passport.registry.cleaning import DOSE_ROLE, IDENTITY_ROLE
from passport.registry.cleaning_tables import SentBack
from passport.registry.db import Database


def send_back(
    database: Database, *, person_id: str, sent_to: str, why: str, by: str, now: datetime, today: date
) -> SentBack:
    """Gives a case back to the site or the citizen with what is asked of them.

    Raises InputError (unknown_person, bad_option), Refused (not_permitted).
    """
    with database.transaction() as session:
        account, person = find_account(session, by), people.require_person(session, person_id)
        people.require_role_for(session, account, (IDENTITY_ROLE, DOSE_ROLE), person)
        note = cleaning.send_back(
            session,
            person=person,
            sent_to=sent_to,
            why=stated_reason(why),
            due_on=rectified_by(today),
            by=account,
            at=now,
        )
        audit.record(session, actor=by, action="case_sent_back", subject=person_id, detail={"sent_to": sent_to}, at=now)
        return note


def take_back(database: Database, *, person_id: str, by: str, now: datetime) -> None:
    """Undoes what was sent back; raises InputError (unknown_person), Refused (not_permitted)."""
    with database.transaction() as session:
        account, person = find_account(session, by), people.require_person(session, person_id)
        people.require_role_for(session, account, (IDENTITY_ROLE, DOSE_ROLE), person)
        cleaning.take_back(session, person=person, at=now)
        audit.record(session, actor=by, action="case_taken_back", subject=person_id, at=now)
