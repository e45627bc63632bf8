"""What linkage promises, on lists that nobody looked at while the rules were made."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

from passport.demo.linkage_data import JUDGING_SEEDS, LinkageFiles, write_linkage_files
from passport.intake.linkage.linking import link_files
from tests.intake.linkage.conftest import TODAY, Decision, read_decisions


@dataclass(frozen=True)
class Judged:
    """The decisions about a set, with the truth beside them."""

    pairs: list[tuple[Decision, str]]
    alive: set[str]

    @property
    def wrong(self) -> list[tuple[Decision, str]]:
        return [(d, truth) for d, truth in self.pairs if d.decision == "accept" and d.person_id != truth]

    @property
    def recall(self) -> float:
        """Of the rows of people who live and are in the register, the share linked to them."""
        due = [d.person_id == truth for d, truth in self.pairs if truth in self.alive]
        return sum(due) / len(due)

    @property
    def first_three(self) -> float:
        """Of the rows of people in the register, the share with them among the first three candidates."""
        due = [truth in d.who[:3] for d, truth in self.pairs if truth]
        return sum(due) / len(due)


def _judge(folder: Path, files: LinkageFiles) -> Judged:
    output = folder / "decisions.csv"
    link_files(
        rows=str(files.rows), population=str(files.population), output=str(output), engine="duckdb", level="strict",
        memory="500MB", spark_master="", today=TODAY, progress=lambda stage: None,
    )  # fmt: skip
    with files.truth.open(encoding="utf-8", newline="") as file:
        truth = [(row["row_id"], row["person_id"]) for row in csv.DictReader(file)]
    with files.population.open(encoding="utf-8", newline="") as file:
        alive = {row["person_id"] for row in csv.DictReader(file) if row["status"] == "alive"}
    decisions = read_decisions(output)
    assert [d.row_id for d in decisions] == [row_id for row_id, _ in truth]  # none lost, none twice, in their order
    return Judged([(d, person) for d, (_, person) in zip(decisions, truth, strict=True)], alive)


def test_a_normal_list(tmp_path: Path) -> None:
    files = write_linkage_files(tmp_path, people=20_000, rows=20_000, seed=JUDGING_SEEDS[0], today=TODAY)
    judged = _judge(tmp_path, files)
    assert judged.wrong == []
    assert judged.recall >= 0.965
    assert judged.first_three >= 0.995


def test_a_list_full_of_traps(tmp_path: Path) -> None:
    files = write_linkage_files(tmp_path, people=20_000, rows=10_000, seed=JUDGING_SEEDS[0], today=TODAY, hard=True)
    judged = _judge(tmp_path, files)
    assert len(judged.wrong) <= 1  # a missing twin whose number and name without marks a row bears looks the same
    assert judged.recall >= 0.8
    assert judged.first_three >= 0.995


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        files = write_linkage_files(folder, people=300, rows=300, seed=JUDGING_SEEDS[1], today=TODAY)
        texts.append([path.read_bytes() for path in (files.rows, files.population, files.truth)])
    assert texts[0] == texts[1]


@pytest.mark.parametrize("seed", JUDGING_SEEDS[:1])
def test_a_list_with_codes_for_communes_and_sexes(tmp_path: Path, seed: int) -> None:
    """Codes instead of names, 1 for women, headers in capitals: the register itself tells what they mean."""
    files = write_linkage_files(tmp_path, people=3_000, rows=3_000, seed=seed, today=TODAY)
    plain = _judge(tmp_path, files)
    with files.rows.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    codes: dict[str, str] = {}
    with files.rows.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([name.upper() for name in rows[0]])
        for row in rows:
            commune = row["commune"].removeprefix("Xã ").lower()
            row["commune"] = commune and codes.setdefault(commune, f"{len(codes) + 100:05d}")
            row["province"] = ""
            row["sex"] = {"n": "0" if row["sex"][1:2].lower() == "a" else "1", "m": "0", "f": "1"}.get(
                row["sex"][:1].lower(), ""
            )
            writer.writerow(row.values())
    coded = _judge(tmp_path, files)
    assert coded.wrong == []
    assert coded.recall > plain.recall - 0.02
