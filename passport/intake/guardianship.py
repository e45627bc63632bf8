"""JOB: a guardian may act for a child: linked by staff who saw the papers, or by the population register, which says
yes or no when the guardian asks. Staff end it again.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from passport.domain.id_numbers import parse_id_number
from passport.domain.names import fold, tidy
from passport.domain.people import Child, GuardianAnswer, IdentityState
from passport.errors import InputError, Refusal, Refused
from passport.intake.people_cells import HOME
from passport.intake.population import PopulationService
from passport.registry import audit, guardians, people
from passport.registry.accounts import find_account
from passport.registry.cleaning import DOSE_ROLE, IDENTITY_ROLE
from passport.registry.db import Database
from passport.registry.people import find_by_id_number, require_person, require_role_for
from passport.registry.tables import Person

LINKERS = (DOSE_ROLE, IDENTITY_ROLE)  # whoever sits at the desk
PAPER_LIMIT = 200  # characters
ASKED_PER_HOUR = 5  # children about whom one guardian asks the register: enough for a family, too few to try numbers
GUARDIAN = "citizen"  # the actor of the audit trail
_ASKED = "guardian_asked"


class Linking(StrEnum):
    """What came of a guardian's own request; that a child is not on record is told in no other way than a no."""

    LINKED = "linked"
    NOT_LINKED = "not_linked"
    AWAY = "away"  # the register does not answer now
    DESK = "desk"  # the register cannot be asked that, or not about this guardian: the desk sees the papers
    TOO_OFTEN = "too_often"


def link_by_register(
    database: Database, *, service: PopulationService, guardian_id: str, child: Child, now: datetime, today: date
) -> Linking:
    """Lets a guardian, who proved to be the holder of their own record, act for a child if the register says yes.

    The register is asked whether or not the child is on record, and the question is kept. Raises InputError
    (unknown_person).
    """
    with database.transaction() as session:
        guardian = people.lock_person(session, guardian_id)
        number = _number_for_register(guardian, on=today)
        if number is None:
            return Linking.DESK
        since = now - timedelta(hours=1)
        asked = audit.entries(session, subject=guardian_id, action=_ASKED, since=since, limit=ASKED_PER_HOUR)
        if len(asked) == ASKED_PER_HOUR:
            return Linking.TOO_OFTEN
        audit.record(session, actor=GUARDIAN, action=_ASKED, subject=guardian_id, at=now)
    answer = service.is_guardian(number, child)
    if answer is GuardianAnswer.AWAY:
        return Linking.AWAY
    if answer is GuardianAnswer.UNKNOWN_QUESTION:
        return Linking.DESK
    with database.transaction() as session:
        found = _on_record(session, child, on=today)
        if answer is not GuardianAnswer.YES or found is None:
            return Linking.NOT_LINKED
        guardian = require_person(session, guardian_id)
        try:
            guardians.link_child(session, guardian=guardian, child=found, on=today, at=now)
        except Refused:
            return Linking.NOT_LINKED
        for subject in (found.id, guardian_id):
            audit.record(
                session, actor=GUARDIAN, action="guardian_linked", subject=subject, detail={"how": "register"}, at=now
            )
        return Linking.LINKED


def link_guardian(
    database: Database, *, child_id: str, number: str, paper: str, by: str, now: datetime, today: date
) -> None:
    """Lets whoever has this number act for a child; `paper` is what was shown, such as the birth certificate.

    Raises InputError (unknown_person; bad_option: no paper, nobody or several with this number, wrong ages),
    Refused (not_permitted).
    """
    shown = tidy(paper)
    if not 0 < len(shown) <= PAPER_LIMIT:
        raise InputError(Refusal.BAD_OPTION, "the paper that was shown", variant="paper", values={"limit": PAPER_LIMIT})
    with database.transaction() as session:
        account, child = find_account(session, by), require_person(session, child_id)
        require_role_for(session, account, LINKERS, child)
        found = find_by_id_number(session, _number(number))
        if len(found) != 1:
            raise InputError(
                Refusal.BAD_OPTION, "people with this number", variant="one_person", values={"count": len(found)}
            )
        guardians.link_child(session, guardian=found[0], child=child, paper=shown, by=account, on=today, at=now)
        for subject in (child.id, found[0].id):
            audit.record(session, actor=by, action="guardian_linked", subject=subject, at=now)


def end_guardian(database: Database, *, child_id: str, guardian_id: str, by: str, now: datetime) -> None:
    """Ends what a guardian may do for a child; raises InputError (unknown_person, bad_option), Refused."""
    with database.transaction() as session:
        account, child = find_account(session, by), require_person(session, child_id)
        require_role_for(session, account, LINKERS, child)
        guardians.unlink_child(session, guardian_id=guardian_id, child_id=child_id, at=now)
        for subject in (child_id, guardian_id):
            audit.record(session, actor=by, action="guardian_ended", subject=subject, at=now)


def _number_for_register(guardian: Person, *, on: date) -> str | None:
    """The number under which the register knows a guardian: of a citizen of age whom it confirmed, else None."""
    verified = guardian.identity_state == IdentityState.VERIFIED.value and guardian.nationality == HOME
    return guardian.id_number if verified and not guardians.is_minor(guardian, on=on) else None


def _on_record(session: Session, child: Child, *, on: date) -> Person | None:
    """The one record of a child of this number, name and birth date who is not of age; else None."""
    told = fold(child.full_name), str(child.born)
    same = [one for one in find_by_id_number(session, child.id_number) if (one.name_key, one.birth_date) == told]
    return same[0] if len(same) == 1 and guardians.is_minor(same[0], on=on) else None


def _number(text: str) -> str:
    try:
        return parse_id_number(text, foreigner=True).text
    except ValueError as error:
        raise InputError(Refusal.BAD_OPTION, "number", variant="number") from error
