"""How the database keeps `person_step_days` true (`kept`): when each person reached each step.

A new dose can only bring a step forward, so it is compared with what is known: lists tell millions of them. After
any other change of a dose its person is counted anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Template

from passport.registry.kept import Kept, Trigger

TABLE = "person_step_days"
# Doses of the primary series where it is not two; a test compares it with the vaccine catalogue.
SERIES: Mapping[str, int] = {"abdala": 3, "janssen": 1, "sputnik-light": 1}
USUAL_SERIES = 2
_LENGTH = "CASE {} ELSE {} END".format(
    " ".join(f"WHEN $dose.product = '{product}' THEN {doses}" for product, doses in SERIES.items()), USUAL_SERIES
)
# The number of a day, as `columns.DayNumber` has it; an unknown month or day of birth is taken for the first.
_DAY = {
    "sqlite": "CAST(julianday({}) - 1721424.5 AS INTEGER)",
    "postgresql": "(CAST({} AS date) - DATE '0001-01-01' + 1)",
}
_BORN = "$row.birth_date || substr('-01-01', length($row.birth_date) - 3)"
_SURE = "$row.identity_state = 'verified'"

_PERSON_ADDED = """INSERT INTO $table (person_id, commune_id, born, sure)
  VALUES (NEW.id, NEW.commune_id, $born, $sure);"""
_PERSON_CHANGED = "UPDATE $table SET commune_id = NEW.commune_id, born = $born, sure = $sure WHERE person_id = NEW.id;"
_PERSON_REMOVED = "DELETE FROM $table WHERE person_id = OLD.id;"

_EARLIER = "CASE WHEN {0} < {1} THEN {0} ELSE {1} END"  # an untold day is not before any
_PRIMARY_ADDED = """UPDATE $table SET
    first_on = $or_first,
    complete_on = CASE WHEN NEW.number >= $length THEN $or_complete ELSE complete_on END
  WHERE person_id = NEW.person_id;"""
# A second booster is one on a later day than the first.
_BOOSTER_ADDED = """UPDATE $table SET
    booster_1_on = $or_booster,
    booster_2_on = CASE
      WHEN booster_1_on IS NULL OR booster_1_on = $given OR booster_2_on < $given THEN booster_2_on
      WHEN booster_1_on < $given THEN $given
      ELSE booster_1_on END
  WHERE person_id = NEW.person_id;"""

_SECOND = """(SELECT MIN(given_on) FROM dose WHERE person_id = $who AND NOT held AND kind = 'booster' AND given_on >
      (SELECT MIN(given_on) FROM dose WHERE person_id = $who AND NOT held AND kind = 'booster'))"""
_COUNTED = """UPDATE $table SET (first_on, complete_on, booster_1_on, booster_2_on) = (
    SELECT $first, $complete, $booster, $second FROM dose WHERE person_id = $who AND NOT held)
  WHERE person_id = $who;"""
_REFILL = """INSERT INTO $table
    (person_id, commune_id, born, sure, first_on, complete_on, booster_1_on, booster_2_on)
  SELECT p.id, p.commune_id, $born, $sure, d.first_on, d.complete_on, d.booster_1_on,
    CASE WHEN d.boosters > 1 THEN $second END
  FROM person p LEFT JOIN (
    SELECT person_id, $first AS first_on, $complete AS complete_on, $booster AS booster_1_on,
      COUNT(CASE WHEN kind = 'booster' THEN 1 END) AS boosters
    FROM dose WHERE NOT held GROUP BY person_id
  ) d ON d.person_id = p.id"""
# Without it, two transactions that change doses of one person would each count their own alone (READ COMMITTED).
_LOCK = "PERFORM 1 FROM $table WHERE person_id = $who FOR UPDATE;"


def _of(sql: str, dialect: str, *, who: str = "", row: str = "NEW", dose: str = "dose") -> str:
    """A statement in the words of a dialect, about the person `who`, the row of a person and a dose."""
    day = _DAY[dialect].format
    primary, enough = "WHEN kind = 'primary'", f"number >= {_LENGTH}"
    given = day("NEW.given_on")
    parts = {
        "table": TABLE,
        "born": day(_BORN),
        "sure": _SURE,
        "given": given,
        "or_first": _EARLIER.format("first_on", given),
        "or_complete": _EARLIER.format("complete_on", given),
        "or_booster": _EARLIER.format("booster_1_on", given),
        "length": _LENGTH,
        "first": day(f"MIN(CASE {primary} THEN given_on END)"),
        "complete": day(f"MIN(CASE {primary} AND {enough} THEN given_on END)"),
        "booster": day("MIN(CASE WHEN kind = 'booster' THEN given_on END)"),
        "second": day(_SECOND),
    }
    whole = Template(sql).safe_substitute(parts)
    return Template(whole).substitute(who=who, row=row, dose=dose)


def _triggers(dialect: str) -> Iterator[Trigger]:
    added, changed = _of(_PERSON_ADDED, dialect), _of(_PERSON_CHANGED, dialect)
    yield Trigger(f"{TABLE}_person_added", "person", "INSERT", added)
    yield Trigger(
        f"{TABLE}_person_changed", "person", "UPDATE OF commune_id, birth_date, identity_state", changed
    )  # fmt: skip
    yield Trigger(f"{TABLE}_person_removed", "person", "DELETE", _of(_PERSON_REMOVED, dialect))
    for kind, told in (("primary", _PRIMARY_ADDED), ("booster", _BOOSTER_ADDED)):
        when = f"NOT NEW.held AND NEW.kind = '{kind}'"
        yield Trigger(f"{TABLE}_{kind}_added", "dose", "INSERT", _of(told, dialect, dose="NEW"), when)
    lock = _LOCK if dialect == "postgresql" else ""
    old, new = (_of(lock + _COUNTED, dialect, who=f"{row}.person_id") for row in ("OLD", "NEW"))
    yield Trigger(
        f"{TABLE}_dose_changed", "dose", "UPDATE OF person_id, product, number, kind, given_on, held", old + new
    )  # fmt: skip
    yield Trigger(f"{TABLE}_dose_removed", "dose", "DELETE", old)


def _counted(dialect: str) -> str:
    return _of(_REFILL, dialect, who="p.id", row="p")


STEPS = Kept(TABLE, _triggers, _counted)
