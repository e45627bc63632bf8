"""How the database keeps `site_tally` true (`kept`): how many people stood on a site's lists, how far its doses came.

Every change writes what it changes as a row of its own, so that no two writers wait for each other; the sum of a
site's rows is its count. Each thousandth row adds up those of the sites that have new ones.

How far a dose has come is told by three tables. On PostgreSQL whoever looks at a row of another table locks it
against change until the end: two transactions would each count with what was before the other (READ COMMITTED).
So whoever changes doses takes their people first: one of them (`people.lock_person`), or many (`people.hold_people`,
`people.lock_people`); two who take them in another order could wait for each other.
The table's name puts its triggers behind those of `person_step_days`, which stop a second writer of the same person.
"""

from __future__ import annotations

from collections.abc import Iterator
from string import Template

from passport.registry.kept import Kept, Trigger

TABLE = "site_tally"
SUMMED_EVERY = 1000  # rows
_SURE = "EXISTS (SELECT 1 FROM person WHERE person.id = $dose.person_id AND person.identity_state = 'verified')"
_CERTIFIED = "EXISTS (SELECT 1 FROM certificate WHERE certificate.dose_id = $dose.id AND certificate.state = 'issued')"
_GIVEN = -1  # the stage of somebody on an attendance list
# How far a dose has come: 0 entered, 1 verified, 2 confirmed, 3 in a certificate in force.
_STAGE = """CASE WHEN $dose.held OR NOT $sure THEN 0 WHEN $dose.confirmed_at IS NULL THEN 1
  WHEN NOT $certified THEN 2 ELSE 3 END"""
_CHANGE = f"SELECT $sign AS change, $dose.site_id AS site_id, {_STAGE} AS stage $source"
# One row for each site whose counts change.
_WRITTEN = """INSERT INTO $table (site_id, summed, given, entered, verified, confirmed, issued)
  SELECT site_id, $summed, SUM(CASE WHEN stage < 0 THEN change ELSE 0 END),
    SUM(CASE WHEN stage >= 0 THEN change ELSE 0 END), SUM(CASE WHEN stage > 0 THEN change ELSE 0 END),
    SUM(CASE WHEN stage > 1 THEN change ELSE 0 END), SUM(CASE WHEN stage > 2 THEN change ELSE 0 END)
  FROM ($changes) AS changed GROUP BY site_id HAVING SUM(change) <> 0 OR SUM(change * stage) <> 0;"""
_SUMMED = {
    "sqlite": """INSERT INTO $table (site_id, summed, given, entered, verified, confirmed, issued)
  SELECT site_id, TRUE, SUM(given), SUM(entered), SUM(verified), SUM(confirmed), SUM(issued) FROM $table
  WHERE site_id IN (SELECT site_id FROM $table WHERE NOT summed) GROUP BY site_id;
  DELETE FROM $table WHERE id <= NEW.id AND site_id IN (SELECT site_id FROM $table WHERE NOT summed);""",
    # What another transaction is adding up, or has not committed, stays for the next time. Arrays, because joins of a
    # table that grows from nothing within one transaction are planned as if it were still empty.
    "postgresql": """WITH gone AS (DELETE FROM $table WHERE id = ANY (ARRAY(
      SELECT id FROM $table WHERE site_id = ANY (ARRAY(SELECT DISTINCT site_id FROM $table WHERE NOT summed))
      FOR UPDATE SKIP LOCKED)) RETURNING *)
  INSERT INTO $table (site_id, summed, given, entered, verified, confirmed, issued)
  SELECT site_id, TRUE, SUM(given), SUM(entered), SUM(verified), SUM(confirmed), SUM(issued)
  FROM gone GROUP BY site_id;""",
}
_HOLD_PEOPLE = "PERFORM 1 FROM person WHERE id IN ($people) FOR SHARE;"
_HOLD_DOSE = "PERFORM 1 FROM dose WHERE id = $row.dose_id FOR SHARE;"


def _of(sql: str, **parts: str) -> str:
    return Template(sql).substitute(parts, table=TABLE)


