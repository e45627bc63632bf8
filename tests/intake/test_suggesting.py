"""The cases of an area go to linkage and come back with candidates; only the register's yes settles one."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from passport.domain.people import PopulationAnswer
from passport.errors import InputError, PassportError, Refusal, Refused
from passport.intake.joining import merge_people
from passport.intake.linkage.linking import link_files
from passport.intake.population import check_people
from passport.intake.repairs import ask_register, linked_proposals
from passport.intake.standin import EmbeddedPopulation
from passport.intake.suggesting import Suggestions, linkage_rows, take_suggestions
from passport.registry import audit, people
from passport.registry.accounts import create_account, grant_role
from passport.registry.areas import require_area
from passport.registry.cleaning_tables import LinkageCandidate, RecordMerge
from passport.registry.linkage_candidates import candidates_of
from tests.lists import AN, NURSE, OFFICER, World

KIM_SON, TUA_CHUA = "14638", "03217"
REGISTER = (
    "person_id,cccd,cmnd,full_name,dob,sex,phone,household,commune,province,status\n"
    "P1,037090001234,164123456,Nguyễn Văn An,1990-01-02,M,0912345678,H1,Kim Sơn,Ninh Bình,alive\n"
    "P2,037190000022,,Trần Thị Thủy,1990-03-04,F,0912345679,H2,Kim Sơn,Ninh Bình,alive\n"
    "P3,037090009999,,Nguyễn Văn An,1990-01-02,M,,H3,Kim Sơn,Ninh Bình,deceased\n"
    "P4,,,Trần Thị Thúy,1990-03-04,F,0912345679,H2,Kim Sơn,Ninh Bình,alive\n"
)
THUY = AN | {"full_name": "Trần Thị Thủy", "birth_date": "04/03/1990", "sex": "Nữ", "phone": "0912345679"}
CASES = (
    AN | {"full_name": "Nguyễn Văn Ân"},  # the register says wrong
    THUY | {"id_number": "O37190000022"},  # malformed
    AN | {"full_name": "Kim Min Jun", "id_number": "M1234567", "nationality": "Hàn Quốc", "phone": ""},
)


@pytest.fixture
def register(tmp_path: Path) -> EmbeddedPopulation:
    """The population register of the extract."""
    (tmp_path / "extract.csv").write_text(REGISTER, "utf-8")
    standin = EmbeddedPopulation(tmp_path / "population.db")
    standin.load(REGISTER.encode())
    return standin


@pytest.fixture
def cases(world: World, register: EmbeddedPopulation) -> World:
    """The station with its cases."""
    world.rows(*CASES)
    check_people(world.database, service=register, area=None, by=OFFICER, now=world.now, today=world.today)
    return world


def rows(world: World, *, area: str = KIM_SON, by: str = OFFICER) -> list[dict[str, str]]:
    count, data = linkage_rows(world.database, area_code=area, by=by, now=world.now, today=world.today)
    found = list(csv.DictReader(io.StringIO(data.decode())))
    assert len(found) == count
    return found


def link(world: World, folder: Path) -> Path:
    """The decisions about the cases."""
    _, data = linkage_rows(world.database, area_code=KIM_SON, by=OFFICER, now=world.now, today=world.today)
    (folder / "rows.csv").write_bytes(data)
    link_files(
        rows=str(folder / "rows.csv"), population=str(folder / "extract.csv"), output=str(folder / "decisions.csv"),
        engine="duckdb", level="strict", memory="500MB", spark_master="", today=world.today, progress=lambda _: None,
    )  # fmt: skip
    return folder / "decisions.csv"


def take(world: World, decisions: Path, *, area: str = KIM_SON, by: str = OFFICER) -> Suggestions:
    return take_suggestions(
        world.database, decisions=str(decisions), population=str(decisions.parent / "extract.csv"), memory="500MB",
        area_code=area, by=by, now=world.now, today=world.today,
    )  # fmt: skip


def candidates(world: World, name: str) -> list[LinkageCandidate]:
    with world.database.reading() as session:
        return candidates_of(session, world.person(name))


def ask(world: World, register: EmbeddedPopulation, name: str, *, key: str) -> PopulationAnswer:
    return ask_register(
        world.database, service=register, person_id=world.person(name).id, key=key, why="Đã hỏi", by=OFFICER,
        now=world.now,
    )  # fmt: skip


def test_the_cases_of_an_area_are_rows(cases: World) -> None:
    told = {row["full_name"]: row for row in rows(cases)}
    assert set(told) == {"Nguyễn Văn Ân", "Trần Thị Thủy"}  # the register does not know foreigners
    thuy = told["Trần Thị Thủy"]
    assert thuy["row_id"] == cases.person("Trần Thị Thủy").id
    assert (thuy["id_no"], thuy["dob"], thuy["sex"], thuy["phone"]) == ("O37190000022", "04/03/1990", "F", "0912345679")
    assert told["Nguyễn Văn Ân"]["id_no"] == "037090001234"


def test_an_accepted_row_is_a_candidate_until_the_register_says_yes(
    cases: World, register: EmbeddedPopulation, tmp_path: Path
) -> None:
    decisions = link(cases, tmp_path)
    assert "accept" in decisions.read_text("utf-8")
    done = take(cases, decisions)
    assert (done.cases, done.passed_over) == (2, 0)
    assert take(cases, decisions) == done  # in place of those from before
    assert cases.count(LinkageCandidate) == done.candidates
    first, second = candidates(cases, "Nguyễn Văn Ân")
    assert (first.full_name, first.birth_date, first.sex, first.id_number, first.differs) == (
        "Nguyễn Văn An", "1990-01-02", "M", "037090001234", ["full_name"],
    )  # fmt: skip
    assert (first.place, second.place, second.status) == (1, 2, "deceased")
    assert first.points > second.points
    assert cases.person("Nguyễn Văn Ân").identity_state == "wrong"  # nothing was decided

    assert ask(cases, register, "Nguyễn Văn Ân", key="linked:2") is PopulationAnswer.WRONG
    assert len(candidates(cases, "Nguyễn Văn Ân")) == 2
    assert ask(cases, register, "Nguyễn Văn Ân", key="linked:1") is PopulationAnswer.RIGHT
    assert cases.person("Nguyễn Văn An").identity_state == "verified"
    assert candidates(cases, "Nguyễn Văn An") == []
    with pytest.raises(InputError, match="proposal"):
        ask(cases, register, "Nguyễn Văn An", key="linked:1")
    assert (take(cases, decisions).cases, len(candidates(cases, "Nguyễn Văn An"))) == (1, 0)  # settled meanwhile
    with cases.database.reading() as session:
        entries = [entry for entry in audit.entries(session) if entry.actor == OFFICER]
    loaded = [entry for entry in entries if entry.action == "candidates_loaded"]
    assert (len(loaded), loaded[0].subject, loaded[0].detail["passed_over"]) == (3, KIM_SON, 1)
    assert "Nguyễn" not in str([entry.detail for entry in entries])


def test_whom_the_register_cannot_be_asked_about_is_no_candidate(cases: World, tmp_path: Path) -> None:
    take(cases, link(cases, tmp_path))
    found = candidates(cases, "Trần Thị Thủy")
    assert [one.full_name for one in found] == ["Trần Thị Thủy"]  # her twin in the extract has no number
    with cases.database.reading() as session:
        person = people.require_person(session, cases.person("Trần Thị Thủy").id)
        assert linked_proposals(session, person)[1].changes == {"id_number": "037190000022"}


def test_the_identity_officer_of_the_area_alone(cases: World, tmp_path: Path) -> None:
    decisions = link(cases, tmp_path)
    with cases.database.transaction() as session:
        account = create_account(session, email="officer@tc", name="officer@tc", password_hash=None)
        grant_role(
            session, account=account, role="identity_officer", area=require_area(session, TUA_CHUA, on=cases.today)
        )
    for area, by in ((KIM_SON, NURSE), (KIM_SON, "officer@tc"), (TUA_CHUA, OFFICER)):
        with pytest.raises(Refused):
            rows(cases, area=area, by=by)
        with pytest.raises(Refused):
            take(cases, decisions, area=area, by=by)
    assert rows(cases, area=TUA_CHUA, by="officer@tc") == []
    assert take(cases, decisions, area=TUA_CHUA, by="officer@tc") == Suggestions(0, 0, 2)
    assert cases.count(LinkageCandidate) == 0


def test_a_merge_forgets_them_and_keeps_nothing_of_them(cases: World, tmp_path: Path) -> None:
    take(cases, link(cases, tmp_path))
    kept, gone = cases.person("Nguyễn Văn Ân").id, cases.person("Trần Thị Thủy").id
    merge_people(cases.database, kept_id=kept, gone_id=gone, why="Một người", by=OFFICER, now=cases.now)
    assert cases.count(LinkageCandidate) == 0
    with cases.database.reading() as session:
        merge = session.get(RecordMerge, 1)
        assert merge is not None
        assert "linkage_candidate" not in str(merge.trace)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("row_id,decision\n1,accept\n", Refusal.MISSING_COLUMN),
        ("row_id,decision,person_id,rule,reason,lead,candidates\n1,review,,,thin_evidence,3,not JSON\n",
         Refusal.UNREADABLE_FILE),
        ('row_id,decision,person_id,rule,reason,lead,candidates\nROW,review,,,ambiguous,3,"[{""person_id"":""P1""}]"\n',
         Refusal.UNREADABLE_FILE),
        ("row_id,decision,person_id,rule,reason,lead,candidates\n"
         'ROW,review,,,guess,3,"[{""person_id"":""P1"",""points"":3,""differs"":[]}]"\n', Refusal.BAD_OPTION),
    ],
)  # fmt: skip
def test_files_that_are_no_decisions(cases: World, tmp_path: Path, text: str, reason: Refusal) -> None:
    (tmp_path / "decisions.csv").write_text(text.replace("ROW", cases.person("Nguyễn Văn Ân").id), "utf-8")
    with pytest.raises(PassportError) as told:
        take(cases, tmp_path / "decisions.csv")
    assert told.value.reason is reason
    assert cases.count(LinkageCandidate) == 0
