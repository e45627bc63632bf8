"""The database when it is not there, not migrated or busy; and writers who wait for each other."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, text

from passport.errors import InputError, Refusal, Unavailable
from passport.registry import migrations
from passport.registry.db import Database
from passport.registry.tables import Campaign, Site


def _refusal(database: Database, *, writing: bool) -> object:
    def ask() -> None:
        with database.transaction() if writing else database.reading() as session:
            session.scalars(select(Site)).all()

    with pytest.raises(Unavailable) as told:
        ask()
    return told.value.reason


@pytest.mark.parametrize("writing", [True, False])
def test_not_migrated(database: Database, writing: bool) -> None:
    migrations.downgrade(database.engine)
    try:
        assert _refusal(database, writing=writing) is Refusal.NOT_MIGRATED
    finally:
        migrations.upgrade(database.engine)


def test_away(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for url in ("postgresql+psycopg://nobody@127.0.0.1:1/nothing", f"sqlite:///{tmp_path / 'file' / 'a.db'}"):
        assert _refusal(Database.at(url), writing=True) is Refusal.SERVICE_AWAY


def test_sqlite_keeps_what_was_committed(tmp_path: Path) -> None:
    with Database.at(f"sqlite:///{tmp_path / 'a.db'}").reading() as session:
        pragmas = [session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert pragmas == ["wal", 2, 1]


def test_sqlite_files_are_for_the_service_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.db"
    migrations.upgrade(Database.at(f"sqlite:///{path}").engine)
    assert path.stat().st_mode & 0o777 == 0o600


def test_writers_wait_for_each_other(database: Database) -> None:
    start = threading.Barrier(8)

    def write(number: int) -> None:
        start.wait()
        for turn in range(5):
            with database.transaction() as session:
                known = len(session.scalars(select(Campaign)).all())  # what is read may not change under a writer
                session.add(Campaign(name=f"{number}-{turn}-{known}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    with database.reading() as session:
        assert len(session.scalars(select(Campaign)).all()) == 40


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    with database.transaction() as writer:
        writer.add(Campaign(name="half"))
        writer.flush()
        with database.reading() as reader:
            assert reader.scalars(select(Campaign)).all() == []


@pytest.mark.parametrize("typed", ["Trạm\0", "x" * 70_000])
def test_a_value_that_the_database_cannot_hold_is_the_callers(database: Database, typed: str) -> None:
    def ask() -> None:
        with database.transaction() as session:
            session.add(Campaign(name=typed))

    if database.engine.dialect.name == "sqlite":
        ask()  # holds any text
        return
    with pytest.raises(InputError) as told:
        ask()
    assert told.value.reason is Refusal.BAD_OPTION
