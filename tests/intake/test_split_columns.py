"""Lists that tell the name, the birth date or the sex in several columns."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
import xlsxwriter

from passport.errors import InputError, Refusal
from passport.intake.cells import CellKind
from passport.intake.sheets import read_sheet
from tests.lists import World, book

DOSE = ["Số CCCD", "Loại vắc xin", "Mũi số", "Ngày tiêm"]
TOLD = ["037090001234", "AZ", "1", "10/08/2021"]


def cells(rows: Sequence[Sequence[object]], *, merged: str | None = None) -> list[dict[str, str]]:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as file:
        sheet = file.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if merged:
            sheet.merge_range(merged, "Họ và tên")
    read = read_sheet(out.getvalue(), file_name="list")
    fields = {column.field for column in read.columns if column.field}
    assert {"full_name", "birth_date", "sex"} <= fields
    return [{key: cell.text for key, cell in row.cells.items() if key in fields} for row in read.rows]


@pytest.mark.parametrize(
    ("family", "given"),
    [
        ("Họ", "Tên"),
        ("Họ và tên đệm", "Tên"),
        ("HỌ, CHỮ LÓT", "TÊN"),
        ("Family name", "Given name"),
        ("Họ và tên", "Tên"),
    ],
)
def test_a_name_in_two_columns(family: str, given: str) -> None:
    rows = [
        [family, given, "Ngày sinh", "Giới tính", *DOSE],
        ["Nguyễn Văn", "An", "1990", "Nam", *TOLD],
        ["Trần Thị  Hồng", " Nhung ", "1991", "Nữ", *TOLD],
    ]
    assert [row["full_name"] for row in cells(rows)] == ["Nguyễn Văn An", "Trần Thị Hồng Nhung"]


def test_the_last_word_beside_the_whole_name_is_not_told_twice() -> None:
    rows = [["Họ và tên", "Tên", "Ngày sinh", "Giới tính", *DOSE], ["Nguyễn Văn An", "AN", "1990", "Nam", *TOLD]]
    assert cells(rows)[0]["full_name"] == "Nguyễn Văn An"


def test_a_title_of_the_name_merged_over_two_columns() -> None:
    rows = [["TT", "Họ và tên", "", "Ngày sinh", "Giới tính", *DOSE], ["1", "Nguyễn Văn", "An", "1990", "Nam", *TOLD]]
    assert cells(rows, merged="B1:C1")[0]["full_name"] == "Nguyễn Văn An"


def test_text_beside_the_name_under_no_title_is_asked_about_not_cut_off() -> None:
    rows = [["Họ và tên", "", "Ngày sinh", "Giới tính", *DOSE], ["Nguyễn Văn", "An", "1990", "Nam", *TOLD]]
    with pytest.raises(InputError) as caught:
        cells(rows)
    assert (caught.value.reason, caught.value.variant) == (Refusal.MISSING_COLUMN, "title")
    assert "dòng 2" in caught.value.message.vi


def test_a_birth_date_in_three_columns() -> None:
    rows = [
        ["Họ và tên", "Ngày tháng năm sinh", "", "", "Giới tính", *DOSE],
        ["", "Ngày", "Tháng", "Năm"],
        ["Nguyễn Văn An", 2, 1, 1990, "Nam", *TOLD],
        ["Trần Văn Bê", "", "", 1990, "Nam", *TOLD],
        ["Lê Văn Cê", 2, "", 1990, "Nam", *TOLD],
        ["Vũ Văn Dê", "", 1, 1990, "Nam", *TOLD],
    ]
    assert [row["birth_date"] for row in cells(rows)] == ["2/1/1990", "1990", "2/?/1990", "1/1990"]


def test_the_year_of_birth_in_a_column_for_each_sex() -> None:
    rows = [
        ["STT", "Họ và tên", "Năm sinh", "", *DOSE],
        ["", "", "Nam", "Nữ"],
        ["1", "Nguyễn Văn An", "1990", "", *TOLD],
        ["2", "Trần Thị Bé", "", "02/01/1991", *TOLD],
        ["3", "Lê Cê", "1990", "1991", *TOLD],
    ]
    told = [(row["birth_date"], row["sex"]) for row in cells(rows)]
    assert told == [("1990", "Nam"), ("02/01/1991", "Nữ"), ("1990", "Nam, Nữ")]


@pytest.mark.parametrize("header", [[["Nam", "Nữ"]], [["Giới tính", ""], ["Nam", "Nữ"]]])
def test_a_mark_for_the_sex(header: list[list[str]]) -> None:
    first = ["Họ và tên", "Ngày sinh", *header[0], *DOSE]
    rows = [
        first,
        *(["", "", *line] for line in header[1:]),
        ["Nguyễn Văn An", "1990", "x", "", *TOLD],
        ["Trần Thị Bé", "1991", "0", "X", *TOLD],
        ["Lê Cê", "1991", "", "", *TOLD],
    ]
    assert [row.get("sex") for row in cells(rows)] == ["Nam", "Nữ", None]


def test_a_formula_in_a_part_is_a_formula() -> None:
    data = book(
        [["Họ", "Tên", "Ngày sinh", "Giới tính", *DOSE], ["", "An", "1990", "Nam", *TOLD]], formulas={(1, 0): "=A1"}
    )
    (row,) = read_sheet(data, file_name="list").rows
    assert row.cells["full_name"].was is CellKind.FORMULA


def test_such_a_list_is_stored_and_repaired_as_any_other(world: World) -> None:
    rows = [
        ["Họ và tên đệm", "Tên", "Năm sinh", "", *DOSE],
        ["", "", "Nam", "Nữ"],
        ["Nguyễn Văn", "An", "02/01/1990", "", *TOLD],
        ["Trần Thị", "Bé", "", "30/02/1991", "037191001235", *TOLD[1:]],
    ]
    report = world.bring_in(book(rows))
    assert (report.new, report.held, report.refused) == (1, 0, 1)
    an = world.person("Nguyễn Văn An")
    assert (an.birth_date, an.sex) == ("1990-01-02", "M")
    cells = world.stored_row(report.import_id, 4).cells
    assert (cells["full_name"], cells["birth_date"], cells["sex"]) == ("Trần Thị Bé", "30/02/1991", "Nữ")
