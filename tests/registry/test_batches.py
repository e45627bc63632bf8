"""Batches: what they may propose, approved once by somebody else, and gone on with after a break."""

from __future__ import annotations

from datetime import date

import pytest

from passport.domain.people import IdentityState
from passport.errors import InputError, Refusal
from passport.registry import batches
from tests.refusals import refusal_of

from .conftest import KIM_SON, TUA_CHUA, Scene


def test_what_a_batch_may_propose(scene: Scene) -> None:
    person = scene.person("A", id_number="1")
    scene.confirmed(person, number=1, given_on=date(2026, 1, 5))
    last = scene.confirmed(person, number=2, given_on=date(2026, 2, 5))
    scene.dose(person, number=3, given_on=date(2026, 8, 5))  # not confirmed, so not the one to certify
    certified = scene.confirmed(scene.person("B", id_number="2"))
    scene.issued(certified)
    unverified = scene.person("C", id_number="3")
    scene.confirmed(unverified)
    unverified.identity_state = IdentityState.WRONG.value
    elsewhere = scene.confirmed(scene.person("D", id_number="4"), site=scene.site("TC01", TUA_CHUA))
    assert batches.proposable(scene.session, area=scene.area(KIM_SON)) == [last]
    assert set(batches.proposable(scene.session)) == {last, elsewhere}
    batches.create_batch(scene.session, area=scene.area(), doses=[last], by=scene.account("officer"), at=scene.now)
    assert batches.proposable(scene.session) == [elsewhere]


def test_somebody_else_approves_a_batch_once(scene: Scene) -> None:
    doses = [scene.confirmed(scene.person(id_number=str(n)), by=scene.account(f"nurse{n}")) for n in range(2)]
    batch = batches.create_batch(
        scene.session, area=scene.area(), doses=doses, by=scene.account("officer"), at=scene.now
    )

    def approve(name: str) -> None:
        batches.approve(scene.session, batch=batch, by=scene.account(name), at=scene.now)

    assert refusal_of(lambda: approve("officer")) is Refusal.OWN_PROPOSAL
    assert refusal_of(lambda: approve("nurse1")) is Refusal.OWN_ENTRY
    approve("approver")
    assert (batch.state, batch.approved_at) == ("approved", scene.now)
    assert refusal_of(lambda: approve("other approver")) is Refusal.BATCH_CLOSED


def test_what_is_left_of_a_batch_after_a_break(scene: Scene) -> None:
    doses = sorted((scene.confirmed(scene.person(id_number=str(n))) for n in range(3)), key=lambda dose: dose.id)
    batch = batches.create_batch(
        scene.session, area=scene.area(), doses=doses, by=scene.account("officer"), at=scene.now
    )
    open_members = batches.open_members(scene.session, batch)
    assert [member.dose_id for member in open_members] == [dose.id for dose in doses]
    open_members[0].outcome = "issued"
    assert len(batches.open_members(scene.session, batch)) == 2
    assert batches.outcomes(scene.session, batch) == {"issued": 1, None: 2}
    assert batches.require_batch(scene.session, batch.id) is batch
    assert batches.list_batches(scene.session, area=scene.area("37")) == [batch]
    assert batches.list_batches(scene.session, area=scene.area("11")) == []
    assert batches.list_batches(scene.session, before=batch.id) == []


def test_nothing_to_propose_and_unknown_batch(scene: Scene) -> None:
    nothing = refusal_of(
        lambda: batches.create_batch(
            scene.session, area=scene.area(), doses=[], by=scene.account("officer"), at=scene.now
        )
    )
    assert nothing is Refusal.NOTHING_TO_PROPOSE
    with pytest.raises(InputError):
        batches.require_batch(scene.session, 99)
