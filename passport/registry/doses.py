"""Doses on record and the road of each: entered, verified, confirmed by the site, in a certificate."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from passport.domain.doses import DoseKind, DoseState
from passport.domain.people import IdentityState
from passport.errors import InputError, Refusal, Refused
from passport.registry.accounts import Account
from passport.registry.columns import row_id
from passport.registry.people import hold_people
from passport.registry.tables import Correction, Dose, Import, ImportRow, Person, Site

CHANGEABLE = frozenset({"product", "number", "kind", "given_on", "lot", "site_id"})
_CHUNK = 1000  # ids in one statement; SQLite takes 32,766


def dose_values(
    *,
    person_id: str,
    site_id: int,
    product: str,
    number: int,
    kind: DoseKind,
    given_on: date,
    lot: str,
    held: bool,
    by: Account,
    at: datetime,
    import_id: int | None = None,
    campaign_id: int | None = None,
) -> dict[str, Any]:
    """The columns of a new dose; that it is not on record yet is the caller's to know (`find_dose`)."""
    return {
        "id": row_id(),
        "person_id": person_id,
        "site_id": site_id,
        "product": product,
        "number": number,
        "kind": kind.value,
        "given_on": given_on,
        "lot": lot,
        "held": held,
        "entered_by_id": by.id,
        "entered_at": at,
        "import_id": import_id,
        "campaign_id": campaign_id,
    }


def add_dose(
    session: Session,
    *,
    person: Person,
    site: Site,
    product: str,
    number: int,
    kind: DoseKind,
    given_on: date,
    lot: str,
    held: bool,
    by: Account,
    at: datetime,
    row: ImportRow | None = None,
    campaign_id: int | None = None,
) -> Dose:
    """A new dose, written with the next flush."""
    values = dose_values(
        person_id=person.id, site_id=site.id, product=product, number=number, kind=kind, given_on=given_on, lot=lot,
        held=held, by=by, at=at, import_id=row.import_id if row else None, campaign_id=campaign_id,
    )  # fmt: skip
    dose = Dose(**values, person=person, site=site, import_row=row)
    session.add(dose)
    return dose


def find_dose(session: Session, *, person: Person, given_on: date, product: str, number: int, lot: str) -> Dose | None:
    """The dose with this natural key, or None."""
    return session.scalar(
        select(Dose).where(
            Dose.person_id == person.id,
            Dose.given_on == given_on,
            Dose.product == product,
            Dose.number == number,
            Dose.lot == lot,
        )
    )


def require_dose(session: Session, dose_id: str) -> Dose:
    """The dose with this id; raises InputError (no_dose)."""
    dose = session.get(Dose, dose_id)
    if dose is None:
        raise InputError(Refusal.NO_DOSE)
    return dose


def change_dose(
    session: Session, *, dose: Dose, field: str, value: object, why: str, by: Account, at: datetime
) -> Correction | None:
    """Changes one field of a dose and keeps before and after; None when nothing changes.

    The site confirms it anew; who entered it stays on record beside who changed it (`told_by`). It is written
    with the next flush, so that several fields change at once. Whether `value` is well formed is the caller's to
    check. Raises InputError (bad_option) for a field that may not be changed.
    """
    if field not in CHANGEABLE:
        raise InputError(Refusal.BAD_OPTION, f"field {field[:30]}")
    before = getattr(dose, field)
    if before == value:
        return None
    setattr(dose, field, value)
    dose.confirmed_by_id = dose.confirmed_at = None
    correction = Correction(
        person_id=dose.person.id, dose_id=dose.id, field=field, before=str(before), after=str(value), why=why,
        by_id=by.id, at=at,
    )  # fmt: skip
    session.add(correction)
    return correction


def remove_dose(session: Session, dose: Dose) -> None:
    """Takes an unconfirmed dose off the record: the list that told it was corrected."""
    session.delete(dose)
    session.flush()


def told_by(session: Session, account: Account, doses: Collection[Dose]) -> set[str]:
    """The ids of those doses that `account` entered or corrected, or whose person's record it corrected."""
    mine = list(
        session.execute(
            select(Correction.dose_id, Correction.person_id).where(Correction.by_id == account.id).distinct()
        )
    )
    dose_ids = {dose_id for dose_id, _ in mine}
    person_ids = {person_id for dose_id, person_id in mine if dose_id is None}
    return {
        dose.id
        for dose in doses
        if dose.entered_by_id == account.id or dose.id in dose_ids or dose.person_id in person_ids
    }


