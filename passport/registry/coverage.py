"""Coverage of an area and its units on a day: people at each step, by age on that day, against denominators.

A person counts where they live. One who is recorded in a unit that has ended counts in the unit that took over
most of it. The figures come from `person_step_days`, which the database keeps true (`coverage_upkeep`).
"""

from __future__ import annotations

from calendar import isleap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from passport.domain.coverage import AGES, CELLS, COUNTRY, TARGET, AgeGroup, AreaRow, Base, Cell, Coverage, Step
from passport.registry.areas import beneath, list_areas
from passport.registry.columns import starts_with
from passport.registry.coverage_tables import PersonSteps
from passport.registry.denominators import base_of, newest_counts
from passport.registry.sites import site_ids
from passport.registry.tables import Area, Dose

ELSEWHERE = "Không thuộc đơn vị nào ở trên"
STEP_DAYS: Mapping[Step, InstrumentedAttribute[date | None]] = {
    Step.FIRST: PersonSteps.first_on,
    Step.COMPLETE: PersonSteps.complete_on,
    Step.BOOSTER_1: PersonSteps.booster_1_on,
    Step.BOOSTER_2: PersonSteps.booster_2_on,
}
# Bands that do not overlap, so that everybody is looked at once: the last two are 18+ together.
_BANDS: tuple[tuple[int, int | None, tuple[AgeGroup, ...]], ...] = (
    (5, 12, (AgeGroup.CHILDREN,)),
    (12, 18, (AgeGroup.TEENAGERS,)),
    (18, 50, (AgeGroup.ADULTS,)),
    (50, None, (AgeGroup.ADULTS, AgeGroup.OLDER)),
)
_PEOPLE, _COVERED, _VERIFIED = "people", "covered", "verified"
_Tally = Counter[tuple[int | None, AgeGroup, str, Step | None]]


