"""The files of a linkage run: a list and an extract of the register in, decisions out; CSV or Parquet."""

from __future__ import annotations

import csv
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from passport.errors import InputError, Refusal
from passport.intake.linkage.workspace import Workspace
from passport.intake.standin import COLUMNS as POPULATION_COLUMNS

ROW_COLUMNS = ("row_id", "id_no", "full_name", "dob", "sex", "phone", "commune", "province")
DECISION_COLUMNS = ("row_id", "decision", "person_id", "rule", "reason", "lead", "candidates")
HEADER_BYTES = 64 * 1024
_PARQUET = b"PAR1"
_DELIMITERS = (",", ";", "\t")  # the first of equals


@dataclass(frozen=True, slots=True)
class _Source:
    """A file as DuckDB reads it: the call with its values, and each column's name in the file and in the call."""

    call: str
    values: tuple[object, ...]
    cells: list[tuple[str, str]]


def load_rows(workspace: Workspace, path: str) -> int:
    """Makes table `typed` of a list, numbered `rid` in the order of the file; answers how many rows it has."""
    return load_table(workspace, "typed", path, ROW_COLUMNS, number="rid")


def load_population(workspace: Workspace, path: str) -> int:
    """Makes table `register` of an extract, numbered `pid`; answers how many people it has."""
    return load_table(workspace, "register", path, POPULATION_COLUMNS, number="pid")


def load_table(workspace: Workspace, table: str, path: str, columns: tuple[str, ...], *, number: str) -> int:
    """Makes `table` of these columns of a file as text, and a view of it that numbers its rows; answers how many.

    Raises InputError (bad_option, empty_file, missing_column, unreadable_file).
    """
    file = _file(workspace, table, path)
    with workspace.reading(path):
        source = _source(workspace, file)
        known = {name.strip().lower(): cell for name, cell in reversed(source.cells)}
        for column in columns:
            if column not in known:
                raise InputError(Refusal.MISSING_COLUMN, f"{path}: {column}", values={"column": column})
        cells = ", ".join(f"TRIM(COALESCE(CAST({known[column]} AS VARCHAR), '')) AS {column}" for column in columns)
        workspace.table(table, f"SELECT {cells} FROM {source.call}", *source.values)
    workspace.run(f"CREATE OR REPLACE VIEW numbered_{table} AS SELECT rowid AS {number}, * FROM {table}")
    return workspace.number(f"SELECT COUNT(*) FROM {table}")


def _file(workspace: Workspace, table: str, path: str) -> Path:
    file = Path(path)
    if path == "-":
        file = workspace.folder / f"{table}.in"
        with file.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
    try:
        empty = file.stat().st_size == 0
    except OSError as error:
        raise InputError(Refusal.BAD_OPTION, f"{path}: {error.strerror}") from error
    if empty:
        raise InputError(Refusal.EMPTY_FILE, path)
    return file


def _source(workspace: Workspace, file: Path) -> _Source:
    with file.open("rb") as opened:
        header = opened.readline(HEADER_BYTES)
    if header.startswith(_PARQUET):
        described = workspace.rows("DESCRIBE SELECT * FROM read_parquet(?)", str(file))
        return _Source("read_parquet(?)", (str(file),), [(row[0], _quoted(row[0])) for row in described])
    delimiter = max(_DELIMITERS, key=header.decode("utf-8", "replace").count)
    names = next(csv.reader([header.decode("utf-8-sig", "replace")], delimiter=delimiter), [])
    cells = [(name, f"c{n}") for n, name in enumerate(names)]
    return _Source(
        "read_csv(?, auto_detect=false, header=true, delim=?, columns=?, quote='\"', escape='\"')",
        (str(file), delimiter, {cell: "VARCHAR" for _, cell in cells}),
        cells,
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def write_decisions(workspace: Workspace, path: str) -> None:
    """Writes tables `decided` and `candidate` as the decisions of a run, one line a row in the order of the list."""
    parquet = path.lower().endswith(".parquet")
    target = workspace.folder / "decisions" if path == "-" else Path(path)
    form = "FORMAT parquet" if parquet else "FORMAT csv, HEADER true"
    literal = str(target).replace("'", "''")
    workspace.table("told", _TOLD)
    try:
        workspace.run(f"COPY ({_DECISIONS}) TO '{literal}' ({form})")
    except duckdb.IOException as error:
        raise InputError(Refusal.BAD_OPTION, f"{path}: cannot be written") from error
    if path == "-":
        with target.open("rb") as written:
            shutil.copyfileobj(written, sys.stdout.buffer)
        sys.stdout.buffer.flush()


_TOLD = """
SELECT rid, place_in_row, '{"person_id":' || to_json(person_id) || ',"points":' || points || ',"differs":['
  || CASE differs WHEN '' THEN '' ELSE '"' || replace(rtrim(differs, ','), ',', '","') || '"' END || ']}' AS one
FROM candidate JOIN people USING (pid)
"""

# One join for each place: an aggregate of five texts a row would be held in memory, never on disk.
_DECISIONS = """
SELECT t.row_id, d.decision, COALESCE(a.person_id, '') AS person_id, d.rule, d.reason, d.lead_points AS lead,
  '[' || concat_ws(',', c1.one, c2.one, c3.one, c4.one, c5.one) || ']' AS candidates
FROM decided d
JOIN drafted t ON t.rid = d.rid
LEFT JOIN people a ON a.pid = d.pid
LEFT JOIN told c1 ON c1.rid = d.rid AND c1.place_in_row = 1
LEFT JOIN told c2 ON c2.rid = d.rid AND c2.place_in_row = 2
LEFT JOIN told c3 ON c3.rid = d.rid AND c3.place_in_row = 3
LEFT JOIN told c4 ON c4.rid = d.rid AND c4.place_in_row = 4
LEFT JOIN told c5 ON c5.rid = d.rid AND c5.place_in_row = 5
ORDER BY d.rid
"""
