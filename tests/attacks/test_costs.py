"""No input is dear: bombs in every layer, of every kind of file, are answered in little memory and time."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from passport.errors import Reason
from tests.attacks.costs import FILES, TEXTS

MEBIBYTES = 64
SECONDS = 5  # of the processor: a guard, not the figure; `python -m tests.attacks.costs` tells the figures


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, object]]:
    done = subprocess.run([sys.executable, "-m", "tests.attacks.costs"], capture_output=True, text=True, check=True)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return {answer["name"]: answer for answer in told}


@pytest.mark.parametrize("name", [*TEXTS, *FILES])
def test_a_hostile_input_is_cheap(name: str, answers: dict[str, dict[str, object]]) -> None:
    answer = answers[name]  # absent when the check crashed, or opened a socket
    assert answer["reason"] in set(Reason)
    assert answer["mebibytes"] < MEBIBYTES
    assert answer["seconds"] < SECONDS
