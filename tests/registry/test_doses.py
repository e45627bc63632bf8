"""Doses: natural key, the road of each, four eyes, the five counts of an area."""

from __future__ import annotations

from datetime import date

import pytest

from passport.domain.doses import DoseState
from passport.domain.people import IdentityState
from passport.errors import InputError, PassportError, Refusal, Refused
from passport.registry import doses, identities, imports, progress
from passport.registry.tables import Attendee

from .conftest import TUA_CHUA, Scene


def test_the_natural_key_finds_the_dose(scene: Scene) -> None:
    person = scene.person()
    dose = scene.dose(person)
    key = {"person": person, "given_on": date(2026, 1, 5), "product": "comirnaty", "number": 1, "lot": "FA1234"}
    assert doses.find_dose(scene.session, **key) is dose
    assert doses.find_dose(scene.session, **(key | {"lot": ""})) is None
    assert doses.require_dose(scene.session, dose.id) is dose
    with pytest.raises(InputError):
        doses.require_dose(scene.session, "nothing")


def test_the_road_of_a_dose(scene: Scene) -> None:
    person = scene.person(state=IdentityState.WAITING)
    dose = scene.dose(person, held=True)
    assert doses.state_of(dose) is DoseState.HELD
    dose.held = False
    assert doses.state_of(dose) is DoseState.ENTERED
    identities.set_identity(scene.session, person=person, state=IdentityState.VERIFIED, at=scene.now)
    assert doses.state_of(dose) is DoseState.VERIFIED
    assert doses.confirm(scene.session, doses=[dose], by=scene.account("head"), at=scene.now) == 1
    assert (dose.confirmed_by_id, dose.confirmed_at) == (scene.account("head").id, scene.now)
    assert doses.state_of(dose) is DoseState.CONFIRMED
    scene.issued(dose)
    assert doses.state_of(dose) is DoseState.ISSUED


def test_what_somebody_may_confirm(scene: Scene) -> None:
    ready = scene.dose(scene.person())
    scene.dose(scene.person(id_number="2"), held=True)
    scene.dose(scene.person(id_number="3", state=IdentityState.WRONG))
    scene.dose(scene.person(id_number="4"), by=scene.account("head"))
    scene.dose(scene.person(id_number="5"), site=scene.site("TC01", TUA_CHUA))
    done = scene.dose(scene.person(id_number="6"))
    doses.confirm(scene.session, doses=[done], by=scene.account("other head"), at=scene.now)
    assert doses.confirmable(scene.session, site=scene.site(), by=scene.account("head")) == [ready]
    assert doses.confirmable(scene.session, site=scene.site(), by=scene.account("head"), import_id=7) == []


@pytest.mark.parametrize("case", ["held", "unverified", "own", "twice"])
def test_what_may_not_be_confirmed_says_why(scene: Scene, case: str) -> None:
    head = scene.account("head")
    state = IdentityState.NOT_FOUND if case == "unverified" else IdentityState.VERIFIED
    dose = scene.dose(
        scene.person(state=state), held=case == "held", by=head if case == "own" else scene.account("nurse")
    )
    if case == "twice":
        doses.confirm(scene.session, doses=[dose], by=scene.account("other head"), at=scene.now)
    with pytest.raises(Refused) as told:
        doses.confirm(scene.session, doses=[dose], by=head, at=scene.now)
    assert (
        told.value.reason
        is {
            "held": Refusal.DOSE_HELD,
            "unverified": Refusal.IDENTITY_UNVERIFIED,
            "own": Refusal.OWN_ENTRY,
            "twice": Refusal.ALREADY_CONFIRMED,
        }[case]
    )


def test_who_entered_a_dose_does_not_confirm_it_after_somebody_corrected_it(scene: Scene) -> None:
    dose, nurse, other = scene.dose(scene.person()), scene.account("nurse"), scene.account("other nurse")
    doses.change_dose(scene.session, dose=dose, field="lot", value="FE8163", why="sổ tiêm", by=other, at=scene.now)
    scene.session.flush()
    assert dose.entered_by_id == nurse.id
    for by in (nurse, other):
        with pytest.raises(Refused) as told:
            doses.confirm(scene.session, doses=[dose], by=by, at=scene.now)
        assert told.value.reason is Refusal.OWN_ENTRY
    assert doses.confirm(scene.session, doses=[dose], by=scene.account("head"), at=scene.now) == 1


def test_one_that_may_not_be_confirmed_stops_all(scene: Scene) -> None:
    good, held = scene.dose(scene.person()), scene.dose(scene.person(id_number="2"), held=True)
    with pytest.raises(PassportError), scene.session.begin_nested():
        doses.confirm(scene.session, doses=[good, held], by=scene.account("head"), at=scene.now)
    assert good.confirmed_at is None


def test_the_five_counts(scene: Scene) -> None:
    site = scene.site()
    attendance = imports.create_import(
        scene.session, site=site, kind="attendance", campaign=None, file_name="có mặt.xlsx", file_sha256="0" * 64,
        layout="attendance", header=[], by=scene.account("station"), at=scene.now,
    )  # fmt: skip
    for row in range(2, 9):
        scene.session.add(
            Attendee(import_id=attendance.id, row=row, full_name="Lường Văn Páo", name_key="luong van pao")
        )
    scene.dose(scene.person("A", id_number="1"), held=True)
    scene.dose(scene.person("B", id_number="2", state=IdentityState.WAITING))
    scene.dose(scene.person("C", id_number="3"))
    scene.confirmed(scene.person("D", id_number="4"))
    scene.issued(scene.confirmed(scene.person("E", id_number="5")))
    scene.confirmed(scene.person("F", id_number="6"), site=scene.site("TC01", TUA_CHUA))
    counts = progress.counts(scene.session, area=scene.area())
    assert counts.as_dict() == {"given": 7, "entered": 5, "verified": 3, "confirmed": 2, "issued": 1}
    assert progress.counts(scene.session, area=scene.area("37")) == counts
    assert progress.counts(scene.session, area=scene.area("11")) == progress.Counts(0, 1, 1, 1, 0)
    assert progress.counts(scene.session).entered == 6
    imports.withdraw(scene.session, attendance)
    assert progress.counts(scene.session).given == 0
