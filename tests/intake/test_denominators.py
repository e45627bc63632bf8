"""Counts of the population come in: each usable row is stored, each other one told with column and fault."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
import xlsxwriter

from passport.domain.coverage import AgeGroup
from passport.errors import InputError, Refusal
from passport.intake.denominators import CountReport, import_counts
from passport.registry.areas import require_area
from passport.registry.db import Database
from passport.registry.denominators import newest_counts

HEAD = "area_code,age_group,count,as_of,source\n"


def _import(database: Database, text: str | bytes, now: datetime, today: date) -> CountReport:
    data = text.encode() if isinstance(text, str) else text
    return import_counts(database, data=data, file_name="so-dan.csv", actor="test", now=now, today=today)


def test_counts_are_stored_and_told_anew(database: Database, now: datetime, today: date) -> None:
    text = HEAD + '14638,18+,"12.345",01/01/2026,Công an xã\n14638,5–<12,700,2026-01-01,Công an xã\n'
    assert _import(database, text, now, today).as_dict() == {"stored": 2, "known": 0, "refused": []}
    assert _import(database, text.replace("700", "701"), now, today).as_dict() == {
        "stored": 1,
        "known": 1,
        "refused": [],
    }
    with database.reading() as session:
        area = require_area(session, "14638", on=today)
        counts = newest_counts(session, area=area, on=today)
    assert {group: base.count for (_area, group), base in counts.items()} == {
        AgeGroup.ADULTS: 12345, AgeGroup.CHILDREN: 701,
    }  # fmt: skip


def test_a_code_means_who_carried_it_on_the_day(database: Database, now: datetime, today: date) -> None:
    _import(database, HEAD + "14638,18+,10,2022-08-01,x\n14638,18+,20,2026-01-01,x\n", now, today)
    with database.reading() as session:
        then, since = (require_area(session, "14638", on=day) for day in (date(2022, 8, 1), today))
        assert (then.name, since.name) == ("Xã Ân Hòa", "Xã Kim Sơn")
        counts = newest_counts(session, area=None, on=today)
        assert (counts[then.id, AgeGroup.ADULTS].count, counts[since.id, AgeGroup.ADULTS].count) == (10, 20)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("99999,18+,10,2026-01-01,x", "area_code"),
        ("14638,18-30,10,2026-01-01,x", "age_group"),
        ("14638,18+,-1,2026-01-01,x", "count"),
        ("14638,18+,10.5,2026-01-01,x", "count"),
        ("14638,18+,,2026-01-01,x", "count"),
        ("14638,18+,10,30/02/2026,x", "as_of"),
        ("14638,18+,10,2027-01-01,x", "as_of"),
        ("14638,18+,10,2026-01-01,", "source"),
        ("14638", "as_of"),
    ],
)
def test_a_faulty_row_is_told_and_the_others_stored(
    database: Database, now: datetime, today: date, row: str, column: str
) -> None:
    report = _import(database, HEAD + "14638,18+,10,2026-01-01,x\n\n" + row + "\n", now, today)
    assert report.stored == 1
    assert [(number, where) for number, where, _said in report.refused] == [(4, column)]


def test_a_workbook_is_read_as_well(database: Database, now: datetime, today: date) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Area_Code", "age_group", "count", "as_of", "source"])
        sheet.write_row(1, 0, ["14638", "50+", 321, "2026-01-01", "Thống kê"])
    assert _import(database, out.getvalue(), now, today).as_dict() == {"stored": 1, "known": 0, "refused": []}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"  ", Refusal.EMPTY_FILE),
        (HEAD.encode(), Refusal.EMPTY_FILE),
        (b"area_code,count\n1,2\n", Refusal.MISSING_COLUMN),
        (b"area_code\xff", Refusal.WRONG_ENCODING),
        (b"PK\x03\x04rubbish", Refusal.UNREADABLE_FILE),
    ],
)
def test_what_is_no_such_file(database: Database, now: datetime, today: date, data: bytes, reason: Refusal) -> None:
    with pytest.raises(InputError) as told:
        _import(database, data, now, today)
    assert told.value.reason is reason
