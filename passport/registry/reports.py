"""The report of a list: what became of its rows, and everything that is wrong with them (INTERFACES section 3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from passport.errors import RowReason, Sentence, sentence
from passport.registry.imports import count_left_out, list_rows, require_import
from passport.registry.tables import ImportRow


@dataclass(frozen=True, slots=True)
class RowIssue:
    """One thing that is wrong with a row, or was repaired in it; `row` is the sheet's own number."""

    row: int
    column: str | None
    severity: str  # refused, held or warned
    reason: RowReason
    message: Sentence

    def as_dict(self) -> dict[str, Any]:
        """The issue as it stands in the report."""
        return {
            "row": self.row,
            "column": self.column,
            "severity": self.severity,
            "reason": self.reason.value,
            "message": self.message.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a list: `rows = new + known + refused`, and `held` among the new.

    `issues` are gone through once; a long list has more of them than memory should hold. `left_out` lines are
    nobody's (totals, signatures) and no rows; the issues tell each.
    """

    import_id: int
    new: int
    known: int
    held: int
    refused: int
    issues: Iterable[RowIssue]
    left_out: int = 0

    @property
    def rows(self) -> int:
        """All rows of the list."""
        return self.new + self.known + self.refused

    def as_dict(self) -> dict[str, Any]:
        """The report as `--json` and the API give it."""
        return self.counts() | {"issues": [issue.as_dict() for issue in self.issues]}

    def counts(self) -> dict[str, int]:
        """The report without its issues."""
        return {
            "import": self.import_id,
            "rows": self.rows,
            "new": self.new,
            "known": self.known,
            "held": self.held,
            "refused": self.refused,
        }


def report(session: Session, import_id: int) -> ImportReport:
    """The report of a list as it stands now, its issues read while the session is open.

    Raises InputError (unknown_import).
    """
    require_import(session, import_id)
    left_out = count_left_out(session, import_id)
    tally = {
        (outcome, held): count
        for outcome, held, count in session.execute(
            select(ImportRow.outcome, ImportRow.held, func.count())
            .where(ImportRow.import_id == import_id)
            .group_by(ImportRow.outcome, ImportRow.held)
        )
    }

    def total(wanted: str) -> int:
        return sum(count for (outcome, _), count in tally.items() if outcome == wanted)

    return ImportReport(
        import_id=import_id,
        new=total("new"),
        known=total("known") - left_out,
        held=tally.get(("new", True), 0),
        refused=total("refused"),
        issues=issues_of_list(session, import_id),
        left_out=left_out,
    )


def issues_of_list(session: Session, import_id: int) -> Iterator[RowIssue]:
    """Everything that is wrong with a list in the sheet's order, a page of rows in memory at a time."""
    after = 0
    while rows := list_rows(session, import_id, faulty=True, after=after):
        for row in rows:
            yield from issues_of(row)
            session.expunge(row)
        after = rows[-1].row


def issues_of(row: ImportRow) -> tuple[RowIssue, ...]:
    """What is wrong with one row, in sentences."""
    return tuple(
        RowIssue(
            row=row.row,
            column=issue["column"],
            severity=issue["severity"],
            reason=RowReason(issue["reason"]),
            message=sentence(RowReason(issue["reason"]), issue.get("variant"), spoken(issue.get("values") or {})),
        )
        for issue in row.issues
    )


def spoken(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a sentence as they were kept; what reads differently in the two languages is kept as both."""
    return {name: Sentence(**value) if isinstance(value, dict) else value for name, value in values.items()}
