"""JOB: codes are made anew, before they expire or when their key was withdrawn; the doses stay as they are
(Decision 5772/QĐ-BYT; security T31).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from passport.errors import InputError, Refusal, Refused
from passport.issuing.batch import STOPS
from passport.issuing.drafting import expiry_of
from passport.issuing.issue import Order, issue_dose
from passport.issuing.issuer import Issuer
from passport.registry import certificates
from passport.registry.db import Database

AHEAD = timedelta(days=28)  # before the end: four weeks for the holder to fetch the new code
ACTOR = "renewal"  # the house itself; no member of staff orders it


@dataclass(frozen=True, slots=True)
class Renewal:
    """What one run did: codes made anew, and refusals by reason, whose certificates simply expire."""

    renewed: int
    refused: Mapping[str, int]


def renew(database: Database, *, now: datetime, issuer: Issuer, ahead: timedelta = AHEAD) -> Renewal:
    """Issues anew every certificate that ends within `ahead`, in the name of whoever issued it; the old lapses.

    Running it again goes on where it was cut off. Raises Refused (no_active_signer, self_check_failed).
    """
    # What the signer of today could not let live longer is left alone.
    before = min(now + ahead, expiry_of(now, signer_until=issuer.signer.not_after))
    return _issue_all(database, _orders(database, before=before, key_id=None), now=now, issuer=issuer)


def renew_key(database: Database, *, key_id: str, now: datetime, issuer: Issuer) -> Renewal:
    """Issues anew every certificate that one key signed, such as a withdrawn one, under the key of today.

    Raises InputError (bad_option) for the key that signs now, and as `renew` does.
    """
    if key_id == issuer.signer.key_id:
        raise InputError(Refusal.BAD_OPTION, "the key that signs now")
    return _issue_all(database, _orders(database, before=None, key_id=key_id), now=now, issuer=issuer)


def _issue_all(database: Database, orders: Iterable[Order], *, now: datetime, issuer: Issuer) -> Renewal:
    outcomes: Counter[str] = Counter()
    for order in orders:
        try:
            issue_dose(database, order=order, now=now, issuer=issuer)
            outcomes["renewed"] += 1
        except Refused as refusal:
            if refusal.reason in STOPS:
                raise
            outcomes[refusal.reason.value] += 1
    return Renewal(outcomes.pop("renewed", 0), dict(outcomes))


def _orders(database: Database, *, before: datetime | None, key_id: str | None) -> Iterator[Order]:
    last = None
    while True:
        with database.reading() as session:
            page = certificates.expiring(session, before=before, key_id=key_id, after=last)
            orders = [
                Order(
                    old.dose_id, old.issued_by.email, replaces_id=old.id, why=ACTOR, actor=ACTOR, lapses=key_id is None
                )
                for old in page
            ]
        yield from orders
        if not page:
            return
        last = page[-1]
