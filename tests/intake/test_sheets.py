"""Files as people send them: every format that is a list, and every file that is none."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from passport.errors import InputError, PassportError, Refusal
from passport.intake import sheets, survey, workbooks
from passport.intake.cells import Cell, CellKind
from passport.intake.layouts import Layout
from passport.intake.sheets import RawRow, Sheet, read_sheet
from tests.binary_book import compound_file, xls_book
from tests.lists import AN, TITLES, book, csv_list, person

HEADER = ["Họ và tên", "Ngày sinh", "Giới tính", "Loại vắc xin", "Mũi số", "Ngày tiêm", "Số CCCD"]
ROW = ["Nguyễn Văn An", "02/01/1990", "Nam", "AZ", "1", "10/08/2021", "037090001234"]
WARD = (
    "STT|Họ và tên|Ngày sinh|Giới tính|Nhóm đối tượng (mã)|Đơn vị công tác|Số điện thoại|CMT/CCCD|Số thẻ BHYT"
    "|Tỉnh (tên)|Mã tỉnh|Huyện (tên)|Mã huyện|Xã (tên)|Mã xã|Địa bàn/tổ|Địa chỉ"
).split("|")
GROUP = ["Loại vắc xin", "Ngày giờ", "Số lô", "Địa điểm"]


def read(data: bytes, **options: Any) -> tuple[Sheet, list[RawRow]]:
    sheet = read_sheet(data, file_name="list", **options)
    return sheet, list(sheet.rows)


def texts(row: RawRow) -> dict[str, str]:
    return {key: cell.text for key, cell in row.cells.items()}


def refusal(data: bytes, **options: Any) -> tuple[str, str | None]:
    with pytest.raises(InputError) as caught:
        read(data, **options)
    assert caught.value.message.vi
    return caught.value.reason.value, caught.value.variant


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_files(delimiter: str, encoding: str) -> None:
    data = csv_list([AN, person(1)], delimiter=delimiter).decode().encode(encoding)
    sheet, rows = read(data)
    assert sheet.layout is Layout.DOSE_ROWS
    assert [row.number for row in rows] == [2, 3]
    assert texts(rows[0]) == AN
    assert sheet.typed(rows[0]) == dict.fromkeys(TITLES, "") | AN


def test_titles_in_any_order_and_language_below_a_letterhead() -> None:
    rows = [
        ["SỞ Y TẾ NINH BÌNH"],
        [],
        ["TT", "ngay tiem", "MŨI SỐ (*)", "Vaccine", "sex", "date_of_birth", "HO VA TEN", "Ghi chú", "Ghi chú"],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)"],
        [],
        ["1", "10/08/2021", "1", "AZ", "Nam", "1990", "An", "a", "b"],
        ["2", "", "", "", "", "", "", "", ""],
    ]
    _, found = read(book(rows))
    assert [row.number for row in found] == [6]
    assert texts(found[0]) == {
        "TT": "1", "vaccination_date": "10/08/2021", "dose_number": "1", "vaccine": "AZ", "sex": "Nam",
        "birth_date": "1990", "full_name": "An", "Ghi chú": "a", "Ghi chú #9": "b",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "title"),
    [
        ("id_number", "Số CMND/CCCD/Hộ chiếu/Mã định danh"), ("id_number", "Mã định danh cá nhân"),
        ("id_number", "Số giấy tờ tùy thân"), ("sex", "GT"), ("sex", "Phái"), ("phone", "Số điện thoại liên hệ"),
        ("vaccine", "Loại vắc xin đã tiêm"), ("dose_number", "Mũi thứ mấy"), ("vaccination_date", "Ngày tiêm chủng"),
    ],
)  # fmt: skip
def test_titles_that_lists_give_their_columns(field: str, title: str) -> None:
    _, (row,) = read(csv_list([AN], titles=TITLES | {field: title}))
    assert row.cells[field].text == AN[field]


WARD_HEADERS: Mapping[str, list[list[str]]] = {
    "merged": [[*WARD, "Mũi 1", "", "", "", "Mũi 2", "", "", "", "Ghi chú"], [*[""] * 17, *GROUP, *GROUP, ""]],
    "bracketed": [[*WARD, "[Mũi 1] Loại vắc xin", *GROUP[1:], "[Mũi 2] Loại", *GROUP[1:], "Ghi chú"]],
    "repeated": [[*WARD, *GROUP, *GROUP, "Ghi chú"]],
    "numbered": [[*WARD, *(f"{g} mũi {n}" for n in (1, 2) for g in GROUP), "Ghi chú"]],
    "named": [[*WARD, *(f"{f}_{n}" for n in (1, 2) for f in ("vaccine", "vaccination_date", "lot", "site")), "Note"]],
}


@pytest.mark.parametrize("header", WARD_HEADERS.values(), ids=WARD_HEADERS.keys())
def test_the_ward_layout_has_a_group_of_columns_for_each_dose(header: list[list[str]]) -> None:
    who = "1|Nguyễn Văn An|1990|Nam|10|||037090001234||Ninh Bình|37||||14620||"
    row = f"{who}|AZ|10/08/2021 08:30|ABV1|Nhà văn hóa|Pfizer|12/10/2021|FE1||".split("|")
    sheet, (found,) = read(book([["DANH SÁCH"], *header, row]))
    assert sheet.layout is Layout.WARD
    told = texts(found)
    assert (told["vaccine_1"], told["vaccination_date_1"], told["lot_1"]) == ("AZ", "10/08/2021 08:30", "ABV1")
    assert (told["vaccine_2"], told["vaccination_date_2"], told["lot_2"]) == ("Pfizer", "12/10/2021", "FE1")
    assert (told["commune_code"], told["id_number"], told["site_1"]) == ("14620", "037090001234", "Nhà văn hóa")


def test_numbers_keep_their_digits_dates_their_days_and_text_stays_text() -> None:
    half_past_eight = datetime(2021, 8, 10, 8, 30)  # noqa: DTZ001  # a spreadsheet knows no zone
    values = ["'=1+1", date(1990, 1, 2), True, 1.5, 2, half_past_eight, 37090001234]
    _, (row,) = read(book([HEADER, values]))
    assert row.cells == {
        "full_name": Cell("'=1+1"),
        "birth_date": Cell("02/01/1990", CellKind.DATE),
        "sex": Cell("TRUE"),
        "vaccine": Cell("1.5", CellKind.NUMBER),
        "dose_number": Cell("2", CellKind.NUMBER),
        "vaccination_date": Cell("10/08/2021 08:30", CellKind.DATE),
        "id_number": Cell("37090001234", CellKind.NUMBER),
    }


def test_formulas_are_seen_wherever_they_stand() -> None:
    data = book([[], ["", *HEADER], ["", *ROW]], formulas={(2, 1): "=A1", (2, 3): '="Nam"'})
    _, (row,) = read(data)
    assert {key for key, cell in row.cells.items() if cell.was is CellKind.FORMULA} == {"full_name", "sex"}


def test_array_formulas_fill_their_range() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as file:
        sheet = file.add_worksheet()
        for number, row in enumerate([HEADER, ROW, ROW]):
            sheet.write_row(number, 0, row)
        sheet.write_array_formula("D2:D3", '={"AZ";"AZ"}', None, "AZ")
    _, rows = read(out.getvalue())
    assert [row.cells["vaccine"].was for row in rows] == [CellKind.FORMULA] * 2


def test_hidden_sheets_are_not_read_and_two_lists_are_too_many() -> None:
    def two(*, hide: bool) -> bytes:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out) as file:
            for name in ("Bìa", "Thôn 1", "Thôn 2"):
                sheet = file.add_worksheet(name)
                for number, row in enumerate([HEADER, ROW] if name != "Bìa" else [["Danh sách tiêm"]]):
                    sheet.write_row(number, 0, row)
            if hide:
                sheet.hide()
        return out.getvalue()

    _, rows = read(two(hide=True))
    assert len(rows) == 1
    assert refusal(two(hide=False)) == ("unreadable_file", "sheets")


def test_old_workbooks() -> None:
    sheet, rows = read(xls_book([HEADER, [*ROW[:5], 44418.0, 37090001234.0]], formulas={(1, 2): 1.0}))
    assert rows[0].number == 2
    assert texts(rows[0])["id_number"] == "37090001234"
    assert rows[0].cells["sex"].was is CellKind.FORMULA
    assert sheet.layout is Layout.DOSE_ROWS


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", ("empty_file", None)),
        (b"\xef\xbb\xbf \n\n", ("empty_file", None)),
        (book([]), ("empty_file", None)),
        (book([HEADER]), ("empty_file", None)),
        (csv_list([]), ("empty_file", None)),
        (b"a,b\n1,2\n", ("no_header", None)),
        ("<html><table><tr><td>Họ và tên<td>Ngày sinh</table>".encode(), ("unreadable_file", "web_page")),
        (
            '\ufeff\r\n<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'.encode(),
            ("unreadable_file", "web_page"),
        ),
        ("<!DOCTYPE html>\n<TABLE>".encode("utf-16"), ("unreadable_file", "web_page")),
        (book([["a", "b"], ["1", "2"]]), ("no_header", None)),
        (book([HEADER[:-3], ROW[:-3]]), ("missing_column", None)),
        (book([[*WARD, "Mũi 1 – Loại vắc xin"], ["1"] * 18]), ("missing_column", None)),
        (book([[*HEADER, "Ngày sinh"], [*ROW, "1990"]]), ("repeated_column", None)),
        ("Họ và tên,Ngày sinh".encode("utf-16-le"), ("unreadable_file", "binary")),
        (csv_list([AN]).decode().replace("ễ", "Ô").encode("latin-1", "replace"), ("wrong_encoding", None)),
        ("Hä vµ tªn;Ngµy sinh;Giíi tÝnh".encode("latin-1"), ("wrong_encoding", None)),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00", ("unreadable_file", "binary")),
        (b"\x7fELF\x02\x01\x01\x00\x00", ("unreadable_file", "binary")),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", ("unreadable_file", "binary")),
        (csv_list([AN, AN]).replace(b"ABV5300", b'"ABV5300', 1), ("unreadable_file", "quote")),
        (csv_list([AN]) + b'"' + b"x" * 200_000, ("unreadable_file", "quote")),
        (b"PK\x03\x04rubbish", ("unreadable_file", "broken")),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600, ("unreadable_file", "broken")),
        (xls_book([HEADER, ROW], streams=["_VBA_PROJECT_CUR"]), ("unreadable_file", "macros")),
        (xls_book([HEADER, ROW], locked=True), ("unreadable_file", "locked")),
        (csv_list([AN]) + b"," * 300, ("file_too_large", "columns")),
        (b"x" * 3_000_000, ("file_too_large", "line")),
        (compound_file({"EncryptedPackage": b"x" * 5000}), ("unreadable_file", "locked")),
        (compound_file({"Workbook": b"\x09\x08"}, small=True), ("unreadable_file", "broken")),
        (xls_book([HEADER, ROW], far_cell=(65_000, 200)), ("file_too_large", "cells")),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_one_reason(data: bytes, told: tuple[str, str | None]) -> None:
    assert refusal(data) == told


def test_a_broken_chain_of_sectors_ends() -> None:
    data = bytearray(xls_book([HEADER, ROW]))
    data[0x4C:0x50] = (0).to_bytes(4, "little")  # the allocation table is said to stand in the workbook itself
    assert refusal(bytes(data)) == ("unreadable_file", "broken")


def rezipped(change: Callable[[dict[str, bytes]], None], *, stored: bool = False) -> bytes:
    """A good list whose members were changed."""
    with zipfile.ZipFile(io.BytesIO(book([HEADER, ROW]))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def _swap(old: bytes, new: bytes, member: str = SHEET) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        assert old in members[member]
        members[member] = members[member].replace(old, new)

    return change


def _add(name: str, data: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda members: members.update({name: data})


BOMB = b"<row r='9'/>" * 300_000
LAUGH = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet'


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_add("xl/vbaProject.bin", b"x"), ("unreadable_file", "macros")),
        (_add("xl/macrosheets/sheet1.xml", b"<a/>"), ("unreadable_file", "macros")),
        (_add("xl/Workbook.xml", b"<a/>"), ("unreadable_file", "broken")),
        (_add("xl/bomb.bin", b"\0" * 50_000_000), ("file_too_large", None)),
        (_swap(b"<worksheet", LAUGH), ("unreadable_file", "broken")),
        (_swap(b"</sheetData>", BOMB + b"</sheetData>"), ("file_too_large", None)),
        (_swap(b'r="A2"', b'r="XFD1048576"'), ("file_too_large", "columns")),
        (_swap(b'r="A2"', b'r="A9999999"'), ("file_too_large", "cells")),
        (_swap(b'r="A2"', b'r="two"'), ("unreadable_file", "broken")),
        (_swap(b"</sheetData>", b"</sheet>"), ("unreadable_file", "broken")),
        (_swap(b'Id="rId1"', b'Id="rId77"', "xl/_rels/workbook.xml.rels"), ("unreadable_file", "broken")),
        (lambda members: members.pop("xl/workbook.xml"), ("unreadable_file", "broken")),
        (lambda members: members.update({f"m{n}": b"" for n in range(600)}), ("file_too_large", None)),
    ],
)
def test_hostile_spreadsheets_are_refused_before_they_are_opened(
    change: Callable[[dict[str, bytes]], None], told: tuple[str, str | None]
) -> None:
    began = time.monotonic()
    assert refusal(rezipped(change)) == told
    assert time.monotonic() - began < 5


def test_a_size_that_lies_is_found() -> None:
    data = bytearray(rezipped(lambda _: None, stored=True))
    at = data.rindex(SHEET.encode()) - 46 + 24  # the inflated size in the central directory
    data[at : at + 4] = (10).to_bytes(4, "little")
    assert refusal(bytes(data))[0] == "unreadable_file"


def test_total_and_count_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "INFLATED_LIMIT", 1000)
    assert refusal(book([HEADER, ROW])) == ("file_too_large", None)
    monkeypatch.setattr(workbooks, "BOOK_LIMIT", 1000)
    assert refusal(book([HEADER, ROW])) == ("file_too_large", None)
    monkeypatch.setattr(sheets, "TEXT_LIMIT", 100)
    assert refusal(csv_list([AN])) == ("file_too_large", None)


def test_row_limit_of_text_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "ROW_LIMIT", 3)
    assert len(read(csv_list([AN, AN]))[1]) == 2
    assert refusal(csv_list([AN, AN, AN])) == ("too_many_rows", None)


def test_more_shared_strings_than_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "STRINGS_LIMIT", 5)
    assert refusal(book([HEADER, ROW])) == ("file_too_large", None)


def test_more_elements_than_cells_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "ELEMENT_LIMIT", 10)
    assert refusal(book([HEADER, ROW])) == ("file_too_large", None)


def test_too_many_formulas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "FORMULA_LIMIT", 1)
    assert refusal(book([HEADER, ROW], formulas={(1, 0): "=1", (1, 1): "=1"})) == ("file_too_large", "formulas")


def test_cells_without_places_and_prefixed_markup() -> None:
    def plain(members: dict[str, bytes]) -> None:
        cells = "".join(f'<x:c t="inlineStr"><x:is><x:t>{text}</x:t></x:is></x:c>' for text in HEADER)
        row = "".join(f'<x:c t="inlineStr"><x:is><x:t>{text}</x:t></x:is></x:c>' for text in ROW[1:])
        row = '<x:c t="str"><x:f>1+1</x:f><x:v>An</x:v></x:c>' + row
        members[SHEET] = (
            '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
            f"<x:row>{cells}</x:row><x:row>{row}</x:row></x:sheetData></x:worksheet>"
        ).encode()

    _, (row,) = read(rezipped(plain))
    assert row.cells["full_name"].was is CellKind.FORMULA
    assert row.cells["sex"] == Cell("Nam")


def test_an_attendance_list_needs_the_name_alone() -> None:
    sheet, rows = read("Họ và tên\nLò Thị Xa\n".encode(), attendance=True)
    assert sheet.layout is Layout.ATTENDANCE
    assert texts(rows[0]) == {"full_name": "Lò Thị Xa"}
    assert refusal("Ngày sinh,Giới tính\n1990,Nam\n".encode(), attendance=True) == ("missing_column", None)


def test_the_missing_column_is_named() -> None:
    with pytest.raises(InputError) as caught:
        read(book([HEADER[:5], ROW[:5]]))
    assert caught.value.reason is Refusal.MISSING_COLUMN
    assert caught.value.message.vi == "Thiếu cột “Ngày tiêm”."


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1"), b"\xff\xfe"]))
def test_rubbish_brings_out_our_errors_alone(data: bytes, start: bytes) -> None:
    with pytest.raises(PassportError):
        read(start + data)


GOOD_BOOKS = (book([HEADER, ROW]), xls_book([HEADER, ROW]))


@settings(deadline=None)
@given(st.data())
def test_damaged_workbooks_bring_out_our_errors_alone(data: st.DataObject) -> None:
    good = bytearray(data.draw(st.sampled_from(GOOD_BOOKS)))
    for _ in range(data.draw(st.integers(1, 6))):
        good[data.draw(st.integers(8, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(good))
    except PassportError as error:
        assert isinstance(error, InputError)  # noqa: PT017
