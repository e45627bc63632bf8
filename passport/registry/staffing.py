"""Who works here: administrators invite members of staff, give and take roles, close accounts.

An administrator acts within their own area, and never on their own account: so the last one cannot be removed, and
nobody gives themselves a role. Whoever makes a link could use it, and whoever invents a colleague has two accounts:
so a role of the four-eyes acts, and a link to an account that somebody has or that holds such a role, wait until a
second administrator has agreed. An operator at the machine needs none (`flask users`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from passport.errors import InputError, Refusal, Refused
from passport.registry import audit
from passport.registry.accounts import (
    Account,
    StaffRequest,
    create_account,
    find_account,
    grant_role,
    granted_areas,
    list_accounts,
    require_role,
)
from passport.registry.areas import lies_in
from passport.registry.columns import new_id
from passport.registry.invitations import draw_token, make_link, open_link
from passport.registry.tables import Area, Grant

ADMINISTRATORS = ("administrator",)
FOUR_EYES = ("confirmer", "issuer", "approver", *ADMINISTRATORS)  # who says yes to the act of somebody else


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
    """A new account with one role, held or asked for, and the token of the link by which its owner chooses a password.

    Raises InputError (bad_option), Refused (not_permitted).
    """
    account = create_account(session, email=email, name=name, password_hash=None)
    token = make_link(session, account=account, now=at)
    _note(session, "user_invited", account, by=by, at=at)
    give_role(session, account, role=role, area=area, by=by, at=at)
    return account, token


def new_link(session: Session, account: Account, *, by: Account, at: datetime) -> str:
    """The token of a new link for somebody who lost password or telephone; raises Refused (own_account)."""
    _other(session, account, by)
    if account.password is None and not granted_areas(account, FOUR_EYES):
        token = make_link(session, account=account, now=at)
        _note(session, "link_made", account, by=by, at=at)
        return token
    token, token_hash = draw_token()
    session.execute(
        delete(StaffRequest).where(StaffRequest.account_id == account.id, StaffRequest.token_hash.is_not(None))
    )
    session.add(StaffRequest(account=account, token_hash=token_hash, asked_by=by, asked_at=at))
    session.flush()
    _note(session, "link_asked", account, by=by, at=at)
    return token


def give_role(session: Session, account: Account, *, role: str, area: Area | None, by: Account, at: datetime) -> bool:
    """Whether the role is held now; one of the four-eyes acts is only asked for.

    Raises InputError (bad_option), Refused (not_permitted, own_account).
    """
    _other(session, account, by)
    require_role(session, by, ADMINISTRATORS, area)
    held = role not in FOUR_EYES
    if held:
        grant_role(session, account=account, role=role, area=area)
    else:
        session.add(StaffRequest(account=account, role=role, area=area, asked_by=by, asked_at=at))
        session.flush()
    _note(session, "role_granted" if held else "role_asked", account, by=by, at=at, role=role, area=area)
    return held


def requests_before(session: Session, administrator: Account) -> list[StaffRequest]:
    """What waits for a second administrator in the area of this one, own requests included, the oldest first."""
    areas = granted_areas(administrator, ADMINISTRATORS)
    found = session.scalars(select(StaffRequest).order_by(StaffRequest.id))
    return [waiting for waiting in found if _answers_for(areas, waiting.account)]


def may_agree(waiting: StaffRequest, administrator: Account) -> bool:
    """Whether `administrator` is the second person: neither asked nor is meant."""
    return administrator.id not in (waiting.asked_by_id, waiting.account_id)


def agree(session: Session, request_id: int, *, by: Account, at: datetime) -> Account:
    """Gives the role, or opens the link for its three days; answers the account.

    Raises InputError (unknown_request), Refused (own_request, own_account, not_permitted).
    """
    waiting = _take_up(session, request_id, by=by)
    if waiting.asked_by_id == by.id:
        raise Refused(Refusal.OWN_REQUEST)
    if waiting.token_hash is not None:
        open_link(session, account=waiting.account, token_hash=waiting.token_hash, now=at)
    else:
        require_role(session, by, ADMINISTRATORS, waiting.area)
        grant_role(session, account=waiting.account, role=waiting.role or "", area=waiting.area)
    _note_decision(session, "agreed", waiting, by=by, at=at)
    return waiting.account


def refuse(session: Session, request_id: int, *, by: Account, at: datetime) -> Account:
    """Ends a request without effect, one's own too; answers the account.

    Raises InputError (unknown_request), Refused (own_account).
    """
    waiting = _take_up(session, request_id, by=by)
    _note_decision(session, "refused", waiting, by=by, at=at)
    return waiting.account


def take_role(session: Session, account: Account, *, grant_id: int, by: Account, at: datetime) -> None:
    """Takes a role back; raises InputError (bad_option) when the account has no such grant, Refused (own_account)."""
    _other(session, account, by)
    grant = session.get(Grant, grant_id)
    if grant is None or grant.account_id != account.id:
        raise InputError(Refusal.BAD_OPTION, "grant")
    account.grants.remove(grant)
    session.flush()
    if grant.role in ADMINISTRATORS:
        _drop_asked(session, account)
    _note(session, "role_taken", account, by=by, at=at, role=grant.role, area=grant.area)


def set_active(session: Session, account: Account, *, active: bool, by: Account, at: datetime) -> None:
    """Closes an account, which ends its sessions, or opens it again; raises Refused (own_account)."""
    _other(session, account, by)
    account.active, account.fs_uniquifier = active, new_id()
    session.flush()
    if not active:
        _drop_asked(session, account)
    _note(session, "account_opened" if active else "account_closed", account, by=by, at=at)


def _other(session: Session, account: Account, by: Account) -> None:
    """Passes when `by` acts on somebody else and may still act: of two who close each other's account one is late."""
    if account.id == by.id:
        raise Refused(Refusal.OWN_ACCOUNT)
    both = select(Account).where(Account.id.in_((account.id, by.id))).order_by(Account.id)
    session.scalars(both.with_for_update().execution_options(populate_existing=True)).all()
    find_account(session, by.email)


