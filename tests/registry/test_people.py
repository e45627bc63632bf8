"""People: found by key, searched by name without marks, a page at a time."""

from __future__ import annotations

import pytest

from passport.domain.dates import PartialDate
from passport.domain.people import IdentityState
from passport.errors import InputError, Refusal
from passport.registry import identities, people
from passport.registry.areas import find_area

from .conftest import TUA_CHUA, Scene


def test_a_name_is_stored_tidy_and_compared_folded(scene: Scene) -> None:
    person = scene.person("Đỗ  Thị Thủy ")
    assert (person.full_name, person.name_key) == ("Đỗ Thị Thủy", "do thi thuy")


def test_one_number_of_two_names_finds_both(scene: Scene) -> None:
    pair = {scene.person("Trần Thị Mơ").id, scene.person("Trần Văn Mơ").id}
    assert {person.id for person in people.find_by_id_number(scene.session, "037190000001")} == pair


def test_search_by_the_beginning_of_a_name_without_marks(scene: Scene) -> None:
    names = ["Đặng Văn Ân", "Đặng Văn Ánh", "Đàm Thị Út", "Đặng", "Lò Văn Đặng"]
    for number, name in enumerate(names):
        scene.person(name, id_number=f"03719000000{number}")
    found = people.search_people(scene.session, name="dang van")
    assert [person.full_name for person in found] == ["Đặng Văn Ân", "Đặng Văn Ánh"]
    assert len(people.search_people(scene.session, name="ĐẶNG")) == 3
    assert people.search_people(scene.session, name="%") == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("1990-01-02", {"1990-01-02", "1990-01", "1990"}),
        ("1990-01", {"1990-01-02", "1990-01", "1990"}),
        ("1990", {"1990-01-02", "1990-01", "1990", "1990-11-02"}),
        ("1990-11", {"1990-11-02", "1990"}),
        ("1991", {"1991"}),
    ],
)
def test_search_by_a_birth_date_that_is_known_in_part(scene: Scene, asked: str, found: set[str]) -> None:
    for told in ("1990-01-02", "1990-01", "1990", "1990-11-02", "1991"):
        scene.person(born=PartialDate.parse(told))
    asked_for = people.search_people(scene.session, born=PartialDate.parse(asked))
    assert {person.birth_date for person in asked_for} == found


def test_search_by_number_and_state(scene: Scene) -> None:
    scene.person("A", state=IdentityState.WAITING)
    scene.person("B", id_number="037190000002", state=IdentityState.WRONG)
    assert [p.full_name for p in people.search_people(scene.session, state=IdentityState.WRONG)] == ["B"]
    assert [p.full_name for p in people.search_people(scene.session, id_number="037190000001")] == ["A"]
    assert people.search_people(scene.session, id_number="03719000000") == []


def test_an_area_holds_who_lives_or_was_vaccinated_there(scene: Scene) -> None:
    lives = scene.person("Sống", commune=scene.area())
    came = scene.person("Tiêm", id_number="037190000002", commune=scene.area(TUA_CHUA))
    scene.dose(came)
    scene.person("Nơi khác", id_number="037190000003", commune=scene.area(TUA_CHUA))
    for code in ("14638", "37"):
        found = people.search_people(scene.session, area=scene.area(code))
        assert {person.id for person in found} == {lives.id, came.id}
    assert len(people.search_people(scene.session, area=scene.area("11"))) == 2


def test_the_present_area_holds_the_people_of_former_units(scene: Scene) -> None:
    then = scene.today.replace(year=2022)
    person = scene.person(commune=find_area(scene.session, "14635", on=then))
    assert people.search_people(scene.session, area=scene.area("14638")) == [person]
    assert people.search_people(scene.session, area=scene.area("376")) == [person]
    assert people.search_people(scene.session, area=scene.area("03217")) == []


def test_pages_follow_each_other(scene: Scene) -> None:
    everybody = [scene.person("Lý Thị Hoa", id_number=f"0371900000{n:02}").id for n in range(5)]
    found: list[str] = []
    last = None
    while page := people.search_people(scene.session, name="ly", after=last, limit=2):
        found.extend(person.id for person in page)
        last = page[-1]
    assert found == sorted(everybody)


def test_waiting_people_are_those_not_asked_about(scene: Scene) -> None:
    waiting = [scene.person(id_number=f"03719000000{n}", state=IdentityState.WAITING) for n in range(3)]
    scene.person(id_number=None, state=IdentityState.NO_ID)
    first = people.waiting_people(scene.session, limit=2)
    rest = people.waiting_people(scene.session, after=first[-1])
    assert {p.id for p in first + rest} == {p.id for p in waiting}
    identities.set_identity(scene.session, person=waiting[0], state=IdentityState.VERIFIED, at=scene.now)
    assert waiting[0].identity_checked_at == scene.now
    assert len(people.waiting_people(scene.session)) == 2
    assert people.waiting_people(scene.session, area=scene.area()) == []


def test_unknown_person(scene: Scene) -> None:
    with pytest.raises(InputError) as told:
        people.require_person(scene.session, "0" * 32)
    assert told.value.reason is Refusal.UNKNOWN_PERSON
