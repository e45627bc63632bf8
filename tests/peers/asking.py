"""Asks a program of others: one process for all cases, over lines of JSON."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.peers.environments import NODE, PYTHON

PEERS = {
    "dcc-utils": NODE,
    "dcc-sdk": NODE,
    "vds-sdk": NODE,
    "kill-the-clipboard": NODE,
    "nzcp": NODE,
    "certlogic-js": NODE,
    "cwt": PYTHON,
    "cwt-nzcp": PYTHON,
    "shc": PYTHON,
    "rfc8785": PYTHON,
}
PATIENCE = 120  # seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """What a peer said of a case: whether it accepts it, why not, and the value of an expression."""

    accepted: bool
    why: str | None
    value: Any


def ask(peer: str, cases: Mapping[str, Mapping[str, Any]]) -> dict[str, Answer]:
    """What `peer` says of each of the named cases; skips the test where its environment is not installed."""
    environment = PEERS[peer]
    if not environment.ready:
        pytest.skip(f"{peer} is not installed: `make test` installs it or says why not")
    lines = [json.dumps({"case": name, **case}) for name, case in cases.items()]
    done = subprocess.run(
        [*environment.program, peer], input="\n".join(lines), capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["case"] for answer in told] == list(cases)
    return {answer["case"]: Answer(answer["accepted"], answer["why"], answer["value"]) for answer in told}


@dataclass(slots=True)
class Comparison:
    """Cases for a program of others, each with our judgement."""

    cases: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    ours: dict[str, bool] = field(default_factory=dict)

    def add(self, name: str, case: Mapping[str, Any], *, ours: bool) -> None:
        """Takes one more case."""
        assert name not in self.cases
        self.cases[name] = case
        self.ours[name] = ours

    def differing(self, peer: str) -> set[str]:
        """The cases that `peer` judges otherwise than we do."""
        theirs = ask(peer, self.cases)
        return {name for name, judged in self.ours.items() if judged is not theirs[name].accepted}
