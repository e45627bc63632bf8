"""The files of a linkage run: a list and an extract of the register in, decisions out; CSV or Parquet."""

from __future__ import annotations

import csv
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from passport.errors import InputError, Refusal
from passport.intake.linkage.workspace import Workspace, parts
from passport.intake.standin import COLUMNS as POPULATION_COLUMNS

ROW_COLUMNS = ("row_id", "id_no", "full_name", "dob", "sex", "phone", "commune", "province")
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
    return _load(workspace, "typed", path, ROW_COLUMNS, number="rid")


def load_population(workspace: Workspace, path: str) -> int:
    """Makes table `register` of an extract, numbered `pid`; answers how many people it has."""
    return _load(workspace, "register", path, POPULATION_COLUMNS, number="pid")


def _load(workspace: Workspace, table: str, path: str, columns: tuple[str, ...], *, number: str) -> int:
    file = _file(workspace, table, path)
    try:
        source = _source(workspace, file)
        known = {name.strip().lower(): cell for name, cell in reversed(source.cells)}
        for column in columns:
            if column not in known:
                raise InputError(Refusal.MISSING_COLUMN, f"{path}: {column}", values={"column": column})
        cells = ", ".join(f"TRIM(COALESCE(CAST({known[column]} AS VARCHAR), '')) AS {column}" for column in columns)
        workspace.table(table, f"SELECT {cells} FROM {source.call}", *source.values)
    except duckdb.OutOfMemoryException:
        raise  # the workspace tells of it
    except duckdb.Error as error:  # its first line tells the line of the file, the others what stands there
        raise InputError(Refusal.UNREADABLE_FILE, f"{path}: {str(error).splitlines()[0]}") from error
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
    """Writes tables `decided` and `candidate` as the decisions of a run, one line a row in the order of the list.

    In parts, since the engine keeps what it gathers of a row's candidates in memory, never on disk.
    """
    parquet = path.lower().endswith(".parquet")
    target = workspace.folder / "decisions" if path == "-" else Path(path)
    form = "FORMAT parquet" if parquet else "FORMAT csv, HEADER true"
    literal = str(target).replace("'", "''")
    workspace.run("DROP TABLE IF EXISTS decision")
    for part in parts(workspace.number("SELECT COUNT(*) FROM decided")):
        workspace.append("decision", _DECISIONS, first=part.start, past=part.stop)
    try:
        workspace.run(f"COPY decision TO '{literal}' ({form})")
    except duckdb.IOException as error:
        raise InputError(Refusal.BAD_OPTION, f"{path}: cannot be written") from error
    if path == "-":
        with target.open("rb") as written:
            shutil.copyfileobj(written, sys.stdout.buffer)
        sys.stdout.buffer.flush()


_DECISIONS = """
SELECT t.row_id, d.decision, COALESCE(a.person_id, '') AS person_id, d.rule, d.reason, d.lead_points AS lead,
  COALESCE(c.listed, '[]') AS candidates
FROM decided d
JOIN numbered_typed t ON t.rid = d.rid
LEFT JOIN numbered_register a ON a.pid = d.pid
LEFT JOIN (
  SELECT rid, CAST(to_json(list(
    {'person_id': person_id, 'points': points,
      'differs': list_filter(string_split(differs, ','), lambda field: field <> '')}
    ORDER BY place_in_row)) AS VARCHAR) AS listed
  FROM candidate JOIN numbered_register USING (pid)
  WHERE rid >= $first AND rid < $past
  GROUP BY rid
) c ON c.rid = d.rid
WHERE d.rid >= $first AND d.rid < $past
ORDER BY d.rid
"""
