"""`flask bench linkage`: our rules against Splink on the same rows, each in a process of its own.

Both get the same normalised forms; two clocks run to the last decision, from there and from the files. Splink's model
is trained as its guide advises; it accepts the best candidate from a match weight and a lead at which it made few
errors.
"""

from __future__ import annotations

import csv
import os
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from passport.cli.output import say
from passport.demo.linkage_data import JUDGING_SEEDS, write_linkage_files
from passport.errors import Refusal, Unavailable
from passport.intake.linkage.engines import BEGUN
from passport.intake.linkage.linking import link_files
from passport.intake.linkage.preparing import prepare
from passport.intake.linkage.tables import load_population, load_rows
from passport.intake.linkage.workspace import open_workspace

ROWS = 100_000  # unless BENCH_ROWS says otherwise
MEMORY = "2GB"
SEED = JUDGING_SEEDS[2]
WEIGHT, LEAD = 25, 5  # Splink's match weight, and how far it must be ahead of the next
LISTS = {"linkage": False, "linkage-traps": True}  # the usual list, and one of twins, missing people and no numbers
TODAY = date(2026, 11, 21)  # the day on which the invented people live
_FIELDS = "cccd cmnd plain ordered given day birthday year sex phone commune".split()
_BLOCKS = (
    ("cccd",), ("cmnd",), ("ordered", "day"), ("phone", "given"), ("phone", "day"), ("birthday", "commune"),
    ("ordered", "year", "commune"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one of the two did, and the seconds it took from the forms, from the files, and of the processors."""

    deciding: float
    whole: float
    processors: float
    megabytes: int
    accepted: dict[str, str]


def measure() -> dict[str, tuple[float, str, float]]:
    """Rows a second of ours, the peer's name, and rows a second of the peer: each list from the forms and from files.

    Says on stderr how well both link.
    """
    rates = {}
    for name, hard in LISTS.items():
        rows, ours, peers = _both(name, hard=hard)
        rates[name] = (rows / ours.deciding, "Splink", rows / peers.deciding)
        rates[f"{name}-from-files"] = (rows / ours.whole, "Splink, files read by us", rows / peers.whole)
    return rates


def _both(name: str, *, hard: bool) -> tuple[int, Outcome, Outcome]:
    """How many rows a list had, and what ours and the peer did with it."""
    rows = int(os.environ.get("BENCH_ROWS", ROWS))
    with TemporaryDirectory(prefix="bench-linkage-") as made:
        folder = Path(made)
        files = write_linkage_files(folder, people=rows, rows=rows, seed=SEED, today=TODAY, hard=hard)
        with files.truth.open(encoding="utf-8", newline="") as file:
            truth = {row["row_id"]: row["person_id"] for row in csv.DictReader(file)}
        ours, peers = _alone(_link, folder), _alone(_splink, folder)
    for who, outcome in (("ours", ours), ("Splink", peers)):
        wrong = sum(truth[row] != person for row, person in outcome.accepted.items())
        known = sum(map(bool, truth.values()))
        recall = (len(outcome.accepted) - wrong) / known
        say(
            f"{name}, {who}: {wrong} wrong of {len(outcome.accepted):,} accepted, recall {recall:.2%},"
            f" {outcome.deciding:.1f} s, from files {outcome.whole:.1f} s ({outcome.processors:.1f} s of processors),"
            f" {outcome.megabytes} MB"
        )
    return len(truth), ours, peers


def _alone(work: Callable[[Path], Outcome], folder: Path) -> Outcome:
    """Runs `work` in a fresh process, so that its memory is its own; one that may start others."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, folder).result()


def _outcome(begun: float, decided: float, accepted: Callable[[], dict[str, str]]) -> Outcome:
    """What it took until now; only then `accepted` is looked up."""
    ended = time.perf_counter()
    mine, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    processors = sum(used.ru_utime + used.ru_stime for used in (mine, children))
    return Outcome(ended - decided, ended - begun, processors, mine.ru_maxrss // 1024, accepted())


def _link(folder: Path) -> Outcome:
    output, begun = folder / "decisions.csv", time.perf_counter()
    stages: dict[str, float] = {}
    link_files(
        rows=str(folder / "rows.csv"),
        population=str(folder / "population.csv"),
        output=str(output),
        engine="duckdb",
        level="strict",
        memory=MEMORY,
        spark_master="",
        today=TODAY,
        progress=lambda stage: stages.setdefault(stage, time.perf_counter()),
    )
    return _outcome(begun, stages[BEGUN], lambda: _accepted(output))


def _accepted(decisions: Path) -> dict[str, str]:
    with decisions.open(encoding="utf-8", newline="") as file:
        return {row["row_id"]: row["person_id"] for row in csv.DictReader(file) if row["person_id"]}


def _splink(folder: Path) -> Outcome:
    try:
        import splink.comparison_library as cl
        from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    except ImportError as error:
        raise Unavailable(Refusal.SERVICE_AWAY, "Splink (a package of development)") from error
    begun = time.perf_counter()
    with open_workspace(memory=MEMORY) as workspace:
        load_rows(workspace, str(folder / "rows.csv"))
        load_population(workspace, str(folder / "population.csv"))
        prepare(workspace, today=TODAY, progress=lambda stage: None)
        decided = time.perf_counter()
        fields = ", ".join(f"NULLIF({field}, '') AS {field}" for field in _FIELDS)
        for table, source, key in (("a_rows", "all_listed", "rid"), ("b_people", "people", "pid")):
            workspace.table(table, f"SELECT {key} AS unique_id, {fields} FROM {source}")  # noqa: S608  # our own names
        settings = SettingsCreator(
            link_type="link_only",
            comparisons=[
                cl.LevenshteinAtThresholds("cccd", [1, 2]),
                cl.ExactMatch("cmnd"),
                cl.JaroWinklerAtThresholds("plain", [0.95, 0.88]).configure(term_frequency_adjustments=True),
                cl.LevenshteinAtThresholds("day", [1, 2]),
                cl.ExactMatch("sex"),
                cl.ExactMatch("phone"),
                cl.ExactMatch("commune"),
            ],
            blocking_rules_to_generate_predictions=[block_on(*block) for block in _BLOCKS],
        )
        api = DuckDBAPI(workspace.connection)
        linker = Linker([api.register("a_rows"), api.register("b_people")], settings, log_level=40)
        training = linker.training
        training.estimate_probability_two_random_records_match([block_on("cccd")], recall=0.8)
        training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=1)
        training.estimate_parameters_using_expectation_maximisation(block_on("ordered", "day"))
        training.estimate_parameters_using_expectation_maximisation(block_on("cccd"))
        found = linker.inference.predict(threshold_match_weight=0).physical_name
        accepted = dict(
            workspace.rows(
                f"""
                SELECT t.row_id, p.person_id
                FROM (
                  SELECT unique_id_l, unique_id_r, match_weight,
                    ROW_NUMBER() OVER (PARTITION BY unique_id_l ORDER BY match_weight DESC, unique_id_r) AS place,
                    match_weight - COALESCE(
                      LEAD(match_weight) OVER (PARTITION BY unique_id_l ORDER BY match_weight DESC, unique_id_r), -99
                    ) AS lead
                  FROM {found}
                )
                JOIN drafted t ON t.rid = unique_id_l
                JOIN people p ON p.pid = unique_id_r
                WHERE place = 1 AND match_weight >= {WEIGHT} AND lead >= {LEAD}"""  # noqa: S608  # our own numbers
            )
        )
        return _outcome(begun, decided, lambda: accepted)
