"""Runs the rules embedded: DuckDB over parts of the list, so that memory does not grow with it."""

from __future__ import annotations

from collections.abc import Callable

from passport.intake.linkage.steps import RESULTS, RULES, read_steps
from passport.intake.linkage.workspace import Workspace, parts

BEGUN = "counting namesakes"  # the stage with which deciding begins


def decide_embedded(workspace: Workspace, *, progress: Callable[[str], object]) -> None:
    """Makes `decided` and `candidate` from `all_listed`, `people` and `options`."""
    progress(BEGUN)
    workspace.view("listed", "SELECT * FROM all_listed")
    once = [step for step in read_steps(RULES) if step.made == "once"]
    again = [step for step in read_steps(RULES) if step.made != "once"]
    for step in once:
        workspace.take(step)
    total = workspace.number("SELECT COUNT(*) FROM all_listed")
    for part in parts(total):
        progress(f"rows {part.start:,} to {part.stop:,} of {total:,}")
        workspace.view("listed", f"SELECT * FROM all_listed WHERE rid >= {part.start} AND rid < {part.stop}")
        for step in again:
            workspace.take(step)
        for result, step_name in RESULTS.items():
            workspace.append(result, f"SELECT * FROM {step_name}")