def _written(*changes: str, summed: str = "FALSE") -> str:
    return _of(_WRITTEN, changes=" UNION ALL ".join(changes), summed=summed)


def _change(sign: int, *, dose: str = "dose", source: str = "", sure: str = _SURE, certified: str = _CERTIFIED) -> str:
    """A dose at its stage, added (1) or taken away (-1)."""
    told = _of(_CHANGE, sign=str(sign), dose=dose, source=source, sure=sure, certified=certified)
    return _of(told, dose=dose)


def _triggers(dialect: str) -> Iterator[Trigger]:
    yield from _of_attendees()
    yield from _of_doses(dialect)
    yield from _of_people()
    yield from _of_certificates(dialect)
    full = f"NOT NEW.summed AND NEW.id % {SUMMED_EVERY} = 0"
    yield Trigger(f"{TABLE}_summed", TABLE, "INSERT", _of(_SUMMED[dialect]), full)


def _of_attendees() -> Iterator[Trigger]:
    """A withdrawn list has none, so that its state need not be asked; a list never goes to another site."""
    for word, event, row, sign in (("added", "INSERT", "NEW", 1), ("removed", "DELETE", "OLD", -1)):
        changes = _written(_listed(sign, f"FROM list_import WHERE list_import.id = {row}.import_id"))
        yield Trigger(f"{TABLE}_attendee_{word}", "attendee", event, changes)


def _listed(sign: int, source: str) -> str:
    return f"SELECT {sign} AS change, list_import.site_id AS site_id, {_GIVEN} AS stage {source}"


def _of_doses(dialect: str) -> Iterator[Trigger]:
    old, new = _change(-1, dose="OLD"), _change(1, dose="NEW")
    for word, event, people, changes in (
        ("added", "INSERT", "NEW.person_id", (new,)),
        ("changed", "UPDATE OF person_id, site_id, held, confirmed_at", "OLD.person_id, NEW.person_id", (old, new)),
        ("removed", "DELETE", "OLD.person_id", (old,)),
    ):
        hold = _of(_HOLD_PEOPLE, people=people) if dialect == "postgresql" else ""
        yield Trigger(f"{TABLE}_dose_{word}", "dose", event, hold + _written(*changes))


def _of_people() -> Iterator[Trigger]:
    old, new = (f"({row}.identity_state = 'verified')" for row in ("OLD", "NEW"))
    theirs = "FROM dose WHERE dose.person_id = NEW.id"
    changes = _written(_change(-1, sure=old, source=theirs), _change(1, sure=new, source=theirs))
    yield Trigger(f"{TABLE}_person_changed", "person", "UPDATE OF identity_state", changes, f"{old} <> {new}")


def _of_certificates(dialect: str) -> Iterator[Trigger]:
    """A dose has one certificate in force at most (`uq_certificate_issued`), so that one decides alone."""
    for word, event, row, sign in (
        ("added", "INSERT", "NEW", 1),
        ("came", "UPDATE OF state, dose_id", "NEW", 1),
        ("went", "UPDATE OF state, dose_id", "OLD", -1),
        ("removed", "DELETE", "OLD", -1),
    ):
        hold, its = "", f"FROM dose WHERE dose.id = {row}.dose_id"
        if dialect == "postgresql":
            hold = _of(_HOLD_DOSE + _HOLD_PEOPLE, row=row, people=f"(SELECT dose.person_id {its})")
        changes = _written(
            _change(sign, certified="TRUE", source=its), _change(-sign, certified="FALSE", source=its)
        )  # fmt: skip
        name = f"{TABLE}_certificate_{word}"
        yield Trigger(name, "certificate", event, hold + changes, f"{row}.state = 'issued'")


def _counted(_dialect: str) -> str:
    attendees = _listed(1, "FROM attendee JOIN list_import ON list_import.id = attendee.import_id")
    return _written(attendees, _change(1, source="FROM dose"), summed="TRUE")


TALLY = Kept(TABLE, _triggers, _counted)
