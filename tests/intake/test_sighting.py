"""Foreigners are verified by sight of their passport; a number that was renewed still finds its person."""

from __future__ import annotations

import pytest

from passport.domain.dates import PartialDate
from passport.domain.people import Sex
from passport.errors import InputError, Refusal, Refused, RowReason
from passport.intake.cleaning import correct_person
from passport.intake.sighting import sight_passport
from passport.registry import audit, identities, people
from passport.registry.tables import Person
from tests.lists import AN, NURSE, OFFICER, World

JANE = AN | {"full_name": "Jane Doe", "sex": "Nữ", "nationality": "US", "id_number": "X1234567"}


def see(world: World, person: Person, number: str, *, by: str = OFFICER) -> None:
    sight_passport(world.database, person_id=person.id, number=number, by=by, now=world.now)


def test_a_passport_that_was_seen_verifies_a_foreigner(world: World) -> None:
    world.rows(JANE)
    see(world, world.person("Jane Doe"), "x1234567")
    jane = world.person("Jane Doe")
    assert (jane.identity_state, jane.identity_how, jane.id_number) == ("verified", "passport", "X1234567")
    with world.database.reading() as session:
        (trace,) = identities.corrections_of(session, jane)
        assert (trace.field, trace.before, trace.after, trace.why) == (
            "identity_state", "waiting", "verified", "passport seen",
        )  # fmt: skip
        assert [entry.action for entry in audit.entries(session, subject=jane.id)] == ["passport_seen"]


def test_a_new_passport_leaves_the_old_number_findable(world: World) -> None:
    world.rows(JANE)
    see(world, world.person("Jane Doe"), "X1234567")
    see(world, world.person("Jane Doe"), "Y7654321")
    with world.database.reading() as session:
        for number in ("X1234567", "Y7654321"):
            assert [one.full_name for one in people.find_by_id_number(session, number)] == ["Jane Doe"]
    second = world.rows(JANE | {"dose_number": "2", "vaccination_date": "12/10/2021"})
    assert (second.new, second.held, len(world.people()), len(world.doses)) == (1, 0, 1, 2)


def test_a_number_that_was_never_right_is_not_kept(world: World) -> None:
    world.rows(JANE)
    see(world, world.person("Jane Doe"), "Y7654321")
    with world.database.reading() as session:
        assert people.find_by_id_number(session, "X1234567") == []


def test_a_card_after_an_old_one_is_the_same_person(world: World) -> None:
    world.rows(AN | {"id_number": "164123456"})
    correct_person(
        world.database, person_id=world.person("Nguyễn Văn An").id, field="id_number", value=AN["id_number"],
        why="đổi thẻ", by=OFFICER, now=world.now, today=world.today,
    )  # fmt: skip
    report = world.rows(AN | {"id_number": "164123456", "dose_number": "2", "vaccination_date": "12/10/2021"})
    assert (report.held, len(world.people())) == (0, 1)
    assert world.person("Nguyễn Văn An").id_number == AN["id_number"]
    with world.database.reading() as session:
        holder = people.find_holder(
            session, full_name="Nguyen Van An", born=PartialDate(1990, 1, 2), sex=Sex.MALE, id_number="164123456",
            last_dose_on=world.today.replace(year=2021, month=10, day=12),
        )  # fmt: skip
        assert holder is not None


def test_only_an_officer_sees_passports_and_only_of_foreigners(world: World) -> None:
    world.rows(JANE, AN)
    with pytest.raises(Refused):
        see(world, world.person("Jane Doe"), "X1234567", by=NURSE)
    with pytest.raises(InputError) as citizen:
        see(world, world.person("Nguyễn Văn An"), "B1234567")
    assert citizen.value.reason is Refusal.BAD_OPTION
    with pytest.raises(InputError) as malformed:
        see(world, world.person("Jane Doe"), "?")
    assert malformed.value.reason is RowReason.BAD_ID
