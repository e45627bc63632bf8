"""JOB: an approver looks at certificates of a batch, drawn at random, before the whole of it is issued.

What is shown is drafted as it would be signed, and nothing is signed for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from passport.domain.certificate import Draft
from passport.errors import Refused
from passport.issuing.batch import APPROVERS
from passport.issuing.drafting import confirmed_until, draft_certificate
from passport.issuing.eligibility import is_eligible
from passport.registry import audit, batch_views, batches
from passport.registry.accounts import Account, find_account, require_role
from passport.registry.db import Database
from passport.registry.tables import Batch, Dose
from passport.rules.schedules import VACCINES


@dataclass(frozen=True, slots=True)
class Preview:
    """A dose of a batch and what its certificate would say; no draft when it would not be issued any more."""

    person_id: str
    full_name: str
    vaccine: str
    site: str
    draft: Draft | None


def view_batch(
    database: Database, *, batch_id: int, by: str, now: datetime, issuer_country: str, issuer_name: str
) -> list[Preview]:
    """The certificates drawn for `by`, who has seen them from now on; none for who may not approve the batch.

    They are drawn at the first look and stay the same. Raises InputError (unknown_batch, unknown_account).
    """
    with database.transaction() as session:
        batch, account = batches.require_batch(session, batch_id), find_account(session, by)
        if not _may_approve(session, batch, account):
            return []
        doses = batch_views.drawn(session, batch, account)
        if not doses:
            doses = batch_views.draw(session, batch, account, at=now)
            subject, detail = f"batch {batch_id}", {"certificates": len(doses)}
            audit.record(session, actor=by, action="batch_viewed", subject=subject, detail=detail, at=now)
        return [_preview(dose, now=now, issuer_country=issuer_country, issuer_name=issuer_name) for dose in doses]


def require_viewed(database: Database, *, batch_id: int, by: str) -> None:
    """Passes when `by` has viewed what was drawn from the batch; raises Refused (not_viewed).

    Asked on the page before `approve`; a batch that was approved and cut off needs no second look.
    """
    with database.reading() as session:
        batch, account = batches.require_batch(session, batch_id), find_account(session, by)
        if _may_approve(session, batch, account):
            batch_views.require_viewed(session, batch, account)


def _may_approve(session: Session, batch: Batch, account: Account) -> bool:
    """Whether the proposal still waits for somebody like `account`."""
    try:
        require_role(session, account, APPROVERS, batch.area)
    except Refused:
        return False
    return batch.state == "proposed" and batch.proposed_by_id != account.id


def _preview(dose: Dose, *, now: datetime, issuer_country: str, issuer_name: str) -> Preview:
    vaccine = VACCINES.get(dose.product)
    name = vaccine.name if vaccine else dose.product
    draft = is_eligible(dose) and draft_certificate(
        dose,
        history=confirmed_until(dose),
        identifier="",
        issuer_country=issuer_country,
        issuer_name=issuer_name,
        issued_at=now,
        expires_at=now,
    )
    return Preview(dose.person_id, dose.person.full_name, name, dose.site.name, draft or None)
