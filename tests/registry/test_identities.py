"""What is recorded of a person, put right: compared anew, with a trace, and never made into somebody else."""

from __future__ import annotations

import pytest

from passport.domain.people import IdentityState
from passport.errors import InputError, Refusal, RowReason
from passport.registry import identities
from passport.registry.tables import Correction, Person

from .conftest import Scene


def _correct(scene: Scene, person: Person, field: str, value: str | None) -> Correction | None:
    officer = scene.account("officer")
    return identities.correct_person(
        scene.session, person=person, field=field, value=value, why="giấy khai sinh", by=officer, at=scene.now
    )


def test_a_corrected_identity_is_compared_anew_and_leaves_a_trace(scene: Scene) -> None:
    person = scene.person()
    _correct(scene, person, "full_name", "Trần Thị Mận")
    assert (person.full_name, person.name_key) == ("Trần Thị Mận", "tran thi man")
    assert person.identity_state == IdentityState.WAITING.value
    _correct(scene, person, "id_number", None)
    assert person.identity_state == IdentityState.NO_ID.value
    told = [(c.field, c.before, c.after) for c in identities.corrections_of(scene.session, person)]
    assert told == [("full_name", "Trần Thị Mơ", "Trần Thị Mận"), ("id_number", "037190000001", None)]


def test_a_corrected_telephone_leaves_the_identity_alone(scene: Scene) -> None:
    person = scene.person(phone="0912345678")
    _correct(scene, person, "phone", "0987654321")
    assert person.identity_state == IdentityState.VERIFIED.value
    assert _correct(scene, person, "phone", "0987654321") is None


@pytest.mark.parametrize("field", ["identity_state", "id", "created_at", "__class__"])
def test_other_fields_are_not_for_correction(scene: Scene, field: str) -> None:
    with pytest.raises(InputError) as told:
        _correct(scene, scene.person(), field, "verified")
    assert told.value.reason is Refusal.BAD_OPTION


def test_a_correction_never_makes_a_second_record_of_one_person(scene: Scene) -> None:
    scene.person("Trần Thị Mơ")
    other = scene.person("Trần Thị Mớ", id_number="037190000002")
    with pytest.raises(InputError) as told:
        _correct(scene, other, "id_number", "037190000001")
    assert told.value.reason is RowReason.CONFLICT
    assert other.id_number == "037190000002"
