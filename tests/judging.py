"""How well linkage links a list that nobody looked at: `python -m tests.judging ROWS SEED [hard]` (`make judge`).

Makes a register of ROWS people and about as many rows, links them by the command in a process of its own, and holds
the decisions against the truth. Seeds from 1000 on judge; those below were looked at while the rules were made.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from passport.demo.linkage_data import LinkageFiles, write_linkage_files

TODAY = date(2026, 11, 21)  # the day on which the invented people live
_EVERY = 0.2  # seconds between looks at the memory


@dataclass
class Judged:
    """A set of decisions held against the truth."""

    rows: int = 0
    accepted: int = 0
    wrong: list[tuple[str, str]] = field(default_factory=list)  # row_id and rule
    registered: int = 0  # rows of people in the register, alive or not
    alive: int = 0
    linked: int = 0  # of the rows of the living, to them
    in_three: int = 0  # rows with the true person among the first three candidates

    @property
    def precision(self) -> float:
        """Of the accepted rows, the share with the true person."""
        return 1 - len(self.wrong) / max(self.accepted, 1)

    @property
    def recall(self) -> float:
        """Of the rows of people who live and are in the register, the share linked to them."""
        return self.linked / self.alive

    @property
    def first_three(self) -> float:
        """Of the rows of people in the register, the share with them among the first three candidates."""
        return self.in_three / self.registered

    def __str__(self) -> str:
        return (
            f"{self.rows:,} rows, {self.accepted:,} accepted, {len(self.wrong)} wrong {self.wrong[:5]},"
            f" precision {self.precision:.4%}, recall {self.recall:.2%}, in the first three {self.first_three:.3%}"
        )


def judge(files: LinkageFiles, decisions: Path) -> Judged:
    """Holds a file of decisions against the truth; asserts that no row is lost, doubled or out of its place."""
    with files.population.open(encoding="utf-8", newline="") as file:
        alive = {row["person_id"] for row in csv.DictReader(file) if row["status"] == "alive"}
    judged = Judged()
    with (
        files.truth.open(encoding="utf-8", newline="") as truth_file,
        decisions.open(encoding="utf-8", newline="") as file,
    ):
        for truth, decision in zip(csv.DictReader(truth_file), csv.DictReader(file), strict=True):
            assert truth["row_id"] == decision["row_id"]
            _count(judged, truth["person_id"], decision, alive=alive)
    return judged


def _count(judged: Judged, truth: str, decision: dict[str, str], *, alive: set[str]) -> None:
    person = decision["person_id"]
    judged.rows += 1
    if person:
        judged.accepted += 1
        if person != truth:
            judged.wrong.append((decision["row_id"], decision["rule"]))
    if truth:
        judged.registered += 1
        judged.in_three += truth in [found["person_id"] for found in json.loads(decision["candidates"])[:3]]
    if truth in alive:
        judged.alive += 1
        judged.linked += person == truth


def _resident(process: int) -> int:
    """KiB that a process and its children have in memory, shared pages counted for each."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:  # it ended
        return 0
    own = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)
    return own + sum(_resident(int(child)) for child in children)


@dataclass(frozen=True)
class Cost:
    """What a run took. On a machine that others use too, its processors' seconds tell more than the clock."""

    seconds: float
    processors: float  # seconds, of the command and of the processes that it started, in user and system
    megabytes: float  # the most that all of them had in memory at once

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s, {self.processors:.1f} s of processors, at most {self.megabytes:,.0f} MB"


def run(files: LinkageFiles, output: Path) -> Cost:
    """Links by the command."""
    command = [sys.executable, "-m", "flask", "linkage", "run", "--rows", str(files.rows)]
    command += ["--population", str(files.population), "-o", str(output)]
    began, most = time.perf_counter(), 0
    with subprocess.Popen(command, env=os.environ | {"FLASK_APP": "wsgi.py"}) as process:
        ended = threading.Event()

        def watch() -> None:
            nonlocal most
            while not ended.wait(_EVERY):
                most = max(most, _resident(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        code = process.wait()
        ended.set()
        watcher.join()
    if code:
        raise SystemExit(code)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)  # of this process's children: the command alone
    return Cost(time.perf_counter() - began, used.ru_utime + used.ru_stime, most / 1024)


def main() -> None:
    """One set, made, linked and judged."""
    rows, seed, hard = int(sys.argv[1]), int(sys.argv[2]), "hard" in sys.argv[3:]
    with TemporaryDirectory(prefix="judging-") as name:
        folder = Path(name)
        files = write_linkage_files(folder, people=rows, rows=rows, seed=seed, today=TODAY, hard=hard)
        cost = run(files, folder / "decisions.csv")
        print(judge(files, folder / "decisions.csv"))
        print(f"from files to decisions {cost}")


if __name__ == "__main__":
    main()
