"""`flask bench coverage`: table and five counts of a province of a million invented people, beside a plain count."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from time import perf_counter

from sqlalchemy.orm import Session

from passport.cli.output import say
from passport.domain.coverage import AgeGroup, Step
from passport.registry import migrations
from passport.registry.accounts import create_account
from passport.registry.areas import list_areas, require_area
from passport.registry.coverage import coverage
from passport.registry.db import Database
from passport.registry.due import due
from passport.registry.imports import create_import
from passport.registry.progress import counts, duties
from passport.registry.sites import upsert_site

PEOPLE = 1_000_000
ROUNDS = 5
PROVINCE = "37"
UNITS = (("14638", date(2026, 11, 21)), ("376", date(2022, 8, 1)))  # a commune, and a district that many records name
PEER = "a plain count of the same doses, for one step of ten"
_ON = date(2026, 11, 21)
_BATCH = 100_000
_CACHE_KB = 400_000  # random identifiers are put anywhere into their indexes
# Invented people and doses, drawn by the database itself from their number: as random as such a table needs.
_PEOPLE = """WITH RECURSIVE drawn (number, by_age, by_place) AS (
    SELECT :first, 0, 0 UNION ALL
    SELECT number + 1, ((number + 1) * 2654435761 >> 7) % 32850, ((number + 1) * 40503 >> 3) % 1000
    FROM drawn WHERE number < :last)
  INSERT INTO person (id, full_name, name_key, birth_date, sex, id_number, nationality, commune_id, employer,
    employer_key, identity_state, created_at)
  SELECT lower(hex(randomblob(16))), 'Người Mẫu ' || number, 'nguoi mau ' || number,
    date('1936-01-01', by_age || ' days'), 'F', printf('%012d', number), 'VN',
    (SELECT id FROM temp.commune WHERE place = by_place % :communes),
    'Cty May ' || (number % 500), 'cong ty may ' || (number % 500),
    CASE WHEN by_age % 5 THEN 'verified' ELSE 'waiting' END, :at
  FROM drawn WHERE number > :first"""
_DOSES = """INSERT INTO dose
    (id, person_id, site_id, product, number, kind, given_on, lot, held, entered_by_id, entered_at, confirmed_by_id,
      confirmed_at)
  SELECT lower(hex(randomblob(16))), person.id, place.site, 'pfizer', told.number,
    CASE WHEN told.number > 2 THEN 'booster' ELSE 'primary' END,
    date('2021-06-01', (
      (person.rowid * 2654435761 >> 9) % 300 + (told.number - 1) * (28 + person.rowid % 172)
    ) || ' days'), '', 0, :nurse, :at,
    CASE WHEN person.rowid % 3 THEN :head END, CASE WHEN person.rowid % 3 THEN :at END
  FROM person JOIN temp.commune AS place ON place.id = person.commune_id
    JOIN (SELECT 1 AS number UNION SELECT 2 UNION SELECT 3 UNION SELECT 4) AS told
  WHERE person.rowid > :first AND person.rowid <= :last AND told.number <= (person.rowid * 48271 >> 5) % 5"""
_CERTIFICATES = """INSERT INTO certificate
    (id, identifier, person_id, dose_id, format, state, text, issued_by_id, issued_at, expires_at)
  SELECT dose.id, dose.id, person_id, dose.id, 'hc1', 'issued', '', :head, :at, :at FROM dose
  JOIN person ON person.id = person_id WHERE person.rowid > :first AND person.rowid <= :last
    AND number = 2 AND confirmed_at IS NOT NULL AND identity_state = 'verified'"""
# Everybody stood on a list of their site, and one more in twenty who is not on record.
_ATTENDEES = """INSERT INTO attendee
    (import_id, "row", full_name, name_key, birth_date, id_number, commune_id, employer, employer_key, planned_dose)
  SELECT place.list, person.rowid, full_name, name_key, birth_date, id_number || told.more, commune_id, employer,
    employer_key, 1
  FROM person JOIN temp.commune AS place ON place.id = person.commune_id
    JOIN (SELECT '' AS more UNION SELECT '0') AS told ON more = '' OR person.rowid % 20 = 0
  WHERE person.rowid > :first AND person.rowid <= :last"""
# What the answer would have to ask of people and doses themselves: the road of doses, and one of the ten steps.
_PLAIN = (
    "SELECT d.site_id, COUNT(*), COUNT(CASE WHEN v THEN 1 END), COUNT(CASE WHEN v AND d.confirmed_at THEN 1 END),"
    " COUNT(CASE WHEN v AND d.confirmed_at THEN c.id END) FROM (SELECT dose.*, NOT held AND identity_state = 'verified'"
    " AS v FROM dose JOIN person ON person.id = person_id) d LEFT JOIN certificate c ON c.dose_id = d.id"
    " AND c.state = 'issued' GROUP BY d.site_id",
    "SELECT p.commune_id, COUNT(DISTINCT p.id) FROM person p JOIN dose d ON d.person_id = p.id WHERE NOT d.held"
    " AND d.kind = 'primary' AND d.given_on <= '2026-11-21' AND p.birth_date <= '2008-11-21' GROUP BY p.commune_id",
)


def measure(people: int = PEOPLE) -> tuple[float, str, float]:
    """Answers a second of ours, the peer, and counts a second of the peer; says on stderr what lists of people take."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.at(f"sqlite:///{Path(folder) / 'province.db'}")
        migrations.upgrade(database.engine)
        with database.transaction() as session:
            _fill(session, people)
        with database.reading() as session:
            connection, area = session.connection(), require_area(session, PROVINCE, on=_ON)
            ours = _rate(lambda: (coverage(session, area=area, on=_ON), counts(session, area=area)))
            peers = _rate(lambda: [connection.exec_driver_sql(query).all() for query in _PLAIN])
            _say_lists(session)
        database.engine.dispose()
    return ours, PEER, peers


