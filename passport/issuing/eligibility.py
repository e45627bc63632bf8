"""What stands between a dose and its certificate (Decision 5772/QĐ-BYT; security T1)."""

from __future__ import annotations

from collections.abc import Iterator

from passport.domain.people import IdentityState
from passport.errors import Refusal, Refused
from passport.issuing.drafting import holder_of
from passport.registry.tables import Dose
from passport.rules.schedules import VACCINES


def require_eligible(dose: Dose, *, approved: bool) -> None:
    """Passes when a certificate may be issued for `dose`; raises Refused with the first obstacle.

    `approved` tells whether a batch with this dose was approved by a second person. That there is no certificate
    yet is left to the reservation, which asks the database.
    """
    for obstacle in _obstacles(dose, approved=approved):
        raise obstacle


def is_eligible(dose: Dose) -> bool:
    """Whether a batch may propose this dose: everything but the approval is there."""
    return obstacle(dose) is None


def obstacle(dose: Dose) -> Refusal | None:
    """The first thing that keeps this dose out of a batch, or None."""
    found = next(_obstacles(dose, approved=True), None)
    return Refusal(found.reason) if found else None


def _obstacles(dose: Dose, *, approved: bool) -> Iterator[Refused]:
    vaccine = VACCINES.get(dose.product)
    if dose.held:
        yield Refused(Refusal.DOSE_HELD, dose.id)
    if dose.person.identity_state != IdentityState.VERIFIED.value:
        yield Refused(Refusal.IDENTITY_UNVERIFIED, dose.id)
    if dose.confirmed_at is None:
        yield Refused(Refusal.DOSE_UNCONFIRMED, dose.id)
    if vaccine is None or not vaccine.certifiable:
        yield Refused(Refusal.PRODUCT_NOT_CERTIFIABLE, dose.product)
    try:
        holder_of(dose.person)
    except Refused as refusal:
        yield refusal
    if not approved:
        yield Refused(Refusal.BATCH_NOT_APPROVED, dose.id)
