"""The sheet of a group: one line for each passenger, and for each file that no passenger owns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from passport.domain.certificate import Holder
from passport.domain.verdict import ListDates, Verdict, utc_text
from passport.errors import Sentence
from passport.verifying.passengers import Passenger
from passport.verifying.saying import dose_line


class Place(StrEnum):
    """Where a passenger or a file stands on the sheet."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNDECIDED = "undecided"
    MISSING = "missing"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sheet: a passenger, or what no passenger owns, with the reason and what to know beside it."""

    place: Place
    passenger: Passenger | None
    holder: Holder | None
    verdict: Verdict | None
    message: Sentence
    advice: Sentence | None
    notes: tuple[Sentence, ...]
    files: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The line as JSON types."""
        who, holder, verdict = self.passenger, self.holder, self.verdict
        dose = dose_line(verdict) if verdict is not None else None
        return {
            "place": self.place.value,
            "row": who.row if who else None,
            "ref": who.ref if who else None,
            "name": who.name if who else holder.name if holder else None,
            "born": _born(who.born if who else holder.born if holder else None),
            "reason": verdict.reason.value if verdict is not None and verdict.reason else None,
            "test": verdict is not None and verdict.test,
            "message": self.message.as_dict(),
            "advice": self.advice.as_dict() if self.advice else None,
            "dose": dose.as_dict() if dose else None,
            "notes": [note.as_dict() for note in self.notes],
            "files": list(self.files),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The sheet of a group; every passenger stands on it once, and every file at least once."""

    lines: tuple[Line, ...]
    lists: ListDates
    checked_at: datetime

    def of(self, place: Place) -> list[Line]:
        """The lines of one place."""
        return [line for line in self.lines if line.place is place]

    def as_dict(self) -> dict[str, Any]:
        """The sheet as JSON types, its lines by place."""
        return {
            "places": {place.value: [line.as_dict() for line in self.of(place)] for place in Place},
            "lists": {"trust": utc_text(self.lists.trust), "revocation": utc_text(self.lists.revocation)},
            "checked_at": utc_text(self.checked_at),
        }


def _born(born: object | None) -> str | None:
    return str(born) if born else None
