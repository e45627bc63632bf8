"""`flask bench coverage`: the table of a province of a million invented people, beside a plain count of their doses."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
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
_BATCH = 100_000
_CACHE_KB = 400_000  # random identifiers are put anywhere into their indexes
# Invented people and doses, drawn by the database itself from their number: as random as such a table needs.
_PEOPLE = """WITH RECURSIVE drawn (number, by_age, by_place) AS (
    SELECT :first, 0, 0 UNION ALL
    SELECT number + 1, ((number + 1) * 2654435761 >> 7) % 32850, ((number + 1) * 40503 >> 3) % 1000
    FROM drawn WHERE number < :last)
  INSERT INTO person (id, full_name, name_key, birth_date, sex, nationality, commune_id, identity_state, created_at)
  SELECT lower(hex(randomblob(16))), 'Người Mẫu ' || number, 'nguoi mau ' || number,
    date('1936-01-01', by_age || ' days'), 'F', 'VN', (SELECT id FROM temp.commune WHERE place = by_place % :communes),
    CASE WHEN by_age % 5 THEN 'verified' ELSE 'waiting' END, :at
  FROM drawn WHERE number > :first"""
_DOSES = """INSERT INTO dose
    (id, person_id, site_id, product, number, kind, given_on, lot, held, entered_by_id, entered_at)
  SELECT lower(hex(randomblob(16))), person.id, :site, 'pfizer', told.number,
    CASE WHEN told.number > 2 THEN 'booster' ELSE 'primary' END,
    date('2021-06-01', (
      (person.rowid * 2654435761 >> 9) % 300 + (told.number - 1) * (28 + person.rowid % 172)
    ) || ' days'), '', 0, :by, :at
  FROM person JOIN (SELECT 1 AS number UNION SELECT 2 UNION SELECT 3 UNION SELECT 4) AS told
  WHERE person.rowid > :first AND person.rowid <= :last AND told.number <= (person.rowid * 48271 >> 5) % 5"""
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
    connection.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE_KB}")
    for name in coverage_upkeep.NAMES:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    area = require_area(session, PROVINCE, on=_ON)
    communes = [commune.id for commune in list_areas(session, on=_ON, parent_code=PROVINCE)]
    connection.exec_driver_sql("CREATE TEMP TABLE commune (place INTEGER PRIMARY KEY, id INTEGER)")
    connection.exec_driver_sql("INSERT INTO temp.commune VALUES (?, ?)", list(enumerate(communes)))
    by = create_account(session, email="bench@example.vn", name="Bench", password_hash=None)
    site = upsert_site(session, code="BENCH", name="Bench", area=area, kind="station")
    told = {"at": datetime(2022, 1, 1, tzinfo=UTC).isoformat(" "), "by": by.id, "site": site.id}
    for first in range(0, people, _BATCH):
        part = told | {"first": first, "last": min(people, first + _BATCH), "communes": len(communes)}
        connection.exec_driver_sql(_PEOPLE, part)
        connection.exec_driver_sql(_DOSES, part)
    coverage_upkeep.install(connection)
