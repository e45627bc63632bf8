"""How the database keeps `person_steps` true: triggers on people and doses, made anew after every migration.

Triggers, because lists, corrections, merges and withdrawals write in many places, some of them in bulk. SQLite
drops the triggers of a table that a migration rebuilds, without a word; so they are not left to one migration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Template
from typing import Any

from sqlalchemy import Connection, inspect, text

# Doses of the primary series where it is not two; a test compares it with the vaccine catalogue.
SERIES: Mapping[str, int] = {"abdala": 3, "janssen": 1, "sputnik-light": 1}
USUAL_SERIES = 2
_LENGTH = "CASE product {} ELSE {} END".format(
    " ".join(f"WHEN '{product}' THEN {doses}" for product, doses in SERIES.items()), USUAL_SERIES
)
# A second booster is one on a later day than the first.
_SECOND = """(SELECT MIN(given_on) FROM dose WHERE person_id = $who AND NOT held AND kind = 'booster' AND given_on >
      (SELECT MIN(given_on) FROM dose WHERE person_id = $who AND NOT held AND kind = 'booster'))"""
_REFRESH = """UPDATE person_steps SET
    first_on = (SELECT MIN(given_on) FROM dose WHERE person_id = $who AND NOT held AND kind = 'primary'),
    complete_on = (SELECT MIN(given_on) FROM dose
      WHERE person_id = $who AND NOT held AND kind = 'primary' AND number >= $length),
    booster_1_on = (SELECT MIN(given_on) FROM dose WHERE person_id = $who AND NOT held AND kind = 'booster'),
    booster_2_on = $second
  WHERE person_id = $who;"""
# Without it, two transactions that add a dose to one person would each count their own alone (READ COMMITTED).
_LOCK = "PERFORM 1 FROM person_steps WHERE person_id = $who FOR UPDATE;"
# An unknown month or day is taken for the first.
_BORN = "$row.birth_date || substr('-01-01', length($row.birth_date) - 3)"
_SURE = "$row.identity_state = 'verified'"
_ADDED = """INSERT INTO person_steps (person_id, commune_id, born, sure)
  VALUES (NEW.id, NEW.commune_id, $born, $sure);"""
_CHANGED = "UPDATE person_steps SET commune_id = NEW.commune_id, born = $born, sure = $sure WHERE person_id = NEW.id;"
_REMOVED = "DELETE FROM person_steps WHERE person_id = OLD.id;"
_REFILL = """INSERT INTO person_steps
    (person_id, commune_id, born, sure, first_on, complete_on, booster_1_on, booster_2_on)
  SELECT p.id, p.commune_id, $born, $sure, d.first_on, d.complete_on, d.booster_1_on,
    CASE WHEN d.boosters > 1 THEN $second END
  FROM person p LEFT JOIN (
    SELECT person_id,
      MIN(CASE WHEN kind = 'primary' THEN given_on END) AS first_on,
      MIN(CASE WHEN kind = 'primary' AND number >= $length THEN given_on END) AS complete_on,
      MIN(CASE WHEN kind = 'booster' THEN given_on END) AS booster_1_on,
      COUNT(CASE WHEN kind = 'booster' THEN 1 END) AS boosters
    FROM dose WHERE NOT held GROUP BY person_id
  ) d ON d.person_id = p.id"""


def _of(sql: str, *, who: str = "", row: str = "NEW") -> str:
    whole = Template(sql).safe_substitute(second=_SECOND, born=_BORN, sure=_SURE, length=_LENGTH)
    return Template(whole).substitute(who=who, row=row)


_OLD, _NEW = _of(_REFRESH, who="OLD.person_id"), _of(_REFRESH, who="NEW.person_id")
_LOCKED_OLD, _LOCKED_NEW = (_of(_LOCK, who=who) for who in ("OLD.person_id", "NEW.person_id"))
_OF_DOSE = "UPDATE OF person_id, product, number, kind, given_on, held"
# Name, table, event, what SQLite does, what PostgreSQL does.
_TRIGGERS = (
    ("person_steps_person_added", "person", "INSERT", _of(_ADDED), _of(_ADDED)),
    (
        "person_steps_person_changed",
        "person",
        "UPDATE OF commune_id, birth_date, identity_state",
        _of(_CHANGED),
        _of(_CHANGED),
    ),
    ("person_steps_person_removed", "person", "DELETE", _REMOVED, _REMOVED),
    ("person_steps_dose_added", "dose", "INSERT", _NEW, _LOCKED_NEW + _NEW),
    ("person_steps_dose_changed", "dose", _OF_DOSE, _OLD + _NEW, _LOCKED_OLD + _OLD + _LOCKED_NEW + _NEW),
    ("person_steps_dose_removed", "dose", "DELETE", _OLD, _LOCKED_OLD + _OLD),
)
NAMES = tuple(name for name, *_ in _TRIGGERS)


def install(connection: Connection) -> None:
    """Makes the triggers that are missing and, where some were, counts everybody anew.

    Nothing happens in a database that has not come to the table yet.
    """
    if not inspect(connection).has_table("person_steps"):
        return
    missing = set(NAMES) - set(triggers(connection))
    if not missing:
        return
    for statement in _statements(connection.dialect.name, missing):
        connection.execute(text(statement))
    refill(connection)


def refill(connection: Connection) -> None:
    """Counts the steps of everybody anew from people and doses."""
    connection.execute(text("DELETE FROM person_steps"))
    connection.execute(text(_of(_REFILL, who="p.id", row="p")))


def triggers(connection: Connection) -> list[str]:
    """The triggers of this module that the database has."""
    asked = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    found = connection.execute(text(asked[connection.dialect.name])).scalars()
    return sorted(set(found) & set(NAMES))


def after_step(*, ctx: Any, **_told: Any) -> None:
    """Alembic's callback after each revision, up or down."""
    install(ctx.connection)


def _statements(dialect: str, missing: set[str]) -> Iterator[str]:
    for name, table, event, sqlite, postgresql in _TRIGGERS:
        if name not in missing:
            continue
        if dialect == "sqlite":
            yield f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW BEGIN {sqlite} END"
        else:
            yield (
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {postgresql} RETURN NULL; END $$"
            )
            yield f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
