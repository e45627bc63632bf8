"""Records that may be the same: one person under two numbers, one dose entered twice. People decide."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from passport.registry.people import had_number, in_area
from passport.registry.sites import site_ids
from passport.registry.tables import Area, Dose, Person

PAGE = 50  # pairs a page where the caller names no other number
NEAR = 20  # records that are compared with one person; more namesakes of one birth date are not looked through

# Letters and digits that hands and eyes take for each other in the number of a lot.
_ALIKE = str.maketrans("OIL", "011")
_APART = re.compile(r"[^A-Z0-9]+")


def people_pairs(
    session: Session, *, area: Area | None, after: tuple[str, str] = ("", ""), limit: int = PAGE
) -> list[tuple[Person, Person]]:
    """Pairs with the same folded name, birth date and sex that share telephone, commune or insurance number.

    In order of their ids; the next page begins `after` the ids of the last pair.
    """
    other = aliased(Person)
    query = (
        select(Person, other)
        .join(other, and_(other.name_key == Person.name_key, other.birth_date == Person.birth_date))
        .where(Person.id < other.id, other.sex == Person.sex, _shares(other), tuple_(Person.id, other.id) > after)
    )
    if area is not None:
        query = query.where(in_area(area))
    found = session.execute(query.order_by(Person.id, other.id).limit(limit))
    return [(first, second) for first, second in found]


def dose_pairs(session: Session, *, area: Area | None) -> Iterator[tuple[Dose, Dose]]:
    """Pairs of one person's doses with the same day, vaccine, number and kind whose lots do not contradict."""
    other = aliased(Dose)
    same = and_(
        other.person_id == Dose.person_id,
        other.given_on == Dose.given_on,
        other.product == Dose.product,
        other.number == Dose.number,
        other.kind == Dose.kind,
    )
    query = select(Dose, other).join(other, same).where(Dose.id < other.id, Dose.site_id.in_(site_ids(area)))
    for first, second in session.execute(query.order_by(Dose.id, other.id).execution_options(yield_per=PAGE)):
        if same_lot(first.lot, second.lot):
            yield first, second


def same_lot(one: str, other: str) -> bool:
    """Whether two lots can be the same: equal but for spaces, case and O/0 or I/1, or one of them untold."""
    first, second = (_APART.sub("", lot.upper()).translate(_ALIKE) for lot in (one, other))
    return first == second or not first or not second


def near(session: Session, person: Person) -> list[Person]:
    """Other records that may be this person: same number, insurance number or telephone, or namesakes of that day."""
    same: list[ColumnElement[bool]] = [and_(Person.name_key == person.name_key, Person.birth_date == person.birth_date)]
    if person.id_number:
        same.append(had_number(person.id_number))
    for column in (Person.insurance_number, Person.phone):
        value = getattr(person, column.key)
        if value:
            same.append(column == value)
    query = select(Person).where(Person.id != person.id, or_(*same)).order_by(Person.created_at, Person.id)
    return list(session.scalars(query.limit(NEAR)))


def _shares(other: type[Person]) -> ColumnElement[bool]:
    return or_(
        Person.phone == other.phone,
        Person.commune_id == other.commune_id,
        Person.insurance_number == other.insurance_number,
    )
