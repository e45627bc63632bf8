"""JOB: a batch of certificates. One officer proposes an area, another approves, and everything in it is issued.

Proposer, approver and whoever entered or corrected a dose of the batch are different people. Each certificate is a
transaction of its own with its outcome beside it, so a run that was cut off goes on where it stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from passport.errors import Refusal, Refused
from passport.issuing.eligibility import is_eligible, obstacle
from passport.issuing.issue import Order, issue_dose
from passport.issuing.issuer import Issuer
from passport.registry import audit, batch_views, batches, certificates
from passport.registry.accounts import Account, find_account, require_role
from passport.registry.areas import require_area
from passport.registry.db import Database
from passport.registry.doses import require_dose, told_by
from passport.registry.tables import Area

PROPOSERS = ("issuer",)
APPROVERS = ("approver",)
# What is wrong with the house and not with one certificate: these stop a run.
STOPS = {Refusal.NO_ACTIVE_SIGNER, Refusal.DEMO_IN_PRODUCTION, Refusal.SELF_CHECK_FAILED, Refusal.NOT_PERMITTED}


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal: its number, how many doses it holds, and how many were left out as the proposer's own entries."""

    batch_id: int
    doses: int
    own: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a proposal of an area would hold now: doses ready, left out as the proposer's own entries, and left out
    for what is wrong with a dose or name, by reason."""

    ready: int
    own: int
    unfit: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a batch did: certificates issued, refusals by reason, members that another run has in hand."""

    batch_id: int
    issued: int
    refused: Mapping[str, int]
    open: int


def outlook(session: Session, *, area: Area, by: Account) -> Outlook:
    """What `propose` would do for `by` in `area` now; whether they may propose there is not asked."""
    ready, unfit = [], Counter[str]()
    for dose in batches.proposable(session, area=area):
        found = obstacle(dose)
        if found is None:
            ready.append(dose)
        else:
            unfit[found.value] += 1
    own = told_by(session, by, ready)
    return Outlook(len(ready) - len(own), len(own), unfit)


def propose(database: Database, *, area_code: str, by: str, now: datetime, today: date) -> Proposed:
    """Proposes every dose in an area that is ready and that `by` neither entered nor corrected.

    Raises InputError (unknown_area_code, unknown_account), Refused (not_permitted, nothing_to_propose, own_entry).
    """
    with database.transaction() as session:
        area, account = require_area(session, area_code, on=today), find_account(session, by)
        require_role(session, account, PROPOSERS, area)
        ready = [dose for dose in batches.proposable(session, area=area) if is_eligible(dose)]
        own = told_by(session, account, ready)
        doses = [dose for dose in ready if dose.id not in own]
        if ready and not doses:
            raise Refused(Refusal.OWN_ENTRY, area_code)
        batch = batches.create_batch(session, area=area, doses=doses, by=account, at=now)
        detail = {"area": area.code, "doses": len(doses)}
        audit.record(session, actor=by, action="batch_proposed", subject=f"batch {batch.id}", detail=detail, at=now)
        return Proposed(batch.id, len(doses), len(ready) - len(doses))


def approve(
    database: Database,
    *,
    batch_id: int,
    by: str,
    now: datetime,
    issuer: Issuer,
    progress: Callable[[int], None] | None = None,
) -> Run:
    """Approves a batch of somebody else and issues it; an approved one that was cut off is gone on with.

    `progress` is told how many members are done. Raises InputError (unknown_batch, unknown_account), Refused
    (not_permitted, own_proposal, own_entry, batch_closed; no_active_signer and self_check_failed stop the run).
    """
    dose_ids = _take_up(database, batch_id=batch_id, by=by, now=now)
    outcomes: Counter[str | None] = Counter()
    for done, dose_id in enumerate(dose_ids, start=1):
        outcomes[_issue_member(database, batch_id=batch_id, dose_id=dose_id, by=by, now=now, issuer=issuer)] += 1
        if progress is not None:
            progress(done)
    with database.transaction() as session:
        if batches.close_batch(session, batch=batches.require_batch(session, batch_id)):
            subject = f"batch {batch_id}"
            audit.record(session, actor=by, action="batch_issued", subject=subject, detail={}, at=now)
    issued, untried = outcomes.pop("issued", 0), outcomes.pop(None, 0)
    return Run(batch_id, issued, {str(reason): count for reason, count in outcomes.items()}, untried)


def _take_up(database: Database, *, batch_id: int, by: str, now: datetime) -> list[str]:
    """Approves the batch unless it is approved already, and answers the doses that were not tried yet."""
    with database.transaction() as session:
        batch, account = batches.require_batch(session, batch_id), find_account(session, by)
        require_role(session, account, APPROVERS, batch.area)
        if batch.state != "approved":
            batches.approve(session, batch=batch, by=account, at=now)
            subject, detail = f"batch {batch_id}", {"viewed": len(batch_views.drawn(session, batch, account))}
            audit.record(session, actor=by, action="batch_approved", subject=subject, detail=detail, at=now)
        elif batch.proposed_by_id == account.id:
            raise Refused(Refusal.OWN_PROPOSAL, str(batch_id))
        return [member.dose_id for member in batches.open_members(session, batch)]


def _issue_member(
    database: Database, *, batch_id: int, dose_id: str, by: str, now: datetime, issuer: Issuer
) -> str | None:
    """What became of one member; None while another run has it in hand."""
    try:
        issue_dose(database, order=Order(dose_id, by), now=now, issuer=issuer)
    except Refused as refusal:
        if refusal.reason in STOPS:
            raise
        with database.transaction() as session:
            current = certificates.current_for(session, require_dose(session, dose_id))
            if refusal.reason is Refusal.ALREADY_ISSUED and (current is None or current.batch_id == batch_id):
                return None
            batches.settle_member(session, batch_id=batch_id, dose_id=dose_id, outcome=refusal.reason.value)
        return refusal.reason.value
    return "issued"
