"""A list leaves for the commune police and comes back: what the register confirms is corrected, the rest goes again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from passport.errors import InputError, Refusal, Refused
from passport.intake.hand_over import HandedOver, export_hand_over
from passport.intake.handed_back import CameBack, import_hand_over
from passport.intake.importing import withdraw_import
from passport.intake.population import check_people
from passport.intake.standin import EmbeddedPopulation
from passport.registry import audit, cleaning
from passport.registry.cleaning import CaseClass
from passport.registry.cleaning_tables import HandOverRow
from passport.registry.tables import Correction
from tests.lists import AN, NURSE, OFFICER, World, book

REGISTER = (
    "person_id,cccd,cmnd,full_name,dob,sex,phone,household,commune,province,status\n"
    "P1,037090001234,,Nguyễn Văn An,1990-01-02,M,,,,,alive\n"
    "P2,037190000022,,Trần Thị Bảo,1990-03-04,F,,,,,alive\n"
    "P3,037085000033,,Lê Văn Cường,1985-05-06,M,,,,,alive\n"
)
BAO = AN | {"full_name": "Trần Thị Bửu", "birth_date": "04/03/1990", "sex": "Nữ", "id_number": "037190000022"}
CUONG = AN | {"full_name": "Lê Văn Cường", "birth_date": "06/05/1985", "id_number": "0370850"}
KIM_SON = "14638"


@pytest.fixture
def register(tmp_path: Path) -> EmbeddedPopulation:
    """The population register of three people."""
    standin = EmbeddedPopulation(tmp_path / "population.db")
    standin.load(REGISTER.encode())
    return standin


@pytest.fixture
def dirty(world: World, register: EmbeddedPopulation) -> World:
    """One person of each class: no number, a malformed one, a name that the register knows otherwise."""
    world.rows(AN | {"id_number": ""}, BAO, CUONG)
    check_people(world.database, service=register, area=None, by=OFFICER, now=world.now, today=world.today)
    return world


def export(world: World, by: str | None = NURSE) -> HandedOver:
    return export_hand_over(
        world.database, area_code=KIM_SON, by=by, actor="command line", now=world.now, today=world.today
    )


def back(world: World, data: bytes, register: EmbeddedPopulation, by: str = OFFICER) -> CameBack:
    return import_hand_over(world.database, data=data, service=register, by=by, now=world.now, today=world.today)


def sheets(data: bytes) -> dict[str, list[list[Any]]]:
    book_ = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book_.get_sheet_by_name(name).to_python() for name in book_.sheet_names}


def corrected(data: bytes, changes: Mapping[str, Mapping[str, str]]) -> bytes:
    """The list as it comes back in one sheet: cells changed by the name that stood there, by title."""
    rows: list[list[Any]] = []
    for sheet in sheets(data).values():
        header = next(i for i, row in enumerate(sheet) if "Dòng gốc" in row)
        titles = sheet[header]
        rows = rows or [titles]
        for row in sheet[header + 1 :]:
            told = changes.get(row[titles.index("Họ và tên")], {})
            rows.append([told.get(title, cell) for title, cell in zip(titles, row, strict=True)])
    return book(rows)


TRUE = {
    "Nguyễn Văn An": {"Số CCCD/CMND/Hộ chiếu": "037090001234"},
    "Trần Thị Bửu": {"Họ và tên": "Trần Thị Bảo"},
    "Lê Văn Cường": {"Số CCCD/CMND/Hộ chiếu": "037085000034"},  # still not his
}


def test_the_list_has_a_sheet_for_each_class_and_places_to_sign(dirty: World) -> None:
    done = export(dirty)
    found = sheets(done.data)
    assert list(found) == ["Không có số định danh", "Số định danh sai dạng", "Sai thông tin cơ bản"]
    for rows, name in zip(found.values(), ("Nguyễn Văn An", "Lê Văn Cường", "Trần Thị Bửu"), strict=True):
        text = [" ".join(map(str, row)) for row in rows]
        assert (rows[1][0], "Xã Kim Sơn" in text[1]) == ("Xã Kim Sơn", True)
        assert f"Danh sách số {done.number} ngày 21/11/2026" in text[2]
        assert name in text[4]
        assert text[4].startswith("1 ")
        assert ("Trạm y tế" in text[-2], "Công an cấp xã" in text[-1]) == (True, True)
    with dirty.database.reading() as session:
        entry = audit.entries(session)[0]
        assert (entry.actor, entry.action, entry.detail["people"]) == (NURSE, "list_handed_over", 3)
        (an,) = cleaning.identity_cases(session, area=None, case_class=CaseClass.NO_ID)
        out = cleaning.last_steps(session, [an])[an.id].out_on
        assert out is not None
        assert (out.id, out.area_id) == (done.number, dirty.doses[0].site.area_id)


def test_a_malformed_number_is_on_the_list_as_it_was_typed(dirty: World) -> None:
    header, row = sheets(export(dirty).data)["Số định danh sai dạng"][3:5]
    assert dict(zip(header, row, strict=True))["Số CCCD/CMND/Hộ chiếu"] == "0370850"


def test_the_list_prints_as_wide_as_a_page_with_its_header_on_each(dirty: World) -> None:
    with zipfile.ZipFile(io.BytesIO(export(dirty).data)) as file:
        sheet, workbook = (file.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "workbook"))
    assert '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"' in sheet
    assert workbook.count("_xlnm.Print_Titles") == 3


def test_what_was_written_beneath_the_table_is_no_row(dirty: World, register: EmbeddedPopulation) -> None:
    form = sheets(export(dirty).data)["Sai thông tin cơ bản"]
    signed = [
        ["", "Công an xã: đã đối chiếu"],
        ["", "Người lập", "", "Trưởng trạm"],
        ["", "Vũ Thị Lập", "", "Ngô Chủ"],
    ]
    came = back(dirty, book([*form, *signed]), register)
    assert [row.person_id is None for row in came.still_open] == [False]


def test_what_the_register_confirms_is_corrected_and_the_rest_goes_out_again(
    dirty: World, register: EmbeddedPopulation
) -> None:
    done = export(dirty)
    came = back(dirty, corrected(done.data, TRUE), register)
    assert (came.rows, came.settled) == (3, 2)
    states = {person.full_name: person.identity_state for person in dirty.people()}
    assert states == {"Nguyễn Văn An": "verified", "Trần Thị Bảo": "verified", "Lê Văn Cường": "bad_id"}
    assert not dirty.person("Nguyễn Văn An").doses[0].held
    with dirty.database.reading() as session:
        traces = list(session.scalars(select(Correction).order_by(Correction.field)))
        assert [(c.field, c.before, c.after) for c in traces] == [
            ("full_name", "Trần Thị Bửu", "Trần Thị Bảo"),
            ("id_number", None, "037090001234"),
        ]
        assert {c.why for c in traces} == {f"Danh sách số {done.number} ngày 21/11/2026"}
        outcomes = session.scalars(select(HandOverRow.outcome).order_by(HandOverRow.number))
        assert sorted(filter(None, outcomes)) == ["differs", "settled", "settled"]
        assert audit.entries(session)[0].detail == {"lists": [f"BG{done.number}"], "rows": 3, "settled": 2}
    (row,) = came.still_open
    assert row.fault is not None
    assert row.fault.vi == "Không có trong cơ sở dữ liệu quốc gia về dân cư"
    assert came.data is not None
    (again,) = sheets(came.data).values()
    assert "037085000034" in again[4]
    final = back(dirty, corrected(came.data, {"Lê Văn Cường": {"Số CCCD/CMND/Hộ chiếu": "037085000033"}}), register)
    assert (final.rows, final.settled, final.data) == (1, 1, None)


def test_a_list_that_comes_twice_changes_nothing(dirty: World, register: EmbeddedPopulation) -> None:
    data = corrected(export(dirty).data, TRUE)
    back(dirty, data, register)
    traces = dirty.count(Correction)
    again = back(dirty, data, register)
    assert (again.settled, dirty.count(Correction)) == (2, traces)


def test_rows_that_mean_nobody_or_tell_nothing_stay_open(dirty: World, register: EmbeddedPopulation) -> None:
    data = corrected(
        export(dirty).data, {"Trần Thị Bửu": {"Dòng gốc": "BG9/9"}, "Lê Văn Cường": {"Ngày sinh": "31/02"}}
    )
    came = back(dirty, data, register)
    assert came.settled == 0
    assert [row.person_id is None for row in came.still_open] == [False, False, True]
    assert all(row.fault and row.fault.vi and row.fault.en for row in came.still_open)
    assert dirty.count(Correction) == 0


def test_a_register_that_is_away_leaves_every_row_open(dirty: World, tmp_path: Path) -> None:
    came = back(dirty, corrected(export(dirty).data, TRUE), EmbeddedPopulation(tmp_path / "nothing.db"))
    assert (came.settled, dirty.count(Correction)) == (0, 0)
    assert came.still_open[0].fault is not None
    assert "chưa trả lời" in came.still_open[0].fault.vi


def test_only_the_identity_officer_settles_by_a_list(dirty: World, register: EmbeddedPopulation) -> None:
    data = corrected(export(dirty).data, TRUE)
    with pytest.raises(Refused, match="not_permitted"):
        back(dirty, data, register, by=NURSE)
    assert dirty.count(Correction) == 0
    with pytest.raises(InputError) as told:
        back(dirty, book([["a", "b"], ["c", "d"]]), register)
    assert told.value.reason is Refusal.NO_HEADER


def test_an_area_without_cases_gives_an_empty_form(world: World) -> None:
    done = export(world, by=None)
    assert (done.number, done.people, len(sheets(done.data))) == (None, 0, 3)


def test_what_holds_a_dose_says_who_settles_it(world: World) -> None:
    world.rows(AN | {"id_number": ""}, BAO, BAO | {"vaccination_date": "11/08/2021"})
    with world.database.reading() as session:
        held = cleaning.dose_cases(session, area=None)
        duties = {dose.person.full_name: cleaning.held_duty(dose, on=world.today).role for dose in held}
    assert duties == {"Nguyễn Văn An": "identity_officer", "Trần Thị Bửu": "registrar"}


def test_a_list_can_be_withdrawn_after_its_people_were_handed_over(world: World) -> None:
    report = world.rows(AN | {"id_number": ""}, BAO)
    export(world)
    withdraw_import(world.database, import_id=report.import_id, by=NURSE, now=world.now)
    assert [(p.full_name, p.doses) for p in world.people()] == [("Nguyễn Văn An", [])]  # the list still names him
