"""Attendance lists held against the record: every standing, doubt that joins nobody, what a provider may know."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from passport.errors import InputError
from passport.intake.importing import withdraw_import
from passport.intake.reconciling import Reconciliation, Standing, reconcile, reconciliation_sheet
from tests.lists import AN, COMPANY, TITLES, World, csv_list, person

ATTENDANCE = {name: TITLES[name] for name in ("full_name", "birth_date", "sex", "id_number", "phone")} | {
    "planned_dose": "Mũi dự kiến"
}


def listed(world: World, *rows: dict[str, str], campaign: str | None = None) -> int:
    data = csv_list(rows, titles=ATTENDANCE)
    return world.bring_in(data, kind="attendance", by=COMPANY, campaign=campaign).import_id


def standings(found: Reconciliation) -> list[tuple[str, int | None, int]]:
    return [(f.standing.value, f.attendee.row if f.attendee else None, len(f.doses)) for f in found.findings]


def reconciled(world: World, import_id: int) -> Reconciliation:
    with world.database.reading() as session:
        return reconcile(session, import_id)


def test_every_standing(world: World) -> None:
    world.rows(person(1), person(2), person(2, lot="OTHER"), person(3), person(4, vaccination_date="11/08/2021"))
    import_id = listed(world, person(1), person(2), person(5), person(1))
    found = reconciled(world, import_id)
    assert standings(found) == [
        ("entered", 2, 1),
        ("entered", 3, 1),
        ("twice", None, 1),  # the same dose of person 2 with another lot
        ("not_entered", 4, 0),
        ("twice", 5, 0),  # person 1 again
        ("not_listed", None, 1),  # person 3; person 4 came on another day
    ]
    assert found.counts() == {
        Standing.ENTERED: 2, Standing.NOT_ENTERED: 1, Standing.NOT_LISTED: 1, Standing.TWICE: 2,
    }  # fmt: skip


def test_people_are_found_as_lists_write_them(world: World) -> None:
    world.rows(AN, person(2, id_number=""), person(3))
    import_id = listed(
        world,
        {"full_name": "NGUYEN VAN AN", "id_number": AN["id_number"]},  # without marks, by number
        {"full_name": person(2)["full_name"], "birth_date": "1990", "sex": "Nam"},  # a year alone, by name
        person(3, full_name="Phạm Thị Khác", birth_date="05/05/1985", sex="Nữ"),  # a number of somebody else
        {"full_name": "Nguyễn Văn An"},  # a bare name is nobody's
    )
    assert [standing for standing, _row, _doses in standings(reconciled(world, import_id))] == [
        "entered", "entered", "not_entered", "not_entered", "not_listed",
    ]  # fmt: skip


def test_the_planned_dose_is_looked_for(world: World) -> None:
    world.rows(person(1), person(1, dose_number="2", vaccination_date="10/11/2021"))
    assert standings(reconciled(world, listed(world, person(1)))) == [("entered", 2, 2)]
    planned = listed(world, person(1, planned_dose="2"), person(2, planned_dose="1"))
    assert standings(reconciled(world, planned)) == [("entered", 2, 1), ("not_entered", 3, 0)]


def test_a_campaign_bounds_the_session_and_its_lists_count_together(world: World) -> None:
    world.rows(person(1), person(2), campaign="Đợt 5")
    world.rows(person(3), campaign="Đợt 4")
    first = listed(world, person(1), campaign="Đợt 5")
    assert standings(reconciled(world, first)) == [("entered", 2, 1), ("not_listed", None, 1)]
    second = listed(world, person(2), campaign="Đợt 5")
    assert standings(reconciled(world, first)) == [("entered", 2, 1)]
    assert standings(reconciled(world, second)) == [("entered", 2, 1)]
    withdraw_import(world.database, import_id=second, by=COMPANY, now=world.now)
    assert standings(reconciled(world, first)) == [("entered", 2, 1), ("not_listed", None, 1)]


def test_a_provider_learns_no_single_vaccination(world: World) -> None:
    world.rows(*(person(n) for n in range(12)))
    mixed = reconciled(world, listed(world, *(person(n) for n in range(6)), *(person(n) for n in range(20, 26))))
    told = mixed.counts_for_provider()
    assert told == {Standing.ENTERED: 6, Standing.NOT_ENTERED: 6, Standing.TWICE: 0}
    everybody = reconciled(world, listed(world, *(person(n) for n in range(11))))
    assert everybody.counts_for_provider()[Standing.ENTERED] is None
    few = reconciled(world, listed(world, person(1), person(30)))
    assert set(few.counts_for_provider().values()) == {None, 0}


def test_only_attendance_lists_are_reconciled(world: World) -> None:
    report = world.rows(AN)
    with pytest.raises(InputError):
        reconciled(world, report.import_id)
    import_id = listed(world, AN)
    withdraw_import(world.database, import_id=import_id, by=COMPANY, now=world.now)
    with pytest.raises(InputError):
        reconciled(world, import_id)


def test_the_sheet_holds_every_finding(world: World) -> None:
    world.rows(AN, person(2))
    import_id = listed(world, AN, person(3))
    with world.database.reading() as session:
        data = reconciliation_sheet(reconcile(session, import_id), language="vi")
    (sheet,) = CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(sheet).to_python()
    assert [row[0] for row in rows] == [
        "Kết quả", "Có mặt, đã nhập", "Có mặt, chưa nhập", "Đã nhập, không có trong danh sách",
    ]  # fmt: skip
    assert rows[1][5] == "1: astrazeneca, 10/08/2021"
