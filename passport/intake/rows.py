"""One row of a vaccination list: every cell checked, sure repairs made, the person and the doses that it tells.

The checks know neither the registry nor the clock; whether a person or dose is known already is decided by
`intake.importing`. Faults and their severities: INTERFACES section 3, `intake.readers.ON_FAULT`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from passport.domain.dates import PartialDate
from passport.domain.doses import DoseKind
from passport.domain.names import fold
from passport.errors import RowReason
from passport.intake.issues import Issue, Severity
from passport.intake.layouts import DOSE_FIELDS
from passport.intake.people_cells import PersonCells, read_contact, read_identity
from passport.intake.places import Places
from passport.intake.readers import RowReader, day_first
from passport.intake.sheets import RawRow
from passport.rules.recommendations import ages_breached, in_force
from passport.rules.schedules import Vaccine, find_vaccine

FIRST_DOSES = date(2020, 12, 1)  # nobody was vaccinated before: decides the century of a two-digit year

_KINDS = (("co ban", DoseKind.PRIMARY), ("primary", DoseKind.PRIMARY), ("bo sung", DoseKind.ADDITIONAL),
          ("additional", DoseKind.ADDITIONAL), ("nhac", DoseKind.BOOSTER), ("booster", DoseKind.BOOSTER))  # fmt: skip
_DOSE_NUMBER = re.compile(r"(?:mui|dose|lan|lieu|m)?(?: (?:tiem|so|thu))* ?0?([1-9])(?:[.,]0+)?")
_SITE_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9._/-]*")
_LOT = re.compile(r"[A-Z0-9][A-Z0-9 ./()_-]*")
# Rounded by a spreadsheet, or the expiry date in place of the lot.
_NOT_A_LOT = re.compile(r"\d[\d.,]*E\+\d+|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d{1,2}-\d{1,2}")


@dataclass(frozen=True, slots=True)
class DoseCells:
    """One dose a row tells of; `suffix` is what its column keys end with, `site_id` where the row names a site.

    `born` is the vaccinee's, for the ages of the schedule; None where the row's own is refused.
    """

    vaccine: Vaccine
    number: int
    kind: DoseKind
    given_on: date
    lot: str
    site_id: int | None
    suffix: str
    born: PartialDate | None

    @property
    def product(self) -> str:
        """The key of the vaccine in the catalogue."""
        return self.vaccine.key


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row after all checks of its own cells; `person` is None exactly when the row is refused."""

    person: PersonCells | None
    doses: tuple[DoseCells, ...]
    issues: tuple[Issue, ...]


def check_row(raw: RawRow, *, dose_groups: tuple[int, ...], today: date, places: Places) -> CheckedRow:
    """Checks every cell of `raw`; `dose_groups` are the numbered groups of a ward list, none where a row is a dose."""
    reader = RowReader(raw)
    person = read_identity(reader, today=today)
    suffixes = [f"_{n}" for n in dose_groups if _tells_dose(reader, f"_{n}")] if dose_groups else [""]
    if not suffixes:
        reader.fault(f"vaccine_{dose_groups[0]}", RowReason.MISSING_VALUE)
    born = person.born if person else None
    read = [read_dose(reader, suffix, born=born, today=today, places=places) for suffix in suffixes]
    doses = tuple(dose for dose in read if dose)
    lived_on = max((dose.given_on for dose in doses), default=today)
    contact = read_contact(reader, lived_on=lived_on, places=places)
    issues = tuple(reader.issues)
    if person is None or any(issue.severity is Severity.REFUSED for issue in issues):
        return CheckedRow(None, (), issues)
    return CheckedRow(replace(person, contact=contact), doses, issues)


def _tells_dose(reader: RowReader, suffix: str) -> bool:
    return any(reader.has(field + suffix) for field in DOSE_FIELDS)


