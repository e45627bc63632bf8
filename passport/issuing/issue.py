"""Issuing one certificate: the straight line of nine steps, from a dose on record to a signed text.

    1 person and doses   2 dose status   3 eligibility   4 draft   5 reserve the identifier
    6 signer             7 encode        8 check one's own text    9 record

Steps 1 to 5 are one transaction, step 9 another: the identifier is on record before anything is signed, so that a
crash leaves a trace and never a certificate that nobody knows of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from passport.domain.certificate import Draft, Kind
from passport.errors import Reason, Refusal, Refused
from passport.formats import hc1
from passport.issuing.drafting import confirmed_until, draft_certificate, expiry_of, new_identifier
from passport.issuing.eligibility import require_eligible
from passport.issuing.issuer import Issuer
from passport.registry import audit, batches, certificates
from passport.registry.accounts import account_of, find_account, require_role
from passport.registry.db import Database
from passport.registry.doses import require_dose
from passport.registry.people import lock_person, require_person
from passport.registry.tables import Batch, Certificate
from passport.trust.revocation import record_own
from passport.trust.signers import Signer
from passport.verifying.verify import verify

# Signing takes milliseconds. A reservation older than this was cut off; one that wakes up after all records nothing.
RESERVATION_LIFE = timedelta(seconds=30)
ROLES = ("issuer", "approver")  # who may have a single approved dose issued
OWN_TEXT_IS_GOOD = (None, Reason.LISTS_STALE)  # foreign lists may be old; they say nothing of our own text


@dataclass(frozen=True, slots=True)
class Order:
    """One certificate to be issued: for which dose, by whom (e-mail), in place of which certificate and why.

    `actor` is named in the audit trail where nobody of the staff but the house itself gave the order. After a
    renewal the old code `lapses`: it says nothing wrong and stays good at the checkpoints until it ends.
    """

    dose_id: str
    by: str
    replaces_id: str | None = None
    why: str | None = None
    actor: str | None = None
    lapses: bool = False


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that went out."""

    certificate_id: str
    identifier: str
    person_id: str
    dose_id: str
    text: str
    expires_at: datetime


def issue(database: Database, *, person_id: str, by: str, now: datetime, issuer: Issuer) -> Issued:
    """Issues the certificate of a person's latest confirmed dose, which an approved batch must hold.

    Raises InputError (unknown_person, unknown_account), Refused (not_permitted, no_dose, an obstacle of
    `eligibility`, already_issued, no_active_signer, self_check_failed).
    """
    with database.reading() as session:
        person = require_person(session, person_id)
        if not person.doses:
            raise Refused(Refusal.NO_DOSE, person_id)
        confirmed = [dose for dose in person.doses if dose.confirmed_at is not None and not dose.held]
        dose = (confirmed or person.doses)[-1]
        require_role(session, find_account(session, by), ROLES, dose.site.area)
    return issue_dose(database, order=Order(dose.id, by), now=now, issuer=issuer)


def issue_dose(database: Database, *, order: Order, now: datetime, issuer: Issuer) -> Issued:
    """The nine steps for one dose; whether `order.by` may order it is for the caller to have asked.

    Raises as `issue` does. Whatever stops it after step 5, the identifier stays on record, abandoned.
    """
    issued_at = now.replace(microsecond=0)  # certificates tell whole seconds
    with database.transaction() as session:
        draft = _drafted(session, order, issuer=issuer, issued_at=issued_at)  # 1 to 4
        reserved = _reserve(session, order, draft=draft, now=now)  # 5 reserve the identifier
    try:
        signer = signer_in_force(issuer, now=now)  # 6 signer
        key_id = bytes.fromhex(signer.key_id)
        text = hc1.encode(draft, sign=signer.sign, algorithm=signer.algorithm, key_id=key_id)  # 7 encode
        require_says_the_draft(text, draft=draft, issuer=issuer, now=now)  # 8 check one's own text
        with database.transaction() as session:
            _record(session, order, reserved=reserved, draft=draft, text=text, issuer=issuer, now=now)  # 9 record
    except BaseException:
        with database.transaction() as session:
            certificates.abandon(session, certificate=reserved)
        raise
    return Issued(reserved.id, draft.identifier, reserved.person_id, order.dose_id, text, draft.expires_at)


def signer_in_force(issuer: Issuer, *, now: datetime) -> Signer:
    """Step 6: the signer, while its own certificate is in force; raises Refused (no_active_signer)."""
    signer = issuer.signer
    if not signer.certificate.not_valid_before_utc <= now < signer.not_after:
        raise Refused(Refusal.NO_ACTIVE_SIGNER, signer.key_id)
    return signer


