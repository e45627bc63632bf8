"""JOB: a held or refused row is told again, on screen or by a corrected file: the same checks, the same record.

The row as it stands afterwards is the last word of whoever typed it; every field of a person or dose that
changes keeps who, when, why, before and after.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from passport.domain.people import IdentityState
from passport.errors import InputError, Refusal
from passport.intake.cells import Cell
from passport.intake.headers import columns_of
from passport.intake.issues import Severity
from passport.intake.layouts import dose_groups
from passport.intake.people_cells import PersonCells
from passport.intake.places import Places
from passport.intake.rosters import check_attendee, store_attendee
from passport.intake.rows import CheckedRow, DoseCells, check_row
from passport.intake.settling import settle_identity
from passport.intake.sheets import RawRow
from passport.intake.storing import Desk, PeopleAtHand, Plan, add_dose, correct_fields, plan_row, store_row, take_person
from passport.registry import audit, doses, imports, people
from passport.registry.accounts import find_account, require_role
from passport.registry.db import Database
from passport.registry.tables import Dose, ImportRow, Person, Site

CELL_LIMIT = 1000  # characters of a cell typed on screen

_SOURCE = re.compile(r"(\d{1,9})/(\d{1,7})")


def source_row_mark(row: ImportRow) -> str:
    """How a report names a row, so that the corrected file finds it again: list/row."""
    return f"{row.import_id}/{row.row}"


def correct_row(
    database: Database, *, import_id: int, row: int, cells: Mapping[str, str], by: str, now: datetime, today: date
) -> ImportRow:
    """Checks a row again with `cells` (column key → text) in place of what was typed, and stores what it tells.

    A row that is still refused keeps what was typed and says what is wrong now. Raises InputError (unknown_import,
    bad_option: no such row or column, nothing to correct, a withdrawn list), Refused (not_permitted).
    """
    with database.transaction() as session:
        list_import = imports.lock_import(session, import_id)
        people.lock_people(session)  # the row may add somebody whom a list is adding now
        old = _open_row(session, import_id, row)
        account = find_account(session, by)
        require_role(session, account, ("registrar",), list_import.site.area)
        columns = columns_of(list_import.header)
        typed = _typed(old, cells, known={column.key for column in columns})
        raw = RawRow(old.row, {key: Cell(text) for key, text in typed.items() if text.strip()})
        desk = Desk(session, list_import, list_import.site, account, now, PeopleAtHand())
        if list_import.kind == "attendance":
            attendee, issues = check_attendee(raw, today=today, places=Places(session))
            store_attendee(desk, number=row, typed=typed, cells=attendee, issues=issues, existing=old)
        else:
            checked = check_row(raw, dose_groups=dose_groups(columns), today=today, places=Places(session))
            _tell_again(desk, old, typed, checked)
        detail = {"columns": sorted(cells), "outcome": old.outcome, "held": old.held}
        audit.record(session, actor=by, action="row_corrected", subject=source_row_mark(old), detail=detail, at=now)
        return old


def _tell_again(desk: Desk, old: ImportRow, typed: Mapping[str, str], checked: CheckedRow) -> None:
    desk.people.load(desk.session, [checked.person] if checked.person else [])
    if old.doses:
        _refuse_worse(checked)
        correct_held(desk, old, typed=typed, checked=checked)
    else:
        store_row(desk, number=old.row, typed=typed, checked=checked, existing=old)


def find_source(session: Session, mark: str, *, site: Site) -> ImportRow | None:
    """The open row of an earlier list of `site` that a corrected file names, or None."""
    match = _SOURCE.fullmatch(mark.strip())
    found = imports.find_row(session, import_id=int(match[1]), row=int(match[2])) if match else None
    if found is None or not _is_open(found):
        return None
    list_import = imports.require_import(session, found.import_id)
    return found if list_import.site_id == site.id and list_import.state == "done" else None


def store_corrected(
    desk: Desk, source: ImportRow, *, number: int, typed: Mapping[str, str], checked: CheckedRow
) -> ImportRow:
    """Stores a row of a corrected file that names the row it corrects; the earlier row is then settled."""
    if checked.person is None or not source.doses:
        row = store_row(desk, number=number, typed=typed, checked=checked)
        source.settled = row.outcome != "refused"
        return row
    plan = correct_held(desk, source, typed=source.cells, checked=checked)
    issues = [issue.as_json() for issue in plan.issues]
    return imports.add_row(
        desk.session, list_import=desk.list_import, row=number, outcome="known", held=False, cells=typed, issues=issues
    )


def correct_held(desk: Desk, row: ImportRow, *, typed: Mapping[str, str], checked: CheckedRow) -> Plan:
    """Brings the person and doses of a held row into line with what is told now, and the row with them."""
    assert checked.person is not None
    own = tuple(sorted(row.doses, key=lambda dose: dose.number))
    plan = plan_row(desk, checked.person, checked, aside=own)
    before = own[0].person
    person = _person(desk, plan, before, checked.person, own)
    desk.session.flush()  # corrections name the person by id
    _doses(desk, row, plan, person, checked.doses, own)
    outcome = "new" if row.doses else "known"
    imports.change_row(
        row, outcome=outcome, held=plan.held, cells=typed, issues=[issue.as_json() for issue in plan.issues]
    )
    for dose in row.doses:
        dose.held = plan.held
    desk.session.flush()
    settle_identity(desk.session, person)
    return plan


def _person(desk: Desk, plan: Plan, before: Person, cells: PersonCells, own: tuple[Dose, ...]) -> Person:
    """The person whom the doses belong to now: another one on record, the same one corrected, or a new one."""
    found = plan.person.person
    alone = all(dose in own for dose in before.doses)
    if found is not None and found is not before:
        return take_person(desk, plan.person, cells)
    if found is None and not alone:
        return take_person(desk, plan.person, cells)
    if before.identity_state != IdentityState.VERIFIED.value:
        values = {
            "full_name": cells.full_name,
            "birth_date": str(cells.born),
            "sex": cells.sex.value,
            "id_number": cells.id_number,
            "nationality": cells.nationality,
        }
        correct_fields(desk, before, values)
        if cells.id_number is None:
            before.identity_state = cells.state.value
    desk.people.add(before)
    return before


def _doses(
    desk: Desk, row: ImportRow, plan: Plan, person: Person, told: tuple[DoseCells, ...], own: tuple[Dose, ...]
) -> None:
    elsewhere = [cells for cells, _ in plan.known]
    left = list(own)
    for cells in told:
        if cells in elsewhere:
            continue
        if left:
            _change(desk, left.pop(0), person, cells)
        else:
            add_dose(desk, row, person, cells, held=plan.held)
    for dose in left:
        doses.remove_dose(desk.session, dose)
    desk.session.expire(row, ["doses"])


def _change(desk: Desk, dose: Dose, person: Person, cells: DoseCells) -> None:
    before, dose.person = dose.person, person
    values: dict[str, object] = {
        "product": cells.product,
        "number": cells.number,
        "kind": cells.kind.value,
        "given_on": cells.given_on,
        "lot": cells.lot,
        "site_id": cells.site_id or dose.site_id,
    }
    for field, value in values.items():
        doses.change_dose(desk.session, dose=dose, field=field, value=value, why=desk.why, by=desk.by, at=desk.at)
    people.remove_untold(desk.session, before)


def _open_row(session: Session, import_id: int, row: int) -> ImportRow:
    found = imports.find_row(session, import_id=import_id, row=row)
    if found is None or not _is_open(found):
        raise InputError(
            Refusal.BAD_OPTION,
            f"row {row} of list {import_id} has nothing to correct",
            variant="row_done",
            values={"row": row},
        )
    return found


def _is_open(row: ImportRow) -> bool:
    return (row.outcome == "refused" or row.held) and not row.settled


def _typed(row: ImportRow, cells: Mapping[str, str], *, known: set[str]) -> dict[str, str]:
    for key, text in cells.items():
        if key not in known | row.cells.keys():
            raise InputError(Refusal.BAD_OPTION, f"column {key[:40]}")
        if len(text) > CELL_LIMIT and text != row.cells.get(key):
            raise InputError(Refusal.BAD_OPTION, key[:40], variant="too_long", values={"limit": CELL_LIMIT})
    return {**row.cells, **cells}


def _refuse_worse(checked: CheckedRow) -> None:
    """A held row is on record; what would be refused now must not take its place."""
    for issue in checked.issues:
        if issue.severity is Severity.REFUSED:
            raise InputError(issue.reason, issue.column, variant=issue.variant, values=issue.spoken)
