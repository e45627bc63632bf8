"""Rows of a list that need no comparing, because nobody and nothing on record can be meant: written many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from passport.registry.columns import Base, table_of
from passport.registry.tables import Attendee, Dose, ImportRow, Person

_Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A row as typed with what it tells: a new person with their doses, an attendee, or nothing (refused).

    `person` are `people.person_values`, `doses` `doses.dose_values`, `attendee` `imports.attendee_values`.
    """

    row: int
    outcome: str
    held: bool
    cells: _Values
    issues: Sequence[_Values]
    person: _Values | None = None
    doses: Sequence[_Values] = ()
    attendee: _Values | None = None


def store_arrivals(session: Session, *, import_id: int, arrivals: Sequence[Arrival]) -> None:
    """Writes the rows with everything they tell, one statement for each table."""
    if not arrivals:
        return
    rows = table_of(ImportRow)
    written = session.execute(
        insert(rows).returning(rows.c.row, rows.c.id),
        [
            {"import_id": import_id, "row": a.row, "outcome": a.outcome, "held": a.held, "settled": False,
             "cells": a.cells, "issues": a.issues}
            for a in arrivals
        ],
    )  # fmt: skip
    row_ids = {row.row: row.id for row in written}
    found: dict[type[Base], list[_Values]] = {
        Person: [a.person for a in arrivals if a.person],
        Dose: [{**dose, "import_row_id": row_ids[a.row]} for a in arrivals for dose in a.doses],
        Attendee: [a.attendee for a in arrivals if a.attendee],
    }
    for table, values in found.items():
        if values:
            session.execute(insert(table_of(table)), values)