def require_says_the_draft(text: str, *, draft: Draft, issuer: Issuer, now: datetime) -> None:
    """Step 8: passes when anybody who checks `text` reads the draft in it, field by field.

    Raises Refused (self_check_failed) that names the first field or the reason.
    """
    verdict = verify(text, context=issuer.context, now=now)
    stated = verdict.certificate
    if stated is None or verdict.reason not in OWN_TEXT_IS_GOOD:
        raise Refused(Refusal.SELF_CHECK_FAILED, str(verdict.reason))
    wanted = {
        "kind": Kind.VACCINATION,
        "identifier": draft.identifier,
        "issuer": draft.issuer_name,
        "country": draft.issuer_country,
        "key_id": issuer.signer.key_id,
        "issued_at": draft.issued_at,
        "expires_at": draft.expires_at,
        "holder": hc1.as_written(draft.holder),
        "doses": (draft.dose,),
    }
    for field, value in wanted.items():
        if getattr(stated, field) != value:
            raise Refused(Refusal.SELF_CHECK_FAILED, field)


def _drafted(
    session: Session, order: Order, *, issuer: Issuer, issued_at: datetime, identifier: str | None = None
) -> Draft:
    """Steps 1 to 4; the person stays as they are until the transaction ends."""
    dose = require_dose(session, order.dose_id)  # 1 person and doses
    lock_person(session, dose.person_id)
    history = confirmed_until(dose)  # 2 dose status
    require_eligible(dose, approved=_approval(session, order) is not None)  # 3 eligibility
    return draft_certificate(  # 4 draft
        dose,
        history=history,
        identifier=identifier or new_identifier(country=issuer.country, site_code=dose.site.code),
        issuer_country=issuer.country,
        issuer_name=issuer.name,
        issued_at=issued_at,
        expires_at=expiry_of(issued_at, signer_until=issuer.signer.not_after),
    )


def _approval(session: Session, order: Order) -> Batch | None:
    """The batch that a second person approved for this order; what replaces a certificate rests on its batch."""
    if order.replaces_id is None:
        return batches.approval_of(session, require_dose(session, order.dose_id))
    replaced = certificates.find_certificate(session, order.replaces_id)
    if replaced.state != "issued":
        raise Refused(Refusal.ALREADY_REVOKED, replaced.id)
    return replaced.batch


def _reserve(session: Session, order: Order, *, draft: Draft, now: datetime) -> Certificate:
    """Step 5; reservations that were cut off stand in nobody's way."""
    certificates.abandon_reservations(session, before=now - RESERVATION_LIFE)
    return certificates.reserve(
        session,
        identifier=draft.identifier,
        dose=require_dose(session, order.dose_id),
        by=account_of(session, order.by),
        issued_at=draft.issued_at,
        expires_at=draft.expires_at,
        batch=_approval(session, order),
        replaces=certificates.find_certificate(session, order.replaces_id) if order.replaces_id else None,
    )


def _record(
    session: Session, order: Order, *, reserved: Certificate, draft: Draft, text: str, issuer: Issuer, now: datetime
) -> None:
    """Step 9: puts the certificate in force in place of the one before, unless its person changed meanwhile."""
    if _drafted(session, order, issuer=issuer, issued_at=draft.issued_at, identifier=draft.identifier) != draft:
        raise Refused(Refusal.SELF_CHECK_FAILED, "the record changed")
    certificate, key_id = session.get_one(Certificate, reserved.id), issuer.signer.key_id
    replaced = _retire(session, order, successor=certificate, now=now)
    certificates.record_signed(session, certificate=certificate, text=text, key_id=key_id)
    if certificate.batch_id is not None:
        batches.settle_member(session, batch_id=certificate.batch_id, dose_id=order.dose_id, outcome=certificate.state)
    detail = {"dose": order.dose_id, "batch": certificate.batch_id, "key": key_id, "replaces": order.replaces_id}
    actor = order.actor or order.by
    audit.record(session, actor=actor, action="certificate_issued", subject=certificate.id, detail=detail, at=now)
    if replaced is not None and not order.lapses:
        # Last before the commit: nothing is revoked on record that is still good at the checkpoints.
        record_own(issuer.keys_dir, identifier=replaced.identifier, at=now, replaced=True)


def _retire(session: Session, order: Order, *, successor: Certificate, now: datetime) -> Certificate | None:
    """The certificate that `successor` takes the place of, revoked as replaced."""
    if order.replaces_id is None:
        return None
    old = certificates.find_certificate(session, order.replaces_id)
    by = account_of(session, order.by)
    certificates.revoke(session, certificate=old, reason=order.why or "", by=by, at=now, replaced_by=successor)
    return old
