"""Runs the rules embedded: DuckDB over parts of the list, so that memory does not grow with it."""

from __future__ import annotations

from collections.abc import Callable

from passport.intake.linkage.steps import RESULTS, RULES, read_steps
from passport.intake.linkage.workspace import Workspace

PART = 500_000  # rows of the list that are decided together
BEGUN = "counting namesakes"  # the stage with which deciding begins


def decide_embedded(workspace: Workspace, *, progress: Callable[[str], object]) -> None:
    """Makes `decided` and `candidate` from `all_listed`, `people` and `options`."""
    progress(BEGUN)
    for step in read_steps(RULES):
        if step.once:
            workspace.table(step.name, step.sql)
    total = workspace.number("SELECT COUNT(*) FROM all_listed")
    for start in range(0, max(total, 1), PART):
        progress(f"rows {start:,} to {min(start + PART, total):,} of {total:,}")
        workspace.table("listed", "SELECT * FROM all_listed WHERE rid >= ? AND rid < ?", start, start + PART)
        for step in read_steps(RULES):
            if not step.once:
                workspace.table(step.name, step.sql)
        for result, part in RESULTS.items():
            workspace.run(f"CREATE TABLE IF NOT EXISTS {result} AS SELECT * FROM {part} LIMIT 0")
            workspace.run(f"INSERT INTO {result} SELECT * FROM {part}")
