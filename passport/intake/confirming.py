"""JOB: the site answers for its doses. Who entered or corrected a record does not confirm it (security T2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from passport.errors import Refusal
from passport.registry import audit, doses
from passport.registry.accounts import find_account, require_role
from passport.registry.db import Database
from passport.registry.sites import require_site

ROLES = ("confirmer",)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """How many doses were confirmed, and how many were not, each under what stands in its way."""

    confirmed: int
    left: Mapping[Refusal, int]


def confirm_doses(database: Database, *, site_code: str, import_id: int | None, by: str, now: datetime) -> Confirmed:
    """Confirms every dose of a site, or of one list, that `by` may confirm: verified, not held, told by others.

    Raises InputError (unknown_site_code, unknown_account), Refused (not_permitted).
    """
    with database.transaction() as session:
        site, account = require_site(session, site_code), find_account(session, by)
        require_role(session, account, ROLES, site.area)
        ready = doses.confirmable(session, site=site, by=account, import_id=import_id)
        own = doses.told_by(session, account, ready)
        chosen = [dose for dose in ready if dose.id not in own]
        doses.confirm(session, doses=chosen, by=account, at=now)
        left = doses.blocked(session, site=site, by=account, import_id=import_id)
        left[Refusal.OWN_ENTRY] += len(own)
        detail = {"confirmed": len(chosen), "list": import_id}
        audit.record(session, actor=by, action="doses_confirmed", subject=f"site {site_code}", detail=detail, at=now)
        return Confirmed(len(chosen), {way: count for way, count in left.items() if count})
