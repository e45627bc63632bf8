"""Sessions of agencies: each ends alone, all with the key, none outlives its day or its client."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from passport.registry.agency_sessions import LIFE, AgencySession, begin_session, client_of, end_session, end_sessions
from passport.registry.clients import create_client, revoke_client
from passport.registry.db import Database


def test_a_session_ends_for_whoever_holds_its_token(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        client, _key = create_client(session, name="Agency", scopes=["verify"], now=now)
        other, _key = create_client(session, name="Another", scopes=["verify"], now=now)
        first, second = (begin_session(session, client=client, now=now) for _ in range(2))
        theirs = begin_session(session, client=other, now=now)
        assert client_of(session, first, now=now) is client
        end_session(session, first)
        assert client_of(session, first, now=now) is None
        assert client_of(session, second, now=now) is client
        assert client_of(session, second, now=now + LIFE) is None
        end_sessions(session, client)
        assert client_of(session, second, now=now) is None
        assert client_of(session, theirs, now=now) is other
        revoke_client(session, client_id=other.id, now=now)
        assert client_of(session, theirs, now=now) is None


def test_what_has_ended_is_cleared_away(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        client, _key = create_client(session, name="Agency", scopes=["verify"], now=now)
        begin_session(session, client=client, now=now)
        begin_session(session, client=client, now=now + LIFE)
        assert session.scalar(select(func.count()).select_from(AgencySession)) == 1
