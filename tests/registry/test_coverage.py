"""Coverage equals a plain recount of people and doses, whatever was done to them, over every area, age and step."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from passport.domain.coverage import AGES, CELLS, AgeGroup, AreaRow, Flag, Step
from passport.domain.dates import PartialDate
from passport.domain.doses import DoseKind
from passport.domain.people import IdentityState, Sex
from passport.registry import areas, coverage_upkeep, denominators, doses
from passport.registry.coverage import coverage
from passport.registry.tables import Area, Dose, Person, Site
from passport.rules.schedules import VACCINES

from .conftest import KIM_SON, TUA_CHUA, Scene

DAYS = (date(2022, 8, 23), date(2026, 11, 21))
PEOPLE = 200
PRODUCTS = ("pfizer", "astrazeneca", "abdala", "janssen", "vero-cell")
OLD_COMMUNES = ("14620", "14638", "14641")  # of Kim Sơn district in 2022; all are parts of others since


def _places(session: Session) -> list[Area | None]:
    now = [areas.require_area(session, code, on=DAYS[1]) for code in (KIM_SON, TUA_CHUA, "14620")]
    then = [areas.require_area(session, code, on=DAYS[0]) for code in OLD_COMMUNES]
    return [*now, *then, None]


def _born(draw: random.Random) -> PartialDate:
    edge = draw.random() < 0.4  # birthdays at the edges of the groups, on both days
    if edge:
        day = draw.choice(DAYS)
        born = date(day.year - draw.choice((5, 12, 18, 50)), day.month, day.day) + timedelta(draw.randint(-1, 1))
        return PartialDate.of(born)
    born = date(1940, 1, 1) + timedelta(draw.randrange(365 * 82))
    known = draw.random()
    return (
        PartialDate(born.year)
        if known < 0.1
        else PartialDate(born.year, born.month)
        if known < 0.2
        else PartialDate.of(born)
    )


def _vaccinate(scene: Scene, draw: random.Random, person: Person, site: Site) -> None:
    product, given = draw.choice(PRODUCTS), date(2021, 6, 1) + timedelta(draw.randrange(500))
    series = VACCINES[product].primary_doses
    beyond = (DoseKind.BOOSTER, DoseKind.BOOSTER, DoseKind.ADDITIONAL)
    for number in range(1, draw.randint(0, series + 3) + 1):
        doses.add_dose(
            scene.session,
            person=person,
            site=site,
            product=product,
            number=number,
            kind=DoseKind.PRIMARY if number <= series else draw.choice(beyond),
            given_on=given,
            lot=f"L{number}",
            held=draw.random() < 0.1,
            by=scene.account("nurse"),
            at=scene.now,
        )
        given += timedelta(draw.choice((0, 30, 120, 400)))


def _fill(scene: Scene, seed: int = 4) -> None:
    draw = random.Random(seed)
    places, site = _places(scene.session), scene.site()
    for number in range(PEOPLE):
        person = scene.person(
            f"Người {number}",
            born=_born(draw),
            id_number=f"{number:012d}",
            sex=draw.choice(list(Sex)),
            state=draw.choice((IdentityState.VERIFIED, IdentityState.WAITING, IdentityState.WRONG)),
            commune=draw.choice(places),
        )
        _vaccinate(scene, draw, person, site)
    scene.session.flush()


def _disturb(scene: Scene, seed: int = 5) -> None:
    """What the house does to records afterwards: corrections, moves, holds, bulk deletion, a merge."""
    draw, session = random.Random(seed), scene.session
    everybody = list(session.scalars(select(Person).order_by(Person.full_name)))
    given = list(session.scalars(select(Dose).order_by(Dose.person_id, Dose.number)))
    places = _places(session)
    for person in draw.sample(everybody, 20):
        person.commune, person.birth_date = draw.choice(places), str(_born(draw))
        person.identity_state = IdentityState.VERIFIED.value
    for dose in draw.sample(given, 40):
        dose.held, dose.given_on = not dose.held, dose.given_on + timedelta(draw.randint(-200, 200))
        dose.kind = draw.choice(list(DoseKind)).value
    session.flush()
    session.execute(delete(Dose).where(Dose.id.in_([dose.id for dose in draw.sample(given, 20)])))
    one, other = everybody[:2]
    session.execute(update(Dose).where(Dose.person_id == one.id).values(person_id=other.id, lot="merged"))
    session.execute(delete(Person).where(Person.id == one.id))
    session.expire_all()


def _age(person: Person, on: date) -> int:
    born = PartialDate.parse(person.birth_date).earliest
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _reached(person: Person, on: date) -> set[Step]:
    given = [dose for dose in person.doses if not dose.held and dose.given_on <= on]
    primary = [dose for dose in given if dose.kind == "primary"]
    days = {dose.given_on for dose in given if dose.kind == "booster"}
    steps = {Step.FIRST} if primary else set()
    if any(dose.number >= VACCINES[dose.product].primary_doses for dose in primary):
        steps.add(Step.COMPLETE)
    return steps | {step for step, many in ((Step.BOOSTER_1, 1), (Step.BOOSTER_2, 2)) if len(days) >= many}


def _lives_in(person: Person, place: Area | None) -> bool:
    return place is None or (person.commune is not None and areas.lies_in(person.commune, place))


def _recount(all_people: list[Person], place: Area | None, on: date) -> list[tuple[int, int, int]]:
    found, everybody = [], [person for person in all_people if _lives_in(person, place)]
    for group, step in CELLS:
        low, high = AGES[group]
        here = [p for p in everybody if low <= _age(p, on) < (high or 200)]
        covered = [p for p in here if step in _reached(p, on)]
        found.append((len(covered), sum(p.identity_state == "verified" for p in covered), len(here)))
    return found


def _numbers(row: AreaRow) -> list[tuple[int | None, int | None, int | None]]:
    return [(cell.covered, cell.verified, cell.people) for cell in row.cells]


def _asked(session: Session) -> Iterator[tuple[Area | None, date]]:
    for on in DAYS:
        yield None, on
        yield from ((areas.require_area(session, code, on=on), on) for code in ("37", "11", KIM_SON, TUA_CHUA))
    yield areas.require_area(session, "376", on=DAYS[0]), DAYS[0]


def test_the_tables_equal_a_plain_recount(scene: Scene) -> None:
    _fill(scene)
    _disturb(scene)
    everybody = list(scene.session.scalars(select(Person)))
    counted = 0
    for place, on in _asked(scene.session):
        told = coverage(scene.session, area=place, on=on, compare=place is not None)
        assert _numbers(told.total) == _recount(everybody, place, on), (place, on)
        if place is not None:
            assert told.parent is not None
            assert _numbers(told.parent) == _recount(everybody, place.parent, on)
        for unit in told.units:
            where = areas.find_area(scene.session, unit.code or "", on=on)
            if any(cell.people for cell in unit.cells):
                assert _numbers(unit) == _recount(everybody, where, on), (unit.name, on)
                counted += 1
        parts = [*told.units, *([told.elsewhere] if told.elsewhere else [])]
        if parts:
            whole = [tuple(map(sum, zip(*cells, strict=True))) for cells in zip(*map(_numbers, parts), strict=True)]
            assert whole == _numbers(told.total)
    assert counted >= 10
    kept = [coverage(scene.session, area=None, on=on) for on in DAYS]
    coverage_upkeep.STEPS.refill(scene.session.connection())
    assert [coverage(scene.session, area=None, on=on) for on in DAYS] == kept


def test_the_series_are_those_of_the_catalogue() -> None:
    lengths = {key: vaccine.primary_doses for key, vaccine in VACCINES.items()}
    assert {key: coverage_upkeep.SERIES.get(key, coverage_upkeep.USUAL_SERIES) for key in lengths} == lengths
    assert set(coverage_upkeep.SERIES) <= set(lengths)


@pytest.mark.parametrize(
    ("product", "told", "reached"),
    [
        ("abdala", [(1, "primary"), (2, "primary")], {Step.FIRST}),
        ("abdala", [(1, "primary"), (2, "primary"), (3, "primary")], {Step.FIRST, Step.COMPLETE}),
        ("janssen", [(1, "primary")], {Step.FIRST, Step.COMPLETE}),
        ("janssen", [(1, "primary"), (2, "booster")], {Step.FIRST, Step.COMPLETE, Step.BOOSTER_1}),
        ("pfizer", [(1, "primary"), (2, "primary"), (3, "additional")], {Step.FIRST, Step.COMPLETE}),
        ("abdala", [(4, "booster"), (5, "booster")], {Step.BOOSTER_1, Step.BOOSTER_2}),
    ],
)  # fmt: skip
def test_what_a_dose_counts_for(scene: Scene, product: str, told: list[tuple[int, str]], reached: set[Step]) -> None:
    person = scene.person(commune=scene.area())
    for number, kind in told:
        scene.dose(person, product=product, number=number, kind=DoseKind(kind), given_on=date(2026, 1, number))
    scene.session.flush()
    row = coverage(scene.session, area=scene.area(), on=scene.today).total
    assert {step for step in Step if row.cell(AgeGroup.ADULTS, step).covered} == reached


def test_denominators_are_the_newest_up_to_the_day(scene: Scene) -> None:
    def store(count: int, day: date) -> None:
        denominators.store_count(
            scene.session, area=scene.area(), group=AgeGroup.ADULTS, count=count, as_of=day, source="Công an xã"
        )

    for count, day in ((8, date(2026, 1, 1)), (4, date(2026, 6, 1)), (0, date(2026, 9, 1))):
        store(count, day)
    for number in range(6):
        scene.dose(scene.person(f"A {number}", commune=scene.area()), given_on=date(2026, 1, 5))
    scene.session.flush()

    def adults(on: date) -> tuple[float | None, Flag | None, int | None]:
        told = coverage(scene.session, area=scene.area(), on=on, target=90)
        cell = told.total.cell(AgeGroup.ADULTS, Step.FIRST)
        return cell.rate, cell.flag, cell.needed(told.target)

    assert adults(date(2025, 12, 31)) == (None, Flag.NO_DENOMINATOR, None)
    assert adults(date(2026, 3, 1)) == (75.0, None, 2)
    assert adults(date(2026, 6, 1)) == (150.0, Flag.OVER_100, 0)
    assert adults(date(2026, 10, 1)) == (None, Flag.ZERO_DENOMINATOR, None)
    store(5, date(2026, 9, 1))
    assert adults(date(2026, 10, 1)) == (120.0, Flag.OVER_100, 0)


def test_a_province_without_a_count_takes_the_sum_only_when_no_commune_lacks_one(scene: Scene) -> None:
    province = areas.require_area(scene.session, "37", on=scene.today)
    communes = areas.list_areas(scene.session, on=scene.today, parent_code="37")
    for commune in communes[1:]:
        denominators.store_count(
            scene.session, area=commune, group=AgeGroup.ADULTS, count=100, as_of=date(2026, 1, 1), source="Thống kê"
        )

    def base() -> object:
        told = coverage(scene.session, area=province, on=scene.today)
        assert len(told.unlisted) == len(communes)  # each lacks another age group
        return told.total.cell(AgeGroup.ADULTS, Step.FIRST).base

    assert base() is None
    denominators.store_count(
        scene.session, area=communes[0], group=AgeGroup.ADULTS, count=50, as_of=date(2025, 12, 1), source="Thống kê"
    )
    summed = base()
    assert summed is not None
    assert (summed.count, summed.as_of, summed.source, summed.parts) == (  # type: ignore[attr-defined]
        100 * (len(communes) - 1) + 50, date(2025, 12, 1), "Thống kê", len(communes),
    )  # fmt: skip


def test_change_since_an_earlier_day_and_rank(scene: Scene) -> None:
    province = areas.require_area(scene.session, "37", on=scene.today)
    other = areas.require_area(scene.session, "14620", on=scene.today)
    for place, count in ((scene.area(), 4), (other, 10)):
        denominators.store_count(
            scene.session, area=place, group=AgeGroup.ADULTS, count=count, as_of=date(2026, 1, 1), source="x"
        )
        for number in range(2):
            scene.dose(scene.person(f"{place.code} {number}", commune=place), given_on=date(2026, 2 + 3 * number, 1))
    scene.session.flush()
    told = coverage(scene.session, area=province, on=scene.today, since=date(2026, 3, 1))
    cell = next(row for row in told.units if row.code == KIM_SON).cell(AgeGroup.ADULTS, Step.FIRST)
    assert (cell.covered, cell.change, cell.rate, cell.rate_before) == (2, 1, 50.0, 25.0)
    assert [row.code for row in told.ranked(AgeGroup.ADULTS, Step.FIRST)] == ["14620", KIM_SON]
