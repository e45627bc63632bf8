"""The files of a linkage run: a list and an extract of the register in, decisions out; CSV or Parquet."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import duckdb

from passport.errors import InputError, Refusal
from passport.intake.linkage.workspace import Workspace
from passport.intake.standin import COLUMNS as POPULATION_COLUMNS

ROW_COLUMNS = ("row_id", "id_no", "full_name", "dob", "sex", "phone", "commune", "province")
_PARQUET = b"PAR1"


def load_rows(workspace: Workspace, path: str) -> int:
    """Makes table `typed` of a list, numbered `rid` in the order of the file; answers how many rows it has."""
    return _load(workspace, "typed", path, ROW_COLUMNS, number="rid")


def load_population(workspace: Workspace, path: str) -> int:
    """Makes table `register` of an extract, numbered `pid`; answers how many people it has."""
    return _load(workspace, "register", path, POPULATION_COLUMNS, number="pid")


def _load(workspace: Workspace, table: str, path: str, columns: tuple[str, ...], *, number: str) -> int:
    file = _file(workspace, table, path)
    try:
        source = _source(file)
        names = [row[0] for row in workspace.rows(f"DESCRIBE SELECT * FROM {source}", str(file))]
        known = {name.strip().strip("\ufeff").lower(): name for name in reversed(names)}
        for column in columns:
            if column not in known:
                raise InputError(Refusal.MISSING_COLUMN, f"{path}: {column}", values={"column": column})
        cells = ", ".join(
            f"TRIM(COALESCE(CAST({_quoted(known[column])} AS VARCHAR), '')) AS {column}" for column in columns
        )
        workspace.table(table, f"SELECT {cells} FROM {source}", str(file))
    except duckdb.Error as error:
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


def _source(file: Path) -> str:
    with file.open("rb") as opened:
        if opened.read(len(_PARQUET)) == _PARQUET:
            return "read_parquet(?)"
    return "read_csv(?, header=true, all_varchar=true, quote='\"', escape='\"', sample_size=20480)"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def write_decisions(workspace: Workspace, path: str) -> None:
    """Writes table `decided` and `candidate` as the decisions of a run, one line a row in the order of the list."""
    parquet = path.lower().endswith(".parquet")
    target = workspace.folder / "decisions" if path == "-" else Path(path)
    form = "FORMAT parquet" if parquet else "FORMAT csv, HEADER true"
    literal = str(target).replace("'", "''")
    try:
        workspace.run(f"COPY ({_DECISIONS}) TO '{literal}' ({form})")
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
  GROUP BY rid
) c ON c.rid = d.rid
ORDER BY d.rid
"""
