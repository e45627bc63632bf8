"""The database of one linkage run: a DuckDB file that is gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from errno import ENOSPC
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from passport.errors import InputError, Refusal
from passport.intake.linkage.spreading import FormsOf, Spread
from passport.intake.linkage.steps import Step

PART = 500_000  # rows of the list that are decided together, more or less
_NO_ROOM = (duckdb.OutOfMemoryException, duckdb.FatalException)  # in the memory, or on the disk in a checkpoint
ROW_GROUP = 20_480  # rows that one core takes at a time; of DuckDB's own 122,880 a small list has one for all cores
FETCHED = 20_000  # values brought to Python at a time


class Workspace:
    """A connection, its folder, and the few ways in which the steps of linkage use it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, spread: Spread) -> None:
        self.connection = connection
        self.folder = folder
        self._spread = spread

    def run(self, sql: str, *values: object) -> None:
        """Executes a statement."""
        self.connection.execute(sql, values)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a small result."""
        return self.connection.execute(sql, values).fetchall()

    def fetched(self, sql: str, many: int) -> Iterator[tuple[Any, ...]]:
        """The rows of a large result, `many` brought over at a time."""
        result = self.connection.execute(sql)
        return chain.from_iterable(iter(lambda: result.fetchmany(many), []))

    @contextmanager
    def reading(self, path: str) -> Iterator[None]:
        """Raises InputError (unreadable_file) where the file at `path` is not what the statements within expect."""
        try:
            yield
        except _NO_ROOM:
            raise  # told below
        except duckdb.Error as error:  # its first line tells the line of the file, the others what stands there
            raise InputError(Refusal.UNREADABLE_FILE, f"{path}: {str(error).splitlines()[0]}") from error

    def number(self, sql: str) -> int:
        """The one number that a query answers."""
        return int(self.rows(sql)[0][0])

    def table(self, name: str, select: str, *values: object) -> None:
        """Makes a table from a SELECT: its pages lie in the file, so that letting go of them costs nothing."""
        self.run(f"CREATE TABLE {name} AS {select}", *values)

    def scratch(self, name: str, select: str, *values: object) -> None:
        """Makes a table that is soon replaced or dropped: it stays in memory while there is room."""
        self.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {select}", *values)

    def view(self, name: str, select: str) -> None:
        """Gives a SELECT a name, in place of an older one; it is worked out where it is read."""
        self.run(f"CREATE OR REPLACE TEMP VIEW {name} AS {select}")

    def take(self, step: Step) -> None:
        """Makes what a step answers."""
        make = {"once": self.table, "part": self.scratch, "view": self.view}[step.made]
        make(step.name, step.sql)

    def append(self, name: str, select: str) -> None:
        """Adds what a SELECT answers to a table, made at the first call."""
        there = self.number(f"SELECT COUNT(*) FROM duckdb_tables() WHERE table_name = '{name}'")
        self.run(f"INSERT INTO {name} {select}" if there else f"CREATE TABLE {name} AS {select}")

    def forms(self, name: str, distinct: str, columns: Sequence[str], forms_of: FormsOf) -> None:
        """Makes table `name`: `raw`, each value of `distinct` once, and `columns` as `forms_of` gives them."""
        self.scratch("value", f"SELECT ROW_NUMBER() OVER () AS number, raw FROM ({distinct})")
        path = self.folder / f"{name}.csv"
        values = self.number("SELECT COUNT(*) FROM value")
        result = self.connection.execute("SELECT number, raw FROM value")
        chunks = iter(lambda: result.fetchmany(FETCHED), [])
        with path.open("w", encoding="ascii", newline="") as file:
            file.writelines(self._spread.over(chunks, values=values, forms_of=forms_of))
        types = {"number": "BIGINT"} | dict.fromkeys(columns, "VARCHAR")
        self.scratch(
            name,
            "SELECT raw, f.* EXCLUDE number FROM value JOIN read_csv(?, header=false, auto_detect=false, delim=',',"
            " quote='\"', columns=?, force_not_null=?) f USING (number)",
            str(path),
            types,
            list(columns),
        )
        path.unlink()


def parts(rows: int) -> Iterator[range]:
    """The numbers of the rows of a list in equal parts, as each reads the whole register; one empty part for none."""
    many = max(1, round(rows / PART))
    return (range(rows * part // many, rows * (part + 1) // many) for part in range(many))


@contextmanager
def open_workspace(*, memory: str) -> Iterator[Workspace]:
    """A workspace whose database keeps to `memory` (such as 2GB) and reads the rest from its file.

    Raises InputError (bad_option) when a step takes more than `memory`, or more disk than there is.
    """
    with TemporaryDirectory(prefix="linkage-") as name, ExitStack() as stack:
        folder = Path(name)
        settings: dict[str, Any] = {"memory_limit": memory, "temp_directory": str(folder / "spill")}
        connection = stack.enter_context(duckdb.connect(config=settings))
        file = str(folder / "linkage.duckdb").replace("'", "''")
        connection.execute(f"ATTACH '{file}' AS linkage (ROW_GROUP_SIZE {ROW_GROUP})")
        connection.execute("USE linkage")
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET force_compression = 'uncompressed'")  # what is read a few times is not worth packing
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")  # the file goes with the folder
        try:
            yield Workspace(connection, folder, Spread(stack))
        except (*_NO_ROOM, duckdb.IOException) as error:
            raise _too_little(memory) from error
        except OSError as error:
            if error.errno != ENOSPC:
                raise
            raise _too_little(memory) from error


def _too_little(memory: str) -> InputError:
    detail = f"PASSPORT_LINKAGE_MEMORY: {memory} is too little for these files, or TMPDIR has no room"
    return InputError(Refusal.BAD_OPTION, detail)
