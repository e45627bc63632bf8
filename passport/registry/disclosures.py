"""Who looked at or changed a person's data, as the audit trail has it: offices and days, no staff by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from passport.registry.accounts import Account
from passport.registry.audit import AuditEntry
from passport.registry.tables import Correction, Person

SHOWN = 200  # entries, the latest


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One act: when, which, for what page of the staff's where that is kept, and by which offices.

    `offices` are what was kept with the act, which later changes of roles do not touch, else names of areas, None for
    one of the whole country; empty for the service itself and for citizens. `guardian_id` is the person who saw the
    record of a child.
    """

    at: datetime
    action: str
    purpose: str | None
    offices: tuple[str | None, ...]
    guardian_id: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One field that was changed: when, what it said before and after, of which dose, and by which offices."""

    at: datetime
    field: str
    before: str | None
    after: str | None
    dose_number: int | None
    offices: tuple[str | None, ...]


def disclosures_of(session: Session, person: Person) -> list[Disclosure]:
    """Every act on a person's record, doses and certificates, the latest first."""
    subjects = [person.id, *(dose.id for dose in person.doses), *(one.id for one in person.certificates)]
    about = select(AuditEntry).where(AuditEntry.subject.in_(subjects)).order_by(AuditEntry.id.desc()).limit(SHOWN)
    found = list(session.scalars(about))
    actors = {entry.actor for entry in found}
    accounts = {one.email: one for one in session.scalars(select(Account).where(Account.email.in_(actors)))}
    return [
        Disclosure(
            entry.at,
            entry.action,
            entry.detail.get("purpose"),
            (kept,) if (kept := entry.detail.get("office")) else _offices(accounts.get(entry.actor)),
            entry.detail.get("guardian"),
        )
        for entry in found
    ]


def changes_of(session: Session, person: Person) -> list[Change]:
    """Every correction of a person and their doses, the latest first."""
    mine = select(Correction).where(Correction.person_id == person.id).order_by(Correction.id.desc())
    numbers = {dose.id: dose.number for dose in person.doses}
    return [
        Change(
            at=found.at,
            field=found.field,
            before=found.before,
            after=found.after,
            dose_number=numbers.get(found.dose_id or ""),
            offices=_offices(session.get(Account, found.by_id)),
        )
        for found in session.scalars(mine)
    ]


def _offices(account: Account | None) -> tuple[str | None, ...]:
    if account is None:
        return ()
    return tuple(dict.fromkeys(grant.area.name if grant.area else None for grant in account.grants))
