"""Migrations: up, down and up again; the tables and the revisions say the same."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

from passport.domain.dates import PartialDate
from passport.domain.people import IdentityState
from passport.errors import Refusal, Unavailable
from passport.registry import areas, audit, guardians, identities, migrations, staffing
from passport.registry.columns import Base
from passport.registry.db import Database
from passport.registry.guardians import Guardianship
from passport.registry.tables import Person
from tests.registry.conftest import Scene


def test_models_and_migrations_agree(database: Database) -> None:
    assert migrations.differences(database.engine) == []
    assert migrations.migrated(database.engine)
    migrations.require_migrated(database.engine)


def test_down_and_up_again(database: Database, today: date) -> None:
    migrations.downgrade(database.engine)
    assert set(inspect(database.engine).get_table_names()) == {"alembic_version"}
    assert not migrations.migrated(database.engine)
    migrations.upgrade(database.engine)
    assert set(inspect(database.engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    with database.reading() as session:
        assert len(areas.list_areas(session, on=today, level="province")) == 34


def test_a_step_back_keeps_people_and_their_doses(database: Database, now: datetime, today: date) -> None:
    with database.transaction() as session:
        scene = Scene(session, now, today)
        dosed = scene.dose(scene.person(state=IdentityState.AMBIGUOUS)).id
    migrations.downgrade(database.engine, to="0009")
    with database.engine.connect() as connection:
        assert connection.scalars(text("SELECT identity_state FROM person")).all() == ["wrong"]
        assert connection.scalars(text("SELECT id FROM dose")).all() == [dosed]
    with pytest.raises(DBAPIError, match="ck_person_identity_state"), database.engine.begin() as connection:
        connection.execute(text("UPDATE person SET identity_state = 'ambiguous'"))
    migrations.upgrade(database.engine)
    assert migrations.differences(database.engine) == []


def test_guardians_and_cases_are_kept_and_what_is_newer_goes(database: Database, now: datetime, today: date) -> None:
    with database.transaction() as session:
        scene = Scene(session, now, today)
        wrong = scene.person("Sai", id_number="1")
        identities.set_identity(session, person=wrong, state=IdentityState.WRONG, at=now)
        nurse, others = scene.account("nurse"), {"on": today, "at": now}
        one, two, three = (scene.person(str(n), born=PartialDate(1980, 1, n), id_number=f"2{n}") for n in (1, 2, 3))
        child = scene.person("Na", born=PartialDate(2020, 1, 2), id_number="3")
        for guardian, by in ((one, nurse), (two, nurse), (three, None)):
            guardians.link_child(session, guardian=guardian, child=child, paper=by and "KS", by=by, **others)
        guardians.unlink_child(session, guardian_id=two.id, child_id=child.id, at=now)
        staffing.new_link(session, scene.account("head"), by=nurse, at=now)
        kept = one.id
    for _ in range(2):
        migrations.downgrade(database.engine, to="0011")
        with database.engine.connect() as connection:
            assert connection.scalars(text("SELECT guardian_id FROM guardianship")).all() == [kept]
        migrations.upgrade(database.engine)
        assert migrations.differences(database.engine) == []
    with database.reading() as session:
        assert session.scalars(select(Person.case_since).where(Person.full_name == "Sai")).all() == [now]
        assert session.scalars(select(Guardianship.paper)).all() == ["KS"]
    with pytest.raises(DBAPIError, match="ck_guardianship_how"), database.engine.begin() as connection:
        connection.execute(text("UPDATE guardianship SET by_id = NULL"))


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    database = Database.at(f"sqlite:///{tmp_path / 'absent.db'}")
    with pytest.raises(Unavailable) as told:
        migrations.require_migrated(database.engine)
    assert told.value.reason is Refusal.NOT_MIGRATED
    assert not (tmp_path / "absent.db").exists()


def test_a_server_that_is_away_is_told_apart() -> None:
    database = Database.at("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Unavailable) as told:
        migrations.migrated(database.engine)
    assert told.value.reason is Refusal.SERVICE_AWAY


@pytest.mark.parametrize("act", ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_change_the_audit_trail(database: Database, now: object, act: str) -> None:
    with database.transaction() as session:
        audit.record(session, actor="a", action="b", subject="c", at=now)  # type: ignore[arg-type]
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.execute(text(act))
