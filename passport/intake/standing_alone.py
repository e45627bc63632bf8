"""Rows that stand alone: no other row of their batch can mean the same person.

Most rows of a long list are such. What they tell is decided by the same plan as for every other row; only the
writing differs: a whole batch at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from passport.domain.doses import DoseKind
from passport.intake.people_cells import PersonCells
from passport.intake.rows import CheckedRow, DoseCells
from passport.intake.storing import Desk, complete_known, issues_of, plan_row, take_person
from passport.registry import doses, people
from passport.registry.arrivals import Arrival

_Key = str | tuple[str, str]


class StandingAlone:
    """Tells which rows of a batch stand alone: by what people are found by, and by whom they find on record.

    `corrected` tells that rows of the batch name rows of earlier lists. They can change whose doses are whose, so
    that beside them no row about somebody on record stands alone.
    """

    def __init__(self, desk: Desk, batch: Sequence[CheckedRow], *, corrected: bool) -> None:
        self._desk, self._corrected = desk, corrected
        people_told = [row.person for row in batch if row.person]
        self._told = Counter(key for cells in people_told for key in _keys(cells))
        self._meant = Counter(person.id for cells in people_told for person in desk.people.of(cells))

    def arrival(self, *, number: int, typed: Mapping[str, str], checked: CheckedRow) -> Arrival | None:
        """The row with everything it tells where it stands alone or is refused, else None.

        Somebody on record is completed by it right away.
        """
        cells = checked.person
        if cells is None:
            issues = [issue.as_json() for issue in checked.issues]
            return Arrival(row=number, outcome="refused", held=False, cells=typed, issues=issues)
        if not self._alone(cells):
            return None
        plan = plan_row(self._desk, cells, checked)
        if plan.person.person is None:
            newcomer = self._newcomer(cells)
            who = newcomer["id"]
        else:
            newcomer, who = None, take_person(self._desk, plan.person, cells).id
        issues = [issue.as_json() for issue in issues_of(self._desk, plan)]
        complete_known(plan)
        return Arrival(
            row=number,
            outcome=plan.outcome,
            held=bool(plan.new) and plan.held,
            cells=typed,
            issues=issues,
            person=newcomer,
            doses=[self._dose(who, dose, held=plan.held) for dose in plan.new],
        )

    def _alone(self, cells: PersonCells) -> bool:
        on_record = self._desk.people.of(cells)
        if on_record and (self._corrected or any(self._meant[person.id] > 1 for person in on_record)):
            return False
        return all(self._told[key] == 1 for key in _keys(cells))

    def _newcomer(self, cells: PersonCells) -> dict[str, Any]:
        return people.person_values(
            full_name=cells.full_name,
            born=cells.born,
            sex=cells.sex,
            id_number=cells.id_number,
            state=cells.state,
            at=self._desk.at,
            insurance_number=cells.contact.insurance_number,
            phone=cells.contact.phone,
            nationality=cells.nationality,
            commune_id=cells.contact.commune_id,
            address=cells.contact.address,
            priority_group=cells.contact.priority_group,
            employer=cells.contact.employer,
        )

    def _dose(self, person_id: str, cells: DoseCells, *, held: bool) -> dict[str, Any]:
        desk = self._desk
        return doses.dose_values(
            person_id=person_id,
            site_id=cells.site_id or desk.site.id,
            product=cells.product,
            number=cells.number,
            kind=DoseKind(cells.kind),
            given_on=cells.given_on,
            lot=cells.lot,
            held=held,
            by=desk.by,
            at=desk.at,
            import_id=desk.list_import.id,
            campaign_id=desk.list_import.campaign_id,
        )


def _keys(cells: PersonCells) -> list[_Key]:
    """What a row finds people on record by."""
    named: _Key = (cells.name_key, str(cells.born))
    return [cells.id_number, named] if cells.id_number else [named]
