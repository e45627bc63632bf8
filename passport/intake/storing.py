"""What a checked row becomes in the registry: its person and doses, found or new, and what is said of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from passport.domain.doses import DoseKind
from passport.errors import RowReason
from passport.intake.issues import Issue, Severity
from passport.intake.matching import FoundPerson, ToldDose, compare_dose, find_dose, find_person, numbers_of
from passport.intake.people_cells import CONTACT_FIELDS, PersonCells
from passport.intake.rows import CheckedRow, DoseCells
from passport.intake.settling import settle_identity, settle_row
from passport.registry import doses, identities, imports, people
from passport.registry.accounts import Account
from passport.registry.tables import Area, Dose, Import, ImportRow, Person, Site


class PeopleAtHand:
    """The people on record whom the rows of one batch can mean, the new ones of the batch among them."""

    def __init__(self) -> None:
        self._by_number: dict[str, list[Person]] = defaultdict(list)
        self._by_name: dict[tuple[str, str], list[Person]] = defaultdict(list)

    def load(self, session: Session, told: Collection[PersonCells]) -> None:
        """Fetches everybody whom one of the people told of can be."""
        numbers = {cells.id_number for cells in told if cells.id_number}
        names = {(cells.name_key, str(cells.born)) for cells in told}
        for person in people.people_with(session, id_numbers=numbers, names=names) if told else ():
            self.add(person)

    def add(self, person: Person) -> None:
        """Takes up a person, or one whose record has changed."""
        places = [self._by_name[person.name_key, person.birth_date]]
        places += [self._by_number[number] for number in numbers_of(person)]
        for known in places:
            if person not in known:
                known.append(person)

    def of(self, cells: PersonCells) -> list[Person]:
        """Whoever has the number, and the namesakes of the birth date."""
        owners = self._by_number.get(cells.id_number or "", [])
        namesakes = self._by_name.get((cells.name_key, str(cells.born)), [])
        return [*owners, *(person for person in namesakes if person not in owners)]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a list is being worked on: one transaction, the list, its site, who does it and when."""

    session: Session
    list_import: Import
    site: Site
    by: Account
    at: datetime
    people: PeopleAtHand

    @property
    def why(self) -> str:
        """What a correction by this list is put down to."""
        return f"list {self.list_import.id}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a row means for the registry, before anything is written."""

    person: FoundPerson
    new: tuple[DoseCells, ...]
    known: tuple[tuple[DoseCells, Dose], ...]
    issues: tuple[Issue, ...]

    @property
    def held(self) -> bool:
        """Whether something must be settled before the doses may go on."""
        return any(issue.severity is Severity.HELD for issue in self.issues)

    @property
    def outcome(self) -> str:
        """What the registry calls such a row."""
        return "new" if self.new else "known"


def plan_row(desk: Desk, cells: PersonCells, checked: CheckedRow, *, aside: tuple[Dose, ...] = ()) -> Plan:
    """Compares a row with what is on record; the doses `aside` are those the row itself told before."""
    found = find_person(cells, desk.people.of(cells), site_id=desk.site.id)
    issues = list(checked.issues)
    if found.conflict:
        issues.append(Issue("id_number", Severity.HELD, RowReason.CONFLICT, "other_person"))
    on_record = [dose for dose in found.person.doses if dose not in aside] if found.person else []
    told: list[ToldDose] = list(on_record)
    new, known = [], []
    for dose in checked.doses:
        same = find_dose(dose, on_record)
        if same is None:
            issues += compare_dose(dose, told)
            told.append(dose)
            new.append(dose)
        else:
            if same.held:
                issues += compare_dose(dose, [other for other in on_record if other is not same])
            known.append((dose, same))
    return Plan(found, tuple(new), tuple(known), tuple(issues))


def store_row(
    desk: Desk, *, number: int, typed: Mapping[str, str], checked: CheckedRow, existing: ImportRow | None = None
) -> ImportRow:
    """Stores one row of a list; a dose that is on record is only completed, or released where the row settles it.

    `existing` is the row itself where it was refused before and is told again.
    """
    if checked.person is None:
        return write_row(desk, number, typed, "refused", held=False, issues=checked.issues, existing=existing)
    plan = plan_row(desk, checked.person, checked)
    person = take_person(desk, plan.person, checked.person)
    issues = issues_of(desk, plan)
    held = bool(plan.new) and plan.held
    row = write_row(desk, number, typed, plan.outcome, held=held, issues=issues, existing=existing)
    for dose in plan.new:
        add_dose(desk, row, person, dose, held=plan.held)
    complete_known(plan)
    return row


