"""A dose entered at the desk: one list a day, the checks of every list, nothing stored of what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from passport.errors import InputError, Refused
from passport.intake.confirming import confirm_doses
from passport.intake.entering import Entry, enter_dose
from passport.intake.importing import withdraw_import
from passport.registry.tables import Dose, Person
from tests.lists import AN, HEAD, NURSE, OFFICER, OTHER_STATION, STATION, World, person


def entered(world: World, cells: dict[str, str], *, days: int = 0, by: str = NURSE, site: str = STATION) -> Entry:
    later = timedelta(days=days)
    return enter_dose(
        world.database, site_code=site, cells=cells, by=by, now=world.now + later, today=world.today + later
    )


def test_doses_of_a_day_are_one_list(world: World) -> None:
    first, second = entered(world, AN), entered(world, person(2))
    assert first.stored
    assert first.import_id == second.import_id
    assert entered(world, person(3), days=1).import_id != first.import_id
    assert [world.stored_row(first.import_id or 0, row).cells["full_name"] for row in (2, 3)] == [
        AN["full_name"],
        person(2)["full_name"],
    ]
    (an,) = (one for one in world.people() if one.id == first.person_id)
    assert (an.full_name, an.id_number, len(an.doses)) == (AN["full_name"], AN["id_number"], 1)


def test_a_dose_on_record_is_not_stored_twice(world: World) -> None:
    world.rows(AN)
    again = entered(world, AN)
    assert again.stored
    assert again.person_id is None
    assert world.count(Dose) == 1
    second = entered(world, AN | {"dose_number": "2", "vaccination_date": "10/11/2021"})
    assert second.person_id is not None
    assert world.count(Person) == 1


def test_what_is_refused_is_told_and_not_stored(world: World) -> None:
    entry = entered(world, AN | {"birth_date": "31/02/1990", "vaccine": "Khác"})
    assert not entry.stored
    assert {(issue.column, issue.reason.value) for issue in entry.issues} >= {
        ("birth_date", "bad_birth_date"),
        ("vaccine", "unknown_vaccine"),
    }
    assert (world.count(Dose), world.count(Person)) == (0, 0)


def test_what_is_held_is_stored_and_waits(world: World) -> None:
    entry = entered(world, AN | {"id_number": "12"})
    assert entry.stored
    (dose,) = world.doses
    assert dose.held


def test_only_registrars_of_the_site_enter(world: World) -> None:
    for by, site in ((OFFICER, STATION), (NURSE, OTHER_STATION)):
        with pytest.raises(Refused):
            entered(world, AN, by=by, site=site)
    with pytest.raises(InputError):
        entered(world, AN | {"source_row": "1/2"})
    assert world.count(Person) == 0


def test_the_session_is_confirmed_or_withdrawn_as_a_whole(world: World) -> None:
    import_id = entered(world, AN).import_id or 0
    done = confirm_doses(world.database, site_code=STATION, import_id=import_id, by=HEAD, now=world.now)
    assert done.confirmed == 0  # nobody compared the person yet
    assert withdraw_import(world.database, import_id=import_id, by=NURSE, now=world.now) == 1
    assert entered(world, AN).import_id != import_id
