"""Lists to link and the truth about them, from a seed: what the rules are tuned, judged and measured on."""

from __future__ import annotations

import csv
import random
from collections import deque
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from passport.demo.linkage_people import HARD, NORMAL, Citizen, invent_households
from passport.demo.linkage_typing import HARD_SHARES, NORMAL_SHARES, type_person
from passport.intake.linkage.tables import ROW_COLUMNS
from passport.intake.standin import COLUMNS

TUNING_SEEDS = range(1, 1000)  # looked at while the rules were made
JUDGING_SEEDS = range(1000, 2000)  # never looked at: tests and benchmarks judge by them
_NEIGHBOURS = 500  # people of late whose data a team confuses with somebody's
_FOREIGN = 0.003  # of the rows: people of other countries
_FOREIGNERS = "Somsak Chantavong*Kim Min Jun*John Peter Miller*Maria Garcia*Chen Wei*Sok Dara*Ivan Petrov".split("*")


@dataclass(frozen=True, slots=True)
class LinkageFiles:
    """The three files of a set; truth is `row_id, person_id`, the latter empty for who is not in the register."""

    rows: Path
    population: Path
    truth: Path


def write_linkage_files(
    folder: Path, *, people: int, rows: int, seed: int, today: date, hard: bool = False
) -> LinkageFiles:  # fmt: skip
    """Writes a register of `people` and about `rows` dirty rows; the same seed gives the same files."""
    files = LinkageFiles(folder / "rows.csv", folder / "population.csv", folder / "truth.csv")
    draw = random.Random(f"linkage/{seed}/{hard}")  # noqa: S311  # invented data, not a secret
    shares = HARD_SHARES if hard else NORMAL_SHARES
    late: deque[Citizen] = deque(maxlen=_NEIGHBOURS)
    with (
        files.rows.open("w", encoding="utf-8", newline="") as rows_file,
        files.population.open("w", encoding="utf-8", newline="") as population_file,
        files.truth.open("w", encoding="utf-8", newline="") as truth_file,
    ):
        listed, register, truth = csv.writer(rows_file), csv.writer(population_file), csv.writer(truth_file)
        listed.writerow(ROW_COLUMNS)
        register.writerow(COLUMNS)
        truth.writerow(("row_id", "person_id"))
        number, share = 0, rows / people
        for household in invent_households(draw, people=people, traps=HARD if hard else NORMAL, today=today):
            late.extend(household)
            others = [late[draw.randrange(len(late))] for _ in range(4)]
            team_phone = f"09000{len(late) % 7:05d}"
            register.writerows(_registered(citizen) for citizen in household if citizen.registered)
            for citizen in household:
                for _ in range(_times(draw, share)):
                    number += 1
                    listed.writerow([number, *type_person(draw, citizen, others=others, household=household,
                                                          team_phone=team_phone, shares=shares)])  # fmt: skip
                    truth.writerow((number, citizen.person_id if citizen.registered else ""))
                if draw.random() < _FOREIGN * share:
                    number += 1
                    listed.writerow([number, *_foreigner(draw, citizen)])
                    truth.writerow((number, ""))
    return files


def _times(draw: random.Random, share: float) -> int:
    """How often somebody is on the list: on average `share`, a few twice."""
    whole = int(share) + (draw.random() < share - int(share))
    chance = draw.random()
    return whole + 1 if chance < 0.05 * share else max(0, whole - 1) if chance > 1 - 0.05 * share else whole


def _registered(citizen: Citizen) -> tuple[str, ...]:
    place = citizen.place
    return (
        citizen.person_id, citizen.cccd, citizen.cmnd, citizen.full_name, citizen.born.isoformat(), citizen.sex,
        citizen.phone, citizen.household, place.name, place.province, citizen.status,
    )  # fmt: skip


def _foreigner(draw: random.Random, near: Citizen) -> list[str]:
    letters = draw.choice("ABCEKM") + f"{draw.randrange(10**7):07d}"
    born = near.born.strftime("%d/%m/%Y")
    return [
        letters,
        draw.choice(_FOREIGNERS),
        born,
        draw.choice(("Nam", "Nữ")),
        "",
        near.place.name,
        near.place.province,
    ]
