"""Held and refused rows are told again: on screen, by the report that comes back, by a better list."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from passport.errors import InputError, Refusal, Refused, RowReason
from passport.intake.correcting import correct_row
from passport.intake.importing import withdraw_import
from passport.intake.reports import import_report_sheet, list_template
from passport.intake.sheets import read_sheet
from passport.registry import audit
from passport.registry.tables import Correction, Dose, ImportRow, Person
from tests.lists import AN, COMPANY, HEAD, NURSE, TITLES, World, book, csv_list, faults, person


def correct(world: World, import_id: int, row: int, **cells: str) -> ImportRow:
    return correct_row(
        world.database, import_id=import_id, row=row, cells=cells, by=NURSE, now=world.now, today=world.today
    )


def corrections(world: World) -> list[tuple[str, str | None, str | None]]:
    with world.database.reading() as session:
        return [(c.field, c.before, c.after) for c in session.scalars(select(Correction).order_by(Correction.id))]


def report_sheet(world: World, import_id: int, language: str = "vi") -> bytes:
    with world.database.reading() as session:
        return import_report_sheet(session, import_id=import_id, language=language)


def cells_of(data: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def edited(data: bytes, changes: Mapping[tuple[int, str], str]) -> bytes:
    """A report as somebody sends it back: cells changed by row (from 1 beneath the header) and title."""
    rows = cells_of(data)
    for (row, title), text in changes.items():
        rows[row][rows[0].index(title)] = text
    return book(rows)


def test_a_refused_row_is_corrected_on_screen(world: World) -> None:
    report = world.rows(person(1), AN | {"birth_date": "31/04/1990", "vaccine": "Vero Xeo"})
    still = correct(world, report.import_id, 3, birth_date="30/04/1990")
    assert (still.outcome, still.settled) == ("refused", False)
    assert [issue["reason"] for issue in still.issues] == ["unknown_vaccine"]
    done = correct(world, report.import_id, 3, vaccine="Vero Cell")
    assert (done.outcome, done.held, done.settled, done.issues) == ("new", False, True, [])
    an = world.person("Nguyễn Văn An")
    assert (an.birth_date, [dose.product for dose in an.doses]) == ("1990-04-30", ["vero-cell"])
    with world.database.reading() as session:
        assert [entry.action for entry in audit.entries(session)][:2] == ["row_corrected", "row_corrected"]
    again = world.rows(person(1), AN | {"birth_date": "31/04/1990", "vaccine": "Vero Xeo"})
    assert (again.known, again.refused) == (2, 0)


def test_a_held_row_is_corrected_on_screen_and_leaves_a_trace(world: World) -> None:
    report = world.rows(AN | {"id_number": "1.23E+11", "full_name": "Nguyen Van An"})
    done = correct(world, report.import_id, 2, id_number="037090001234", full_name="Nguyễn Văn An", lot="ABV9")
    assert (done.held, done.settled) == (False, True)
    (an,) = world.people()
    assert (an.full_name, an.id_number, an.identity_state) == ("Nguyễn Văn An", "037090001234", "waiting")
    assert [(dose.held, dose.lot) for dose in an.doses] == [(False, "ABV9")]
    assert sorted(corrections(world)) == [
        ("full_name", "Nguyen Van An", "Nguyễn Văn An"),
        ("id_number", None, "037090001234"),
        ("lot", "ABV5300", "ABV9"),
    ]


def test_a_row_of_a_withdrawn_list_is_not_repaired(world: World) -> None:
    report = world.rows(person(1), AN | {"birth_date": "31/04/1990"})
    withdraw_import(world.database, import_id=report.import_id, by=NURSE, now=world.now)
    with pytest.raises(InputError, match="withdrawn"):
        correct(world, report.import_id, 3, birth_date="30/04/1990")
    assert world.doses == []


def test_a_correction_may_leave_the_row_held(world: World) -> None:
    report = world.rows(AN | {"id_number": ""})
    row = correct(world, report.import_id, 2, id_number="12345")
    assert (row.held, row.settled, [i["reason"] for i in row.issues]) == (True, False, ["bad_id"])
    assert [(p.identity_state, p.doses[0].held) for p in world.people()] == [("bad_id", True)]


def test_a_held_row_does_not_become_worse(world: World) -> None:
    report = world.rows(AN | {"id_number": ""})
    with pytest.raises(InputError) as caught:
        correct(world, report.import_id, 2, vaccination_date="30/02/2021")
    assert caught.value.reason is RowReason.BAD_VACCINATION_DATE
    assert "30/02/2021" in caught.value.message.vi
    assert world.stored_row(report.import_id, 2).cells["vaccination_date"] == AN["vaccination_date"]


def test_the_dose_of_a_corrected_row_moves_to_whom_it_belongs(world: World) -> None:
    world.rows(AN)
    wrong = world.rows(AN | {"full_name": "Lê Văn Cường", "dose_number": "2", "vaccination_date": "12/10/2021"})
    assert wrong.held == 1
    correct(world, wrong.import_id, 2, full_name="Nguyễn Văn An")
    (an,) = world.people()
    assert [(dose.number, dose.held) for dose in an.doses] == [(1, False), (2, False)]


def test_a_corrected_row_that_repeats_a_known_dose_gives_its_own_up(world: World) -> None:
    world.rows(AN)
    wrong = world.rows(AN | {"lot": "XYZ1"})
    row = correct(world, wrong.import_id, 2, lot="ABV5300")
    assert (row.outcome, row.held) == ("known", False)
    assert [dose.lot for dose in world.doses] == ["ABV5300"]


def test_a_corrected_row_may_turn_out_to_be_a_new_person(world: World) -> None:
    world.rows(AN)
    second = {"dose_number": "2", "vaccination_date": "11/10/2021"}
    held = world.rows(AN | second | {"vaccination_date": "10/08/2021"})
    correct(world, held.import_id, 2, **second, full_name="Lê Văn Cường", id_number="037090005555")
    assert {p.full_name: [(d.number, d.held) for d in p.doses] for p in world.people()} == {
        "Nguyễn Văn An": [(1, False)],
        "Lê Văn Cường": [(2, False)],
    }


def test_only_an_open_row_is_corrected_by_a_registrar(world: World) -> None:
    report = world.rows(person(1), AN | {"sex": "?"})
    for import_id, row, cells, reason in (
        (report.import_id, 2, {"lot": "A1"}, Refusal.BAD_OPTION),
        (report.import_id, 99, {"lot": "A1"}, Refusal.BAD_OPTION),
        (4711, 3, {"lot": "A1"}, Refusal.UNKNOWN_IMPORT),
        (report.import_id, 3, {"confirmed_by": "me"}, Refusal.BAD_OPTION),
        (report.import_id, 3, {"lot": "x" * 2000}, Refusal.BAD_OPTION),
    ):
        with pytest.raises(InputError) as caught:
            correct(world, import_id, row, **cells)
        assert caught.value.reason is reason
    with pytest.raises(Refused) as refused:
        correct_row(
            world.database, import_id=report.import_id, row=3, cells={}, by=HEAD, now=world.now, today=world.today
        )
    assert refused.value.reason is Refusal.NOT_PERMITTED


def test_a_row_of_an_attendance_list_is_corrected_too(world: World) -> None:
    data = csv_list([{"full_name": "L0 Thị Xa"}], titles={"full_name": "Họ và tên"})
    report = world.bring_in(data, kind="attendance", by=COMPANY)
    assert correct(world, report.import_id, 2, full_name="Lò Thị Xa").outcome == "new"


def test_the_report_comes_back_and_settles_the_earlier_rows(world: World) -> None:
    first = world.rows(
        person(1),
        AN | {"birth_date": "30/02/1990"},
        person(2, id_number=""),
        person(3, birth_date="02/01/1980"),
    )
    data = report_sheet(world, first.import_id)
    rows = cells_of(data)
    assert rows[0] == [*TITLES.values(), "Lý do", "Dòng gốc"]
    assert [row[-1] for row in rows[1:]] == [f"{first.import_id}/{n}" for n in (3, 4, 5)]
    assert rows[1][-2] == "Ngày sinh: Ngày sinh “30/02/1990” không phải là một ngày có thật."
    back = edited(
        data,
        {
            (1, "Ngày sinh"): "02/01/1990",
            (2, "Số CCCD/CMND/Hộ chiếu"): "037090000002",
            (3, "Ngày sinh"): "03/03/1990",
        },
    )
    second = world.bring_in(back)
    assert (second.new, second.known, second.refused, faults(second)) == (1, 2, 0, [])
    assert [dose.held for dose in world.doses] == [False] * 4
    assert (world.count(Person), world.count(Dose)) == (4, 4)
    assert all(world.stored_row(first.import_id, n).settled for n in (3, 4, 5))
    assert len(cells_of(report_sheet(world, first.import_id))) == 1
    assert len(cells_of(report_sheet(world, second.import_id))) == 1


def test_a_report_that_comes_back_unchanged_settles_nothing(world: World) -> None:
    first = world.rows(AN | {"birth_date": "30/02/1990"}, person(2, id_number=""))
    second = world.bring_in(report_sheet(world, first.import_id))
    assert (second.new, second.known, second.refused) == (0, 1, 1)
    assert not any(world.stored_row(first.import_id, n).settled for n in (2, 3))
    assert [dose.held for dose in world.doses] == [True]
    rows = cells_of(report_sheet(world, second.import_id))
    assert rows[0].count("Dòng gốc") == 1


def test_a_foreign_mark_names_no_row(world: World) -> None:
    first = world.rows(AN | {"birth_date": "30/02/1990"})
    titles = TITLES | {"source_row": "Dòng gốc"}
    for mark in ("4711/2", "rubbish", f"{first.import_id}/99"):
        world.bring_in(csv_list([AN | {"source_row": mark}], titles=titles))
    assert not world.stored_row(first.import_id, 2).settled


WARD = "Họ và tên|Ngày sinh|Giới tính|CCCD|Mũi 1 – Loại vắc xin|Mũi 1 – Ngày giờ|Mũi 1 – Số lô|Mũi 1 – Địa điểm"
WARD_TITLES = f"{WARD}|{WARD.partition('CCCD|')[2].replace('Mũi 1', 'Mũi 2')}".split("|")


def ward(*rows: str) -> bytes:
    return book([WARD_TITLES, *(row.split("|") for row in rows)])


def test_a_ward_row_tells_two_doses(world: World) -> None:
    report = world.bring_in(
        ward(
            "Nguyễn Văn An|02/01/1990|Nam|037090001234|AZ|10/08/2021 08:30|A1|Nhà văn hóa|AZ|12/10/2021|A2|TC-TYT-01",
            "Lê Thị Bé|1991|Nữ|037191001234|AZ|10/08/2021|A1||||",
            "Lê Văn Ba|1992|Nam|037092001234||||||||",
            "Lê Văn Bốn|1993|Nam|037093001234|AZ|10/08/2021|A1||AZ|30/02/2021|A2|",
            "Lê Văn Năm|1994|Nam||AZ|10/08/2021|A1|KS-TYT-99|AZ|20/08/2021|A2|",
        )
    )
    assert (report.rows, report.new, report.held, report.refused) == (5, 3, 1, 2)
    assert faults(report) == [
        (4, "vaccine_1", "refused", "missing_value"),
        (5, "vaccination_date_2", "refused", "bad_vaccination_date"),
        (6, "id_number", "held", "missing_id"),
        (6, "site_1", "held", "unknown_site"),
        (6, "vaccination_date_2", "warned", "interval_too_short"),
    ]
    assert report.issues[0].message.vi == "Ô “Mũi 1 – Loại vắc xin” để trống."
    told = [(d.number, d.given_on, d.site.code, d.held) for d in world.person("Nguyễn Văn An").doses]
    assert told == [(1, date(2021, 8, 10), "KS-TYT-01", False), (2, date(2021, 10, 12), "TC-TYT-01", False)]
    assert [(d.number, d.site.code, d.held) for d in world.person("Lê Văn Năm").doses] == [
        (1, "KS-TYT-01", True),
        (2, "KS-TYT-01", True),
    ]
    row = correct(
        world, report.import_id, 6, id_number="037094001234", site_1="Trường học", vaccination_date_2="20/10/2021"
    )
    assert (row.held, row.settled) == (False, True)
    nam = world.person("Lê Văn Năm")
    assert [(d.given_on, d.held) for d in nam.doses] == [(date(2021, 8, 10), False), (date(2021, 10, 20), False)]


def test_a_corrected_ward_row_may_gain_and_lose_a_dose(world: World) -> None:
    report = world.bring_in(ward("Lê Văn Năm|1994|Nam||AZ|10/08/2021|A1|||||"))
    correct(world, report.import_id, 2, vaccine_2="AZ", vaccination_date_2="20/10/2021")
    assert [dose.number for dose in world.doses] == [1, 2]
    correct(world, report.import_id, 2, vaccine_2="", vaccination_date_2="", id_number="037094001234")
    assert [(dose.number, dose.held) for dose in world.doses] == [(1, False)]


def test_a_ward_row_is_released_only_when_all_it_told_is_told_again(world: World) -> None:
    world.bring_in(ward("Lê Văn Năm|02/03/1994|Nam||AZ|10/08/2021|A1||AZ|20/10/2021|A2|KS-TYT-99"))
    nam = {"full_name": "Lê Văn Năm", "birth_date": "02/03/1994", "id_number": "037094001234"}
    world.rows(AN | nam | {"lot": "A1"})
    assert [dose.held for dose in world.doses] == [True, True]
    world.bring_in(ward("Lê Văn Năm|02/03/1994|Nam|037094001234|AZ|10/08/2021|A1||AZ|20/10/2021|A2|"))
    assert [dose.held for dose in world.doses] == [False, False]


STARTERS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", '"=1', " =1", "|cmd", "%00", "＝1+1"]


def test_hostile_cells_go_out_as_text(world: World) -> None:
    report = world.rows(*(AN | {"full_name": f"{start}x", "address": start} for start in STARTERS))
    assert report.refused == len(STARTERS)
    for language in ("vi", "en"):
        data = report_sheet(world, report.import_id, language)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            markup = archive.read("xl/worksheets/sheet1.xml").decode()
        assert not re.search(r"<f[ >/]", markup)
        assert set(re.findall(r'<c [^>]*t="(\w+)"', markup)) <= {"s", "inlineStr"}
        assert all(isinstance(cell, str) for row in cells_of(data) for cell in row)


def test_the_template_is_a_list_that_can_be_read() -> None:
    data = list_template()
    (header,) = cells_of(data)
    rows = [header, [AN.get(name, "") for name in ("full_name", "birth_date", "sex")]]
    sheet = read_sheet(book(rows), file_name="template.xlsx")
    assert [column.field for column in sheet.columns] == [
        "full_name", "birth_date", "sex", "id_number", "insurance_number", "phone", "commune_code", "address",
        "priority_group", "employer", "nationality", "vaccine", "lot", "dose_number", "dose_kind", "vaccination_date",
    ]  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        markup = archive.read("xl/worksheets/sheet1.xml").decode()
        assert markup.count("<dataValidation ") == 4
        assert 'numFmtId="49"' in archive.read("xl/styles.xml").decode()
