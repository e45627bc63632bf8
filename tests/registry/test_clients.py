"""Keys of clients: rolled and ended; their checks counted by day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from passport.errors import InputError, Refusal
from passport.registry.client_use import add_use, use_of
from passport.registry.clients import create_client, find_client, require_client, revoke_client, roll_key
from passport.registry.db import Database


def test_a_rolled_key_ends_the_old_one(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        client, old = create_client(session, name="Agency", scopes=["verify"], now=now)
        new = roll_key(session, client)
    with database.reading() as session:
        assert find_client(session, key=old) is None
        found = find_client(session, key=new)
        assert found is not None
        assert (found.id, found.prefix) == (client.id, new[:8])


def test_a_revoked_client_is_no_client(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        client, _key = create_client(session, name="Agency", scopes=["verify"], now=now)
        assert require_client(session, client.id) is client
        revoke_client(session, client_id=client.id, now=now)
        with pytest.raises(InputError) as told:
            require_client(session, client.id)
    assert told.value.reason is Refusal.UNKNOWN_KEY


def test_checks_add_up_by_day_and_outcome(database: Database, now: datetime, today: date) -> None:
    yesterday = today - timedelta(days=1)
    with database.transaction() as session:
        client, _key = create_client(session, name="Agency", scopes=["verify"], now=now)
        other, _key = create_client(session, name="Another", scopes=["verify"], now=now)
    for day, counts in ((yesterday, {"valid": 1}), (today, {"valid": 2, "invalid": 1}), (today, {"valid": 3})):
        with database.transaction() as session:
            add_use(session, client_id=client.id, day=day, counts=counts)
    with database.reading() as session:
        told = use_of(session, client_id=client.id, since=yesterday)
        assert list(told.items()) == [(today, {"invalid": 1, "valid": 5}), (yesterday, {"valid": 1})]
        assert list(use_of(session, client_id=client.id, since=today)) == [today]
        assert use_of(session, client_id=other.id, since=yesterday) == {}


def test_checks_of_a_client_that_is_gone_are_let_go(database: Database, today: date) -> None:
    with database.transaction() as session:
        add_use(session, client_id="0" * 32, day=today, counts={"valid": 1})
        assert use_of(session, client_id="0" * 32, since=today) == {}
