"""Lines of a list that are nobody's: left out and told, while nobody who stands on the list is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from passport.intake.sheets import read_sheet
from passport.registry.reports import report
from passport.registry.tables import Attendee
from tests.lists import COMPANY, World, book

PRESENT = ["STT", "Họ và tên", "Năm sinh", "Giới tính", "Số CCCD", "Đơn vị công tác"]
DOSES = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Loại vắc xin", "Mũi số", "Ngày tiêm"]
AN = ["1", "Nguyễn Văn An", "1990", "Nam", "037090001234", "Công ty May"]
BE = ["2", "Trần Thị Bé", "1991", "Nữ", "037191001235", "Công ty May"]


def read(rows: Sequence[Sequence[object]], *, attendance: bool = True) -> tuple[list[str], dict[int, str]]:
    sheet = read_sheet(book(rows), file_name="list", attendance=attendance)
    names = [row.cells["full_name"].text for row in sheet.rows if "full_name" in row.cells]
    assert sheet.count == len(names)
    return names, dict(sheet.left_out)


def test_totals_dates_and_signatures_stand_for_nobody() -> None:
    rows = [
        PRESENT,
        AN,
        BE,
        ["", "Tổng cộng", "", "", "", "2"],
        [],
        ["", "", "", "Kim Sơn, ngày 01 tháng 8 năm 2021"],
        ["", "NGƯỜI LẬP BIỂU", "", "", "THỦ TRƯỞNG ĐƠN VỊ"],
        ["", "(Ký, ghi rõ họ tên)", "", "", "(Ký tên, đóng dấu)"],
        ["", "Phạm Thị Lập", "", "", "BS. Lê Văn Chủ"],
    ]
    assert read(rows) == (
        ["Nguyễn Văn An", "Trần Thị Bé"],
        {
            4: "Tổng cộng · 2",
            6: "Kim Sơn, ngày 01 tháng 8 năm 2021",
            7: "NGƯỜI LẬP BIỂU · THỦ TRƯỞNG ĐƠN VỊ",
            8: "(Ký, ghi rõ họ tên) · (Ký tên, đóng dấu)",
            9: "Phạm Thị Lập · BS. Lê Văn Chủ",
        },
    )


@pytest.mark.parametrize(
    "line",
    [
        "Tổng cộng: 25 người", "TỔNG SỐ ĐỐI TƯỢNG: 25", "Cộng: 04 người", "tong cong: 25", "Cộng hòa xã hội chủ nghĩa",
        "Danh sách này có 25 người./.", "Ấn định danh sách gồm 25 người", "Bằng chữ: hai mươi lăm người",
        "Ghi chú: tiêm tại nhà văn hóa", "Người lập", "Người lập danh sách", "Thủ trưởng cơ quan", "TRƯỞNG TRẠM Y TẾ",
        "TM. UBND XÃ", "KT. GIÁM ĐỐC", "Xác nhận của Ủy ban nhân dân xã", "Hiệu trưởng", "(Ký tên, đóng dấu)",
        "Tủa Chùa, ngày … tháng … năm 2021", "Cán bộ y tế lập bảng",
    ],
)  # fmt: skip
def test_each_of_the_usual_lines(line: str) -> None:
    assert read([PRESENT, AN, ["", line], BE]) == (["Nguyễn Văn An", "Trần Thị Bé"], {3: line})
    doses = ["1", "Nguyễn Văn An", "02/01/1990", "Nam", "037090001234", "AZ", "1", "10/08/2021"]
    assert read([DOSES, doses, [*[""] * 5, line]], attendance=False) == (["Nguyễn Văn An"], {3: line})


@pytest.mark.parametrize(
    "row",
    [
        ["", "Tống Công Minh"],  # a family name, not a total
        ["", "Tong Cong Minh"],
        ["", "Lê Thị Ký"],
        ["", "Giàng A Tổng"],
        ["", "Phạm Văn Công", "", "", "", "Giám đốc"],  # where somebody works says nothing
        ["3", "Người lập biểu"],  # the list numbers it
        ["", "Tổng cộng", "1990"],
        ["", "Tổng cộng", "", "Nữ"],
        ["", "Thủ trưởng", "", "", "037090001236"],
    ],
)
def test_whoever_may_be_a_person_stays(row: list[str]) -> None:
    names, left_out = read([PRESENT, AN, row])
    assert (names, left_out) == (["Nguyễn Văn An", row[1]], {})


def test_beneath_a_signature_somebody_of_the_list_is_still_a_row() -> None:
    rows = [PRESENT, AN, ["", "Người lập"], ["", "Phạm Thị Lập"], BE, ["", "Vàng A Páo"]]
    assert read(rows) == (["Nguyễn Văn An", "Phạm Thị Lập", "Trần Thị Bé", "Vàng A Páo"], {3: "Người lập"})


def test_a_long_list_beneath_a_signature_is_no_signature() -> None:
    names = [f"Vàng A {'Abcdeghiklmnopqrstuvxy'[i % 20]}{'aeiou'[i % 5]}" for i in range(60)]
    found, left_out = read([PRESENT, AN, ["", "Người lập"], *(["", name] for name in names)])
    assert (found, left_out) == (["Nguyễn Văn An", *names], {3: "Người lập"})


def test_a_part_of_a_list_has_a_heading() -> None:
    rows = [PRESENT, ["I", "Thôn Đông"], AN, ["II.", "Thôn Tây"], BE]
    assert read(rows) == (["Nguyễn Văn An", "Trần Thị Bé"], {2: "I · Thôn Đông", 4: "II. · Thôn Tây"})


def test_people_whom_a_list_numbers_in_roman_figures_are_no_headings() -> None:
    rows = [PRESENT, ["I", "Vàng A Páo", "1990"], ["II", "Vàng A Sử"]]
    assert read(rows) == (["Vàng A Páo", "Vàng A Sử"], {})


def test_what_is_left_out_is_told_and_counts_for_nothing(world: World) -> None:
    rows = [PRESENT, AN, BE, ["", "Tổng cộng: 2 người"], ["", "Người lập"], ["", "Phạm Thị Lập"]]
    data = book(rows)
    for known in (0, 2):  # the same file twice changes nothing
        told = world.bring_in(data, kind="attendance", by=COMPANY)
        assert (told.rows, told.new, told.known, told.refused, told.left_out) == (2, 2 - known, known, 0, 3)
    with world.database.reading() as session:
        assert list(session.scalars(select(Attendee.full_name).order_by(Attendee.row))) == [AN[1], BE[1]]
        found = report(session, told.import_id)
        assert (found.rows, found.new, found.known, found.left_out) == (2, 2, 0, 3)
        lines = [(i.row, i.severity, i.message.vi) for i in found.issues if i.reason.value == "no_person"]
    assert [line[:2] for line in lines] == [(4, "warned"), (5, "warned"), (6, "warned")]
    assert "Phạm Thị Lập" in lines[2][2]
