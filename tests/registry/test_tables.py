"""What the database itself refuses, whatever the code above it forgets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError, StatementError

from passport.registry.columns import new_id, row_id
from passport.registry.db import Database
from passport.registry.messages import OutboxMessage
from passport.registry.tables import Batch, Campaign, Certificate, Dose

from .conftest import Scene


def _confirms_own(scene: Scene) -> None:
    dose = scene.dose(scene.person())
    dose.confirmed_by_id, dose.confirmed_at = dose.entered_by_id, scene.now


def _confirmed_by_nobody(scene: Scene) -> None:
    scene.dose(scene.person()).confirmed_at = scene.now


def _dose_twice(scene: Scene) -> None:
    person = scene.person()
    scene.dose(person)
    scene.dose(person)


def _person_twice(scene: Scene) -> None:
    scene.person()
    scene.person()


def _unknown_state(scene: Scene) -> None:
    scene.person().identity_state = "trusted"


def _approves_own(scene: Scene) -> None:
    officer = scene.account("officer")
    scene.session.add(
        Batch(
            area=scene.area(), state="approved", proposed_by_id=officer.id, proposed_at=scene.now,
            approved_by_id=officer.id, approved_at=scene.now,
        )
    )  # fmt: skip


def _issued_unapproved(scene: Scene) -> None:
    scene.session.add(
        Batch(area=scene.area(), state="issued", proposed_by_id=scene.account("officer").id, proposed_at=scene.now)
    )


def _two_in_force(scene: Scene) -> None:
    dose = scene.confirmed(scene.person())
    scene.issued(dose, "A")
    scene.issued(dose, "B")


def _in_force_without_text(scene: Scene) -> None:
    scene.issued(scene.confirmed(scene.person())).text = None


def _revoked_without_date(scene: Scene) -> None:
    scene.issued(scene.confirmed(scene.person())).state = "revoked"


def _dose_number_ten(scene: Scene) -> None:
    scene.dose(scene.person(), number=10)


@pytest.mark.parametrize(
    "act",
    [
        _confirms_own, _confirmed_by_nobody, _dose_twice, _person_twice, _unknown_state, _approves_own,
        _issued_unapproved, _two_in_force, _in_force_without_text, _revoked_without_date, _dose_number_ten,
    ],
)  # fmt: skip
def test_the_database_refuses(scene: Scene, act: Callable[[Scene], None]) -> None:
    with pytest.raises(IntegrityError), scene.session.begin_nested():  # noqa: PT012  # which flush fails is its own
        act(scene)
        scene.session.flush()


def test_people_without_a_number_may_have_one_name(scene: Scene) -> None:
    assert scene.person(id_number=None).id != scene.person(id_number=None).id


def test_instants_come_back_in_utc(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        session.add(OutboxMessage(recipient="x", body="y", at=now.astimezone(timezone(timedelta(hours=7)))))
    with database.reading() as session:
        message = session.get_one(OutboxMessage, 1)
        assert (message.at, message.at.tzinfo) == (now, UTC)


def test_an_instant_needs_a_zone(database: Database, now: datetime) -> None:
    with pytest.raises(StatementError, match="needs a zone"), database.transaction() as session:
        session.add(OutboxMessage(recipient="x", body="y", at=now.replace(tzinfo=None)))


def test_a_transaction_is_whole_or_nothing(database: Database) -> None:
    def half_way() -> None:
        with database.transaction() as session:
            session.add(Campaign(name="half"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_way()
    with database.reading() as session:
        assert session.query(Campaign).count() == 0


def test_relations_are_kept(scene: Scene) -> None:
    dose = scene.confirmed(scene.person())
    certificate = scene.issued(dose)
    assert [c.id for c in dose.certificates] == [certificate.id]
    assert isinstance(certificate.dose, Dose)
    assert scene.session.get(Certificate, certificate.id) is certificate


def test_identifiers_of_a_process_follow_each_other_and_cannot_be_guessed() -> None:
    given = [row_id() for _ in range(1000)]
    assert given == sorted(given)
    assert len({one[-25:] for one in given}) == 1000
    assert {len(one) for one in [*given, new_id()]} == {32}