def state_of(dose: Dose) -> DoseState:
    """How far the record of a dose has come."""
    if dose.held:
        return DoseState.HELD
    if dose.person.identity_state != IdentityState.VERIFIED.value:
        return DoseState.ENTERED
    if dose.confirmed_at is None:
        return DoseState.VERIFIED
    in_force = any(certificate.state == "issued" for certificate in dose.certificates)
    return DoseState.ISSUED if in_force else DoseState.CONFIRMED


def confirmable(session: Session, *, site: Site, by: Account, import_id: int | None = None) -> list[Dose]:
    """The doses of a site that `by` may confirm now: verified, not held, not confirmed, entered by somebody else."""
    query = (
        select(Dose)
        .where(Dose.site_id == site.id, Dose.confirmed_at.is_(None), Dose.entered_by_id != by.id, verified())
        .order_by(Dose.id)
    )
    if import_id is not None:
        query = query.where(Dose.import_id == import_id)
    return list(session.scalars(query))


def confirmable_lists(session: Session, *, site: Site, by: Account) -> list[tuple[Import, int]]:
    """The lists with doses that `by` may confirm now at a site, the latest first, and how many of each."""
    ready = Dose.confirmed_at.is_(None), Dose.entered_by_id != by.id, verified()
    query = (
        select(Import, func.count())
        .join(Dose, Dose.import_id == Import.id)
        .where(Dose.site_id == site.id, *ready)
        .group_by(Import.id)
        .order_by(Import.id.desc())
    )
    return [(found, number) for found, number in session.execute(query)]


def confirm(session: Session, *, doses: Iterable[Dose], by: Account, at: datetime) -> int:
    """Confirms each dose in the name of its site and answers how many.

    Raises Refused (dose_held, identity_unverified, already_confirmed, own_entry) for the first that may not be.
    """
    hold_people(session)
    chosen = list(doses)
    own = told_by(session, by, chosen)
    for dose in chosen:
        if dose.held:
            raise Refused(Refusal.DOSE_HELD, dose.id)
        if dose.confirmed_at is not None:
            raise Refused(Refusal.ALREADY_CONFIRMED, dose.id)
        if dose.person.identity_state != IdentityState.VERIFIED.value:
            raise Refused(Refusal.IDENTITY_UNVERIFIED, dose.id)
        if dose.id in own:
            raise Refused(Refusal.OWN_ENTRY, dose.id)
    for start in range(0, len(chosen), _CHUNK):
        ids = [dose.id for dose in chosen[start : start + _CHUNK]]
        still_open = select(Dose.id).where(Dose.id.in_(ids), Dose.confirmed_at.is_(None)).with_for_update()
        if len(session.scalars(still_open).all()) < len(ids):  # somebody else confirmed at the same moment
            raise Refused(Refusal.ALREADY_CONFIRMED)
    for dose in chosen:
        dose.confirmed_by_id, dose.confirmed_at = by.id, at
    session.flush()
    return len(chosen)


def blocked(session: Session, *, site: Site, by: Account, import_id: int | None = None) -> dict[Refusal, int]:
    """How many unconfirmed doses of a site `by` may not confirm now, each under the first thing in its way."""
    query = select(func.count()).select_from(Dose)
    query = query.where(Dose.site_id == site.id, Dose.confirmed_at.is_(None))
    if import_id is not None:
        query = query.where(Dose.import_id == import_id)
    ways = {
        Refusal.DOSE_HELD: Dose.held.is_(True),
        Refusal.IDENTITY_UNVERIFIED: Dose.held.is_(False) & ~verified(),
        Refusal.OWN_ENTRY: verified() & (Dose.entered_by_id == by.id),
    }
    return {way: session.scalar(query.where(condition)) or 0 for way, condition in ways.items()}


def verified() -> ColumnElement[bool]:
    """Whether nothing holds a dose and the identity of its person is verified.

    It asks for the person of each dose: a join would tempt SQLite to begin with everybody who is verified.
    """
    sure = exists().where(Person.id == Dose.person_id, Person.identity_state == IdentityState.VERIFIED.value)
    return Dose.held.is_(False) & sure