def _answers_for(areas: list[Area | None], account: Account) -> bool:
    places = [grant.area for grant in account.grants] + [waiting.area for waiting in account.requests if waiting.role]
    return None in areas or (
        bool(places) and all(place and any(lies_in(place, area) for area in areas if area) for place in places)
    )


def _take_up(session: Session, request_id: int, *, by: Account) -> StaffRequest:
    """A request that waits no longer; of two who decide it one is let through."""
    waiting = session.get(StaffRequest, request_id)
    if waiting is None or not _answers_for(granted_areas(by, ADMINISTRATORS), waiting.account):
        raise InputError(Refusal.UNKNOWN_REQUEST)
    _other(session, waiting.account, by)
    taken = delete(StaffRequest).where(StaffRequest.id == request_id).returning(StaffRequest.id)
    if session.scalar(taken) is None:
        raise InputError(Refusal.UNKNOWN_REQUEST)
    session.expire(waiting.account, ["requests"])
    return waiting


def _drop_asked(session: Session, account: Account) -> None:
    """What somebody asked for as an administrator ends when they are none any more."""
    session.execute(delete(StaffRequest).where(StaffRequest.asked_by_id == account.id))
    session.expire_all()


def _note(
    session: Session,
    action: str,
    account: Account,
    *,
    by: Account,
    at: datetime,
    role: str | None = None,
    area: Area | None = None,
    asked: str | None = None,
) -> None:
    detail = {"role": role, "area": area.code if area else None} if role else {}
    if asked:
        detail["asked_by"] = asked
    audit.record(session, actor=by.email, action=action, subject=f"account {account.id}", detail=detail, at=at)


def _note_decision(session: Session, decision: str, waiting: StaffRequest, *, by: Account, at: datetime) -> None:
    what = "link" if waiting.role is None else "role"
    asked = f"account {waiting.asked_by_id}"
    _note(
        session, f"{what}_{decision}", waiting.account, by=by, at=at, role=waiting.role, area=waiting.area, asked=asked
    )
