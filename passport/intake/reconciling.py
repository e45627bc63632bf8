"""An attendance list held against what was entered: the Minister's order of 16/10/2021 to every site.

Each row of the list is present and entered or present and not entered; each dose of the same session is on a list
or not; and on either side the same thing may stand twice. Values in, values out: nothing is changed here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from passport.domain.dates import PartialDate
from passport.errors import InputError, Refusal, Sentence
from passport.registry import imports
from passport.registry.attendance import attendees_of, doses_at, others_listed
from passport.registry.tables import Attendee, Dose, Import, Person
from passport.rendering.sheets import SheetColumn, text_sheet

SMALL = 5  # people; a provider told of fewer, or of all but fewer, could tell who they are


class Standing(StrEnum):
    """How a row of the list or a dose on record stands."""

    ENTERED = "entered"  # present and entered
    NOT_ENTERED = "not_entered"  # present and not entered
    NOT_LISTED = "not_listed"  # entered and not on the list
    TWICE = "twice"  # the same person twice on the list, or the same dose of one person twice on record


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the list with the doses of that person, or doses alone that no row tells of."""

    standing: Standing
    attendee: Attendee | None
    doses: tuple[Dose, ...] = ()

    @property
    def who(self) -> Attendee | Person:
        """Whom it is about, as the list tells it or else as the record does."""
        return self.attendee or self.doses[0].person

    def as_dict(self) -> dict[str, Any]:
        """The finding as JSON types."""
        return {
            "standing": self.standing.value,
            "row": self.attendee.row if self.attendee else None,
            "full_name": self.who.full_name,
            "birth_date": self.who.birth_date,
            "id_number": self.who.id_number,
            "doses": [
                {"id": dose.id, "number": dose.number, "product": dose.product, "date": dose.given_on.isoformat()}
                for dose in self.doses
            ],
        }


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A list held against the record, row by row, then the doses that no list tells of."""

    list_import: Import
    findings: tuple[Finding, ...]

    def counts(self) -> dict[Standing, int]:
        """How many of each standing, also of those that none has."""
        counted = Counter(finding.standing for finding in self.findings)
        return {standing: counted[standing] for standing in Standing}

    def counts_for_provider(self) -> dict[Standing, int | None]:
        """What whoever provided the list may know: None for a number that tells of single people.

        A company learns how many of its workers are entered, never which; of its own rows it knows what is twice.
        """
        counted = self.counts()
        hidden = min(counted[Standing.ENTERED], counted[Standing.NOT_ENTERED]) < SMALL
        told: dict[Standing, int | None] = {
            standing: None if hidden else counted[standing] for standing in (Standing.ENTERED, Standing.NOT_ENTERED)
        }
        twice = sum(f.standing is Standing.TWICE and f.attendee is not None for f in self.findings)
        return told | {Standing.TWICE: twice}


def reconcile(session: Session, import_id: int) -> Reconciliation:
    """Holds an attendance list against the doses of its site: those of its campaign, else all of its days.

    A list without a campaign is of the days on which its people were vaccinated there. Raises InputError
    (unknown_import; bad_option for a list that is no attendance list or was withdrawn).
    """
    list_import = imports.require_import(session, import_id)
    if list_import.kind != "attendance" or list_import.state == "withdrawn":
        raise InputError(Refusal.BAD_OPTION, "an attendance list that was not withdrawn", variant="attendance")
    attendees = attendees_of(session, list_import)
    doses = doses_at(session, site=list_import.site, campaign_id=list_import.campaign_id)
    findings = list(_listed(attendees, doses))
    matched = [dose for finding in findings for dose in finding.doses]
    told = {dose.id for dose in matched}
    if list_import.campaign_id is None:
        days = {dose.given_on for dose in matched}
        doses = [dose for dose in doses if dose.given_on in days]
    elsewhere = _Record(doses)
    for other in others_listed(session, list_import):
        told.update(dose.id for dose in elsewhere.of(other))
    findings += _unlisted(doses, told)
    return Reconciliation(list_import, tuple(findings))


class _Record:
    """The doses of a session, by number and by name, birth date and sex of their people."""

    def __init__(self, doses: Iterable[Dose]) -> None:
        self._by_number: dict[str, list[Dose]] = defaultdict(list)
        self._by_name: dict[str, list[Dose]] = defaultdict(list)
        for dose in doses:
            if dose.person.id_number:
                self._by_number[dose.person.id_number].append(dose)
            self._by_name[dose.person.name_key].append(dose)

    def of(self, attendee: Attendee) -> list[Dose]:
        """The doses of the person on a row, the planned one alone where the list says which; none in doubt."""
        found = [d for d in self._by_number.get(attendee.id_number or "", ()) if _number_fits(attendee, d.person)]
        if not found:
            named = [dose for dose in self._by_name[attendee.name_key] if _name_fits(attendee, dose.person)]
            found = named if len({dose.person_id for dose in named}) == 1 else []
        if attendee.planned_dose is not None:
            found = [dose for dose in found if dose.number == attendee.planned_dose]
        return found


def _listed(attendees: Sequence[Attendee], doses: Sequence[Dose]) -> Iterator[Finding]:
    record, seen = _Record(doses), set[tuple[str | int | None, ...]]()
    for attendee in attendees:
        found, who = record.of(attendee), _identity(attendee)
        if who in seen:
            yield Finding(Standing.TWICE, attendee)
            continue
        seen.add(who)
        once = {(dose.number, dose.kind): dose for dose in reversed(found)}
        doses_told = tuple(dose for dose in found if dose in once.values())
        yield Finding(Standing.ENTERED if found else Standing.NOT_ENTERED, attendee, doses_told)
        if again := tuple(dose for dose in found if dose not in doses_told):
            yield Finding(Standing.TWICE, None, again)


def _unlisted(doses: Iterable[Dose], told: set[str]) -> Iterator[Finding]:
    entered: set[tuple[str, int, str]] = set()
    for dose in doses:
        if dose.id not in told:
            key = (dose.person_id, dose.number, dose.kind)
            yield Finding(Standing.TWICE if key in entered else Standing.NOT_LISTED, None, (dose,))
            entered.add(key)


def _identity(attendee: Attendee) -> tuple[str | int | None, ...]:
    """Who a row means: by number, else by everything that is told; a bare name is nobody else's."""
    if attendee.id_number:
        return attendee.id_number, attendee.name_key, attendee.planned_dose
    if attendee.birth_date is None:
        return ("row", attendee.row)
    return attendee.name_key, attendee.birth_date, attendee.sex, attendee.phone, attendee.planned_dose


