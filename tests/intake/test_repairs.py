"""Repairs are proposed, the register is asked about one, and only its yes changes a record; candidates are ranked."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from passport.domain.people import PopulationAnswer
from passport.errors import InputError, Refusal, Refused, RowReason, Unavailable
from passport.intake.candidates import pieces, rank
from passport.intake.population import check_people
from passport.intake.repairs import Proposal, ask_register, proposals
from passport.intake.standin import EmbeddedPopulation
from passport.intake.telex import finished
from passport.registry import audit, people
from passport.registry.duplicates import near
from passport.registry.tables import Correction
from tests.lists import AN, NURSE, OFFICER, World

REGISTER = (
    "person_id,cccd,cmnd,full_name,dob,sex,phone,household,commune,province,status\n"
    "P1,037090001234,164123456,Nguyễn Văn An,1990-01-02,M,,,,,alive\n"
    "P2,037190000022,,Trần Thị Thủy,1990-03-04,F,,,,,alive\n"
)


@pytest.fixture
def register(tmp_path: Path) -> EmbeddedPopulation:
    """The population register of two people."""
    standin = EmbeddedPopulation(tmp_path / "population.db")
    standin.load(REGISTER.encode())
    return standin


def proposed(world: World, name: str) -> dict[str, Proposal]:
    """The proposals for a person by their kind."""
    with world.database.reading() as session:
        found = proposals(session, people.require_person(session, world.person(name).id))
        return {proposal.key.partition(":")[0]: proposal for proposal in found}


def ask(world: World, register: EmbeddedPopulation, name: str, kind: str, by: str = OFFICER) -> PopulationAnswer:
    person_id, key = world.person(name).id, proposed(world, name)[kind].key
    return ask_register(
        world.database, service=register, person_id=person_id, key=key, why="Đã hỏi", by=by, now=world.now
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Nguyeenx Vawn An", "Nguyễn Văn An"),
        ("Traanf Thij Thuyr", "Trần Thị Thủy"),
        ("DDOOX MINH HOAF", "ĐỖ MINH HÒA"),
        ("Phamj Quoocs Toanf", "Phạm Quốc Toàn"),
        ("Buif Thij Huowng", "Bùi Thị Hương"),
        ("Nguyễn Văn An", "Nguyễn Văn An"),
        ("Tran Van An", "Tran Van An"),
        ("Smith John", "Smith John"),
    ],
)
def test_telex_keys_are_finished_and_nothing_else(typed: str, meant: str) -> None:
    assert finished(typed) == meant


@pytest.mark.parametrize(
    ("cells", "kind", "change"),
    [
        ({"id_number": "O37090001234"}, "lost_zero", {"id_number": "037090001234"}),
        ({"birth_date": "01/02/1990"}, "swapped", {"birth_date": "1990-01-02"}),
        ({"full_name": "Nguyeenx Vawn An"}, "telex", {"full_name": "Nguyễn Văn An"}),
        ({"birth_date": "02/01/1991"}, "year_of_number", {"birth_date": "1990-01-02"}),
        ({"sex": "Nữ"}, "sex_of_number", {"sex": "M"}),
    ],
    ids=str,
)
def test_one_press_asks_and_a_yes_verifies(
    world: World, register: EmbeddedPopulation, cells: dict[str, str], kind: str, change: dict[str, str]
) -> None:
    world.rows(AN | cells)
    check_people(world.database, service=register, area=None, by=OFFICER, now=world.now, today=world.today)
    (name,) = (person.full_name for person in world.people())
    assert proposed(world, name)[kind].changes == change
    assert proposed(world, name)[kind].words.en
    assert ask(world, register, name, kind) is PopulationAnswer.RIGHT
    (person,) = world.people()
    assert (person.identity_state, person.doses[0].held) == ("verified", False)
    with world.database.reading() as session:
        (field,) = change
        trace = session.scalars(select(Correction)).one()
        assert (trace.field, trace.after, trace.why) == (field, change[field], "Đã hỏi")
        assert audit.entries(session)[0].detail == {"proposal": kind, "fields": [field], "answer": "right"}
        assert proposals(session, people.require_person(session, person.id)) == []


def test_a_no_and_an_absent_register_change_nothing(world: World, register: EmbeddedPopulation, tmp_path: Path) -> None:
    world.rows(AN | {"birth_date": "03/04/1990", "phone": ""})
    check_people(world.database, service=register, area=None, by=OFFICER, now=world.now, today=world.today)
    assert ask(world, register, "Nguyễn Văn An", "swapped") is PopulationAnswer.WRONG
    with pytest.raises(Unavailable):
        ask(world, EmbeddedPopulation(tmp_path / "nothing.db"), "Nguyễn Văn An", "swapped")
    with pytest.raises(Refused):
        ask(world, register, "Nguyễn Văn An", "swapped", by=NURSE)
    with pytest.raises(InputError) as told:
        ask_register(
            world.database, service=register, person_id=world.person("Nguyễn Văn An").id, key="telex:1", why="",
            by=OFFICER, now=world.now,
        )  # fmt: skip
    assert told.value.reason is Refusal.BAD_OPTION
    assert world.person("Nguyễn Văn An").identity_state == "wrong"
    assert world.count(Correction) == 0


def test_the_number_of_another_record_of_the_same_person_leads_to_a_merge(
    world: World, register: EmbeddedPopulation
) -> None:
    world.rows(AN, AN | {"id_number": "164999999", "dose_number": "2", "vaccination_date": "12/10/2021"})
    check_people(world.database, service=register, area=None, by=OFFICER, now=world.now, today=world.today)
    (wrong,) = (person for person in world.people() if person.id_number == "164999999")
    with world.database.reading() as session:
        (proposal,) = (p for p in proposals(session, wrong) if p.key.startswith("other_number"))
    with pytest.raises(InputError) as told:
        ask_register(
            world.database, service=register, person_id=wrong.id, key=proposal.key, why="Đã hỏi", by=OFFICER,
            now=world.now,
        )  # fmt: skip
    assert told.value.reason is RowReason.CONFLICT


def test_candidates_stand_in_order_of_what_speaks_for_them(world: World) -> None:
    world.rows(
        AN | {"phone": "0912345678"},
        AN | {"full_name": "Nguyễn Văn An", "id_number": "164123456", "dose_number": "2",
              "vaccination_date": "12/10/2021"},
        AN | {"full_name": "Lê Thị Hoa", "id_number": "037190009999", "sex": "Nữ", "phone": "0912345678"},
    )  # fmt: skip
    one = next(person for person in world.people() if person.id_number == "037090001234")
    with world.database.reading() as session:
        found = rank(one, near(session, one))
    assert [candidate.person.full_name for candidate in found] == ["Nguyễn Văn An", "Lê Thị Hoa"]
    assert found[0].points > found[1].points
    assert found[0].differs == ("id_number",)
    assert set(found[1].differs) == {"full_name", "sex", "id_number"}


def test_differing_letters_are_told_apart() -> None:
    told = [(piece.text, piece.differs) for piece in pieces("Trần Thị Bửu", "Trần Thị Bảo")]
    assert told == [("Trần Thị B", False), ("ửu", True)]
    assert list(pieces("", "An")) == []