def coverage(
    session: Session,
    *,
    area: Area | None,
    on: date,
    target: float = TARGET,
    since: date | None = None,
    compare: bool = False,
) -> Coverage:
    """The table of `area` (None: the country) and of the units directly beneath it that were in force on `on`.

    `since` adds the change from an earlier day, `compare` the area above, which is counted whole for it.
    """
    frame = _frame(session, area, on=on)
    now = _rows(session, frame, on=on)
    if since is not None:
        now = [_changed(row, before) for row, before in zip(now, _rows(session, frame, on=since), strict=True)]
    total, *units, elsewhere = now
    parent = None
    if compare and area is not None:
        (parent, *_rest) = _rows(session, Frame(area.parent, (), {}, _in_force(session, area.parent, on=on)), on=on)
    return Coverage(
        on=on,
        since=since,
        target=target,
        total=total,
        units=tuple(units),
        elsewhere=elsewhere if units and any(cell.people for cell in elsewhere.cells) else None,
        parent=parent,
        unlisted=_unlisted(session, frame, on=on),
        placeless=_placeless(session, area, on=on),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A unit that was in force on the day."""

    id: int
    parent_id: int | None
    level: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What is counted: an area, its units on the day, the unit that each place falls into, and all that lies in it."""

    area: Area | None
    units: tuple[Area, ...]
    unit_of: Mapping[int, int]
    places: Sequence[_Place]

    @property
    def children(self) -> Mapping[int, list[int]]:
        """The units directly beneath each; provinces lie beneath 0."""
        found: dict[int, list[int]] = {}
        for place in self.places:
            found.setdefault(place.parent_id or 0, []).append(place.id)
        return found


def _frame(session: Session, area: Area | None, *, on: date) -> Frame:
    day = on if area is None or area.valid_to is None else min(on, area.valid_to)
    if area is None:
        units = list_areas(session, on=day, level="province")
    else:
        units = list_areas(session, on=day, parent_code=area.code)
    return Frame(area, tuple(units), _unit_of(session, area, units), _in_force(session, area, on=day))


def _unit_of(session: Session, area: Area | None, units: Sequence[Area]) -> dict[int, int]:
    """The unit of each place in `area`: the one it lies in, else the one that its successor lies in."""
    if not units:
        return {}
    successor = aliased(Area)
    query = select(Area.id, Area.path, successor.path).outerjoin(successor, successor.id == Area.successor_id)
    if area is not None:
        query = query.where(beneath(area))
    wanted = {unit.id for unit in units}
    found: dict[int, int] = {}
    for place, path, taken_over in session.execute(query):
        for way in (path, taken_over or ""):
            inside = wanted.intersection(int(step) for step in way.split("/") if step)
            if inside:
                found[place] = inside.pop()
                break
    return found


def _in_force(session: Session, area: Area | None, *, on: date) -> list[_Place]:
    query = select(Area.id, Area.parent_id, Area.level, Area.code, Area.name).where(
        Area.valid_from <= on, or_(Area.valid_to.is_(None), Area.valid_to >= on)
    )
    if area is not None:
        query = query.where(starts_with(Area.path, area.path))
    return [_Place(*row) for row in session.execute(query.order_by(Area.code))]


def _rows(session: Session, frame: Frame, *, on: date) -> list[AreaRow]:
    """The whole area, each unit, and the people in none of them, in this order."""
    tally = _tally(session, frame, on=on)
    counts, children = newest_counts(session, area=frame.area, on=on), frame.children

    def row(place: Area | None, key: int | None, *, whole: bool = False, name: str = "") -> AreaRow:
        def base(group: AgeGroup) -> Base | None:
            where = place.id if place else 0 if whole else None
            return None if where is None else base_of(where, group, counts=counts, children=children)

        keys = [None, *(unit.id for unit in frame.units)] if whole else [key]
        bases = {group: base(group) for group in AgeGroup}
        cells = tuple(_cell(tally, keys, group, step, bases[group]) for group, step in CELLS)
        return AreaRow(
            place.code if place else None, place.name if place else name, place.level if place else None, cells
        )

    return [
        row(frame.area, None, whole=True, name=COUNTRY.vi),
        *(row(unit, unit.id) for unit in frame.units),
        row(None, None, name=ELSEWHERE),
    ]


def _cell(tally: _Tally, keys: Sequence[int | None], group: AgeGroup, step: Step, base: Base | None) -> Cell:
    def add(what: str, of: Step | None) -> int:
        return sum(tally[key, group, what, of] for key in keys)

    return Cell(group, step, add(_COVERED, step), add(_VERIFIED, step), add(_PEOPLE, None), base)


def _tally(session: Session, frame: Frame, *, on: date) -> _Tally:
    """People by unit, age group and step, in one pass over the index that holds everything."""
    pieces = [
        select(
            literal(number).label("band"),
            PersonSteps.commune_id,
            PersonSteps.sure,
            func.count(),
            *(func.count().filter(day <= on) for day in STEP_DAYS.values()),
        )
        .where(lives, PersonSteps.sure.in_([True, False]), _aged(low, high, on=on))
        .group_by(PersonSteps.commune_id, PersonSteps.sure)
        for number, (low, high, _groups) in enumerate(_BANDS)
        for lives in _lives_in(frame.area)
    ]
    tally: _Tally = Counter()
    for number, place, sure, people, *reached in session.execute(union_all(*pieces)):
        unit = frame.unit_of.get(place) if place else None
        for group in _BANDS[number][2]:
            tally[unit, group, _PEOPLE, None] += people
            for step, count in zip(STEP_DAYS, reached, strict=True):
                tally[unit, group, _COVERED, step] += count
                if sure:
                    tally[unit, group, _VERIFIED, step] += count
    return tally


def _lives_in(area: Area | None) -> list[ColumnElement[bool]]:
    """Who is counted, in parts; the places of the whole country are named too, so that the index finds each age."""
    if area is None:
        return [PersonSteps.commune_id.in_(select(Area.id)), PersonSteps.commune_id.is_(None)]
    return [PersonSteps.commune_id.in_(select(Area.id).where(beneath(area)))]


def aged(group: AgeGroup, *, on: date) -> ColumnElement[bool]:
    """Whether a person belongs to an age group on a day; who is born on 29 February grows older on 1 March."""
    low, high = AGES[group]
    return _aged(low, high, on=on)


def _aged(low: int, high: int | None, *, on: date) -> ColumnElement[bool]:
    old_enough = PersonSteps.born <= birthday(on, low)
    return old_enough if high is None else and_(old_enough, PersonSteps.born > birthday(on, high))


def birthday(on: date, age: int) -> date:
    """The last day of birth with which somebody is `age` on the day `on`."""
    leapt = (on.month, on.day) == (2, 29) and not isleap(on.year - age)
    return on.replace(year=on.year - age, day=28 if leapt else on.day)


def _changed(row: AreaRow, before: AreaRow) -> AreaRow:
    cells = (
        replace(cell, before=old.covered, rate_before=old.rate)
        for cell, old in zip(row.cells, before.cells, strict=True)
    )
    return replace(row, cells=tuple(cells))


def _unlisted(session: Session, frame: Frame, *, on: date) -> tuple[tuple[str, str], ...]:
    """The communes of the area that lack a count of their own for an age group, by code."""
    counts = newest_counts(session, area=frame.area, on=on)
    return tuple(
        (place.code, place.name)
        for place in frame.places
        if place.level == "commune" and any((place.id, group) not in counts for group in AgeGroup)
    )


def _placeless(session: Session, area: Area | None, *, on: date) -> int:
    """People without a commune on record who were vaccinated at a site of the area."""
    here = exists().where(
        Dose.person_id == PersonSteps.person_id,
        Dose.held.is_(False),
        Dose.given_on <= on,
        Dose.site_id.in_(site_ids(area)),
    )
    query = select(func.count()).select_from(PersonSteps).where(PersonSteps.commune_id.is_(None), here)
    return session.scalar(query) or 0
