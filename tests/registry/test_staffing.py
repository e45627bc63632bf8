"""Accounts by invitation, codes that are spent, certificates that were drawn: on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from passport.domain.people import IdentityState
from passport.errors import InputError, Refusal, Refused
from passport.registry import batch_views, batches, invitations, staffing
from passport.registry.accounts import Account, grant_role, spend_code
from passport.registry.left_out import Why, left_out
from passport.registry.tables import Area

from .conftest import TUA_CHUA, Scene


@pytest.fixture
def chief(scene: Scene) -> Account:
    account = scene.account("chief")
    grant_role(scene.session, account=account, role="administrator", area=None)
    return account


def test_a_link_opens_one_account_once(scene: Scene) -> None:
    account = scene.account("new")
    void = invitations.make_link(scene.session, account=account, now=scene.now)
    token = invitations.make_link(scene.session, account=account, now=scene.now)
    assert invitations.open_links(scene.session, now=scene.now) == {account.id: scene.now + invitations.LIFETIME}
    for wrong, at in ((void, scene.now), ("", scene.now), (token, scene.now + invitations.LIFETIME)):
        with pytest.raises(InputError) as told:
            invitations.accept(scene.session, wrong, password_hash="h", now=at)
        assert told.value.reason is Refusal.LINK_SPENT
    session_before = account.fs_uniquifier
    assert invitations.accept(scene.session, token, password_hash="h", now=scene.now) is account
    assert account.password == "h"
    assert account.fs_uniquifier != session_before
    with pytest.raises(InputError):
        invitations.accept(scene.session, token, password_hash="other", now=scene.now)


def test_a_closed_account_has_no_way_in(scene: Scene, chief: Account) -> None:
    account = scene.account("gone")
    token = invitations.make_link(scene.session, account=account, now=scene.now)
    staffing.set_active(scene.session, account, active=False, by=chief, at=scene.now)
    with pytest.raises(InputError):
        invitations.invited(scene.session, token, now=scene.now)


def test_a_code_is_good_once_and_an_older_one_never(scene: Scene) -> None:
    account = scene.account("nurse")
    assert [spend_code(account, counter=n) for n in (7, 7, 6, 8)] == [True, False, False, True]


def test_of_two_who_close_each_other_one_is_late(scene: Scene, chief: Account) -> None:
    other = scene.account("other")
    grant_role(scene.session, account=other, role="administrator", area=None)
    staffing.set_active(scene.session, other, active=False, by=chief, at=scene.now)
    with pytest.raises(InputError) as told:
        staffing.set_active(scene.session, chief, active=False, by=other, at=scene.now)
    assert told.value.reason is Refusal.UNKNOWN_ACCOUNT
    assert chief.active


def test_an_administrator_of_an_area_answers_for_it_alone(scene: Scene, chief: Account) -> None:
    local = scene.account("local")
    grant_role(scene.session, account=local, role="administrator", area=scene.area(TUA_CHUA))
    nurse, stranger = scene.account("nurse"), scene.account("stranger")
    grant_role(scene.session, account=nurse, role="registrar", area=scene.area(TUA_CHUA))
    grant_role(scene.session, account=stranger, role="registrar", area=scene.area())
    assert staffing.staff_of(scene.session, local) == [local, nurse]
    assert set(staffing.staff_of(scene.session, chief)) == {chief, local, nurse, stranger}
    with pytest.raises(InputError):
        staffing.require_staff(scene.session, local, stranger.id)
    with pytest.raises(Refused):
        staffing.give_role(scene.session, nurse, role="inspector", area=scene.area(), by=local, at=scene.now)
    staffing.give_role(scene.session, nurse, role="inspector", area=scene.area(TUA_CHUA), by=local, at=scene.now)
    assert [grant.role for grant in nurse.grants] == ["registrar", "inspector"]


def _second(scene: Scene, name: str = "second", area: Area | None = None) -> Account:
    account = scene.account(name)
    grant_role(scene.session, account=account, role="administrator", area=area)
    return account


@pytest.mark.parametrize("role", staffing.FOUR_EYES)
def test_a_role_that_says_yes_waits_for_a_second_administrator(scene: Scene, chief: Account, role: str) -> None:
    account = scene.account("invented")
    assert not staffing.give_role(scene.session, account, role=role, area=None, by=chief, at=scene.now)
    (waiting,) = staffing.requests_before(scene.session, chief)
    assert not staffing.may_agree(waiting, chief)
    with pytest.raises(Refused) as told, scene.session.begin_nested():
        staffing.agree(scene.session, waiting.id, by=chief, at=scene.now)
    assert told.value.reason is Refusal.OWN_REQUEST
    assert account.grants == []
    assert staffing.agree(scene.session, waiting.id, by=_second(scene), at=scene.now) is account
    assert [grant.role for grant in account.grants] == [role]
    assert staffing.requests_before(scene.session, chief) == []
    with pytest.raises(InputError) as told_late:
        staffing.agree(scene.session, waiting.id, by=_second(scene), at=scene.now)
    assert told_late.value.reason is Refusal.UNKNOWN_REQUEST


def test_a_link_to_an_account_that_somebody_has_waits(scene: Scene, chief: Account) -> None:
    officer, second = scene.account("officer"), _second(scene)
    token = staffing.new_link(scene.session, officer, by=chief, at=scene.now)
    invitations.accept(scene.session, token, password_hash="own", now=scene.now)  # never signed in, no role: at once
    stolen = staffing.new_link(scene.session, officer, by=chief, at=scene.now)
    with pytest.raises(InputError) as told:
        invitations.accept(scene.session, stolen, password_hash="chief's", now=scene.now)
    assert told.value.reason is Refusal.LINK_WAITS
    (waiting,) = officer.requests
    staffing.refuse(scene.session, waiting.id, by=second, at=scene.now)
    again = staffing.new_link(scene.session, officer, by=chief, at=scene.now)
    for link, reason in ((stolen, Refusal.LINK_SPENT), (again, Refusal.LINK_WAITS)):
        with pytest.raises(InputError) as told:
            invitations.invited(scene.session, link, now=scene.now)
        assert told.value.reason is reason
    (waiting,) = officer.requests
    later = scene.now + invitations.LIFETIME  # over a weekend
    staffing.agree(scene.session, waiting.id, by=second, at=later)
    assert officer.password == "own"
    invitations.accept(scene.session, again, password_hash="new", now=later)
    assert officer.password == "new"


def test_a_link_to_an_invited_account_with_an_agreed_role_waits(scene: Scene, chief: Account) -> None:
    invited = scene.account("invited")
    grant_role(scene.session, account=invited, role="approver", area=None)
    token = staffing.new_link(scene.session, invited, by=chief, at=scene.now)
    with pytest.raises(InputError) as told:
        invitations.invited(scene.session, token, now=scene.now)
    assert told.value.reason is Refusal.LINK_WAITS
    operators = invitations.make_link(scene.session, account=invited, now=scene.now)  # as by the command
    assert invitations.invited(scene.session, operators, now=scene.now) is invited
    assert invited.requests == []


def test_who_agrees_is_an_administrator_over_that_area_and_not_meant(scene: Scene, chief: Account) -> None:
    session, kim_son = scene.session, scene.area()
    account = scene.account("new")
    staffing.give_role(session, account, role="approver", area=kim_son, by=chief, at=scene.now)
    (waiting,) = account.requests
    stranger, local = _second(scene, "stranger", scene.area(TUA_CHUA)), _second(scene, "local", kim_son)
    with pytest.raises(InputError) as told:
        staffing.agree(session, waiting.id, by=stranger, at=scene.now)
    assert told.value.reason is Refusal.UNKNOWN_REQUEST
    staffing.agree(session, waiting.id, by=local, at=scene.now)
    staffing.give_role(session, local, role="approver", area=None, by=chief, at=scene.now)
    (own,) = local.requests
    with pytest.raises((Refused, InputError)):
        staffing.agree(session, own.id, by=local, at=scene.now)
    assert not staffing.may_agree(own, local)


@pytest.mark.parametrize("how", ["closed", "taken"])
def test_what_somebody_asked_for_ends_with_their_office(scene: Scene, chief: Account, how: str) -> None:
    thief, victim = _second(scene, "thief"), scene.account("victim")
    victim.password = "h"
    token = staffing.new_link(scene.session, victim, by=thief, at=scene.now)
    if how == "closed":
        staffing.set_active(scene.session, thief, active=False, by=chief, at=scene.now)
    else:
        staffing.take_role(scene.session, thief, grant_id=thief.grants[0].id, by=chief, at=scene.now)
    assert staffing.requests_before(scene.session, chief) == []
    with pytest.raises(InputError) as told:
        invitations.invited(scene.session, token, now=scene.now)
    assert told.value.reason is Refusal.LINK_SPENT


def test_twenty_are_drawn_for_each_approver_and_kept(scene: Scene) -> None:
    doses = [
        scene.confirmed(scene.person(id_number=f"0371900000{n:02}", name=f"Trần Thị Mơ {n}"))
        for n in range(batch_views.SAMPLE + 5)
    ]
    approver, other = scene.account("approver"), scene.account("other")
    batch = batches.create_batch(scene.session, area=scene.area(), doses=doses, by=scene.account("a"), at=scene.now)
    with pytest.raises(Refused) as told:
        batch_views.require_viewed(scene.session, batch, approver)
    assert told.value.reason is Refusal.NOT_VIEWED
    drawn = batch_views.draw(scene.session, batch, approver, at=scene.now)
    assert len({dose.id for dose in drawn}) == batch_views.SAMPLE
    assert batch_views.drawn(scene.session, batch, approver) == drawn
    batch_views.require_viewed(scene.session, batch, approver)
    with pytest.raises(Refused):
        batch_views.require_viewed(scene.session, batch, other)


def test_each_dose_is_left_out_for_its_first_reason(scene: Scene) -> None:
    first = scene.person(id_number="037190000011", name="Trần Thị Một")
    scene.confirmed(first)
    scene.confirmed(first, number=2, given_on=scene.today - timedelta(days=30))
    scene.dose(scene.person(id_number="037190000012", name="Trần Thị Hai"), held=True)
    scene.dose(scene.person(id_number="037190000013", name="Trần Thị Ba"))
    scene.dose(scene.person(id_number="037190000014", name="Trần Thị Bốn", state=IdentityState.WRONG))
    scene.issued(scene.confirmed(scene.person(id_number="037190000015", name="Trần Thị Năm")))
    proposed = scene.confirmed(scene.person(id_number="037190000016", name="Trần Thị Sáu"))
    batches.create_batch(scene.session, area=scene.area(), doses=[proposed], by=scene.account("a"), at=scene.now)
    assert left_out(scene.session, area=scene.area()) == {
        Why.HELD: 1,
        Why.IDENTITY: 1,
        Why.UNCONFIRMED: 1,
        Why.IN_BATCH: 1,
        Why.LATER_DOSE: 1,
    }
    assert left_out(scene.session, area=scene.area(TUA_CHUA)) == {}
