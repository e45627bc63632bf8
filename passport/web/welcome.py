"""A new member of staff comes by a one-time link and chooses a password; the second factor follows at once."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user, hash_password, login_user, logout_user

from passport.house import clock, current_house
from passport.registry import audit
from passport.registry.invitations import accept, invited
from passport.web import access
from passport.web.limits import LIMITER, SIGN_IN_LIMIT

BLUEPRINT = Blueprint("welcome", __name__, url_prefix="/staff/welcome")
access.declare(BLUEPRINT, access.Audience.PUBLIC)


@BLUEPRINT.route("/<token>", methods=["GET", "POST"])
@LIMITER.limit(SIGN_IN_LIMIT, methods=["POST"])
def welcome(token: str) -> ResponseReturnValue:
    """The form of a new password; opening the page spends nothing, so that a mail scanner cannot."""
    house, now = current_house(), clock()
    with house.database.reading() as session:
        email = invited(session, token, now=now).email
    if request.method == "GET":
        return _form(email, {})
    password, errors = request.form.get("password", ""), dict[str, str]()
    faults, normal = current_app.extensions["security"].password_util.validate(password, is_register=True)
    if faults:
        least = current_app.config["SECURITY_PASSWORD_LENGTH_MIN"]
        errors["password"] = _("Mật khẩu cần ít nhất %(num)s ký tự.", num=least)
    elif request.form.get("again") != password:
        errors["again"] = _("Hai lần nhập không giống nhau.")
    if errors:
        return _form(email, errors), 422
    with house.database.transaction() as session:
        account = accept(session, token, password_hash=hash_password(normal), now=now)
        audit.record(session, actor=account.email, action="link_used", subject=f"account {account.id}", at=now)
    return _signed_in(email)


def _form(email: str, errors: dict[str, str]) -> str:
    return render_template("security/welcome.html", email=email, errors=errors)


def _signed_in(email: str) -> ResponseReturnValue:
    """As after the right password: on to the second factor where it is required, else to the desk."""
    security = current_app.extensions["security"]
    if current_user.is_authenticated:
        logout_user()
    user = security.datastore.find_user(email=email)
    second: ResponseReturnValue | None = security.two_factor_plugins.tf_enter(user, False, "password", next_loc=None)
    if second is not None:
        return second
    login_user(user, authn_via=["password"])
    return redirect(url_for("staff.desk"))
