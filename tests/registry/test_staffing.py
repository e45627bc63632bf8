"""Accounts by invitation, codes that are spent, certificates that were drawn: on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from passport.domain.people import IdentityState
from passport.errors import InputError, Refusal, Refused
from passport.registry import batch_views, certificates, invitations, staffing
from passport.registry.accounts import Account, grant_role, spend_code
from passport.registry.left_out import Why, left_out

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
        staffing.give_role(scene.session, nurse, role="issuer", area=scene.area(), by=local, at=scene.now)
    staffing.give_role(scene.session, nurse, role="issuer", area=scene.area(TUA_CHUA), by=local, at=scene.now)
    assert [grant.role for grant in nurse.grants] == ["registrar", "issuer"]


def test_twenty_are_drawn_for_each_approver_and_kept(scene: Scene) -> None:
    doses = [
        scene.confirmed(scene.person(id_number=f"0371900000{n:02}", name=f"Trần Thị Mơ {n}"))
        for n in range(batch_views.SAMPLE + 5)
    ]
    approver, other = scene.account("approver"), scene.account("other")
    batch = certificates.create_batch(
        scene.session, area=scene.area(), doses=doses, by=scene.account("a"), at=scene.now
    )
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
    certificates.create_batch(scene.session, area=scene.area(), doses=[proposed], by=scene.account("a"), at=scene.now)
    assert left_out(scene.session, area=scene.area()) == {
        Why.HELD: 1,
        Why.IDENTITY: 1,
        Why.UNCONFIRMED: 1,
        Why.IN_BATCH: 1,
        Why.LATER_DOSE: 1,
    }
    assert left_out(scene.session, area=scene.area(TUA_CHUA)) == {}
