"""Staff: what the page of a case shows of a record, of the lists that told it, and of whom linkage suggests."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from passport.domain.dates import PartialDate
from passport.intake.candidates import COMPARED
from passport.intake.layouts import column_name
from passport.intake.linkage.normalise_values import sex_form
from passport.intake.readers import day_first
from passport.intake.repairs import linked_proposals
from passport.intake.suggesting import REASON_WORDS, differing_words, typed_number
from passport.registry.cleaning_tables import LinkageCandidate
from passport.registry.linkage_candidates import candidates_of
from passport.registry.tables import ImportRow, Person
from passport.web.language import told

_ASKED = ("full_name", "birth_date", "sex", "id_number")  # what the register is asked about


@dataclass(frozen=True, slots=True)
class Linked:
    """A candidate of linkage on the page: each field's name with what the record and what the extract have.

    `key` names the proposal in the form, None where there is nothing to ask.
    """

    place: int
    points: int
    why: str
    differs: list[str]
    fields: list[tuple[str, str, str]]
    key: str | None


def shown_value(person: Person | LinkageCandidate, field: str) -> str:
    """A field of a record, or of a candidate of linkage, as people read it."""
    if field == "birth_date":
        return day_first(PartialDate.parse(person.birth_date))
    if field == "sex":
        return _sex_words()[person.sex]
    return str(getattr(person, field) or "")


def typed_rows(person: Person) -> list[tuple[ImportRow, dict[str, str]]]:
    """What the rows of lists say that told this person's doses, each row once."""
    rows = {dose.import_row.id: dose.import_row for dose in person.doses if dose.import_row is not None}
    typed = [(row, {field: str(row.cells.get(field, "")) for field in COMPARED}) for row in rows.values()]
    for _row, cells in typed:  # the word for a sex is the list's own; only another sex is a difference
        cells["sex"] = _sex_words().get(sex_form(cells["sex"]), cells["sex"])
    return typed


def linked_candidates(session: Session, person: Person) -> list[Linked]:
    """The candidates of linkage, best first: other people's data, for whoever may ask the register about them."""
    asks = linked_proposals(session, person)
    return [
        Linked(
            place=one.place,
            points=one.points,
            why=told(REASON_WORDS[one.reason if one.status == "alive" else one.status]),
            differs=[told(words) for words in differing_words(one.differs)],
            fields=[(told(column_name(field)), _here(person, field), shown_value(one, field)) for field in _ASKED],
            key=asks[one.place].key if one.place in asks else None,
        )
        for one in candidates_of(session, person)
    ]


def _here(person: Person, field: str) -> str:
    """A field of the record, the number also where only a list has it."""
    return shown_value(person, field) or (typed_number(person) if field == "id_number" else "")


def _sex_words() -> dict[str, str]:
    return {"M": _("Nam"), "F": _("Nữ")}
