"""For agencies that signed in: rolling the key, leaving; what their checks of many share."""

from __future__ import annotations

import re

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from limits import RateLimitItemPerMinute

from passport.house import clock, current_house
from passport.registry import audit
from passport.registry.agency_sessions import end_sessions
from passport.registry.clients import find_client, roll_key
from passport.web import access
from passport.web.agency_desk import show
from passport.web.agency_session import sign_in, sign_out, the_agency
from passport.web.language import gettext as _
from passport.web.limits import LIMITER, SIGN_IN_LIMIT, spend

BLUEPRINT = Blueprint("agency_own", __name__, url_prefix="/agency")
access.declare(BLUEPRINT, access.Audience.AGENCY)
BATCH_SCOPE = "verify:batch"
NAME_SHOWN = 100  # characters of a file's name
_NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")  # breaks lines, turns writing


@BLUEPRINT.post("/roll")
@LIMITER.limit(SIGN_IN_LIMIT)
def roll() -> ResponseReturnValue:
    """Makes a new key and shows it once; the old one ends, and so does every other session that it opened.

    Asks for the old one: whoever only found an open session must not get a key that outlives it.
    """
    house = current_house()
    with house.database.transaction() as session:
        client = find_client(session, key=request.form.get("current", "").strip())
        if client is None or client.id != the_agency().id:
            return show(errors={"current": _("Khóa này không đúng hoặc đã kết thúc.")}), 401
        key = roll_key(session, client)
        end_sessions(session, client)
        audit.record(
            session, actor=f"client:{client.id}", action="client_key_rolled", subject=client.id, detail={}, at=clock()
        )
    sign_in(client)
    return render_template("agency/key.html", key=key, test=False, base=house.settings.base_url)


@BLUEPRINT.post("/sign-out")
def leave() -> ResponseReturnValue:
    """Signs the agency out."""
    sign_out()
    return redirect(url_for("agency_desk.desk"))


def require_batches() -> None:
    """Refuses an agency whose key is for single checks alone (403)."""
    if BATCH_SCOPE not in the_agency().scopes:
        abort(403)


def shown_name(file_name: str) -> str:
    """The name of a file as it may stand on a sheet, and in the name of another."""
    return _NOT_SHOWN.sub("", file_name)[-NAME_SHOWN:]


def spend_checks(checks: int) -> None:
    """Counts checks against the agency's own limit; raises TooManyRequests over it."""
    client = the_agency()
    spend(RateLimitItemPerMinute(client.checks_per_minute), f"client:{client.id}", cost=checks)
