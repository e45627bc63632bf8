"""JOB: foreigners are not in the population register: an officer who saw the passport records it (letter 9438)."""

from __future__ import annotations

from datetime import datetime

from passport.domain.id_numbers import parse_id_number
from passport.domain.people import IdentityState
from passport.errors import InputError, Refusal, RowReason
from passport.intake.people_cells import HOME
from passport.intake.settling import settle_identity
from passport.registry import audit, identities, people
from passport.registry.accounts import find_account
from passport.registry.cleaning import IDENTITY_ROLE
from passport.registry.db import Database

WHY = "passport seen"


def sight_passport(database: Database, *, person_id: str, number: str, by: str, now: datetime) -> IdentityState:
    """Records that `by` saw the passport of a foreigner: the identity is verified with its number.

    Another number than the one on record is corrected with its trace; one that was verified before stays as a
    former number. Raises InputError (unknown_person, bad_id, conflict; bad_option for citizens, whom the register
    answers for), Refused (not_permitted).
    """
    with database.transaction() as session:
        person, account = people.lock_person(session, person_id), find_account(session, by)
        people.require_role_for(session, account, (IDENTITY_ROLE,), person)
        if person.nationality == HOME:
            raise InputError(Refusal.BAD_OPTION, "nationality", variant="citizen")
        try:
            told = str(parse_id_number(number, foreigner=True))
        except ValueError as error:
            raise InputError(RowReason.BAD_ID, variant=str(error), values={"value": number[:20]}) from error
        before = person.identity_state
        identities.correct_person(session, person=person, field="id_number", value=told, why=WHY, by=account, at=now)
        identities.set_identity(session, person=person, state=IdentityState.VERIFIED, at=now, how="passport")
        identities.trace_identity(session, person=person, before=before, why=WHY, by=account, at=now)
        settle_identity(session, person)
        audit.record(session, actor=by, action="passport_seen", subject=person.id, at=now)
        return IdentityState.VERIFIED
