"""An agency at its pages: signed in with its key, which stays with the agency; the session names the client alone.

The session ends after a working day, when the key is rolled elsewhere, and when the client is revoked.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import g, session

from passport.errors import InputError
from passport.house import clock, current_house
from passport.registry.clients import Client, require_client

LIFE = timedelta(hours=12)
_NAME = "agency"


def sign_in(client: Client) -> None:
    """Lets the browser in hand act for `client`."""
    session[_NAME] = {"client": client.id, "key": _trace(client), "ends": (clock() + LIFE).isoformat()}
    g.agency = client


def sign_out() -> None:
    """Ends that."""
    session.pop(_NAME, None)
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
    told = session.get(_NAME)
    if not told or datetime.fromisoformat(told["ends"]) < clock():
        return None
    try:
        with current_house().database.reading() as reading:
            client = require_client(reading, told["client"])
    except InputError:  # revoked meanwhile
        return None
    return client if _trace(client) == told["key"] else None


def _trace(client: Client) -> str:
    """What changes with the key; nobody finds a key of 256 random bits by a piece of its hash."""
    return client.key_hash[:8].hex()
