"""Tables that the database itself fills from others, by triggers: however a row is written, they stay true.

Triggers, because lists, corrections, merges and withdrawals write in many places, some of them in bulk. They are
looked for after every migration, not left to one: SQLite drops the triggers of a table that a migration rebuilds,
without a word. A migration that rebuilds a table takes away the triggers of others that name it first, because
SQLite refuses the renaming; they too are made anew after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text

_NAMES = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal",
}
# To plan a statement anew for every row takes ten times as long as to run it; a plan that is kept must not be one
# for a table that was still small.
_PLANNED_ONCE = "SET plan_cache_mode = force_generic_plan SET enable_seqscan = off"


@dataclass(frozen=True, slots=True)
class Trigger:
    """What is done after an event on a table, for each row of it that `when` names."""

    name: str
    table: str
    event: str
    body: str
    when: str = "TRUE"


@dataclass(frozen=True, slots=True)
class Kept:
    """A table with its triggers and the statement that counts it anew, both in the words of a dialect."""

    table: str
    triggers: Callable[[str], Iterable[Trigger]]
    counted: Callable[[str], str]

    @property
    def names(self) -> set[str]:
        """What the triggers are called."""
        return {trigger.name for trigger in self.triggers("sqlite")}

    def present(self, connection: Connection) -> dict[str, str]:
        """The triggers that the database has, and the table that each is on."""
        found = connection.execute(text(_NAMES[connection.dialect.name]))
        return {name: on for name, on in found if name in self.names}

    def install(self, connection: Connection) -> None:
        """Makes the triggers that are missing and, where some were, counts the table anew.

        On PostgreSQL what a trigger does is a function beside it, which is renewed: the one of an earlier version may
        be planned otherwise. Nothing happens in a database that has not come to the table yet.
        """
        if not inspect(connection).has_table(self.table):
            return
        missing = self.names - self.present(connection).keys()
        dialect = connection.dialect.name
        for trigger in self.triggers(dialect):
            if dialect == "postgresql":
                connection.execute(text(_function(trigger)))
            if trigger.name in missing:
                connection.execute(text(_creation(dialect, trigger)))
        if missing:
            self.refill(connection)

    def remove(self, connection: Connection) -> None:
        """Takes the triggers away, for whoever counts anew afterwards (`install`)."""
        on = " ON {}" if connection.dialect.name == "postgresql" else ""
        for name, table in self.present(connection).items():
            connection.execute(text(f"DROP TRIGGER {name}{on.format(table)}"))

    def refill(self, connection: Connection) -> None:
        """Counts the table anew from those that it is kept from."""
        connection.execute(text(f"DELETE FROM {self.table}"))  # noqa: S608  # the name of a table of ours
        connection.execute(text(self.counted(connection.dialect.name)))


def _creation(dialect: str, trigger: Trigger) -> str:
    head = f"CREATE TRIGGER {trigger.name} AFTER {trigger.event} ON {trigger.table} FOR EACH ROW WHEN ({trigger.when})"
    if dialect == "sqlite":
        return f"{head} BEGIN {trigger.body} END"
    return f"{head} EXECUTE FUNCTION {trigger.name}()"


def _function(trigger: Trigger) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql {_PLANNED_ONCE} AS "
        f"$$ BEGIN {trigger.body} RETURN NULL; END $$"
    )
