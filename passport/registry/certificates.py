"""Certificates on record. An identifier is stored before anything is signed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from passport.errors import InputError, Refusal, Refused
from passport.registry.accounts import Account
from passport.registry.tables import Batch, Certificate, Dose, Person

PAGE = 200  # rows a page where the caller names no other number


def reserve(
    session: Session,
    *,
    identifier: str,
    dose: Dose,
    by: Account,
    issued_at: datetime,
    expires_at: datetime,
    batch: Batch | None = None,
    replaces: Certificate | None = None,
) -> Certificate:
    """Stores the identifier of a certificate that is about to be signed; commit before signing.

    A dose has one certificate in force, which a new one may replace, and one reservation at a time: of two
    who reserve at once the database lets one through. Raises Refused (already_issued).
    """
    reserved = Certificate(
        identifier=identifier,
        person_id=dose.person_id,
        dose_id=dose.id,
        batch_id=batch.id if batch else None,
        state="reserved",
        issued_by_id=by.id,
        issued_at=issued_at,
        expires_at=expires_at,
    )
    try:
        with session.begin_nested():
            session.add(reserved)
            session.flush()
            # Asked only now: a certificate that came into force until the row was in would not be seen before.
            current = current_for(session, dose)
            if current is not None and (replaces is None or replaces.id != current.id):
                raise Refused(Refusal.ALREADY_ISSUED, dose.id)
    except IntegrityError as error:
        raise Refused(Refusal.ALREADY_ISSUED, dose.id) from error
    session.expire(dose, ["certificates"])
    return reserved


def record_signed(session: Session, *, certificate: Certificate, text: str, key_id: str) -> None:
    """Puts a reserved certificate in force with its signed text; what it replaces is revoked first.

    Raises Refused (already_issued) when the reservation was abandoned or the dose has another certificate.
    """
    signed = (
        update(Certificate)
        .where(Certificate.id == certificate.id, Certificate.state == "reserved")
        .values(state="issued", text=text, key_id=key_id)
        .returning(Certificate.id)
    )
    try:
        with session.begin_nested():
            recorded = session.scalar(signed)
    except IntegrityError as error:
        raise Refused(Refusal.ALREADY_ISSUED, certificate.dose_id) from error
    if recorded is None:
        raise Refused(Refusal.ALREADY_ISSUED, certificate.dose_id)
    session.refresh(certificate)


def abandon(session: Session, *, certificate: Certificate) -> None:
    """Gives up one reservation that will not be signed; nothing happens to a certificate that was."""
    session.execute(
        update(Certificate)
        .where(Certificate.id == certificate.id, Certificate.state == "reserved")
        .values(state="abandoned")
    )


def abandon_reservations(session: Session, *, before: datetime, batch: Batch | None = None) -> int:
    """Gives up reservations made earlier than `before` whose signing was cut off; answers how many.

    Their identifiers stay on record and are never used again.
    """
    given_up = (
        update(Certificate)
        .where(Certificate.state == "reserved", Certificate.issued_at < before)
        .values(state="abandoned")
        .returning(Certificate.id)
    )
    if batch is not None:
        given_up = given_up.where(Certificate.batch_id == batch.id)
    return len(session.scalars(given_up).all())


def revoke(
    session: Session,
    *,
    certificate: Certificate,
    reason: str,
    by: Account,
    at: datetime,
    replaced_by: Certificate | None = None,
) -> None:
    """Ends a certificate in force; raises Refused (already_revoked)."""
    ended = (
        update(Certificate)
        .where(Certificate.id == certificate.id, Certificate.state == "issued")
        .values(
            state="revoked",
            revoked_at=at,
            revoked_by_id=by.id,
            revocation_reason=reason,
            replaced_by_id=replaced_by.id if replaced_by else None,
        )
        .returning(Certificate.id)
    )
    if session.scalar(ended) is None:
        raise Refused(Refusal.ALREADY_REVOKED, certificate.id)
    session.refresh(certificate)


def current_for(session: Session, dose: Dose) -> Certificate | None:
    """The certificate in force for a dose, or None; whether it has expired is not looked at."""
    return session.scalar(select(Certificate).where(Certificate.dose_id == dose.id, Certificate.state == "issued"))


def in_force(session: Session, person: Person) -> list[Certificate]:
    """The certificates in force of one person, oldest dose first; whether they have expired is not looked at."""
    query = select(Certificate).join(Certificate.dose)
    held = query.where(Certificate.person_id == person.id, Certificate.state == "issued")
    return list(session.scalars(held.order_by(Dose.given_on, Dose.number)))


def find_certificate(session: Session, id_or_identifier: str) -> Certificate:
    """A signed certificate by its own id or its identifier; raises InputError (unknown_certificate)."""
    found = session.scalar(
        select(Certificate).where(
            or_(Certificate.id == id_or_identifier, Certificate.identifier == id_or_identifier),
            Certificate.state.in_(("issued", "revoked")),
        )
    )
    if found is None:
        raise InputError(Refusal.UNKNOWN_CERTIFICATE)
    return found


def issued_within(
    session: Session,
    *,
    beginning: str | None = None,
    key_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Certificate]:
    """The certificates in force whose identifier begins so, of one key, issued from `since` until before `until`."""
    query = select(Certificate).where(Certificate.state == "issued")
    if beginning is not None:
        query = query.where(Certificate.identifier.startswith(beginning, autoescape=True))
    if key_id is not None:
        query = query.where(Certificate.key_id == key_id)
    if since is not None:
        query = query.where(Certificate.issued_at >= since)
    if until is not None:
        query = query.where(Certificate.issued_at < until)
    return iter(session.scalars(query.order_by(Certificate.id).execution_options(yield_per=PAGE)))


def expiring(
    session: Session,
    *,
    before: datetime | None,
    key_id: str | None = None,
    after: Certificate | None = None,
    limit: int = PAGE,
) -> list[Certificate]:
    """Certificates in force that expire earlier than `before` (None: at any time), of one key or all of them.

    The earliest come first, a page at a time; the next page begins `after` the last of the one before.
    """
    query = select(Certificate).where(Certificate.state == "issued")
    if before is not None:
        query = query.where(Certificate.expires_at < before)
    if key_id is not None:
        query = query.where(Certificate.key_id == key_id)
    if after is not None:
        query = query.where(tuple_(Certificate.expires_at, Certificate.id) > tuple_(after.expires_at, after.id))
    return list(session.scalars(query.order_by(Certificate.expires_at, Certificate.id).limit(limit)))