def _say_lists(session: Session) -> None:
    """What the longest answers about a unit of the province take: who is due, and what its sites owe."""
    for code, on in UNITS:
        unit = require_area(session, code, on=on)
        for step in Step:
            spent = 1 / _rate(partial(due, session, area=unit, on=_ON, group=AgeGroup.ADULTS, step=step))
            say(f"due, {unit.name}, {step.value}: {spent:.2f} s")
        owed = partial(duties, session, area=unit, on=_ON, day_end=datetime.combine(_ON, time(), UTC))
        say(f"what sites owe, {unit.name}: {1 / _rate(owed):.2f} s")


def _rate(work: Callable[[], object]) -> float:
    spent = []
    for _round in range(ROUNDS):
        start = perf_counter()
        work()
        spent.append(perf_counter() - start)
    return 1 / statistics.median(spent)


def _fill(session: Session, people: int) -> None:
    """A province with `people` in its communes, two doses each on average, and their lists; all counted at the end."""
    connection = session.connection()
    connection.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE_KB}")
    for kept in migrations.KEPT:
        kept.remove(connection)
    _commune, (district, then) = UNITS
    communes = [
        unit
        for day, code in ((_ON, PROVINCE), (then, district))
        for unit in list_areas(session, on=day, parent_code=code)
    ]
    nurse, head = (
        create_account(session, email=f"{who}@example.vn", name="Bench", password_hash=None)
        for who in ("nurse", "head")
    )
    at = datetime(2022, 1, 1, tzinfo=UTC)
    connection.exec_driver_sql("CREATE TEMP TABLE commune (place INTEGER PRIMARY KEY, id, site, list)")
    for place, commune in enumerate(communes):
        site = upsert_site(session, code=f"BENCH{place}", name="Bench", area=commune, kind="station")
        told = create_import(
            session, site=site, kind="attendance", campaign=None, file_name="", file_sha256="", layout="attendance",
            header=(), by=nurse, at=at,
        )  # fmt: skip
        connection.exec_driver_sql(
            "INSERT INTO temp.commune VALUES (?, ?, ?, ?)", (place, commune.id, site.id, told.id)
        )
    values = {"at": at.isoformat(" "), "nurse": nurse.id, "head": head.id, "communes": len(communes)}
    for first in range(0, people, _BATCH):
        part = values | {"first": first, "last": min(people, first + _BATCH)}
        for written in (_PEOPLE, _DOSES, _CERTIFICATES, _ATTENDEES):
            connection.exec_driver_sql(written, part)
    migrations.install_kept(connection)
