"""Derived tables: what keeps them is made anew where a migration lost it, and leaves with them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import text

from passport.registry import migrations
from passport.registry.db import Database
from passport.registry.kept import Kept
from passport.registry.progress import counts

from .conftest import Scene


@pytest.mark.parametrize("kept", migrations.KEPT, ids=lambda kept: kept.table)
def test_triggers_that_a_migration_lost_are_made_anew(database: Database, kept: Kept) -> None:
    with database.transaction() as session:
        connection = session.connection()
        assert kept.present(connection).keys() == kept.names
        kept.remove(connection)
        assert kept.present(connection) == {}
        migrations.install_kept(connection)
        assert kept.present(connection).keys() == kept.names


def test_what_a_trigger_of_an_earlier_version_does_is_renewed(database: Database) -> None:
    if database.engine.dialect.name != "postgresql":
        pytest.skip("SQLite keeps it in the trigger itself")
    name = "person_step_days_dose_removed"
    told = text("SELECT proconfig FROM pg_proc WHERE proname = :name")
    with database.transaction() as session:
        connection = session.connection()
        now = connection.scalar(told, {"name": name})
        connection.execute(text(f"ALTER FUNCTION {name}() RESET ALL"))  # as it was before it was planned once
        assert connection.scalar(told, {"name": name}) is None
        migrations.install_kept(connection)
        assert now is not None
        assert connection.scalar(told, {"name": name}) == now


def test_what_was_written_without_them_is_counted_with_them(database: Database, now: datetime, today: date) -> None:
    with database.transaction() as session:
        scene = Scene(session, now, today)
        for kept in migrations.KEPT:
            kept.remove(session.connection())
        scene.issued(scene.confirmed(scene.person()))
        assert counts(session).entered == 0
        migrations.install_kept(session.connection())
        assert counts(session).as_dict() == {"given": 0, "entered": 1, "verified": 1, "confirmed": 1, "issued": 1}


def test_counts_and_folded_employers_come_with_their_migration(database: Database, now: datetime, today: date) -> None:
    with database.transaction() as session:
        scene = Scene(session, now, today)
        scene.dose(scene.person(employer="Cty TNHH May Sông Hồng"))
        scene.person("B", id_number="2")
    migrations.downgrade(database.engine, to="0011")
    migrations.upgrade(database.engine)
    with database.reading() as session:
        assert counts(session).entered == 1
        keys = session.scalars(text("SELECT employer_key FROM person ORDER BY id_number")).all()
        assert keys == ["cong ty trach nhiem huu han may song hong", None]
