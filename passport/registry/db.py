"""The database: engine, sessions, and the transaction that jobs open.

Writers on SQLite begin IMMEDIATE, so that two of them wait for each other instead of failing half-way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.orm import Session

from passport.errors import InputError, Refusal, Unavailable
from passport.registry import (  # noqa: F401  # their tables must be mapped before any query
    accounts,
    agency_sessions,
    audit,
    batch_views,
    cleaning_tables,
    client_use,
    clients,
    codes,
    coverage_tables,
    guardians,
    idempotency,
    invitations,
    jobs,
    messages,
    report_codes,
    report_pictures,
)

BUSY_TIMEOUT_MS = 15_000  # how long a writer waits for another before it gives up
CACHE_KIB = 32 * 1024  # of pages, a connection; with SQLite's own 2 MB a list of millions reads most pages again
_NO_SUCH = ("42P01", "42703")  # SQLSTATE of an undefined table and an undefined column


def make_engine(url: str) -> Engine:
    """An engine for `url` with the house's pragmas: WAL, synchronous=FULL, foreign keys, IMMEDIATE writers."""
    engine = create_engine(url, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine)
    return engine


def prepare_sqlite(engine: Engine) -> None:
    """Makes the file where there is none, sets the pragmas on each connection, lets a writer begin IMMEDIATE."""

    @event.listens_for(engine, "do_connect")
    def _make_file(_dialect: Any, _record: Any, _args: Any, _settings: Any) -> None:
        if engine.url.database in (None, "", ":memory:"):
            return
        path = Path(engine.url.database)
        with suppress(OSError):  # SQLite itself then says that it cannot open the file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # personal data: for the service's own user alone

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the begin event below decides, not the driver
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            f"cache_size=-{CACHE_KIB}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Database:
    """One database: `transaction()` for jobs that write, `reading()` for everything else.

    Both raise Unavailable: not_migrated when a table or column is missing, service_away when the server is away,
    locked for too long, or out of disk.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def at(cls, url: str) -> Database:
        """The database at a SQLAlchemy URL."""
        return cls(make_engine(url))

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that is committed at the end, or rolled back whole when anything is raised."""
        writer = self.engine.execution_options(writes=True)
        with told_apart(), Session(writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that is never committed."""
        with told_apart(), Session(self.engine, expire_on_commit=False) as session:
            yield session


@contextmanager
def told_apart() -> Iterator[None]:
    """Turns a database that is away or not migrated into Unavailable, and a value that it cannot hold into InputError
    (bad_option); faults of ours pass as they are.
    """
    try:
        yield
    except DBAPIError as error:
        told = str(error.orig)
        if getattr(error.orig, "sqlstate", None) in _NO_SUCH or told.startswith(("no such table", "no such column")):
            raise Unavailable(Refusal.NOT_MIGRATED) from error
        if isinstance(error, OperationalError):
            raise Unavailable(Refusal.SERVICE_AWAY, "database") from error
        if isinstance(error, DataError):  # such as a NUL, which PostgreSQL stores in no text
            raise InputError(Refusal.BAD_OPTION, "what the database cannot hold") from error
        raise
