"""Records are made one, parted and put back exactly; whose dose it is was decided anew then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from passport.domain.people import IdentityState
from passport.errors import InputError, Refusal, Refused, RowReason
from passport.intake import joining
from passport.intake.cleaning import correct_dose, correct_person, undo_correction
from passport.registry import audit, doses, duplicates, identities, merging, people
from passport.registry.accounts import find_account
from passport.registry.batches import approval_of
from passport.registry.columns import Base
from passport.registry.merging import RecordMerge
from passport.registry.tables import Batch, BatchMember, Certificate, Correction, Person
from tests.lists import AN, HEAD, NURSE, OFFICER, World

CCCD, CMND = "037090001234", "164123456"


def two_records(world: World) -> tuple[str, str]:
    """One man with a first dose under his CCCD and a second one under his CMND."""
    world.rows(AN)
    world.rows(AN | {"id_number": CMND, "dose_number": "2", "vaccination_date": "12/10/2021", "address": "Xóm 4"})
    by_number = {person.id_number: person.id for person in world.people()}
    return by_number[CCCD], by_number[CMND]


def merge(world: World, kept: str, gone: str, by: str = OFFICER) -> RecordMerge:
    return joining.merge_people(
        world.database, kept_id=kept, gone_id=gone, why="Cùng một người, đã xem thẻ", by=by, now=world.now
    )


def undo(world: World, merge_id: int, by: str = OFFICER) -> RecordMerge:
    return joining.undo_merge(
        world.database, merge_id=merge_id, why="Gộp nhầm", by=by, now=world.now, today=world.today
    )


def everything(world: World) -> dict[str, list[dict[str, Any]]]:
    """Every cell of what is on record, but for the traces of the acts themselves."""
    left_out = {"correction", "audit_entry", "audit_head", "record_merge", "area", "site_tally"}
    with world.database.reading() as session:
        return {
            table.name: sorted((dict(row) for row in session.execute(select(table)).mappings()), key=str)
            for table in Base.metadata.sorted_tables
            if table.name not in left_out
        }


def certify(world: World, dose_id: str, identifier: str = "URN:UVCI:01:VN:A#1") -> None:
    with world.database.transaction() as session:
        dose = doses.require_dose(session, dose_id)
        head = find_account(session, HEAD)
        session.add(
            Certificate(
                identifier=identifier, person_id=dose.person_id, dose_id=dose.id, state="issued", text="HC1:…",
                key_id="00", issued_by_id=head.id, issued_at=world.now, expires_at=world.now + timedelta(days=365),
            )
        )  # fmt: skip


def test_a_merged_record_takes_everything_over_and_its_id_is_found(world: World) -> None:
    kept, gone = two_records(world)
    with world.database.reading() as session:
        assert [{a.id, b.id} for a, b in duplicates.people_pairs(session, area=None)] == [{kept, gone}]
    done = merge(world, kept, gone)
    (person,) = world.people()
    assert (person.id, person.id_number, person.address) == (kept, CCCD, "Xóm 4")
    assert [dose.number for dose in person.doses] == [1, 2]
    with world.database.reading() as session:
        assert merging.successor_of(session, gone) == kept
        assert merging.successor_of(session, kept) is None
        assert duplicates.people_pairs(session, area=None) == []
        (trace,) = session.scalars(select(Correction).where(Correction.field == merging.FIELD))
        assert (trace.before, trace.after, trace.why) == (gone, kept, "Cùng một người, đã xem thẻ")
        entry = audit.entries(session)[0]
        assert (entry.action, entry.subject, entry.detail["gone"]) == ("people_merged", kept, gone)
    assert done.undone_at is None


def test_a_merge_is_undone_to_the_last_cell(world: World) -> None:
    kept, gone = two_records(world)
    certify(world, world.doses[0].id)
    before = everything(world)
    done = merge(world, kept, gone)
    assert everything(world) != before
    undo(world, done.id)
    assert everything(world) == before
    with world.database.reading() as session:
        assert merging.successor_of(session, gone) is None
    with pytest.raises(InputError, match="cannot be undone"):
        undo(world, done.id)


def test_a_merge_of_an_earlier_version_is_undone_to_a_whole_record(world: World) -> None:
    kept, gone = two_records(world)
    with world.database.transaction() as session:
        one = session.get_one(Person, gone)
        one.employer = "Cty May 10"
        identities.set_identity(session, person=one, state=IdentityState.WRONG, at=world.now)
    before = everything(world)
    done = merge(world, kept, gone)
    with world.database.transaction() as session:
        old = session.get_one(RecordMerge, done.id)
        old.trace = [entry | {side: _without(entry[side]) for side in ("before", "after")} for entry in old.trace]
    undo(world, done.id)
    assert {row["id"]: row for row in everything(world)["person"]}[gone] == next(
        row for row in before["person"] if row["id"] == gone
    )


def _without(cells: dict[str, Any] | None) -> dict[str, Any] | None:
    """The cells of a row as they were kept before records had these."""
    return cells and {name: value for name, value in cells.items() if name not in ("employer_key", "case_since")}


def test_the_same_dose_in_both_records_is_one_afterwards(world: World) -> None:
    world.rows(AN)
    world.rows(AN | {"id_number": CMND})
    kept, gone = (person.id for person in sorted(world.people(), key=lambda p: p.id_number != CCCD))
    certified = next(dose.id for dose in world.doses if dose.person_id == gone)
    certify(world, certified)
    before = everything(world)
    done = merge(world, kept, gone)
    (dose,) = world.doses
    assert (dose.id, dose.person_id) == (certified, kept)  # the record that went further stays
    with world.database.reading() as session:
        assert [c.person_id for c in session.scalars(select(Certificate))] == [kept]
    undo(world, done.id)
    assert everything(world) == before


def test_two_certificates_of_one_dose_must_become_one_first(world: World) -> None:
    world.rows(AN)
    world.rows(AN | {"id_number": CMND})
    for number, dose in enumerate(world.doses):
        certify(world, dose.id, f"URN:UVCI:01:VN:A{number}#1")
    kept, gone = (person.id for person in world.people())
    before = everything(world)
    with pytest.raises(Refused) as told:
        merge(world, kept, gone)
    assert told.value.reason is Refusal.BOTH_CERTIFIED
    assert everything(world) == before


def test_a_moved_dose_that_contradicts_another_is_held_until_it_is_corrected(world: World) -> None:
    world.rows(AN)
    world.rows(AN | {"id_number": CMND, "vaccination_date": "11/08/2021"})  # a first dose again, a day later
    kept, gone = (person.id for person in sorted(world.people(), key=lambda p: p.id_number != CCCD))
    merge(world, kept, gone)
    (moved,) = (dose for dose in world.doses if dose.held)
    assert moved.given_on.day == 11
    correct_dose(
        world.database, dose_id=moved.id, cells={"dose_number": "2", "vaccination_date": "11/10/2021"},
        why="Theo sổ tiêm", by=NURSE, now=world.now, today=world.today,
    )  # fmt: skip
    assert [dose.held for dose in world.doses] == [False, False]


def test_an_approval_ends_when_records_are_merged(world: World) -> None:
    kept, gone = two_records(world)
    moved = next(dose.id for dose in world.doses if dose.person_id == gone)
    earlier = world.now - timedelta(hours=1)
    with world.database.transaction() as session:
        person = people.require_person(session, kept)
        identities.set_identity(session, person=person, state=IdentityState.VERIFIED, at=earlier)
        officer, head = find_account(session, OFFICER), find_account(session, HEAD)
        batch = Batch(
            area=doses.require_dose(session, moved).site.area, state="approved", proposed_by_id=officer.id,
            proposed_at=earlier, approved_by_id=head.id, approved_at=earlier + timedelta(minutes=1),
        )  # fmt: skip
        batch.members = [BatchMember(dose_id=moved)]
        session.add(batch)
        session.flush()
        assert approval_of(session, doses.require_dose(session, moved)) is batch
    done = merge(world, kept, gone)
    with world.database.reading() as session:
        assert approval_of(session, doses.require_dose(session, moved)) is None
    undo(world, done.id)
    with world.database.reading() as session:
        assert session.get(Person, gone) is not None


def test_a_record_is_parted_and_put_together_again(world: World) -> None:
    world.rows(AN)
    world.rows(AN | {"dose_number": "2", "vaccination_date": "12/10/2021"})
    (an,) = world.people()
    first, second = (dose.id for dose in an.doses)
    certify(world, second)
    before = everything(world)

    def split(*dose_ids: str) -> RecordMerge:
        identity = {"full_name": "Nguyễn Văn Ân", "birth_date": "05/06/1991", "sex": "Nam", "id_number": "037091004321"}
        return joining.split_person(
            world.database, person_id=an.id, dose_ids=dose_ids, identity=identity, why="Hai anh em", by=OFFICER,
            now=world.now, today=world.today,
        )  # fmt: skip

    for wrong in ((first, second), (), ("no such dose",)):
        with pytest.raises(InputError):
            split(*wrong)
    done = split(second)
    brother = world.person("Nguyễn Văn Ân")
    assert ([d.id for d in brother.doses], brother.identity_state) == ([second], "waiting")
    with world.database.reading() as session:
        assert [c.person_id for c in session.scalars(select(Certificate))] == [brother.id]
    undo(world, done.id)
    assert everything(world) == before


def test_a_dose_that_the_other_has_already_is_one_after_the_parting(world: World) -> None:
    identity = {"full_name": "Nguyễn Văn Ân", "birth_date": "05/06/1991", "sex": "Nam", "id_number": "037091004321"}
    second = {"dose_number": "2", "vaccination_date": "12/10/2021"}
    world.rows(AN)
    world.rows(AN | second, AN | identity | second)
    an, brother = world.person("Nguyễn Văn An"), world.person("Nguyễn Văn Ân")
    certify(world, an.doses[1].id)
    before = everything(world)
    done = joining.split_person(
        world.database, person_id=an.id, dose_ids=[an.doses[1].id], identity=identity, why="Hai anh em", by=OFFICER,
        now=world.now, today=world.today,
    )  # fmt: skip
    assert [(dose.id, dose.person_id) for dose in world.doses if dose.number == 2] == [(an.doses[1].id, brother.id)]
    with world.database.reading() as session:
        assert [c.person_id for c in session.scalars(select(Certificate))] == [brother.id]
    undo(world, done.id)
    assert everything(world) == before


def test_two_records_of_one_dose_become_one_and_the_lot_is_learnt(world: World) -> None:
    world.rows(AN | {"lot": "ABV 5300"})
    (an,) = world.people()
    with world.database.transaction() as session:
        dose = doses.require_dose(session, an.doses[0].id)
        nurse = find_account(session, NURSE)
        twin = doses.add_dose(
            session, person=dose.person, site=dose.site, product=dose.product, number=1, kind=doses.DoseKind.PRIMARY,
            given_on=dose.given_on, lot="ABV53OO", held=True, by=nurse, at=world.now,
        )  # fmt: skip
        session.flush()
        kept, gone = dose.id, twin.id
    before = everything(world)
    with world.database.reading() as session:
        assert [{a.id, b.id} for a, b in duplicates.dose_pairs(session, area=None)] == [{kept, gone}]
    with pytest.raises(Refused):
        joining.merge_doses(
            world.database, kept_id=kept, gone_id=gone, why="Trùng", by=OFFICER, now=world.now, today=world.today
        )
    done = joining.merge_doses(
        world.database, kept_id=kept, gone_id=gone, why="Trùng", by=NURSE, now=world.now, today=world.today
    )
    assert [dose.id for dose in world.doses] == [kept]
    undo(world, done.id, by=NURSE)
    assert everything(world) == before


def test_neither_settles_what_is_the_others(world: World) -> None:
    kept, gone = two_records(world)
    with pytest.raises(Refused, match="not_permitted"):
        merge(world, kept, gone, by=NURSE)
    done = merge(world, kept, gone)
    with pytest.raises(Refused, match="not_permitted"):
        undo(world, done.id, by=NURSE)
    with pytest.raises(InputError):
        merge(world, kept, kept)
    with pytest.raises(InputError) as told:
        merge(world, kept, gone)
    assert told.value.reason is Refusal.UNKNOWN_PERSON


def test_records_merged_one_after_the_other_are_parted_the_other_way_round(world: World) -> None:
    first, second = two_records(world)
    world.rows(AN | {"id_number": "037090009999", "dose_number": "3", "vaccination_date": "12/04/2022"})
    (third,) = (person.id for person in world.people() if person.id not in (first, second))
    before = everything(world)
    one = merge(world, first, second)
    two = merge(world, third, first)
    with world.database.reading() as session:
        assert merging.successor_of(session, second) == third
    with pytest.raises(InputError):
        undo(world, one.id)
    undo(world, two.id)
    undo(world, one.id)
    assert everything(world) == before


def test_a_reason_is_wanted(world: World) -> None:
    kept, gone = two_records(world)
    with pytest.raises(InputError) as told:
        joining.merge_people(world.database, kept_id=kept, gone_id=gone, why=" ", by=OFFICER, now=world.now)
    assert told.value.reason is Refusal.BAD_OPTION
    assert world.count(Person) == 2


def test_a_list_that_tells_the_other_number_finds_the_merged_record(world: World) -> None:
    kept, gone = two_records(world)
    before = everything(world)
    done = merge(world, kept, gone)
    again = world.rows(
        AN | {"id_number": CMND, "dose_number": "2", "vaccination_date": "12/10/2021"}, file_name="b.csv"
    )
    assert (again.known, world.count(Person)) == (1, 1)
    undo(world, done.id)
    assert everything(world)["former_number"] == before["former_number"] == []


def test_a_record_without_a_number_takes_the_others_and_is_compared_anew(world: World) -> None:
    kept, gone = two_records(world)
    for field, value in (("id_number", ""), ("full_name", "Nguyễn Văn Ân")):
        correct_person(
            world.database, person_id=kept, field=field, value=value, why="Thử", by=OFFICER, now=world.now,
            today=world.today,
        )  # fmt: skip
    before = everything(world)
    done = merge(world, kept, gone)
    (person,) = world.people()
    assert (person.id_number, person.identity_state) == (CMND, "waiting")
    undo(world, done.id)
    assert everything(world) == before


def test_a_record_that_exists_again_is_not_written_twice(world: World) -> None:
    kept, gone = two_records(world)
    done = merge(world, kept, gone)
    world.rows(AN | {"full_name": "Lê Văn Cường", "id_number": "164999999"})
    other = world.person("Lê Văn Cường").id
    for field, value in (("full_name", "Nguyễn Văn An"), ("id_number", CMND)):
        correct_person(
            world.database, person_id=other, field=field, value=value, why="Thử", by=OFFICER, now=world.now,
            today=world.today,
        )  # fmt: skip
    with pytest.raises(InputError) as told:
        undo(world, done.id)
    assert told.value.reason is RowReason.CONFLICT
    assert world.count(Person) == 2


def test_a_correction_is_taken_back_while_it_stands(world: World) -> None:
    world.rows(AN)
    (an,) = world.people()

    def correct(value: str) -> int:
        done = correct_person(
            world.database, person_id=an.id, field="phone", value=value, why="Thử", by=NURSE, now=world.now,
            today=world.today,
        )  # fmt: skip
        assert done is not None
        return done.id

    def take_back(correction: int, by: str = NURSE) -> None:
        undo_correction(world.database, correction_id=correction, why="Nhầm", by=by, now=world.now)

    first, second = correct("0987654321"), correct("0971234567")
    for wrong in (first, 0):
        with pytest.raises(InputError):
            take_back(wrong)
    with pytest.raises(Refused):
        take_back(second, by=HEAD)
    take_back(second)
    take_back(first)
    assert world.person("Nguyễn Văn An").phone == AN["phone"]
    assert world.count(Correction) == 4
