"""The cleaning queue is read from the records; who must act is said in one place."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from passport.domain.people import IdentityState
from passport.errors import InputError
from passport.registry import cleaning, duplicates, identities, progress
from passport.registry.cleaning import CaseClass

from .conftest import KIM_SON, TUA_CHUA, Scene

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
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
    then = cleaning.identity_cases(
        scene.session, area=scene.area(), case_class=wrong, after=cleaning.place_of(first[0]), limit=1
    )
    assert {p.identity_state for p in (*first, *then)} == {"wrong", "not_found"}
    assert (
        cleaning.identity_cases(scene.session, area=scene.area(), case_class=wrong, after=cleaning.place_of(then[0]))
        == []
    )
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


def test_a_case_keeps_its_day_until_the_register_says_yes(scene: Scene) -> None:
    later, officer = scene.now + timedelta(days=30), scene.account("officer")
    person = scene.person(state=IdentityState.WAITING, commune=scene.area())
    assert cleaning.identity_due(person, zone=ZONE) is None
    identities.set_identity(scene.session, person=person, state=IdentityState.WRONG, at=scene.now)
    due = cleaning.identity_due(person, zone=ZONE)
    assert due == date(2026, 12, 1)
    identities.correct_person(
        scene.session, person=person, field="full_name", value="Trần Thị Mở", why="?", by=officer, at=later
    )
    identities.set_identity(scene.session, person=person, state=IdentityState.NOT_FOUND, at=later)
    assert cleaning.identity_due(person, zone=ZONE) == due
    identities.set_identity(scene.session, person=person, state=IdentityState.VERIFIED, at=later)
    assert cleaning.identity_due(person, zone=ZONE) is None
    identities.correct_person(
        scene.session, person=person, field="id_number", value=None, why="?", by=officer, at=later
    )
    assert person.case_since == later


def test_whoever_waits_longest_comes_first_and_is_late_after_the_day(scene: Scene) -> None:
    for days, code in ((0, TUA_CHUA), (10, KIM_SON), (40, KIM_SON), (20, TUA_CHUA)):
        person = scene.person(f"Lê A {days}", id_number=None, state=IdentityState.NO_ID, commune=scene.area(code))
        person.case_since = scene.now - timedelta(days=days)
    elsewhere = scene.person("Lê B", id_number=None, state=IdentityState.NO_ID)
    scene.dose(elsewhere, site=scene.site("TC01", TUA_CHUA))
    scene.session.flush()
    found = cleaning.identity_cases(scene.session, area=None, case_class=CaseClass.NO_ID)
    assert [person.full_name for person in found][:3] == ["Lê A 40", "Lê A 20", "Lê A 10"]
    late = cleaning.late_counts(scene.session, area=scene.area(), today=scene.today, zone=ZONE)
    assert late == dict.fromkeys(CaseClass, 0) | {CaseClass.NO_ID: 1}
    owed = progress.case_duties(scene.session, area=None, today=scene.today, zone=ZONE)
    assert {(duty.area.code, duty.waiting, duty.late) for duty in owed} == {(KIM_SON, 2, 1), (TUA_CHUA, 3, 1)}
    next_day = scene.today + timedelta(days=3)  # the tenth day was a Saturday, the case may be closed on Monday
    late = cleaning.late_counts(scene.session, area=scene.area(), today=next_day, zone=ZONE)
    assert late[CaseClass.NO_ID] == 2
