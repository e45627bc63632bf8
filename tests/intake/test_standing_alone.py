"""Rows written a batch at once leave the same records as rows written one by one."""

from __future__ import annotations

from typing import Any

import pytest

from passport.intake import importing
from tests.lists import AN, World, csv_list, faults, person

SECOND = {"dose_number": "2", "vaccination_date": "10/11/2021"}
NAMELESS = {"id_number": "", "commune_code": ""}


def _first() -> bytes:
    return csv_list([AN, *(person(i) for i in range(6)), person(6, id_number=""), person(7, phone="")])


def _second() -> bytes:
    return csv_list(
        [
            person(0) | SECOND,  # somebody on record, alone
            person(1) | SECOND | {"lot": "OTHER"},
            person(1) | SECOND | NAMELESS | {"vaccination_date": "11/11/2021"},  # the same, by name and telephone
            person(2),  # told again
            person(3) | SECOND | {"full_name": "Lê Thị Khác"},  # the number of somebody else
            person(4, insurance_number="DN4012345678901") | SECOND,  # completes the record
            person(6) | SECOND,  # brings the number that was missing
            person(7) | SECOND | {"vaccination_date": "10/08/2021"},  # the day of the first dose
            person(8),  # somebody new
            person(9) | SECOND | {"vaccine": "?"},  # refused
            AN | SECOND,
            AN | SECOND,
        ]
    )


def _records(world: World) -> list[Any]:
    """Of everybody the word of the name that tells them apart, the end of the number, and their doses."""
    return sorted(
        (
            one.full_name.split()[-1],
            (one.id_number or "")[-4:],
            one.insurance_number,
            [(f"{dose.given_on:%d/%m}", dose.number, dose.held, dose.import_row and dose.import_row.row)
             for dose in one.doses],
        )
        for one in world.people()
    )  # fmt: skip


@pytest.mark.parametrize("batch", [1000, 3, 1])
def test_a_batch_leaves_what_single_rows_leave(world: World, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    monkeypatch.setattr(importing, "BATCH", batch)
    world.bring_in(_first())
    report = world.bring_in(_second())
    assert (report.new, report.known, report.held, report.refused) == (9, 2, 3, 1)
    assert faults(report) == [
        (4, "id_number", "held", "missing_id"),
        (4, "vaccination_date", "held", "conflict"),
        (6, "id_number", "held", "conflict"),
        (9, "vaccination_date", "held", "conflict"),
        (11, "vaccine", "refused", "unknown_vaccine"),
        (13, "vaccination_date", "warned", "duplicate_row"),
    ]
    assert _records(world) == [
        ("Aa", "0000", None, [("10/08", 1, False, 3), ("10/11", 2, False, 2)]),
        ("An", "1234", None, [("10/08", 1, False, 2), ("10/11", 2, False, 12)]),
        ("Ba", "0001", None, [("10/08", 1, False, 4), ("10/11", 2, False, 3), ("11/11", 2, True, 4)]),
        ("Ca", "0002", None, [("10/08", 1, False, 5)]),
        ("Da", "0003", None, [("10/08", 1, False, 6)]),
        ("Ea", "0004", "DN4012345678901", [("10/08", 1, False, 7), ("10/11", 2, False, 7)]),
        ("Ga", "0005", None, [("10/08", 1, False, 8)]),
        ("Ha", "0006", None, [("10/08", 1, False, 9), ("10/11", 2, False, 8)]),
        ("Ia", "0007", None, [("10/08", 1, False, 10), ("10/08", 2, True, 9)]),
        ("Ka", "0008", None, [("10/08", 1, False, 10)]),
        ("Khác", "0003", None, [("10/11", 2, True, 6)]),
    ]