def read_dose(
    reader: RowReader, suffix: str, *, born: PartialDate | None, today: date, places: Places
) -> DoseCells | None:
    """The dose of one group of columns, None where one of the cells that make it a dose is refused."""
    vaccine = _vaccine(reader, "vaccine" + suffix)
    number = int(suffix[1:]) if suffix else read_dose_number(reader, "dose_number", required=True)
    key = "vaccination_date" + suffix
    day = reader.date(key, RowReason.BAD_VACCINATION_DATE, earliest=FIRST_DOSES, latest=today)
    given_on = _possible_day(reader, key, day, born=born, vaccine=vaccine)
    lot = _lot(reader, "lot" + suffix)
    site_id = _site(reader, "site" + suffix, places=places)
    if vaccine is None or number is None or given_on is None:
        return None
    kind = _kind(reader, "dose_kind" + suffix, vaccine=vaccine, number=number)
    rows = in_force(vaccine=vaccine.key, kind=kind, on=given_on)
    if born is not None and ages_breached(rows, born=born, on=given_on):
        reader.warn(key, RowReason.AGE_OUTSIDE_SCHEDULE, vaccine=vaccine.name)
    return DoseCells(vaccine, number, kind, given_on, lot, site_id, suffix, born)


def _vaccine(reader: RowReader, key: str) -> Vaccine | None:
    text = reader.text(key, required=True)
    vaccine = find_vaccine(text) if text else None
    if text and vaccine is None:
        reader.fault(key, RowReason.UNKNOWN_VACCINE, value=text)
    return vaccine


def read_dose_number(reader: RowReader, key: str, *, required: bool) -> int | None:
    """The ordinal of a dose, 1 to 9, with or without the word before it."""
    text = reader.text(key, required=required)
    if text is None:
        return None
    match = _DOSE_NUMBER.fullmatch(fold(text))
    if match is None:
        reader.fault(key, RowReason.BAD_DOSE_NUMBER, value=text)
        return None
    return int(match.group(1))


def _possible_day(
    reader: RowReader, key: str, day: PartialDate | None, *, born: PartialDate | None, vaccine: Vaccine | None
) -> date | None:
    """The whole day of a dose, after birth and after the vaccine's approval."""
    if day is None:
        return None
    if day.whole is None:
        reader.fault(key, RowReason.BAD_VACCINATION_DATE, value=day_first(day))
        return None
    if born is not None and day.whole < born.earliest:
        reader.fault(key, RowReason.DATE_BEFORE_BIRTH)
    elif vaccine is not None and vaccine.approved_on is not None and day.whole < vaccine.approved_on:
        reader.fault(key, RowReason.DATE_BEFORE_APPROVAL, date=day_first(PartialDate.of(vaccine.approved_on)))
    return day.whole


def _kind(reader: RowReader, key: str, *, vaccine: Vaccine, number: int) -> DoseKind:
    """The kind as told; where nobody told it, a dose beyond the product's own series is taken for a booster."""
    text = reader.text(key)
    if text is None:
        if number <= vaccine.primary_doses:
            return DoseKind.PRIMARY
        if not reader.has(key):
            reader.warn(key, RowReason.BAD_DOSE_KIND, "assumed", number=number)
        return DoseKind.BOOSTER
    folded = fold(text)
    told = {kind for word, kind in _KINDS if word in folded}
    if len(told) == 1:
        return told.pop()
    reader.fault(key, RowReason.BAD_DOSE_KIND, value=text)
    return DoseKind.PRIMARY if number <= vaccine.primary_doses else DoseKind.BOOSTER


def _lot(reader: RowReader, key: str) -> str:
    text = reader.text(key)
    if text is None:
        return ""
    lot = text.upper()
    if _NOT_A_LOT.fullmatch(lot) or not _LOT.fullmatch(lot):
        reader.warn(key, RowReason.BAD_LOT, value=text)
        return ""
    return lot


def _site(reader: RowReader, key: str, *, places: Places) -> int | None:
    """The site that a row names by code or name; a place in plain words (a school, a market) is no site."""
    text = reader.text(key)
    site = places.site(text) if text else None
    if text and site is None and _SITE_CODE.fullmatch(text):
        reader.fault(key, RowReason.UNKNOWN_SITE, value=text)
    return site
