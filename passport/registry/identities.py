"""What is recorded of a person, put right or confirmed: each change leaves a trace."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from passport.domain.employers import employer_key
from passport.domain.names import fold
from passport.domain.people import IdentityState
from passport.errors import InputError, Refusal, RowReason
from passport.registry.accounts import Account
from passport.registry.linkage_candidates import drop_candidates
from passport.registry.people import case_since
from passport.registry.tables import Correction, FormerNumber, Person

# The four fields that the population register compares: after a change they are compared anew.
IDENTITY_FIELDS = frozenset({"full_name", "sex", "birth_date", "id_number"})
CORRECTABLE = IDENTITY_FIELDS | {
    "latin_name", "insurance_number", "phone", "email", "nationality", "address", "priority_group", "employer",
}  # fmt: skip


def set_identity(
    session: Session, *, person: Person, state: IdentityState, at: datetime, how: str = "register"
) -> None:
    """Records what is known now of a person's identity, when, and `how` it was verified: register or passport.

    With a verified identity the case is settled, and nobody else's data are kept for it.
    """
    person.identity_state, person.identity_checked_at = state.value, at
    person.case_since = case_since(person.case_since, state, at=at)
    person.identity_how = how if state is IdentityState.VERIFIED else None
    if state is IdentityState.VERIFIED:
        drop_candidates(session, [person.id])
    session.flush()


def trace_identity(session: Session, *, person: Person, before: str, why: str, by: Account, at: datetime) -> None:
    """Keeps who verified an identity by what they saw, and what it was before."""
    after = person.identity_state
    session.add(
        Correction(person_id=person.id, field="identity_state", before=before, after=after, why=why, by_id=by.id, at=at)
    )
    session.flush()


def correct_person(
    session: Session, *, person: Person, field: str, value: str | None, why: str, by: Account, at: datetime
) -> Correction | None:
    """Changes one field and keeps before and after; None when nothing changes.

    A changed name, sex, birth date or number is compared with the population register anew. Whether `value` is
    well formed is the caller's to check. Raises InputError (bad_option) for a field that may not be corrected,
    (conflict) when the corrected record would be one that exists already.
    """
    if field not in CORRECTABLE:
        raise InputError(Refusal.BAD_OPTION, f"field {field[:30]}")
    before: str | None = getattr(person, field)
    if before == value:
        return None
    if field == "id_number" and before and value and _renewed(person, before, value):
        session.add(FormerNumber(person_id=person.id, number=before, renewed_at=at, by_id=by.id))
    setattr(person, field, value)
    if field in IDENTITY_FIELDS:
        person.identity_how = None
        person.name_key = fold(person.full_name)
        state = IdentityState.WAITING if person.id_number else IdentityState.NO_ID
        person.identity_state, person.identity_checked_at = state.value, None
        person.case_since = case_since(person.case_since, state, at=at)
        _refuse_twin(session, person)
    session.flush()  # a correction names the person by id, whom the same list may have told first
    correction = Correction(person_id=person.id, field=field, before=before, after=value, why=why, by_id=by.id, at=at)
    session.add(correction)
    session.flush()
    return correction


def fill_in(person: Person) -> None:
    """Sets what follows from other cells of a record, which one that an earlier version kept does not tell."""
    person.employer_key = employer_key(person.employer) if person.employer else None
    state, at = IdentityState(person.identity_state), person.identity_checked_at or person.created_at
    person.case_since = case_since(person.case_since, state, at=at)


def _renewed(person: Person, before: str, after: str) -> bool:
    """Whether the number of before is to be kept: it was verified, or is a CMND that a CCCD follows."""
    if any(former.number == before for former in person.former_numbers):
        return False  # kept already
    verified = person.identity_state == IdentityState.VERIFIED.value
    return verified or (before.isdigit() and after.isdigit() and (len(before), len(after)) == (9, 12))


def corrections_of(session: Session, person: Person) -> list[Correction]:
    """What was ever changed about a person, oldest first."""
    return list(session.scalars(select(Correction).where(Correction.person_id == person.id).order_by(Correction.id)))


def _refuse_twin(session: Session, person: Person) -> None:
    if person.id_number is None:
        return
    with session.no_autoflush:
        twin = session.scalar(
            select(Person.id).where(
                Person.id != person.id,
                Person.id_number == person.id_number,
                Person.name_key == person.name_key,
                Person.birth_date == person.birth_date,
                Person.sex == person.sex,
            )
        )
    if twin is not None:
        session.expire(person)
        raise InputError(RowReason.CONFLICT, "another record has the same number, name, birth date and sex")
