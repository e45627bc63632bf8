"""The cleaning queue is read from the records; who must act is said in one place."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from passport.domain.people import IdentityState
from passport.errors import InputError
from passport.registry import cleaning, duplicates
from passport.registry.cleaning import CaseClass

from .conftest import TUA_CHUA, Scene

WRONG = [IdentityState.NO_ID, IdentityState.BAD_ID, IdentityState.WRONG, IdentityState.NOT_FOUND]


def test_each_class_is_counted_and_paged(scene: Scene) -> None:
    for number, state in enumerate([*WRONG, IdentityState.WAITING, IdentityState.VERIFIED]):
        person = scene.person(f"Nguyễn Văn A{number}", id_number=f"03719000000{number}", state=state)
        scene.dose(person, held=number < 2)
    elsewhere = scene.person("Giàng A Dơ", id_number=None, state=IdentityState.NO_ID, commune=scene.area(TUA_CHUA))
    scene.session.flush()
    counts = cleaning.counts(scene.session, area=scene.area())
    assert counts == {"no_id": 1, "bad_id": 1, "wrong_basic": 2, "dose": 2, "report": 0}
    assert cleaning.counts(scene.session, area=None)[CaseClass.NO_ID] == 2
    wrong = CaseClass.WRONG_BASIC
    first = cleaning.identity_cases(scene.session, area=scene.area(), case_class=wrong, limit=1)
    then = cleaning.identity_cases(scene.session, area=scene.area(), case_class=wrong, after=first[0].id, limit=1)
    assert {p.identity_state for p in (*first, *then)} == {"wrong", "not_found"}
    assert cleaning.identity_cases(scene.session, area=scene.area(), case_class=wrong, after=then[0].id) == []
    (held, other) = cleaning.dose_cases(scene.session, area=scene.area())
    assert cleaning.dose_cases(scene.session, area=scene.area(), after=held.id) == [other]
    assert cleaning.class_of(elsewhere) is CaseClass.NO_ID


def test_a_dose_is_its_sites_until_the_site_closes(scene: Scene, today: date) -> None:
    site = scene.site()
    assert cleaning.dose_duty(site, on=today) == cleaning.Duty("registrar", scene.area())
    site.closed_on = today + timedelta(days=1)
    assert cleaning.dose_duty(site, on=today).area is scene.area()
    site.closed_on = today
    assert cleaning.dose_duty(site, on=today) == cleaning.Duty("registrar", scene.area().parent)


def test_an_identity_is_the_officers_where_the_person_lives(scene: Scene) -> None:
    person = scene.person()
    scene.dose(person)
    scene.session.flush()
    assert cleaning.identity_duty(person) == cleaning.Duty("identity_officer", scene.area())
    person.commune = scene.area(TUA_CHUA)
    assert cleaning.identity_duty(person).area is scene.area(TUA_CHUA)


def test_what_was_last_done_stands_beside_the_case(scene: Scene, today: date) -> None:
    person = scene.person(state=IdentityState.WRONG)
    scene.session.flush()
    nurse = scene.account("nurse")
    assert cleaning.last_steps(scene.session, [person]) == {}
    note = cleaning.send_back(
        scene.session, person=person, sent_to="site", why="Xem phiếu", due_on=today, by=nurse, at=scene.now
    )
    (row,) = cleaning.new_hand_over(
        scene.session, area=scene.area(), people=[person], made_by="nurse@example.vn", on=today, at=scene.now
    )
    step = cleaning.last_steps(scene.session, [person])[person.id]
    assert (step.sent_back, step.out_on) == (note, row.hand_over)
    assert cleaning.find_handed_over(scene.session, hand_over_id=row.hand_over_id, number=1) is row
    cleaning.take_back(scene.session, person=person, at=scene.now)
    row.outcome, row.back_at = "settled", scene.now
    scene.session.flush()
    assert cleaning.last_steps(scene.session, [person]) == {}
    with pytest.raises(InputError):
        cleaning.send_back(
            scene.session, person=person, sent_to="police", why="?", due_on=today, by=nurse, at=scene.now
        )


def test_people_are_told_twice_only_when_something_else_agrees(scene: Scene) -> None:
    for number in range(3):
        scene.person(id_number=f"03719000000{number}", phone="0912345678" if number < 2 else "0987654321")
    scene.session.flush()
    ((one, other),) = duplicates.people_pairs(scene.session, area=None)
    assert one.phone == other.phone == "0912345678"
    assert duplicates.people_pairs(scene.session, area=None, after=(one.id, other.id)) == []
    assert duplicates.people_pairs(scene.session, area=scene.area(TUA_CHUA)) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("ABV 5300", "abv5300", True), ("AB0I", "ABO1", True), ("", "FG3716", True), ("FG3716", "FG3717", False)],
)
def test_the_same_lot_in_other_hands(one: str, other: str, same: bool) -> None:
    assert duplicates.same_lot(one, other) is same


def test_two_doses_of_a_day_are_one_only_if_everything_agrees(scene: Scene) -> None:
    person = scene.person()
    first = scene.dose(person, lot="FA1234")
    twin = scene.dose(person, lot="FAI234")
    scene.dose(person, lot="XX9999")  # another lot
    scene.dose(person, number=2)  # another dose
    scene.dose(person, product="spikevax")  # another vaccine
    scene.session.flush()
    ((one, other),) = duplicates.dose_pairs(scene.session, area=scene.area())
    assert {one.id, other.id} == {first.id, twin.id}