def _number_fits(attendee: Attendee, person: Person) -> bool:
    """Whether somebody with the number of a row is meant: name or birth date must say the same."""
    return person.name_key == attendee.name_key or _born_fits(attendee, person)


def _name_fits(attendee: Attendee, person: Person) -> bool:
    """Whether a namesake is meant: born then, of the same sex, and without another number."""
    return (
        _born_fits(attendee, person)
        and attendee.sex in (None, person.sex)
        and (attendee.id_number is None or person.id_number is None)
    )


def _born_fits(attendee: Attendee, person: Person) -> bool:
    if attendee.birth_date is None:
        return False
    return PartialDate.parse(attendee.birth_date).consistent(PartialDate.parse(person.birth_date))


def reconciliation_sheet(found: Reconciliation, *, language: str) -> bytes:
    """All findings as a sheet, titles and standings in `language` (vi, en)."""
    columns = [SheetColumn(getattr(title, language), width) for title, width in _COLUMNS]
    return text_sheet(
        name=getattr(_SHEET_NAME, language), columns=columns, rows=(_cells(f, language) for f in found.findings)
    )


_SHEET_NAME = Sentence("Đối soát", "Reconciliation")
STANDING_WORDS = {
    Standing.ENTERED: Sentence("Có mặt, đã nhập", "Present and entered"),
    Standing.NOT_ENTERED: Sentence("Có mặt, chưa nhập", "Present, not entered"),
    Standing.NOT_LISTED: Sentence("Đã nhập, không có trong danh sách", "Entered, not on the list"),
    Standing.TWICE: Sentence("Trùng", "Twice"),
}
_COLUMNS = (
    (Sentence("Kết quả", "Standing"), 34),
    (Sentence("Dòng", "Row"), 8),
    (Sentence("Họ và tên", "Full name"), 28),
    (Sentence("Ngày sinh", "Date of birth"), 14),
    (Sentence("Số định danh", "Identity number"), 20),
    (Sentence("Mũi đã nhập", "Doses entered"), 36),
)


def _cells(finding: Finding, language: str) -> list[str]:
    who = finding.who
    doses = "; ".join(f"{dose.number}: {dose.product}, {dose.given_on:%d/%m/%Y}" for dose in finding.doses)
    row = str(finding.attendee.row) if finding.attendee else ""
    standing = getattr(STANDING_WORDS[finding.standing], language)
    return [standing, row, who.full_name, who.birth_date or "", who.id_number or "", doses]
