"""What an act changes, cell by cell: a picture before, a picture after, and the way back.

A picture holds people, doses, the rows of lists that told them, and whatever row of any table points to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    delete,
    exists,
    insert,
    select,
    update,
)  # fmt: skip
from sqlalchemy.orm import Session

from passport.registry.columns import Base, Instant, table_of
from passport.registry.tables import Dose, ImportRow, Person

Cells = dict[str, Any]
Picture = dict[tuple[str, tuple[Any, ...]], Cells]
PERSON, DOSE = table_of(Person), table_of(Dose)
_ROW = table_of(ImportRow)


def picture(session: Session, people: Sequence[str], doses: Sequence[str], rows: Sequence[int]) -> Picture:
    """The cells of everything that hangs on these people and doses."""
    wanted = [(PERSON, PERSON.c.id, people), (DOSE, DOSE.c.id, doses), (_ROW, _ROW.c.id, rows)]
    wanted += [(column.table, column, people) for column in pointers(PERSON)]
    wanted += [(column.table, column, doses) for column in pointers(DOSE)]
    picture: Picture = {}
    for table, column, ids in wanted:
        for row in session.execute(select(table).where(column.in_(ids))).mappings():
            cells = {name: _plain(value) for name, value in row.items()}
            picture[table.name, tuple(cells[key.name] for key in table.primary_key)] = cells
    return picture


def difference(before: Picture, after: Picture) -> list[Any]:
    """Every row that is not the same in both: the whole of it where it came or went, else the cells that changed."""
    trace = []
    for place in sorted({*before, *after}, key=str):
        old, new = before.get(place), after.get(place)
        if old == new:
            continue
        if old is not None and new is not None:
            changed = [name for name in old if old[name] != new[name]]
            old, new = ({name: cells[name] for name in changed} for cells in (old, new))
        table, key = place
        trace.append({"table": table, "key": list(key), "before": old, "after": new})
    return trace


def reverse(session: Session, trace: Sequence[dict[str, Any]]) -> None:
    """What was changed is put back and what went is written again, table by table so that each finds what it names."""
    tables = [table for table in Base.metadata.sorted_tables if any(e["table"] == table.name for e in trace)]
    for table in tables:
        mine = [entry for entry in trace if entry["table"] == table.name]
        for entry in mine:
            if entry["before"] is not None and entry["after"] is not None:
                _put_back(session, table, entry)
        for entry in mine:
            if entry["after"] is None:
                session.execute(insert(table).values(_typed(table, entry["before"])))
    for table in reversed(tables):
        for entry in trace:
            if entry["table"] == table.name and entry["before"] is None:
                session.execute(delete(table).where(*_is(table, entry["key"])))


def pointers(target: Table) -> list[Column[Any]]:
    """Every column of any table that points to a row of `target`."""
    columns = (column for table in Base.metadata.sorted_tables for column in table.columns)
    return [column for column in columns for key in column.foreign_keys if key.column.table is target]


def untold() -> list[ColumnElement[bool]]:
    """That nothing points to a person any more; what goes with the person says nothing of its own."""
    columns = [column for column in pointers(PERSON) if all(key.ondelete != "CASCADE" for key in column.foreign_keys)]
    return [~exists().where(column == PERSON.c.id) for column in columns]


def keys(table: Table, column: Column[Any]) -> list[list[Column[Any]]]:
    """The keys of a table that `column` is a part of."""
    unique = [key for key in table.constraints if isinstance(key, PrimaryKeyConstraint | UniqueConstraint)]
    return [list(key.columns) for key in unique if column.name in key.columns]


def _put_back(session: Session, table: Table, entry: dict[str, Any]) -> None:
    row = session.execute(select(table).where(*_is(table, entry["key"]))).mappings().one_or_none()
    if row is None:
        return
    still = {name: entry["before"][name] for name, value in entry["after"].items() if _plain(row[name]) == value}
    if still:
        session.execute(update(table).where(*_is(table, entry["key"])).values(_typed(table, still)))


def _is(table: Table, key: Sequence[Any]) -> list[Any]:
    return [column == value for column, value in zip(table.primary_key, key, strict=True)]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(table: Table, cells: Cells) -> Cells:
    """Cells as the database takes them, out of plain JSON."""
    typed = dict(cells)
    for name, value in cells.items():
        kind = table.c[name].type
        if isinstance(value, str) and isinstance(kind, Instant | Date):
            typed[name] = (datetime if isinstance(kind, Instant) else date).fromisoformat(value)
    return typed
