"""GET /api/v1/coverage: the table of an area for programs, without small cells."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from flask import Response, request
from pydantic import Field

from passport.domain.coverage import AgeGroup, Flag, Step
from passport.errors import InputError, Refusal
from passport.house import clock, current_house
from passport.intake.coverage import Asked, outward_figures
from passport.registry.accounts import require_role
from passport.registry.areas import require_area
from passport.web.agency import BLUEPRINT, json_answer
from passport.web.api_shapes import Strict
from passport.web.callers import acting_account, needs
from passport.web.date_patterns import DAY
from passport.web.openapi import documented
from passport.web.staff import SEES_COVERAGE


class AreaOut(Strict):
    """An administrative unit; no code for the whole country and for people who live in none of the units."""

    code: str | None
    name: str
    level: Literal["province", "district", "commune"] | None


class CellOut(Strict):
    """One age group and dose; `covered` are people with the dose entered and not held, `needed` doses to the target.

    A hidden cell would show, or let one work out, fewer than five people: its numbers are null.
    """

    age_group: AgeGroup
    dose: Step
    covered: int | None
    verified: int | None
    registered: int | None
    denominator: int | None
    denominator_as_of: str | None
    denominator_source: str | None
    rate: float | None = Field(description="per cent; null without a denominator above 0")
    needed: int | None
    change: int | None
    rate_before: float | None
    flag: Flag | None
    hidden: bool


class CoverageRowOut(Strict):
    """All cells of one area."""

    area: AreaOut
    cells: list[CellOut]


class CoverageRankOut(Strict):
    """The codes of the areas at both ends."""

    age_group: AgeGroup
    dose: Step
    lowest: list[str]
    highest: list[str]


class CommuneOut(Strict):
    """A commune that lacks a denominator."""

    code: str
    name: str


class CountsOut(Strict):
    """How far the doses of the area's sites have come; null where a number would tell of a handful of people."""

    given: int | None = Field(description="people on attendance lists")
    entered: int | None
    verified: int | None
    confirmed: int | None
    issued: int | None


class CoverageOut(CoverageRowOut):
    """The table of an area and of the units directly beneath it; ages are those on `age_on`."""

    on: str
    age_on: str
    since: str | None
    target: float
    counted: Literal["entered"]
    units: list[CoverageRowOut]
    elsewhere: CoverageRowOut | None
    parent: CoverageRowOut | None
    rank: list[CoverageRankOut]
    without_denominator: list[CommuneOut]
    without_commune: int | None
    counts: CountsOut


@BLUEPRINT.get("/coverage")
@documented(
    "Coverage of an area by age group and dose",
    answer=CoverageOut,
    errors=(401, 403, 404, 422, 429),
    tag="Records",
    query={
        "area": {"type": "string", "pattern": "^([0-9]{2}|[0-9]{3}|[0-9]{5})$", "example": "14638"},
        "on": {"type": "string", "pattern": f"^{DAY}$", "example": "2026-11-21"},
    },
)
@needs("registry:read")
def read_coverage() -> Response:
    """The whole country without `area`, today without `on`; 403 outside the areas of the acting account."""
    house = current_house()
    if not request.args.keys() <= {"area", "on"}:
        raise InputError(Refusal.BAD_OPTION, "unknown parameter")
    asked = Asked(request.args.get("area"), _day(request.args.get("on"), today=house.today(clock())))
    with house.database.reading() as session:
        area = require_area(session, asked.area, on=asked.on) if asked.area is not None else None
        require_role(session, acting_account(session), SEES_COVERAGE, area)
        return json_answer(outward_figures(session, area=area, asked=asked))


def _day(text: str | None, *, today: date) -> date:
    if text is None:
        return today
    if not re.fullmatch(DAY, text):
        raise InputError(Refusal.BAD_OPTION, "on: YYYY-MM-DD")
    return date.fromisoformat(text)
