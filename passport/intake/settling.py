"""Held rows that are settled: what blocked their doses is no longer so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from passport.domain.dates import PartialDate
from passport.domain.id_numbers import disagreement, parse_id_number
from passport.domain.people import IdentityState, Sex
from passport.intake.issues import Severity
from passport.intake.people_cells import HOME
from passport.registry.people import find_by_id_number
from passport.registry.tables import ImportRow, Person


def settle_row(row: ImportRow, *, settles: Callable[[dict[str, Any]], bool] = lambda _issue: True) -> None:
    """Turns the holding faults that `settles` names into mere warnings; without any left the doses go on."""
    row.issues = [
        {**issue, "severity": Severity.WARNED.value} if issue["severity"] == Severity.HELD and settles(issue) else issue
        for issue in row.issues
    ]
    if row.held and not any(issue["severity"] == Severity.HELD for issue in row.issues):
        row.held, row.settled = False, True
        for dose in row.doses:
            dose.held = False


def settle_identity(session: Session, person: Person) -> None:
    """Releases what was held for the person's number alone, once the number can be believed.

    It can when the register said that all four fields are right, or when it is well formed, agrees with birth
    date and sex and is on nobody else's record.
    """
    if not (person.identity_state == IdentityState.VERIFIED.value or _sound(session, person)):
        return
    for row in {dose.import_row for dose in person.doses if dose.held and dose.import_row}:
        settle_row(row, settles=lambda issue: issue["column"] == "id_number")


def _sound(session: Session, person: Person) -> bool:
    if person.id_number is None:
        return False
    try:
        number = parse_id_number(person.id_number, foreigner=person.nationality != HOME)
    except ValueError:
        return False
    agrees = disagreement(number, born=PartialDate.parse(person.birth_date), sex=Sex(person.sex)) is None
    return agrees and len(find_by_id_number(session, person.id_number)) == 1
