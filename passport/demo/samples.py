"""Sample credentials with the verdict that each must get: the ten cards of `/demo` and one for each reason."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from passport.domain.verdict import Heading, Outcome, Verdict
from passport.errors import Reason, Sentence
from passport.verifying.context import Context
from passport.verifying.holder import HolderQuery
from passport.verifying.request import parse_at
from passport.verifying.verify import verify

_FILE = "samples.json"


@dataclass(frozen=True, slots=True)
class Expected:
    """The verdict that a sample must get."""

    outcome: Outcome
    reason: Reason | None
    heading: Heading


@dataclass(frozen=True, slots=True)
class Sample:
    """One check to try. `card` is its number on `/demo`; `lists_days` asks for checking data as old as that."""

    name: str
    title: Sentence
    credential: str
    expected: Expected
    at: str | None = None
    country: str | None = None
    policy: str | None = None
    holder: dict[str, str] | None = None
    card: int | None = None
    certificate_id: str | None = None
    lists_days: int | None = None

    def request(self) -> dict[str, Any]:
        """The check as the API takes it."""
        fields = {"at": self.at, "country": self.country, "policy": self.policy, "holder": self.holder}
        return {"credential": self.credential} | {name: value for name, value in fields.items() if value}

    def verdict(self, *, context: Context, now: datetime) -> Verdict:
        """What the check says at `now`, under the sample's own terms and with lists as old as it asks for."""
        asked = self.holder
        return verify(
            self.credential,
            context=context,
            now=now + timedelta(days=self.lists_days or 0),  # lists are aged by this clock, all else by `at`
            at=parse_at(self.at) if self.at else now,
            country=self.country,
            policy=self.policy,
            holder=HolderQuery.read(name=asked.get("name"), born=asked.get("born")) if asked else None,
        )

    def as_dict(self) -> dict[str, Any]:
        """The sample as the API tells it."""
        return {
            "name": self.name,
            "title": self.title.as_dict(),
            "request": self.request(),
            "expected": {
                "outcome": self.expected.outcome.value,
                "reason": self.expected.reason.value if self.expected.reason else None,
                "heading": self.expected.heading.value,
            },
            "card": self.card,
            "lists_days": self.lists_days,
        }


def store(folder: Path, samples: list[Sample]) -> None:
    """Keeps the samples for the page and the API."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps([asdict(sample) for sample in samples], ensure_ascii=False, indent=1)
    (folder / _FILE).write_text(text, "utf-8")


def load(folder: Path) -> tuple[Sample, ...]:
    """The samples that were made, or none."""
    path = folder / _FILE
    if not path.exists():
        return ()
    return tuple(_sample(entry) for entry in json.loads(path.read_text("utf-8")))


def _sample(entry: dict[str, Any]) -> Sample:
    expected = entry["expected"]
    reason = expected["reason"]
    return Sample(
        **entry
        | {
            "title": Sentence(**entry["title"]),
            "expected": Expected(
                Outcome(expected["outcome"]), Reason(reason) if reason else None, Heading(expected["heading"])
            ),
        }
    )
