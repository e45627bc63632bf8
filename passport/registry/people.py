"""People as recorded: found by natural key, searched by folded name, held while somebody changes them."""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, text, tuple_
from sqlalchemy.orm import Session, selectinload

from passport.domain.dates import PartialDate
from passport.domain.employers import employer_key
from passport.domain.names import fold, tidy
from passport.domain.people import IdentityState, Sex
from passport.errors import InputError, Refusal, Refused
from passport.registry.accounts import Account, require_role
from passport.registry.areas import beneath
from passport.registry.columns import row_id, starts_with
from passport.registry.tables import Area, Dose, FormerNumber, Person, Site
from passport.registry.traces import untold

_EACH = {"sqlite": "json_each(:told)", "postgresql": "json_array_elements(CAST(:told AS json))"}  # of a JSON array
PAGE = 50  # people a page where the caller names no other number


def person_values(
    *,
    full_name: str,
    born: PartialDate,
    sex: Sex,
    id_number: str | None,
    state: IdentityState,
    at: datetime,
    insurance_number: str | None = None,
    phone: str | None = None,
    nationality: str = "VN",
    commune_id: int | None = None,
    address: str | None = None,
    priority_group: str | None = None,
    employer: str | None = None,
) -> dict[str, Any]:
    """The columns of a new person; that nobody with the same natural key is on record is the caller's to know."""
    return {
        "id": row_id(),
        "full_name": tidy(full_name),
        "name_key": fold(full_name),
        "birth_date": str(born),
        "sex": sex.value,
        "id_number": id_number,
        "identity_state": state.value,
        "case_since": case_since(None, state, at=at),
        "insurance_number": insurance_number,
        "phone": phone,
        "nationality": nationality,
        "commune_id": commune_id,
        "address": address,
        "priority_group": priority_group,
        "employer": employer,
        "employer_key": employer_key(employer) if employer else None,
        "created_at": at,
    }


def case_since(since: datetime | None, state: IdentityState, *, at: datetime) -> datetime | None:
    """Since when an identity is a case: a repair that is compared anew does not begin it again, a yes ends it."""
    if state is IdentityState.WAITING:
        return since
    return None if state is IdentityState.VERIFIED else since or at


def add_person(
    session: Session,
    *,
    full_name: str,
    born: PartialDate,
    sex: Sex,
    id_number: str | None,
    state: IdentityState,
    at: datetime,
    insurance_number: str | None = None,
    phone: str | None = None,
    nationality: str = "VN",
    commune: Area | None = None,
    address: str | None = None,
    priority_group: str | None = None,
    employer: str | None = None,
) -> Person:
    """A new person, written with the next flush."""
    values = person_values(
        full_name=full_name, born=born, sex=sex, id_number=id_number, state=state, at=at,
        insurance_number=insurance_number, phone=phone, nationality=nationality,
        commune_id=commune.id if commune else None, address=address, priority_group=priority_group, employer=employer,
    )  # fmt: skip
    person = Person(**values, commune=commune)
    session.add(person)
    return person


def require_person(session: Session, person_id: str) -> Person:
    """The person with this id; raises InputError (unknown_person)."""
    person = session.get(Person, person_id)
    if person is None:
        raise InputError(Refusal.UNKNOWN_PERSON)
    return person


def find_by_id_number(session: Session, id_number: str) -> list[Person]:
    """Everybody on record who has or had this number: one person, unless lists told the same number of two names."""
    return list(session.scalars(select(Person).where(had_number(id_number)).order_by(Person.created_at)))


def had_number(*id_numbers: str) -> ColumnElement[bool]:
    """Whether one of the numbers is a person's own, or was before it was renewed."""
    former = select(FormerNumber.person_id).where(FormerNumber.number.in_(id_numbers))
    return or_(Person.id_number.in_(id_numbers), Person.id.in_(former))


def people_with(session: Session, *, id_numbers: Collection[str], names: Collection[tuple[str, str]]) -> list[Person]:
    """Everybody on record with one of these numbers, or one of these pairs of folded name and birth date.

    Their doses are loaded; the oldest record comes first.
    """
    known = or_(had_number(*id_numbers), Person.id.in_(_named(session, names)))
    loaded = selectinload(Person.doses), selectinload(Person.former_numbers)
    query = select(Person).where(known).options(*loaded).order_by(Person.created_at, Person.id)
    return list(session.scalars(query))


def _named(session: Session, names: Collection[tuple[str, str]]) -> list[str]:
    """The ids of everybody with one of these pairs of folded name and birth date.

    Told as one JSON value: SQLite uses no index for a list of pairs, and building a statement of thousands takes
    longer than running it.
    """
    each = _EACH[session.get_bind().dialect.name]
    query = text(
        f"SELECT person.id FROM {each} AS told JOIN person"  # noqa: S608  # a constant of this module
        " ON person.name_key = told.value ->> 0 AND person.birth_date = told.value ->> 1"
    )
    return list(session.scalars(query, {"told": json.dumps([*names])}))


