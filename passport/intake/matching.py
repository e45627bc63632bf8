"""Whom and which dose a row means, among those on record; values in, values out.

A person is found by number when the folded name and the birth date agree, else by folded name, birth date and
sex where telephone, commune or site say the same. Joining two people is worse than keeping one twice, so every
doubt makes a record of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from passport.domain.dates import PartialDate
from passport.domain.doses import DoseKind
from passport.domain.id_numbers import disagreement, parse_id_number
from passport.domain.people import IdentityState, Sex
from passport.errors import RowReason
from passport.intake.issues import Issue, Severity
from passport.intake.people_cells import HOME, PersonCells
from passport.intake.readers import day_first
from passport.intake.rows import DoseCells
from passport.registry.tables import Dose, Person
from passport.rules.recommendations import in_force, shortest_wait


class ToldDose(Protocol):
    """A dose as a row or a record tells it."""

    @property
    def given_on(self) -> date: ...
    @property
    def product(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def lot(self) -> str: ...


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """The person a row means, None for a new one; `conflict` when the number is on somebody else's record too.

    `corrects` tells that the record contradicts its own number and the row does not: it is the better one.
    """

    person: Person | None
    conflict: bool = False
    corrects: bool = False


def find_person(cells: PersonCells, people: Sequence[Person], *, site_id: int) -> FoundPerson:
    """The person among `people` (those with the number, and the namesakes of that birth date) that a row means."""
    owners = [person for person in people if cells.id_number in numbers_of(person)]
    named = [person for person in owners if person.name_key == cells.name_key]
    for person in named:
        corrects = _better(cells, person)
        if corrects or PartialDate.parse(person.birth_date).consistent(cells.born):
            verified = person.identity_state == IdentityState.VERIFIED.value
            return FoundPerson(person, conflict=len(owners) > 1 and not verified, corrects=corrects and not verified)
    if owners:
        return FoundPerson(None, conflict=True)
    namesakes = [person for person in people if _same_name(cells, person) and _same_place(cells, person, site_id)]
    by_phone = [person for person in namesakes if cells.contact.phone and person.phone == cells.contact.phone]
    closest = by_phone or namesakes
    return FoundPerson(closest[0] if len(closest) == 1 else None)


def numbers_of(person: Person) -> list[str]:
    """The number of a person, and those it had before that were renewed."""
    return [*filter(None, [person.id_number]), *(former.number for former in person.former_numbers)]


def find_dose(cells: DoseCells, doses: Iterable[Dose]) -> Dose | None:
    """The dose on record that a row tells again: same day, product and number, the lot equal or untold."""
    same = [
        dose
        for dose in doses
        if (dose.given_on, dose.product, dose.number) == (cells.given_on, cells.product, cells.number)
    ]
    exact = [dose for dose in same if dose.lot == cells.lot]
    return next(iter(exact + [dose for dose in same if not dose.lot or not cells.lot]), None)


def compare_dose(cells: DoseCells, doses: Iterable[ToldDose]) -> list[Issue]:
    """What a new dose contradicts in the doses on record: told differently, out of order, too soon."""
    key, others = "vaccination_date" + cells.suffix, sorted(doses, key=lambda dose: dose.given_on)
    for dose in others:
        day = day_first(PartialDate.of(dose.given_on))
        if dose.given_on == cells.given_on:
            return [Issue(key, Severity.HELD, RowReason.CONFLICT, "same_day", {"date": day})]
        if (dose.number, dose.kind) == (cells.number, cells.kind):
            return [Issue(key, Severity.HELD, RowReason.CONFLICT, "same_number", {"date": day, "number": cells.number})]
        both_primary = dose.kind == cells.kind == DoseKind.PRIMARY
        if both_primary and (dose.number < cells.number) != (dose.given_on < cells.given_on):
            return [Issue(key, Severity.HELD, RowReason.CONFLICT, "order", {"date": day, "number": cells.number})]
    return _interval(cells, [dose for dose in others if dose.given_on < cells.given_on], key)


def _interval(cells: DoseCells, before: Sequence[ToldDose], key: str) -> list[Issue]:
    """Whether a dose came sooner after the ones `before` it, the latest last, than the schedule of its day asks."""
    if not before or cells.born is None:
        return []
    boosters = sum(dose.kind == DoseKind.BOOSTER for dose in before)
    rows = in_force(vaccine=cells.product, kind=cells.kind, booster=boosters + 1, on=cells.given_on)
    least = shortest_wait(rows, born=cells.born, on=cells.given_on)
    days = (cells.given_on - before[-1].given_on).days
    if least is None or days >= least:
        return []
    return [Issue(key, Severity.WARNED, RowReason.INTERVAL_TOO_SHORT, None, {"days": days, "min": least})]


def _same_name(cells: PersonCells, person: Person) -> bool:
    """Whether name, birth date and sex agree and no two numbers contradict each other."""
    return (person.name_key, person.birth_date, person.sex) == (cells.name_key, str(cells.born), cells.sex.value) and (
        cells.id_number is None or person.id_number is None
    )


def _same_place(cells: PersonCells, person: Person, site_id: int) -> bool:
    contact = cells.contact
    if contact.phone and person.phone and contact.phone == person.phone:
        return True
    if contact.commune_id and person.commune_id:
        return contact.commune_id == person.commune_id
    return any(dose.site_id == site_id for dose in person.doses)


def _better(cells: PersonCells, person: Person) -> bool:
    """Whether the row agrees with its number where the record with the same number and name does not."""
    assert cells.id_number is not None
    if (person.birth_date, person.sex) == (str(cells.born), cells.sex.value):
        return False
    number = parse_id_number(cells.id_number, foreigner=cells.nationality != HOME)
    born, sex = PartialDate.parse(person.birth_date), Sex(person.sex)
    return disagreement(number, born=cells.born, sex=cells.sex) is None and (
        disagreement(number, born=born, sex=sex) is not None
    )
