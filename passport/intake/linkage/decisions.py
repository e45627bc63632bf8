"""A file of decisions read again, each candidate with what the extract of the register says of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from passport.intake.linkage.tables import DECISION_COLUMNS, load_population, load_table
from passport.intake.linkage.workspace import open_workspace

FETCHED = 1_000  # candidates brought to Python at a time


@dataclass(frozen=True, slots=True)
class Meant:
    """One candidate of a row, as the files have them; `differs` are columns of the row."""

    points: int
    differs: list[str]
    cccd: str
    cmnd: str
    full_name: str
    dob: str
    sex: str
    status: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What linkage decided about one row: the word for it, and whom the row may mean, best first."""

    row_id: str
    reason: str
    candidates: tuple[Meant, ...]


def read_decisions(*, decisions: str, population: str, memory: str) -> Iterator[Decided]:
    """The rows of a file that `linkage run` wrote for which somebody of the extract comes into question.

    Raises InputError for files that cannot be read (unreadable_file, empty_file, missing_column).
    """
    with open_workspace(memory=memory) as workspace:
        load_table(workspace, "decision", decisions, DECISION_COLUMNS, number="rid")
        load_population(workspace, population)
        with workspace.reading(decisions):
            workspace.table("candidate", _CANDIDATES)
        found = workspace.fetched(_MEANT, FETCHED)
        for (_, row_id, reason), lines in groupby(found, key=lambda line: line[:3]):
            yield Decided(row_id, reason, tuple(Meant(*line[3:]) for line in lines))


_CANDIDATES = """
SELECT rid, row_id, reason, place, c.person_id AS person_id, c.points AS points, c.differs AS differs
FROM (
  SELECT rid, row_id, reason, unnest(listed) AS c, generate_subscripts(listed, 1) AS place
  FROM (
    SELECT rid, row_id, reason,
      from_json(candidates, '[{"person_id":"VARCHAR","points":"INTEGER","differs":["VARCHAR"]}]') AS listed
    FROM numbered_decision
  )
)
WHERE place <= 5
  AND CASE WHEN c.points IS NULL OR c.differs IS NULL THEN error('a candidate without points or differs') ELSE TRUE END
"""

_MEANT = """
SELECT c.rid, c.row_id, c.reason, c.points, c.differs, p.cccd, p.cmnd, p.full_name, p.dob, p.sex, p.status
FROM candidate c JOIN numbered_register p ON p.person_id = c.person_id
QUALIFY ROW_NUMBER() OVER (PARTITION BY c.rid, c.place ORDER BY p.pid) = 1
ORDER BY c.rid, c.place
"""
