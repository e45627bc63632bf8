"""For agencies that signed in: rolling the key, leaving."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from limits import RateLimitItemPerMinute

from passport.house import clock, current_house
from passport.registry import audit
from passport.registry.clients import require_client, roll_key
from passport.web import access
from passport.web.agency_session import sign_in, sign_out, the_agency
from passport.web.limits import spend

BLUEPRINT = Blueprint("agency_own", __name__, url_prefix="/agency")
access.declare(BLUEPRINT, access.Audience.AGENCY)
BATCH_SCOPE = "verify:batch"


@BLUEPRINT.post("/roll")
def roll() -> str:
    """Makes a new key and shows it once; the old one ends, and so does every other session that it opened."""
    house = current_house()
    with house.database.transaction() as session:
        client = require_client(session, the_agency().id)
        key = roll_key(session, client)
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


def spend_checks(checks: int) -> None:
    """Counts checks against the agency's own limit; raises TooManyRequests over it."""
    client = the_agency()
    spend(RateLimitItemPerMinute(client.checks_per_minute), f"client:{client.id}", cost=checks)
