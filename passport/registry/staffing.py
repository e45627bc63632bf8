"""Who works here: administrators invite members of staff, give and take roles, close accounts.

An administrator acts within their own area, and never on their own account: so the last one cannot be removed, and
nobody gives themselves a role. Whoever makes a link could use it: who made it and that it was used is on record.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from passport.errors import InputError, Refusal, Refused
from passport.registry import audit
from passport.registry.accounts import (
    Account,
    create_account,
    find_account,
    grant_role,
    granted_areas,
    list_accounts,
    require_role,
)
from passport.registry.areas import lies_in
from passport.registry.columns import new_id
from passport.registry.invitations import make_link
from passport.registry.tables import Area, Grant

ADMINISTRATORS = ("administrator",)


def staff_of(session: Session, administrator: Account) -> list[Account]:
    """The accounts that an administrator answers for: all of whose roles lie in their area, by address."""
    areas = granted_areas(administrator, ADMINISTRATORS)
    return [account for account in list_accounts(session) if _answers_for(areas, account)]


def require_staff(session: Session, administrator: Account, account_id: int) -> Account:
    """The account with this number; raises InputError (unknown_account) where `administrator` does not answer."""
    account = session.get(Account, account_id)
    if account is None or not _answers_for(granted_areas(administrator, ADMINISTRATORS), account):
        raise InputError(Refusal.UNKNOWN_ACCOUNT)
    return account


def invite(
    session: Session, *, email: str, name: str, role: str, area: Area | None, by: Account, at: datetime
) -> tuple[Account, str]:
    """A new account with one role, and the token of the link by which its owner chooses a password.

    Raises InputError (bad_option), Refused (not_permitted).
    """
    require_role(session, by, ADMINISTRATORS, area)
    account = create_account(session, email=email, name=name, password_hash=None)
    grant_role(session, account=account, role=role, area=area)
    token = make_link(session, account=account, now=at)
    _note(session, "user_invited", account, by=by, at=at, role=role, area=area)
    return account, token


def new_link(session: Session, account: Account, *, by: Account, at: datetime) -> str:
    """The token of a new link for somebody who lost password or telephone; raises Refused (own_account)."""
    _other(session, account, by)
    token = make_link(session, account=account, now=at)
    _note(session, "link_made", account, by=by, at=at)
    return token


def give_role(session: Session, account: Account, *, role: str, area: Area | None, by: Account, at: datetime) -> None:
    """Grants a role in an area; raises InputError (bad_option), Refused (not_permitted, own_account)."""
    _other(session, account, by)
    require_role(session, by, ADMINISTRATORS, area)
    grant_role(session, account=account, role=role, area=area)
    _note(session, "role_granted", account, by=by, at=at, role=role, area=area)


def take_role(session: Session, account: Account, *, grant_id: int, by: Account, at: datetime) -> None:
    """Takes a role back; raises InputError (bad_option) when the account has no such grant, Refused (own_account)."""
    _other(session, account, by)
    grant = session.get(Grant, grant_id)
    if grant is None or grant.account_id != account.id:
        raise InputError(Refusal.BAD_OPTION, "grant")
    account.grants.remove(grant)
    session.flush()
    _note(session, "role_taken", account, by=by, at=at, role=grant.role, area=grant.area)


def set_active(session: Session, account: Account, *, active: bool, by: Account, at: datetime) -> None:
    """Closes an account, which ends its sessions, or opens it again; raises Refused (own_account)."""
    _other(session, account, by)
    account.active, account.fs_uniquifier = active, new_id()
    session.flush()
    _note(session, "account_opened" if active else "account_closed", account, by=by, at=at)


def _other(session: Session, account: Account, by: Account) -> None:
    """Passes when `by` acts on somebody else and may still act: of two who close each other's account one is late."""
    if account.id == by.id:
        raise Refused(Refusal.OWN_ACCOUNT)
    both = select(Account).where(Account.id.in_((account.id, by.id))).order_by(Account.id)
    session.scalars(both.with_for_update().execution_options(populate_existing=True)).all()
    find_account(session, by.email)


def _answers_for(areas: list[Area | None], account: Account) -> bool:
    return None in areas or (
        bool(account.grants)
        and all(grant.area and any(lies_in(grant.area, area) for area in areas if area) for grant in account.grants)
    )


def _note(
    session: Session,
    action: str,
    account: Account,
    *,
    by: Account,
    at: datetime,
    role: str | None = None,
    area: Area | None = None,
) -> None:
    detail = {"role": role, "area": area.code if area else None} if role else {}
    audit.record(session, actor=by.email, action=action, subject=f"account {account.id}", detail=detail, at=at)
