"""Who may open what: one audience for each blueprint, denied by default.

A blueprint declares its audience once; endpoints of extensions stand in one table. What has neither is
refused at run time, and a test walks the url map and fails on it.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime
from enum import StrEnum

from flask import Blueprint, Flask, Response, abort, current_app, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from flask_security import current_user, logout_user

from passport.house import clock, current_house
from passport.web.agency_session import IDLE, signed_in


class Audience(StrEnum):
    """For whom a group of routes is."""

    PUBLIC = "public"  # anybody: checkpoints, citizens before they prove who they are, agencies' documents
    CLIENT = "client"  # programs with an API key; the API itself says which calls are open without one
    AGENCY = "agency"  # agencies that signed in with their key
    STAFF = "staff"  # signed-in members of staff; roles and areas are checked by the act
    DEVELOPMENT = "development"  # loopback only, and never in production


_ENDPOINTS = {
    "static": Audience.PUBLIC,
    "openapi.spec": Audience.PUBLIC,
    "security.login": Audience.PUBLIC,
    "security.logout": Audience.STAFF,
    "security.verify": Audience.STAFF,
    # Before the second factor nobody is signed in: Flask-Security asks its own session for the first one.
    "security.two_factor_setup": Audience.PUBLIC,
    "security.two_factor_token_validation": Audience.PUBLIC,
    "security.two_factor_setup_validate": Audience.STAFF,
    "security.two_factor_rescue": Audience.PUBLIC,
    "security.tf_select": Audience.PUBLIC,
    "security.static": Audience.PUBLIC,
}
_AUDIENCE = "passport_audience"
_MACHINE = "passport_machine"
_SEEN = "staff_seen"


def declare(blueprint: Blueprint, audience: Audience, *, machine: bool = False) -> None:
    """States for whom all routes of `blueprint` are; a `machine` brings no cookies, so no CSRF token either."""
    setattr(blueprint, _AUDIENCE, audience)
    setattr(blueprint, _MACHINE, machine or audience is Audience.CLIENT)


def audience_of(app: Flask, endpoint: str) -> Audience | None:
    """For whom an endpoint is; None when nobody said."""
    if endpoint in _ENDPOINTS:
        return _ENDPOINTS[endpoint]
    blueprint = app.blueprints.get(endpoint.rpartition(".")[0])
    audience = getattr(blueprint, _AUDIENCE, None)
    return audience if isinstance(audience, Audience) else None


class PageSession(SecureCookieSessionInterface):
    """The session travels with pages alone: a picture that was asked for before a login and comes after it would
    bring the old session back, and whoever signed in would be nobody again."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Writes the cookie, unless the answer is a picture."""
        if not (response.mimetype or "").startswith("image/"):
            super().save_session(app, session, response)


def guard(app: Flask) -> None:
    """Checks the audience before every request."""
    app.session_interface = PageSession()
    app.before_request(_check)


def from_loopback() -> bool:
    """Whether the request came from this machine."""
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _check() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # no such page: answered by the 404 handler
    audience = audience_of(current_app, request.endpoint)
    if audience is None:
        abort(403)
    if audience is Audience.DEVELOPMENT and (current_house().settings.production or not from_loopback()):
        abort(404)
    if audience is Audience.AGENCY and signed_in() is None:
        return redirect(url_for("agency_desk.desk", next=request.endpoint, _anchor="sign-in"))
    if audience is Audience.STAFF and not _at_the_desk():
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
    return None


def _at_the_desk() -> bool:
    """Whether a member of staff is signed in and did something within the last quarter of an hour."""
    if not current_user.is_authenticated:
        return False
    now = clock()
    seen = session.get(_SEEN)
    if seen is not None and now - datetime.fromisoformat(seen) > IDLE:
        logout_user()
        return False
    session[_SEEN] = now.isoformat()
    return True


def exempt_from_csrf(blueprint: Blueprint) -> bool:
    """Whether the routes take no cookies, so that a foreign page cannot ride on them."""
    return getattr(blueprint, _MACHINE, False) is True
