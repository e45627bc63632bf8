"""One linkage run from files to a file: load, normalise, decide, write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from passport.intake.linkage.engines import decide_embedded
from passport.intake.linkage.preparing import prepare
from passport.intake.linkage.spark import decide_on_spark
from passport.intake.linkage.tables import load_population, load_rows, write_decisions
from passport.intake.linkage.workspace import open_workspace

ENGINES = ("duckdb", "spark")
LEVELS = ("strict", "standard")


@dataclass(frozen=True, slots=True)
class Linked:
    """How many rows a run decided, and how."""

    rows: int
    people: int
    accepted: int
    review: int

    @property
    def none(self) -> int:
        """Rows like which there is nobody."""
        return self.rows - self.accepted - self.review


def link_files(
    *,
    rows: str,
    population: str,
    output: str,
    engine: str,
    level: str,
    memory: str,
    spark_master: str,
    today: date,
    progress: Callable[[str], object],
) -> Linked:
    """Links a list to an extract of the register (INTERFACES section 2, `linkage run`).

    Raises InputError for files that cannot be read (unreadable_file, empty_file, missing_column) or written.
    """
    with open_workspace(memory=memory) as workspace:
        progress("reading")
        row_count = load_rows(workspace, rows)
        people_count = load_population(workspace, population)
        prepare(workspace, today=today, progress=progress)
        workspace.table("options", "SELECT ? AS level", level)
        if engine == "spark":
            decide_on_spark(workspace, master=spark_master, progress=progress)
        else:
            decide_embedded(workspace, progress=progress)
        progress("writing")
        write_decisions(workspace, output)
        counts = dict(workspace.rows("SELECT decision, COUNT(*) FROM decided GROUP BY decision"))
    return Linked(row_count, people_count, counts.get("accept", 0), counts.get("review", 0))
