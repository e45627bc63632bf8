"""The vaccine catalogue and what a row of doses amounts to: started, complete, boosted.

The series is told by the product (Abdala three doses, Janssen one, the others two), because issuers number
boosters in different ways: 1/1, 2/1, 3/3 or 4/4. The catalogue is data, `data/vaccines.json`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from passport.domain.certificate import DoseStatement
from passport.domain.doses import Dose, DoseKind
from passport.domain.names import fold
from passport.domain.verdict import DoseStatus

LONGEST_SERIES = 3  # doses; no product's primary series is longer, so a fourth dose is always a booster
COVID_SNOMED = "840539006"
COVID_ICD11 = "RA01"  # and its children, RA01.0 and RA01.1
NOT_APPLICABLE = DoseStatus("not_applicable", None, None, None, None)


@dataclass(frozen=True, slots=True)
class Vaccine:
    """One product of the Vietnamese campaign: what lists call it, what certificates call it, how it is given.

    `approved_on` is None while an approval is not confirmed; `codes` are the CVX, ICD-11 and further EU codes of
    the same product; `certifiable` tells whether Decision 5772/QĐ-BYT covers it. Ages and intervals are dated and
    stand in `rules.recommendations`.
    """

    key: str
    name: str
    aliases: tuple[str, ...]
    approved_on: date | None
    vp: str
    mp: str
    ma: str
    primary_doses: int
    certifiable: bool
    codes: tuple[str, ...]


def _vaccine(row: dict[str, Any]) -> Vaccine:
    approved = row["approved_on"]
    dated = {"approved_on": date.fromisoformat(approved) if approved else None}
    return Vaccine(**row | dated | {"aliases": tuple(row["aliases"]), "codes": tuple(row["codes"])})


_DATA = json.loads((Path(__file__).parent / "data" / "vaccines.json").read_text("utf-8"))
_PRODUCTS = [*_DATA["vaccines"], *_DATA["abroad"]]  # what is approved here, and what visitors were given elsewhere
VACCINES: Mapping[str, Vaccine] = {row["key"]: _vaccine(row) for row in _DATA["vaccines"]}
EU_PRODUCTS: Mapping[str, str] = {code: row["mp"] for row in _PRODUCTS for code in row["codes"]}
_BY_CODE = {code: vaccine for vaccine in VACCINES.values() for code in (vaccine.mp, *vaccine.codes)}
PRIMARY_DOSES: Mapping[str | None, int] = {row["mp"]: row["primary_doses"] for row in _PRODUCTS}


def by_product_code(code: str) -> Vaccine | None:
    """The vaccine with this product code of a certificate: EU `mp`, CVX or ICD-11; None for products not used here."""
    return _BY_CODE.get(code)


def product_of(dose: DoseStatement) -> str | None:
    """The EU product code of a statement, also where it names the product in another system's code or in words.

    None when nothing is said; a product that nobody here knows comes back as it stands.
    """
    for code in (dose.product, dose.vaccine):
        if code and (known := code if code in PRIMARY_DOSES else EU_PRODUCTS.get(code)):
            return known
    named = find_vaccine(dose.product) if dose.product else None
    return named.mp if named else dose.product


_NOISE = re.compile(r"\b(vac ?xin|vaccine|phong|covid ?-? ?19|tre em|nguoi lon)\b|\d+([.,]\d+)? ?ml\b")
_PARTS = re.compile(r"[()\[\]/,;+]| - ")


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9&]", "", fold(text))


@cache
def spoken_names() -> Mapping[str, Vaccine]:
    """Every vaccine by each of its names, of which only letters and digits without marks are left."""
    return {
        _letters(name): vaccine
        for vaccine in VACCINES.values()
        for name in (vaccine.name, vaccine.key, vaccine.mp, *vaccine.aliases)
    }


def find_vaccine(text: str) -> Vaccine | None:
    """The vaccine that a list means by a trade name, a maker or an abbreviation, whatever its case and marks.

    Several names in one cell, "Comirnaty (Pfizer)", must all mean the same product; None when they do not or
    when one of them is unknown. "Vero Cell" is BBIBP-CorV, as on Vietnamese lists.
    """
    names = spoken_names()
    if whole := names.get(_letters(text)):
        return whole
    parts = [part for part in map(_letters, _PARTS.split(_NOISE.sub(" ", fold(text)))) if part]
    found = {vaccine.key if (vaccine := names.get(part)) else None for part in parts}
    key = found.pop() if len(found) == 1 else None
    return VACCINES[key] if key else None


def against_covid(doses: Iterable[DoseStatement]) -> list[DoseStatement]:
    """Those of `doses` that were given against COVID-19; a card may tell of others, given on the same day."""
    return [dose for dose in doses if dose.disease == COVID_SNOMED or dose.disease.startswith(COVID_ICD11)]


def dose_status(doses: Sequence[DoseStatement], *, on: date) -> DoseStatus:
    """How far the series of one person had come on the day `on`, from the dose statements of all certificates.

    Statements of the same day are one dose; doses after `on` do not count. No statement, or none about COVID-19,
    is `not_applicable`. Products that nobody here knows are judged by their own numbers. Whether all statements
    are about one person is the caller's to know.
    """
    ours = against_covid(doses)
    if not ours:
        return NOT_APPLICABLE
    given = _in_order(ours, on)
    number = _highest(given)
    if not number:
        return DoseStatus("none", 0, None, None, None)
    required = next((length for dose in given if (length := _series_length(dose))), None)
    last = max((dose.date for dose in given if dose.date), default=None)
    days = (on - last).days if last else None
    if number > (required or LONGEST_SERIES):
        return DoseStatus("boosted", number, _printed_of(given[-1], number, required), last, days)
    return DoseStatus("complete" if number == required else "partial", number, required, last, days)


def _in_order(doses: Iterable[DoseStatement], on: date) -> list[DoseStatement]:
    """One statement a day, the highest-numbered, oldest first; statements without a date come first."""
    by_day: dict[date | None, DoseStatement] = {}
    for dose in sorted(doses, key=lambda d: (d.date or date.min, d.number or 0)):
        if dose.date is None or dose.date <= on:
            by_day[dose.date] = dose
    return list(by_day.values())


def _highest(given: Iterable[DoseStatement]) -> int:
    """The ordinal of the latest dose: as numbered, or one more than before where numbering began anew.

    A dose numbered 0 adds nothing: the issuer himself does not count it.
    """
    number = 0
    for dose in given:
        number = number if dose.number == 0 else max(number + 1, dose.number or 0)
    return number


def _series_length(dose: DoseStatement) -> int | None:
    """Doses of the primary series that `dose` belongs to; None when neither product nor issuer tells.

    An issuer who writes "of 1" has closed the series with one dose (after an infection, or a booster series of
    its own); otherwise the product decides, since issuers count planned boosters in ("of 3").
    """
    if dose.of == 1:
        return 1
    product = product_of(dose)
    if product in PRIMARY_DOSES:
        return PRIMARY_DOSES[product]
    return min(dose.of, LONGEST_SERIES) if dose.of else None


def _printed_of(latest: DoseStatement, number: int, required: int | None) -> int:
    """The denominator shown for a booster: the issuer's own where it fits, else the EU convention."""
    if latest.of and latest.number == number and latest.of <= number:
        return latest.of
    return 1 if required == 1 else number


def series_of(doses: Sequence[Dose]) -> tuple[int, int]:
    """`dn` and `sd` to print for the latest of `doses` by the EU DCC convention.

    1/2 and 2/2 for a primary series, 3/3 for the dose after it, 1/1 and 2/1 where the series was one dose;
    Abdala's primary series ends with 3/3. A later dose whose record is numbered anew counts on from the doses
    before it. `doses` must not be empty; their order does not matter.
    """
    in_order = sorted(doses, key=lambda dose: (dose.given_on, dose.number))
    latest = in_order[-1]
    required = VACCINES[in_order[0].product].primary_doses
    number = max(latest.number, len({dose.given_on for dose in doses}))
    if latest.kind is DoseKind.PRIMARY:
        return number, max(required, number)
    return number, 1 if number <= required or required == 1 else number
