"""What linkage promises, on lists that nobody looked at while the rules were made."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from passport.demo.linkage_data import JUDGING_SEEDS, LinkageFiles, write_linkage_files
from passport.errors import InputError
from passport.intake.linkage import workspace
from passport.intake.linkage.linking import link_files
from tests.judging import TODAY, Judged, judge


def _judge(folder: Path, files: LinkageFiles) -> Judged:
    output = folder / "decisions.csv"
    link_files(
        rows=str(files.rows), population=str(files.population), output=str(output), engine="duckdb", level="strict",
        memory="500MB", spark_master="", today=TODAY, progress=lambda stage: None,
    )  # fmt: skip
    return judge(files, output)


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


def test_a_list_decided_in_parts_is_decided_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = write_linkage_files(tmp_path, people=600, rows=600, seed=JUDGING_SEEDS[3], today=TODAY)
    whole = _judge(tmp_path, files)
    monkeypatch.setattr(workspace, "PART", 70)
    assert _judge(tmp_path, files) == whole


def test_too_little_memory_is_said(tmp_path: Path) -> None:
    files = write_linkage_files(tmp_path, people=600, rows=600, seed=JUDGING_SEEDS[3], today=TODAY)
    with pytest.raises(InputError, match="PASSPORT_LINKAGE_MEMORY"):
        link_files(
            rows=str(files.rows), population=str(files.population), output=str(tmp_path / "out.csv"), engine="duckdb",
            level="strict", memory="8MB", spark_master="", today=TODAY, progress=lambda stage: None,
        )  # fmt: skip


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
