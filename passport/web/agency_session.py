"""An agency at its pages: signed in with its key, which stays with the agency; the cookie names a session alone.

The session is the server's: it ends at signing out, after a quarter of an hour without a page, after a working day,
when the key is rolled and when the client is revoked, for every copy of the cookie.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import g, session

from passport.house import clock, current_house
from passport.registry.agency_sessions import begin_session, client_of, end_session
from passport.registry.clients import Client

IDLE = timedelta(minutes=15)  # security T18; of agencies and staff
_NAME = "agency_session"


def sign_in(client: Client) -> None:
    """Lets the browser in hand act for `client`; an earlier session of it ends."""
    sign_out()
    now = clock()
    with current_house().database.transaction() as writing:
        token = begin_session(writing, client=client, now=now)
    session[_NAME] = {"token": token, "seen": now.isoformat()}
    g.agency = client


def sign_out() -> None:
    """Ends that."""
    told = session.pop(_NAME, None)
    if told:
        with current_house().database.transaction() as writing:
            end_session(writing, told["token"])
    g.agency = None


def signed_in() -> Client | None:
    """The client that the browser in hand acts for; None where nobody signed in or the session has ended."""
    if "agency" not in g:
        g.agency = _find()
    found: Client | None = g.agency
    return found


def the_agency() -> Client:
    """The client of a page that only signed-in agencies reach."""
    client = signed_in()
    assert client is not None  # the blueprint's audience let nobody else in
    return client


def _find() -> Client | None:
    told, now = session.get(_NAME), clock()
    if not told or now - datetime.fromisoformat(told["seen"]) > IDLE:
        return None
    with current_house().database.reading() as reading:
        client = client_of(reading, told["token"], now=now)
    if client is not None:
        session[_NAME] = told | {"seen": now.isoformat()}
    return client
