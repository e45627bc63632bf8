"""Rows about people whom nobody told before: nothing to compare and nothing to complete.

Most rows of a long list are such. What they tell is decided by the same plan as for every other row; only the
writing differs: a whole batch at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from passport.domain.doses import DoseKind
from passport.intake.people_cells import PersonCells
from passport.intake.rows import CheckedRow, DoseCells
from passport.intake.storing import Desk, Plan, plan_row
from passport.registry import doses, people
from passport.registry.arrivals import Arrival

_Key = str | tuple[str, str]


class Newcomers:
    """Tells which rows of a batch stand alone: nobody on record, and no other row of the batch, can be meant."""

    def __init__(self, desk: Desk, batch: Iterable[CheckedRow]) -> None:
        self._desk = desk
        self._told = Counter(key for row in batch if row.person for key in _keys(row.person))

    def arrival(self, *, number: int, typed: Mapping[str, str], checked: CheckedRow) -> Arrival | None:
        """The row with everything it tells where it stands alone or is refused, else None."""
        cells = checked.person
        if cells is None:
            issues = [issue.as_json() for issue in checked.issues]
            return Arrival(row=number, outcome="refused", held=False, cells=typed, issues=issues)
        if self._desk.people.of(cells) or any(self._told[key] > 1 for key in _keys(cells)):
            return None
        return self._newcomer(number, typed, plan_row(self._desk, cells, checked), cells)

    def _newcomer(self, number: int, typed: Mapping[str, str], plan: Plan, cells: PersonCells) -> Arrival:
        person = people.person_values(
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
        return Arrival(
            row=number,
            outcome="new",
            held=plan.held,
            cells=typed,
            issues=[issue.as_json() for issue in plan.issues],
            person=person,
            doses=[self._dose(person["id"], dose, held=plan.held) for dose in plan.new],
        )

    def _dose(self, person_id: str, cells: DoseCells, *, held: bool) -> dict[str, object]:
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
