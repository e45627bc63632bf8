"""Runs the rules embedded: DuckDB over parts of the list, so that memory does not grow with it."""

from __future__ import annotations

from collections.abc import Callable

from passport.intake.linkage.steps import RESULTS, RULES, read_steps
from passport.intake.linkage.workspace import Workspace, parts

BEGUN = "counting namesakes"  # the stage with which deciding begins


def decide_embedded(workspace: Workspace, *, progress: Callable[[str], object]) -> None:
    """Makes `decided` and `candidate` from `all_listed`, `people` and `options`."""
    progress(BEGUN)
    for step in read_steps(RULES):
        if step.once:
            workspace.table(step.name, step.sql)
    total = workspace.number("SELECT COUNT(*) FROM all_listed")
    for part in parts(total):
        progress(f"rows {part.start:,} to {part.stop:,} of {total:,}")
        workspace.table("listed", "SELECT * FROM all_listed WHERE rid >= ? AND rid < ?", part.start, part.stop)
        for step in read_steps(RULES):
            if not step.once:
                workspace.table(step.name, step.sql)
        for result, step_name in RESULTS.items():
            workspace.append(result, f"SELECT * FROM {step_name}")
