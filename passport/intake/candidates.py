"""Which other records may be the same person, best first, and how they differ letter by letter.

People at a desk decide; the points only order what they see. This is the one place that gives them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from passport.domain.dates import PartialDate
from passport.intake.linkage.normalise_names import name_forms
from passport.registry.tables import Person

COMPARED = ("full_name", "birth_date", "sex", "id_number", "phone", "insurance_number")

# Points: what only one person has outweighs what a family or a village shares.
_NUMBER, _INSURANCE, _PHONE, _COMMUNE, _SEX = 6, 5, 2, 1, 1
_NAME, _NAME_WITHOUT_MARKS, _GIVEN_NAME = 4, 3, 1
_BORN, _BORN_SWAPPED, _BORN_THAT_YEAR = 3, 2, 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another record that may be the same person; `differs` names the fields in which both tell something else."""

    person: Person
    points: int
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of letters, and whether the other text has something else there."""

    text: str
    differs: bool


def rank(person: Person, others: Iterable[Person]) -> list[Candidate]:
    """The others by how much speaks for their being `person`."""
    found = [Candidate(other, _points(person, other), _differing(person, other)) for other in others]
    return sorted(found, key=lambda candidate: (-candidate.points, candidate.person.id))


def pieces(text: str, other: str) -> Iterator[Piece]:
    """`text` in runs of letters that `other` has too and runs that it has not."""
    for kind, start, end, _, _ in SequenceMatcher(None, text, other, autojunk=False).get_opcodes():
        if end > start:
            yield Piece(text[start:end], kind != "equal")


def swapped(born: PartialDate) -> PartialDate | None:
    """The date with day and month exchanged, None where that is no other date."""
    if born.day is None or born.month is None or born.day > 12 or born.day == born.month:
        return None
    return PartialDate(born.year, born.day, born.month)


def _points(one: Person, other: Person) -> int:
    points = _SEX if one.sex == other.sex else 0
    for field, worth in (("id_number", _NUMBER), ("insurance_number", _INSURANCE), ("phone", _PHONE)):
        value = getattr(one, field)
        points += worth if value and value == getattr(other, field) else 0
    points += _COMMUNE if one.commune_id and one.commune_id == other.commune_id else 0
    return points + _name_points(one, other) + _born_points(one, other)


def _name_points(one: Person, other: Person) -> int:
    mine, theirs = name_forms(one.full_name), name_forms(other.full_name)
    if mine.marked == theirs.marked:
        return _NAME
    if mine.plain == theirs.plain or mine.ordered == theirs.ordered:
        return _NAME_WITHOUT_MARKS
    return _GIVEN_NAME if mine.given == theirs.given else 0


def _born_points(one: Person, other: Person) -> int:
    mine, theirs = PartialDate.parse(one.birth_date), PartialDate.parse(other.birth_date)
    if mine.consistent(theirs):
        return _BORN
    if swapped(mine) == theirs:
        return _BORN_SWAPPED
    return _BORN_THAT_YEAR if mine.year == theirs.year else 0


def _differing(one: Person, other: Person) -> tuple[str, ...]:
    told = [(field, getattr(one, field), getattr(other, field)) for field in COMPARED]
    return tuple(field for field, mine, theirs in told if mine and theirs and mine != theirs)