def lock_people(session: Session) -> None:
    """Lets one list at a time look for people and add them; on SQLite writers wait for each other anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE person IN SHARE ROW EXCLUSIVE MODE"))


def hold_people(session: Session) -> None:
    """Lets no list add or change people while somebody changes doses of many, who are held with them."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE person IN ROW EXCLUSIVE MODE"))


def lock_person(session: Session, person_id: str) -> Person:
    """The person, whom nobody else changes until this transaction ends; raises InputError (unknown_person)."""
    locked = select(Person).where(Person.id == person_id).with_for_update()
    person = session.scalar(locked.execution_options(populate_existing=True))
    if person is None:
        raise InputError(Refusal.UNKNOWN_PERSON)
    return person


def find_holder(
    session: Session, *, full_name: str, born: PartialDate, sex: Sex, id_number: str, last_dose_on: date
) -> Person | None:
    """The person who knows all five values of their own record, or None; the same one query for everybody.

    Names are compared without marks; a record that knows less of the birth date than is told agrees.
    """
    last = select(func.max(Dose.given_on)).where(Dose.person_id == Person.id).scalar_subquery()
    known = select(Person).where(
        had_number(id_number),
        Person.name_key == fold(full_name),
        Person.sex == sex.value,
        Person.birth_date.in_([str(born), *_less_known(born)]),
        last == last_dose_on,
    )
    return session.scalar(known.order_by(Person.created_at, Person.id).limit(1))


def search_people(
    session: Session,
    *,
    id_number: str | None = None,
    name: str | None = None,
    born: PartialDate | None = None,
    state: IdentityState | None = None,
    area: Area | None = None,
    after: Person | None = None,
    limit: int = PAGE,
) -> list[Person]:
    """People by any of: number, beginning of the name without marks, birth date, identity state, area.

    Sorted by folded name; the next page begins `after` the last person of the one before. A birth date of which
    parts are unknown finds everybody it may be.
    """
    query = select(Person)
    if id_number is not None:
        query = query.where(had_number(id_number))
    if name is not None:
        query = query.where(starts_with(Person.name_key, fold(name)))
    if born is not None:
        query = query.where(_may_be_born(born))
    if state is not None:
        query = query.where(Person.identity_state == state.value)
    if area is not None:
        query = query.where(in_area(area))
    if after is not None:
        query = query.where(tuple_(Person.name_key, Person.id) > tuple_(after.name_key, after.id))
    return list(session.scalars(query.order_by(Person.name_key, Person.id).limit(limit)))


def waiting_people(
    session: Session, *, area: Area | None = None, after: Person | None = None, limit: int = PAGE
) -> list[Person]:
    """People whom the population register has not been asked about, a page at a time in order of their ids."""
    query = select(Person).where(Person.identity_state == IdentityState.WAITING.value)
    if area is not None:
        query = query.where(in_area(area))
    if after is not None:
        query = query.where(Person.id > after.id)
    return list(session.scalars(query.order_by(Person.id).limit(limit)))


def count_waiting(session: Session, *, area: Area | None, nationality: str) -> int:
    """How many people of a nationality the population register has not been asked about."""
    query = select(func.count()).select_from(Person)
    query = query.where(Person.identity_state == IdentityState.WAITING.value, Person.nationality == nationality)
    return session.scalar(query if area is None else query.where(in_area(area))) or 0


def require_role_for(session: Session, account: Account, roles: Collection[str], person: Person) -> None:
    """Passes when `account` holds one of `roles` where the person lives or was vaccinated.

    Raises Refused (not_permitted).
    """
    places = (person.commune, *(dose.site.area for dose in person.doses))
    for place in {place.id: place for place in places if place}.values():
        with suppress(Refused):
            require_role(session, account, roles, place)
            return
    require_role(session, account, roles, None)


def in_area(area: Area) -> ColumnElement[bool]:
    """Whether a person belongs to `area`: lives there, or was vaccinated at a site there."""
    areas = select(Area.id).where(beneath(area))
    vaccinated = select(Dose.person_id).join(Dose.site).where(Site.area_id.in_(areas))
    return or_(Person.commune_id.in_(areas), Person.id.in_(vaccinated))


def remove_untold(session: Session, person: Person) -> None:
    """Deletes a record that nothing tells of any more: no dose, no certificate, no correction, no case."""
    session.flush()
    if session.scalar(select(Person.id).where(Person.id == person.id, *untold())) is not None:
        session.expire(person)
        session.delete(person)
        session.flush()


def _may_be_born(born: PartialDate) -> ColumnElement[bool]:
    told = str(born)
    return or_(Person.birth_date.in_([told, *_less_known(born)]), Person.birth_date.startswith(told + "-"))


def _less_known(born: PartialDate) -> list[str]:
    """The same date as records write it that know less of it."""
    told = str(born)
    return [told[:length] for length in (4, 7) if length < len(told)]
