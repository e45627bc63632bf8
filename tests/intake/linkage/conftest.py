"""Linkage of a few crafted rows, from files to decisions."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from passport.intake.linkage.linking import link_files
from passport.intake.linkage.tables import ROW_COLUMNS
from passport.intake.standin import COLUMNS

TODAY = date(2026, 11, 21)


@dataclass(frozen=True)
class Decision:
    """One line of the result."""

    row_id: str
    decision: str
    person_id: str
    rule: str
    reason: str
    lead: int
    candidates: list[dict[str, object]]

    @property
    def who(self) -> list[object]:
        """The candidates, best first."""
        return [candidate["person_id"] for candidate in self.candidates]


def read_decisions(path: Path) -> list[Decision]:
    """The decisions in a file, in its order."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Decision(**(row | {"lead": int(row["lead"]), "candidates": json.loads(row["candidates"])}))
            for row in csv.DictReader(file)
        ]


def write_csv(path: Path, columns: tuple[str, ...], rows: list[Mapping[str, str]]) -> str:
    """A file with these rows; what a row does not tell is empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def link(
    folder: Path, rows: list[Mapping[str, str]], people: list[Mapping[str, str]], *, level: str = "strict"
) -> list[Decision]:
    """What linkage decides about `rows` in a register of `people`."""
    output = folder / "decisions.csv"
    linked = link_files(
        rows=write_csv(folder / "rows.csv", ROW_COLUMNS, rows),
        population=write_csv(folder / "population.csv", COLUMNS, people),
        output=str(output),
        engine="duckdb",
        level=level,
        memory="500MB",
        spark_master="",
        today=TODAY,
        progress=lambda stage: None,
    )
    decisions = read_decisions(output)
    assert [d.row_id for d in decisions] == [row.get("row_id", "") for row in rows]
    assert linked.rows == len(rows)
    return decisions


Linker = Callable[..., list[Decision]]


@pytest.fixture
def linker(tmp_path: Path) -> Linker:
    """`link` in a folder of its own."""
    return lambda rows, people, **options: link(tmp_path, rows, people, **options)
