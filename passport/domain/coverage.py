"""Coverage: who counts for which dose in which age group, and what one table of it says.

A figure counts people, not doses. Its steps are told by the kind of the doses and the vaccine's own series, so a
third dose of Abdala completes the series and is no booster (Decision 43/QĐ-BYT, kinds of dose).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from passport.errors import Sentence

TARGET = 90.0  # per cent; what provinces were told to pass in August 2022
LOWEST, HIGHEST = 5, 5  # areas named at both ends of a ranking, as in the daily national report


class AgeGroup(StrEnum):
    """An age group of the national reports; 50+ lies within 18+ and is asked for the fourth dose."""

    CHILDREN = "5-11"
    TEENAGERS = "12-17"
    ADULTS = "18+"
    OLDER = "50+"


class Step(StrEnum):
    """How far a person has come; each step is counted for itself."""

    FIRST = "first"  # a primary dose
    COMPLETE = "complete"  # the last dose of the primary series of its vaccine
    BOOSTER_1 = "booster_1"
    BOOSTER_2 = "booster_2"


AGES: Mapping[AgeGroup, tuple[int, int | None]] = {  # from this birthday up to, and without, that one
    AgeGroup.CHILDREN: (5, 12),
    AgeGroup.TEENAGERS: (12, 18),
    AgeGroup.ADULTS: (18, None),
    AgeGroup.OLDER: (50, None),
}
# What is asked of whom (vietnam.md 4.2): no booster before 12, no second one before 18.
CELLS: tuple[tuple[AgeGroup, Step], ...] = (
    (AgeGroup.CHILDREN, Step.FIRST),
    (AgeGroup.CHILDREN, Step.COMPLETE),
    (AgeGroup.TEENAGERS, Step.FIRST),
    (AgeGroup.TEENAGERS, Step.COMPLETE),
    (AgeGroup.TEENAGERS, Step.BOOSTER_1),
    (AgeGroup.ADULTS, Step.FIRST),
    (AgeGroup.ADULTS, Step.COMPLETE),
    (AgeGroup.ADULTS, Step.BOOSTER_1),
    (AgeGroup.ADULTS, Step.BOOSTER_2),
    (AgeGroup.OLDER, Step.BOOSTER_2),
)
GROUP_NAMES: Mapping[AgeGroup, Sentence] = {
    AgeGroup.CHILDREN: Sentence("Từ 5 đến dưới 12 tuổi", "5 to under 12"),
    AgeGroup.TEENAGERS: Sentence("Từ 12 đến dưới 18 tuổi", "12 to under 18"),
    AgeGroup.ADULTS: Sentence("Từ 18 tuổi", "18 and over"),
    AgeGroup.OLDER: Sentence("Từ 50 tuổi", "50 and over"),
}
STEP_NAMES: Mapping[Step, Sentence] = {
    Step.FIRST: Sentence("Mũi 1", "Dose 1"),
    Step.COMPLETE: Sentence("Mũi 2 (đủ liều cơ bản)", "Dose 2 (primary series complete)"),
    Step.BOOSTER_1: Sentence("Mũi 3 (nhắc lại lần 1)", "Dose 3 (first booster)"),
    Step.BOOSTER_2: Sentence("Mũi 4 (nhắc lại lần 2)", "Dose 4 (second booster)"),
}
COUNTRY = Sentence("Cả nước", "Whole country")


class Flag(StrEnum):
    """Why a percentage is missing or not to be trusted."""

    NO_DENOMINATOR = "no_denominator"
    ZERO_DENOMINATOR = "zero_denominator"
    OVER_100 = "over_100"


@dataclass(frozen=True, slots=True)
class Base:
    """A denominator: how many people there are, counted when and told by whom; `parts` areas added up."""

    count: int
    as_of: date
    source: str
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """One age group and step in one area.

    `covered` are people with the dose entered and not held, `verified` those of them whose identity is verified,
    `people` everybody of that age in the register. A `hidden` cell is too small to leave the house and holds
    none of them.
    """

    group: AgeGroup
    step: Step
    covered: int | None
    verified: int | None
    people: int | None
    base: Base | None
    before: int | None = None  # `covered` on the earlier day
    rate_before: float | None = None  # per cent on the earlier day
    hidden: bool = False

    @property
    def rate(self) -> float | None:
        """Per cent of the denominator, one decimal; None where nothing may be divided."""
        if self.covered is None or self.base is None or not self.base.count:
            return None
        return round(100 * self.covered / self.base.count, 1)

    @property
    def flag(self) -> Flag | None:
        """What is wrong with the percentage, if anything."""
        if self.base is None:
            return Flag.NO_DENOMINATOR
        if not self.base.count:
            return Flag.ZERO_DENOMINATOR
        over = self.covered is not None and self.covered > self.base.count
        return Flag.OVER_100 if over else None

    @property
    def change(self) -> int | None:
        """How many more people are covered than on the earlier day."""
        return None if self.covered is None or self.before is None else self.covered - self.before

    def needed(self, target: float) -> int | None:
        """Doses still to give until `target` per cent are covered; None without a denominator."""
        if self.covered is None or self.base is None or not self.base.count:
            return None
        return max(0, math.ceil(target * self.base.count / 100) - self.covered)

    def as_dict(self, target: float) -> dict[str, Any]:
        """The cell as the API, files and frozen reports give it."""
        base = self.base
        return {
            "age_group": self.group.value,
            "dose": self.step.value,
            "covered": self.covered,
            "verified": self.verified,
            "registered": self.people,
            "denominator": base.count if base else None,
            "denominator_as_of": base.as_of.isoformat() if base else None,
            "denominator_source": base.source if base else None,
            "rate": self.rate,
            "needed": self.needed(target),
            "change": self.change,
            "rate_before": self.rate_before,
            "flag": self.flag.value if self.flag else None,
            "hidden": self.hidden,
        }


@dataclass(frozen=True, slots=True)
class AreaRow:
    """All cells of one area, in the order of `CELLS`; no code for the whole country and for people elsewhere."""

    code: str | None
    name: str
    level: str | None
    cells: tuple[Cell, ...]

    def cell(self, group: AgeGroup, step: Step) -> Cell:
        """The cell of one age group and step."""
        return self.cells[CELLS.index((group, step))]

    def as_dict(self, target: float) -> dict[str, Any]:
        """The row as the API, files and frozen reports give it."""
        area = {"code": self.code, "name": self.name, "level": self.level}
        return {"area": area, "cells": [cell.as_dict(target) for cell in self.cells]}


@dataclass(frozen=True, slots=True)
class Coverage:
    """The table of an area and the units directly beneath it, on one day; ages are those on that day.

    `elsewhere` holds people of the area who live in none of the units; `unlisted` are the communes of which a
    denominator is missing; `placeless` counts vaccinated people of whom no commune is known.
    """

    on: date
    since: date | None
    target: float
    total: AreaRow
    units: tuple[AreaRow, ...]
    elsewhere: AreaRow | None
    parent: AreaRow | None
    unlisted: tuple[tuple[str, str], ...]
    placeless: int | None

    def ranked(self, group: AgeGroup, step: Step) -> list[AreaRow]:
        """The units that have a percentage, lowest first; equal ones by code."""
        known = [(row.cell(group, step).rate, row) for row in self.units]
        return [row for rate, row in sorted(((r, x) for r, x in known if r is not None), key=_rank)]

    def as_dict(self) -> dict[str, Any]:
        """The table as the API, files and frozen reports give it."""
        return {
            "on": self.on.isoformat(),
            "age_on": self.on.isoformat(),
            "since": self.since.isoformat() if self.since else None,
            "target": self.target,
            "counted": "entered",
            **self.total.as_dict(self.target),
            "units": [row.as_dict(self.target) for row in self.units],
            "elsewhere": self.elsewhere.as_dict(self.target) if self.elsewhere else None,
            "parent": self.parent.as_dict(self.target) if self.parent else None,
            "rank": [self._ends(group, step) for group, step in CELLS],
            "without_denominator": [{"code": code, "name": name} for code, name in self.unlisted],
            "without_commune": self.placeless,
        }

    def _ends(self, group: AgeGroup, step: Step) -> dict[str, Any]:
        codes = [row.code for row in self.ranked(group, step)]
        return {
            "age_group": group.value,
            "dose": step.value,
            "lowest": codes[:LOWEST],
            "highest": codes[::-1][:HIGHEST],
        }


def _rank(known: tuple[float, AreaRow]) -> tuple[float, str]:
    return known[0], known[1].code or ""
