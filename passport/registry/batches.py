"""Batches: proposals of certificates that somebody else approves before anything is signed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import exists, func, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from passport.errors import InputError, Refusal, Refused
from passport.registry.accounts import Account
from passport.registry.areas import beneath
from passport.registry.certificates import PAGE
from passport.registry.doses import told_by, verified
from passport.registry.sites import site_ids
from passport.registry.tables import Area, Batch, BatchMember, Certificate, Dose


def proposable(session: Session, *, area: Area | None = None) -> list[Dose]:
    """The doses that a batch may propose: of each person the last one confirmed at a site in `area`.

    Left out are people whose identity is not verified, doses with a certificate in force and doses that an
    open batch holds already. Whether the product may be certified is for `issuing` to say.
    """
    later = aliased(Dose)
    open_member = (
        select(BatchMember.dose_id)
        .join(BatchMember.batch)
        .where(Batch.state != "issued", BatchMember.outcome.is_(None))
    )
    last_confirmed = (
        select(Dose)
        .where(
            Dose.site_id.in_(site_ids(area)),
            verified(),
            Dose.confirmed_at.is_not(None),
            Dose.id.not_in(select(Certificate.dose_id).where(Certificate.state == "issued")),
            Dose.id.not_in(open_member),
            ~exists().where(
                later.person_id == Dose.person_id,
                later.confirmed_at.is_not(None),
                later.held.is_(False),
                tuple_(later.given_on, later.number) > tuple_(Dose.given_on, Dose.number),
            ),
        )
        .order_by(Dose.id)
    )
    return list(session.scalars(last_confirmed))


def create_batch(session: Session, *, area: Area, doses: Iterable[Dose], by: Account, at: datetime) -> Batch:
    """A proposal for these doses; raises Refused (nothing_to_propose) when there are none."""
    batch = Batch(area=area, state="proposed", proposed_by_id=by.id, proposed_at=at)
    batch.members = [BatchMember(dose_id=dose.id) for dose in doses]
    if not batch.members:
        raise Refused(Refusal.NOTHING_TO_PROPOSE, area.code)
    session.add(batch)
    session.flush()
    return batch


def require_batch(session: Session, batch_id: int) -> Batch:
    """The batch with this number; raises InputError (unknown_batch)."""
    batch = session.get(Batch, batch_id)
    if batch is None:
        raise InputError(Refusal.UNKNOWN_BATCH, str(batch_id))
    return batch


def list_batches(
    session: Session, *, area: Area | None = None, before: int | None = None, limit: int = PAGE
) -> list[Batch]:
    """Batches, the latest first; the next page holds those `before` the last of this one."""
    query = select(Batch).join(Batch.area).order_by(Batch.id.desc()).limit(limit)
    if area is not None:
        query = query.where(beneath(area))
    if before is not None:
        query = query.where(Batch.id < before)
    return list(session.scalars(query))


def approve(session: Session, *, batch: Batch, by: Account, at: datetime) -> None:
    """Approves a proposal of somebody else that holds no dose which `by` entered or corrected.

    Raises Refused (own_proposal, own_entry, batch_closed).
    """
    if batch.proposed_by_id == by.id:
        raise Refused(Refusal.OWN_PROPOSAL, str(batch.id))
    members = select(Dose).join(BatchMember, BatchMember.dose_id == Dose.id).where(BatchMember.batch_id == batch.id)
    if told_by(session, by, list(session.scalars(members))):
        raise Refused(Refusal.OWN_ENTRY, str(batch.id))
    approved = (
        update(Batch)
        .where(Batch.id == batch.id, Batch.state == "proposed")
        .values(state="approved", approved_by_id=by.id, approved_at=at)
        .returning(Batch.id)
    )
    if session.scalar(approved) is None:
        raise Refused(Refusal.BATCH_CLOSED, str(batch.id))
    session.refresh(batch)


def approval_of(session: Session, dose: Dose) -> Batch | None:
    """The latest approved batch that holds a dose and did not issue it yet: an approval is good for one certificate.

    It is good for what was approved, too: a dose confirmed anew, or a person compared anew with the register, was
    corrected since and waits for the next approval.
    """
    approved = select(Batch).join(Batch.members).where(BatchMember.dose_id == dose.id, Batch.state != "proposed")
    for changed in (dose.confirmed_at, dose.person.identity_checked_at):
        if changed is not None:
            approved = approved.where(Batch.approved_at >= changed)
    unspent = approved.where(or_(BatchMember.outcome.is_(None), BatchMember.outcome != "issued"))
    return session.scalar(unspent.order_by(Batch.id.desc()).limit(1))


def open_members(session: Session, batch: Batch, *, limit: int | None = None) -> list[BatchMember]:
    """The members of a batch that were not tried yet, in order of their doses: what is left after a break."""
    query = select(BatchMember).where(BatchMember.batch_id == batch.id, BatchMember.outcome.is_(None))
    return list(session.scalars(query.order_by(BatchMember.dose_id).limit(limit)))


def outcomes(session: Session, batch: Batch) -> dict[str | None, int]:
    """How many members of a batch came to each outcome; None counts those that were not tried yet."""
    query = select(BatchMember.outcome, func.count()).where(BatchMember.batch_id == batch.id)
    return dict(iter(session.execute(query.group_by(BatchMember.outcome))))


def settle_member(session: Session, *, batch_id: int, dose_id: str, outcome: str) -> None:
    """Records what became of a member of a batch; what was issued stays so."""
    session.execute(
        update(BatchMember)
        .where(BatchMember.batch_id == batch_id, BatchMember.dose_id == dose_id)
        .where(or_(BatchMember.outcome.is_(None), BatchMember.outcome != "issued"))
        .values(outcome=outcome)
    )


def close_batch(session: Session, *, batch: Batch) -> bool:
    """Ends an approved batch of which every member was tried; False while some were not, or when it is ended."""
    untried = select(BatchMember.dose_id).where(BatchMember.batch_id == batch.id, BatchMember.outcome.is_(None))
    closed = (
        update(Batch)
        .where(Batch.id == batch.id, Batch.state == "approved", ~untried.exists())
        .values(state="issued")
        .returning(Batch.id)
    )
    return session.scalar(closed) is not None
