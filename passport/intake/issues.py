"""What is wrong with a cell or a row, how much it matters, and what was repaired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from passport.errors import RowReason, Sentence
from passport.intake.layouts import column_name


class Severity(StrEnum):
    """What a fault does to its row (INTERFACES section 3)."""

    REFUSED = "refused"  # the row is not stored: it comes back
    HELD = "held"  # stored, blocked until cleaned
    WARNED = "warned"  # stored


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault or repair; `column` is the key of the cell, `values` fill the sentence of the reason or its variant."""

    column: str
    severity: Severity
    reason: RowReason
    variant: str | None = None
    values: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def spoken(self) -> dict[str, Sentence | object]:
        """What the sentence of the reason is filled with."""
        return {**self.values, "column": column_name(self.column)}

    def as_json(self) -> dict[str, Any]:
        """The issue as a row of the registry keeps it; the column's name in both languages among the values."""
        return {
            "column": self.column,
            "severity": self.severity.value,
            "reason": self.reason.value,
            "variant": self.variant,
            "values": {**self.values, "column": column_name(self.column).as_dict()},
        }


def repaired(column: str, reason: RowReason, *, before: str, after: str) -> Issue:
    """A repair that is certain: made, and shown with what stood there before."""
    return Issue(column, Severity.WARNED, reason, "repaired", {"before": before, "after": after})
