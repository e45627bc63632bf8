"""Staff: administrators invite others by a one-time link, give and take roles in areas, close accounts.

What takes two of them waits on the page of accounts until the second one agrees.
"""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from passport.errors import InputError, PassportError
from passport.house import clock, current_house
from passport.registry import invitations, staffing
from passport.registry.accounts import ROLES
from passport.registry.areas import require_area
from passport.registry.staffing import ADMINISTRATORS
from passport.registry.tables import Area
from passport.web.language import told
from passport.web.staff import BLUEPRINT, account, areas_of, role_name

NATIONAL = "national"


@BLUEPRINT.get("/accounts")
def accounts() -> str:
    """The members of staff of this administrator's area, and the form for a new one."""
    return _list_page()


@BLUEPRINT.post("/accounts")
def invite() -> ResponseReturnValue:
    """Makes an account with one role, and shows its link, once."""
    now = clock()
    if not all(request.form.get(field, "").strip() for field in ("email", "name")):
        return _list_page(error=_("Nhập thư điện tử và họ tên.")), 422
    try:
        with current_house().database.transaction() as session:
            made, token = staffing.invite(
                session,
                email=request.form.get("email", ""),
                name=request.form.get("name", ""),
                role=request.form.get("role", ""),
                area=_area(session),
                by=account(session),
                at=now,
            )
    except PassportError as error:
        return _list_page(error=f"{told(error.message)} {told(error.advice)}"), 422
    return _account_page(made.id, token=token)


@BLUEPRINT.get("/accounts/<int(max=2147483647):account_id>")
def account_page(account_id: int) -> str:
    """One account: its roles, whether it is open, and what may be done about it."""
    return _account_page(account_id)


@BLUEPRINT.post("/accounts/<int(max=2147483647):account_id>/link")
def new_link(account_id: int) -> str:
    """A new link for somebody who lost password or telephone; shown once."""
    with current_house().database.transaction() as session:
        by = account(session)
        token = staffing.new_link(session, staffing.require_staff(session, by, account_id), by=by, at=clock())
    return _account_page(account_id, token=token)


@BLUEPRINT.post("/accounts/<int(max=2147483647):account_id>/grants")
def grant(account_id: int) -> ResponseReturnValue:
    """Gives a role in an area."""
    try:
        with current_house().database.transaction() as session:
            by = account(session)
            chosen = staffing.require_staff(session, by, account_id)
            role, area = request.form.get("role", ""), _area(session)
            held = staffing.give_role(session, chosen, role=role, area=area, by=by, at=clock())
    except InputError as error:
        return _account_page(account_id, error=f"{told(error.message)} {told(error.advice)}"), 422
    flash(_("Đã giao vai trò.") if held else _("Vai trò này chờ một quản trị viên thứ hai đồng ý."), "success")
    return redirect(url_for("staff.account_page", account_id=account_id))


@BLUEPRINT.post("/accounts/<int(max=2147483647):account_id>/grants/<int(max=2147483647):grant_id>/take")
def take_grant(account_id: int, grant_id: int) -> ResponseReturnValue:
    """Takes a role back."""
    with current_house().database.transaction() as session:
        by = account(session)
        chosen = staffing.require_staff(session, by, account_id)
        staffing.take_role(session, chosen, grant_id=grant_id, by=by, at=clock())
    flash(_("Đã thu lại vai trò."), "success")
    return redirect(url_for("staff.account_page", account_id=account_id))


@BLUEPRINT.post("/accounts/<int(max=2147483647):account_id>/active")
def set_active(account_id: int) -> ResponseReturnValue:
    """Closes an account or opens it again."""
    active = request.form.get("active") == "1"
    with current_house().database.transaction() as session:
        by = account(session)
        chosen = staffing.require_staff(session, by, account_id)
        staffing.set_active(session, chosen, active=active, by=by, at=clock())
    flash(_("Đã mở lại tài khoản.") if active else _("Đã khóa tài khoản; mọi phiên làm việc đã kết thúc."), "success")
    return redirect(url_for("staff.account_page", account_id=account_id))


@BLUEPRINT.post("/accounts/requests/<int(max=2147483647):request_id>/<any('agree', 'refuse'):decision>")
def decide_request(request_id: int, decision: str) -> ResponseReturnValue:
    """Agrees to what another administrator asked for, or ends it."""
    decide = staffing.agree if decision == "agree" else staffing.refuse
    with current_house().database.transaction() as session:
        decide(session, request_id, by=account(session), at=clock())
    flash(
        _("Đã đồng ý với yêu cầu.") if decision == "agree" else _("Yêu cầu đã kết thúc, không có gì thay đổi."),
        "success",
    )
    return redirect(url_for("staff.accounts"))


def _area(session: Session) -> Area | None:
    """The area of the form; raises InputError (unknown_area_code) unless the whole country was chosen itself."""
    if request.form.get("scope") == NATIONAL:
        return None
    code = request.form.get("area", "").strip()
    try:
        return require_area(session, code, on=current_house().today(clock()))
    except InputError as error:
        raise InputError(error.reason, code, variant="page") from error


def _choices() -> list[tuple[str, str]]:
    return [(role, role_name(role)) for role in ROLES]


def _list_page(*, error: str | None = None) -> str:
    with current_house().database.reading() as session:
        who = account(session)
        return render_template(
            "staff/accounts.html",
            found=staffing.staff_of(session, who),
            waiting=[(asked, staffing.may_agree(asked, who)) for asked in staffing.requests_before(session, who)],
            who=who,
            links=invitations.open_links(session, now=clock()),
            roles=_choices(),
            role_name=role_name,
            national=None in areas_of(who, ADMINISTRATORS),
            errors={"email": error} if error else {},
            form=request.form,
        )


def _account_page(account_id: int, *, token: str | None = None, error: str | None = None) -> str:
    with current_house().database.reading() as session:
        who = account(session)
        chosen = staffing.require_staff(session, who, account_id)
        return render_template(
            "staff/account.html",
            account=chosen,
            own=chosen.id == who.id,
            link=url_for("welcome.welcome", token=token, _external=True) if token else None,
            until=invitations.open_links(session, now=clock()).get(chosen.id),
            roles=_choices(),
            role_name=role_name,
            national=None in areas_of(who, ADMINISTRATORS),
            errors={"role": error} if error else {},
            form=request.form,
        )