def take_person(desk: Desk, found: FoundPerson, cells: PersonCells) -> Person:
    """The person on record, completed or corrected by what the row tells better; else a new one."""
    person = found.person
    if person is None:
        person = people.add_person(
            desk.session,
            full_name=cells.full_name,
            born=cells.born,
            sex=cells.sex,
            id_number=cells.id_number,
            state=cells.state,
            at=desk.at,
            insurance_number=cells.contact.insurance_number,
            phone=cells.contact.phone,
            nationality=cells.nationality,
            commune=desk.session.get(Area, cells.contact.commune_id) if cells.contact.commune_id else None,
            address=cells.contact.address,
            priority_group=cells.contact.priority_group,
            employer=cells.contact.employer,
        )
    else:
        better = {"birth_date": str(cells.born), "sex": cells.sex.value} if found.corrects else {}
        if person.id_number is None and cells.id_number is not None:
            better["id_number"] = cells.id_number
        correct_fields(desk, person, better)
        for field in CONTACT_FIELDS:  # what nobody told before is no correction
            told = getattr(cells.contact, field)
            if told is not None and getattr(person, field) is None:
                setattr(person, field, told)
    desk.people.add(person)
    return person


def correct_fields(desk: Desk, person: Person, values: Mapping[str, str | None]) -> None:
    """Writes what a row tells better than the record, each field with its trace, and settles what it settles."""
    changed = [
        identities.correct_person(
            desk.session, person=person, field=field, value=value, why=desk.why, by=desk.by, at=desk.at
        )
        for field, value in values.items()
    ]
    if any(changed):
        settle_identity(desk.session, person)


def add_dose(desk: Desk, row: ImportRow, person: Person, cells: DoseCells, *, held: bool) -> Dose:
    """Writes a dose that nobody told before."""
    site = desk.session.get_one(Site, cells.site_id) if cells.site_id else desk.site
    return doses.add_dose(
        desk.session,
        person=person,
        site=site,
        product=cells.product,
        number=cells.number,
        kind=DoseKind(cells.kind),
        given_on=cells.given_on,
        lot=cells.lot,
        held=held,
        by=desk.by,
        at=desk.at,
        row=row,
        campaign_id=desk.list_import.campaign_id,
    )


def complete_known(plan: Plan) -> None:
    """Completes the doses on record that a row told again, and releases them where it is faultless."""
    for told, on_record in plan.known:
        if not on_record.lot:
            on_record.lot = told.lot
    if not plan.held:
        _settle_told_rows([dose for _, dose in plan.known])


def issues_of(desk: Desk, plan: Plan) -> list[Issue]:
    """Everything that is to be said of a row; which row of the same list it repeats comes last."""
    return [*plan.issues, *_repeats(desk, plan)]


def _settle_told_rows(told: list[Dose]) -> None:
    """Releases the doses that a faultless row has told again, where it told everything the held row did."""
    for row in {dose.import_row for dose in told if dose.held and dose.import_row}:
        if all(dose in told for dose in row.doses):
            settle_row(row)


def _repeats(desk: Desk, plan: Plan) -> list[Issue]:
    """Tells which rows of the same list a row repeats."""
    here = [
        (cells, dose.import_row)
        for cells, dose in plan.known
        if dose.import_id == desk.list_import.id and dose.import_row is not None
    ]
    return [
        Issue("vaccination_date" + cells.suffix, Severity.WARNED, RowReason.DUPLICATE_ROW, None, {"other": row.row})
        for cells, row in here
    ]


def write_row(
    desk: Desk,
    number: int,
    typed: Mapping[str, str],
    outcome: str,
    *,
    held: bool,
    issues: Iterable[Issue],
    existing: ImportRow | None,
) -> ImportRow:
    """Writes the row itself: as typed, what became of it, what is wrong with it."""
    told = [issue.as_json() for issue in issues]
    if existing is not None:
        return imports.change_row(existing, outcome=outcome, held=held, cells=typed, issues=told)
    return imports.add_row(
        desk.session, list_import=desk.list_import, row=number, outcome=outcome, held=held, cells=typed, issues=told
    )
