"""Lists that agencies bring: titles of booking systems, dates as typed, limits, and cells that stay as they are."""

from __future__ import annotations

from datetime import date

import pytest

from passport.domain.dates import PartialDate
from passport.errors import InputError, Refusal
from passport.intake.travellers import CODES_MOST, PASSENGERS_MOST, CodeList, read_codes_list, read_passengers
from passport.rendering.sheets import SheetColumn, text_sheet
from passport.verifying.passengers import Passenger

TODAY = date(2026, 11, 21)


def passengers(text: str) -> tuple[Passenger, ...]:
    return read_passengers(text.encode(), file_name="list.csv", today=TODAY)


def codes(text: str) -> CodeList:
    return read_codes_list(text.encode(), file_name="list.csv", today=TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "Họ và tên,Ngày sinh,Mã khách\nNguyễn Văn An,02/01/1990,A1\n",
        "full name;date of birth;PNR\nNguyễn Văn An;1990-01-02;A1\n",
        "Đoàn Hà Nội\n\nSTT\tHọ\tTên\tNgày sinh (dd/mm/yyyy)\tMã đặt chỗ\n1\tNguyễn\tVăn An\t2/1/1990\tA1\n",
    ],
)
def test_lists_of_booking_systems_are_understood(text: str) -> None:
    (found,) = passengers(text)
    assert (found.name, found.born, found.ref) == ("Nguyễn Văn An", PartialDate(1990, 1, 2), "A1")


def test_rows_keep_the_numbers_of_the_sheet_and_empty_ones_are_left_out() -> None:
    found = passengers("name,dob\nAn,1990\n,\n\nBình,31/02/1990\n,05/06/1991\n")
    assert [(p.row, p.name, p.unread_born) for p in found] == [
        (2, "An", None),
        (5, "Bình", "31/02/1990"),
        (6, "", None),
    ]


def test_a_workbook_is_read() -> None:
    data = text_sheet(
        name="Đoàn", columns=[SheetColumn("Họ và tên"), SheetColumn("Ngày sinh")], rows=[["Lê Mai", "02/01/1990"]]
    )
    (found,) = read_passengers(data, file_name="list.xlsx", today=TODAY)
    assert (found.name, found.row) == ("Lê Mai", 2)


@pytest.mark.parametrize(
    ("text", "reason", "advice"),
    [
        ("x,y\n1,2\n", Refusal.NO_HEADER, "Full name and Birth date"),
        ("name,seat\nAn,1\n", Refusal.MISSING_COLUMN, None),
        ("name,dob\n", Refusal.EMPTY_FILE, None),
        ("name,dob\n" + "An,1990\n" * (PASSENGERS_MOST + 1), Refusal.TOO_MANY_ROWS, None),
    ],
)
def test_a_list_that_is_none_says_what_it_lacks(text: str, reason: Refusal, advice: str | None) -> None:
    with pytest.raises(InputError) as refused:
        passengers(text)
    assert refused.value.reason is reason
    assert advice is None or advice in refused.value.advice.en


def test_a_list_of_codes_keeps_every_cell() -> None:
    found = codes(
        'Chuyến bay VN1\nref,credential,"họ tên",ngày sinh,ghi chú\n1,HC1:A B ,Lê Mai,02/01/1990,=1+1\n2,x,,,\n'
    )
    assert found.titles == ("ref", "credential", "họ tên", "ngày sinh", "ghi chú")
    assert (found.above, found.delimiter) == ((("Chuyến bay VN1",),), ",")
    assert [row.credential for row in found.rows] == ["HC1:A B ", "x"]
    assert found.rows[0].cells[4] == "=1+1"
    assert found.rows[0].holder is not None
    assert found.rows[0].holder.born == PartialDate(1990, 1, 2)
    assert found.rows[1].holder is None


def test_a_list_without_codes_and_one_with_too_many() -> None:
    for text, reason in (("ref\n1\n", Refusal.NO_HEADER), ("qr\n" + "x\n" * (CODES_MOST + 1), Refusal.TOO_MANY_ROWS)):
        with pytest.raises(InputError) as refused:
            codes(text)
        assert refused.value.reason is reason
