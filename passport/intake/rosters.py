"""Attendance lists: who was there to be vaccinated, told by a station, a company or a school.

They are what entered doses are held against; nothing on them is a vaccination, so only a row without a proper
name is refused, and every other fault is warned of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from passport.domain.dates import PartialDate
from passport.domain.id_numbers import disagreement, parse_id_number, repair_id_number
from passport.domain.people import Sex
from passport.errors import RowReason
from passport.intake.issues import Issue, Severity
from passport.intake.people_cells import ContactCells, read_birth_date, read_contact, read_name, read_sex
from passport.intake.places import Places
from passport.intake.readers import RowReader
from passport.intake.rows import read_dose_number
from passport.intake.sheets import RawRow
from passport.intake.storing import Desk, write_row
from passport.registry import imports
from passport.registry.arrivals import Arrival
from passport.registry.tables import ImportRow

_ON_FAULT = {"full_name": Severity.REFUSED}


@dataclass(frozen=True, slots=True)
class AttendeeCells:
    """One person on an attendance list; None for what the list does not tell or tells wrong."""

    full_name: str
    born: PartialDate | None
    sex: Sex | None
    id_number: str | None
    contact: ContactCells
    planned_dose: int | None


def check_attendee(raw: RawRow, *, today: date, places: Places) -> tuple[AttendeeCells | None, tuple[Issue, ...]]:
    """The person on a row, None where it is refused, and what is wrong with its cells."""
    reader = RowReader(raw, on_fault=_ON_FAULT)
    name = read_name(reader)
    born = read_birth_date(reader, today=today, required=False)
    sex = read_sex(reader, required=False)
    number = _number(reader, born=born, sex=sex)
    contact = read_contact(reader, lived_on=today, places=places)
    planned = read_dose_number(reader, "planned_dose", required=False)
    cells = None if name is None else AttendeeCells(name, born, sex, number, contact, planned)
    return cells, tuple(reader.issues)


def store_attendee(
    desk: Desk,
    *,
    number: int,
    typed: Mapping[str, str],
    cells: AttendeeCells | None,
    issues: Iterable[Issue],
    existing: ImportRow | None,
) -> ImportRow:
    """Stores one row of an attendance list that was refused before, and the person on it."""
    outcome = "new" if cells else "refused"
    row = write_row(desk, number, typed, outcome, held=False, issues=issues, existing=existing)
    if cells is not None:
        imports.add_attendee(desk.session, _values(desk, number, cells))
    return row


def attendee_arrival(
    desk: Desk, *, number: int, typed: Mapping[str, str], cells: AttendeeCells | None, issues: Iterable[Issue]
) -> Arrival:
    """One row of an attendance list as it comes in, with the person on it."""
    return Arrival(
        row=number,
        outcome="new" if cells else "refused",
        held=False,
        cells=typed,
        issues=[issue.as_json() for issue in issues],
        attendee=_values(desk, number, cells) if cells else None,
    )


def _values(desk: Desk, number: int, cells: AttendeeCells) -> dict[str, Any]:
    return imports.attendee_values(
        import_id=desk.list_import.id,
        row=number,
        full_name=cells.full_name,
        birth_date=str(cells.born) if cells.born else None,
        sex=cells.sex.value if cells.sex else None,
        id_number=cells.id_number,
        phone=cells.contact.phone,
        commune_id=cells.contact.commune_id,
        employer=cells.contact.employer,
        priority_group=cells.contact.priority_group,
        planned_dose=cells.planned_dose,
    )


def _number(reader: RowReader, *, born: PartialDate | None, sex: Sex | None) -> str | None:
    """The identity number, compared with birth date and sex where both are told."""
    text = reader.text("id_number")
    if text is None:
        if not reader.has("id_number"):
            reader.fault("id_number", RowReason.MISSING_ID)
        return None
    try:
        number = parse_id_number(text)
    except ValueError as error:
        repaired = repair_id_number(text, born=born, sex=sex) if born and sex else None
        if repaired is None:
            reader.fault("id_number", RowReason.BAD_ID, str(error), value=text)
            return None
        reader.repair("id_number", RowReason.BAD_ID, before=text, after=str(repaired))
        return str(repaired)
    if born and sex and (differs := disagreement(number, born=born, sex=sex)):
        reader.fault("id_number", RowReason.ID_DISAGREES, differs)
    return str(number)
