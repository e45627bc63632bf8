"""The SQL of linkage, cut into its steps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

RULES = "rules.sql"
RESULTS = {"decided": "decisions", "candidate": "candidates"}  # tables of a run, and the rules' steps that fill them
_STEP = re.compile(r"^-- (once|part|view) (\w+): .*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """One SELECT and the name that later steps know its result by.

    `made` says when: `once` over everything, for each `part` of the list, or, as a `view`, where it is read.
    """

    name: str
    sql: str
    made: str


@cache
def read_steps(file: str) -> tuple[Step, ...]:
    """The steps of a file of `data/` in order."""
    _, *cut = _STEP.split((Path(__file__).parent / "data" / file).read_text("utf-8"))
    found = zip(cut[::3], cut[1::3], cut[2::3], strict=True)
    return tuple(Step(name=name, sql=sql.strip(), made=made) for made, name, sql in found)
