"""Migrations of the service database, up and down on both databases: `flask db upgrade`, `downgrade`, `check`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import Flask
from flask_alembic import Alembic
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from passport.errors import InputError, Refusal, Unavailable
from passport.registry import db  # it knows every table
from passport.registry.columns import Base
from passport.registry.coverage_upkeep import STEPS
from passport.registry.tally_upkeep import TALLY

_FOLDER = Path(__file__).parent
_VERSIONS = _FOLDER / "versions"
KEPT = (STEPS, TALLY)
# SQLite changes tables by copying them; the house's engine begins transactions itself, so DDL rolls back there too.
_OPTIONS: dict[str, Any] = {
    "render_as_batch": True,
    "transactional_ddl": True,
    "on_version_apply": (lambda *, ctx, **_told: install_kept(ctx.connection),),
}
_Steps = Callable[[Any, MigrationContext], Any]


def connect(app: Flask) -> None:
    """Tells Flask-Alembic, whose commands `cli.db` offers, where the migrations of an application lie."""
    app.config["ALEMBIC"] = {"script_location": str(_FOLDER), "version_locations": [("default", str(_VERSIONS))]}
    app.config["ALEMBIC_CONTEXT"] = dict(_OPTIONS)
    Alembic(app, metadatas=Base.metadata, run_mkdir=False, command_name="")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("alembic.runtime.migration").setLevel(logging.INFO)  # which revision runs


@contextmanager
def told_apart() -> Iterator[None]:
    """Turns what a migration may raise into Unavailable (service_away) or InputError (bad_option: no such revision)."""
    try:
        with db.told_apart():
            yield
    except CommandError as error:
        raise InputError(Refusal.BAD_OPTION, str(error)) from error


def install_kept(connection: Connection) -> None:
    """Makes what keeps the derived tables true, where it is missing: after each revision, up or down."""
    for table in KEPT:
        table.install(connection)


def upgrade(engine: Engine, *, to: str = "heads") -> None:
    """Brings the database to a revision, by default the newest."""
    scripts = _scripts()
    _run(engine, scripts, lambda revision, _context: scripts._upgrade_revs(to, revision))


def downgrade(engine: Engine, *, to: str = "base") -> None:
    """Takes the database back to a revision, by default to nothing."""
    scripts = _scripts()
    _run(engine, scripts, lambda revision, _context: scripts._downgrade_revs(to, revision))


def migrated(engine: Engine) -> bool:
    """Whether the database is at the newest revision; raises Unavailable (service_away) when it does not answer."""
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and not Path(file).exists():
        return False  # to ask would create it
    try:
        with engine.connect() as connection:
            return set(_context(connection).get_current_heads()) == set(_scripts().get_heads())
    except OperationalError as error:
        raise Unavailable(Refusal.SERVICE_AWAY, "database") from error


def require_migrated(engine: Engine) -> None:
    """Passes when the database is at the newest revision; raises Unavailable (not_migrated, service_away)."""
    if not migrated(engine):
        raise Unavailable(Refusal.NOT_MIGRATED)


def differences(engine: Engine) -> list[Any]:
    """What a new revision would have to change so that the database agrees with the tables; empty when it does."""
    with engine.connect() as connection:
        return list(compare_metadata(_context(connection), Base.metadata))


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_FOLDER), version_locations=[str(_VERSIONS)])


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"target_metadata": Base.metadata, **_OPTIONS})


def _run(engine: Engine, scripts: ScriptDirectory, steps: _Steps) -> None:
    with (
        EnvironmentContext(Config(), scripts, fn=steps) as environment,
        engine.execution_options(writes=True).connect() as connection,
    ):
        environment.configure(connection=connection, target_metadata=Base.metadata, **_OPTIONS)
        with environment.begin_transaction():
            environment.run_migrations()
