"""`flask bench coverage`: the table of a province of a million invented people, beside a plain count of their doses."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy.orm import Session

from passport.registry import coverage_upkeep, migrations
from passport.registry.accounts import create_account
from passport.registry.areas import list_areas, require_area
from passport.registry.coverage import coverage
from passport.registry.db import Database
from passport.registry.sites import upsert_site

PEOPLE = 1_000_000
ROUNDS = 5
PROVINCE = "37"
PEER = "a plain grouped count of people and doses"
_ON = date(2026, 11, 21)
_SEED = 20261121
_CHUNK = 20_000
_PERSON = (
    "INSERT INTO person (id, full_name, name_key, birth_date, sex, nationality, commune_id, identity_state, created_at)"
    " VALUES (?, ?, ?, ?, 'F', 'VN', ?, ?, ?)"
)
_DOSE = (
    "INSERT INTO dose (id, person_id, site_id, product, number, kind, given_on, lot, held, entered_by_id, entered_at)"
    " VALUES (?, ?, ?, 'pfizer', ?, ?, ?, '', 0, ?, ?)"
)
# What the table would have to ask without `person_step_days`, for one age group and step of the ten.
_PLAIN = (
    "SELECT p.commune_id, COUNT(DISTINCT p.id) FROM person p JOIN dose d ON d.person_id = p.id WHERE NOT d.held"
    " AND d.kind = 'primary' AND d.given_on <= '2026-11-21' AND p.birth_date <= '2008-11-21' GROUP BY p.commune_id"
)


def measure(people: int = PEOPLE) -> tuple[float, str, float]:
    """Tables a second of ours, the peer, and counts a second of the peer."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.at(f"sqlite:///{Path(folder) / 'province.db'}")
        migrations.upgrade(database.engine)
        with database.transaction() as session:
            _fill(session, people)
        with database.reading() as session:
            area = require_area(session, PROVINCE, on=_ON)
            ours = _rate(lambda: coverage(session, area=area, on=_ON))
            peers = _rate(lambda: session.connection().exec_driver_sql(_PLAIN).all())
        database.engine.dispose()
    return ours, PEER, peers


def _rate(work: Callable[[], object]) -> float:
    spent = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return 1 / statistics.median(spent)


def _fill(session: Session, people: int) -> None:
    """A province with `people` in its communes and two doses each on average; the steps are counted at the end."""
    connection = session.connection()
    for name in coverage_upkeep.NAMES:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    area = require_area(session, PROVINCE, on=_ON)
    communes = [commune.id for commune in list_areas(session, on=_ON, parent_code=PROVINCE)]
    by = create_account(session, email="bench@example.vn", name="Bench", password_hash=None)
    site = upsert_site(session, code="BENCH", name="Bench", area=area, kind="station")
    draw = random.Random(_SEED)  # noqa: S311  # invented people
    at = datetime(2022, 1, 1, tzinfo=UTC).isoformat(" ")
    numbers = iter(range(people))
    while chunk := list(islice(numbers, _CHUNK)):
        ids = [f"{draw.getrandbits(128):032x}" for _number in chunk]
        connection.exec_driver_sql(_PERSON, [_person(draw, who, communes, at) for who in ids])
        doses = [dose for who in ids for dose in _doses(draw, who, site.id, by.id, at)]
        connection.exec_driver_sql(_DOSE, doses)
    coverage_upkeep.install(connection)


def _person(draw: random.Random, who: str, communes: list[int], at: str) -> tuple[object, ...]:
    born = date(1936, 1, 1) + timedelta(draw.randrange(90 * 365))
    state = "verified" if draw.random() < 0.8 else "waiting"
    return (who, "Người Mẫu", "nguoi mau", born.isoformat(), draw.choice(communes), state, at)


def _doses(draw: random.Random, who: str, site: int, by: int, at: str) -> Iterator[tuple[object, ...]]:
    given = date(2021, 6, 1) + timedelta(draw.randrange(300))
    for number in range(1, draw.randint(0, 4) + 1):
        kind = "primary" if number <= 2 else "booster"
        yield (f"{draw.getrandbits(128):032x}", who, site, number, kind, given.isoformat(), by, at)
        given += timedelta(draw.randrange(28, 200))
