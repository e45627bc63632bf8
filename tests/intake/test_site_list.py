"""Lists of sites: the separators and marks that spreadsheets write, and files that are no such list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest

from passport.errors import InputError, Refusal
from passport.intake.site_list import SiteReport, import_sites
from passport.registry.db import Database
from passport.registry.sites import list_sites

HEADER = "site_code,name,area_code,kind\n"
ROW = "KS01,Trạm y tế xã Kim Sơn,14638,station\n"


@pytest.fixture
def take(database: Database, now: datetime, today: date) -> Callable[[bytes], SiteReport]:
    return lambda data: import_sites(database, data=data, actor="test", now=now, today=today)


def _names(database: Database) -> list[str]:
    with database.reading() as session:
        return [site.name for site in list_sites(session)]


@pytest.mark.parametrize(
    "data",
    [
        (HEADER + ROW).encode(),
        (HEADER + ROW).encode("utf-8-sig"),
        (HEADER + ROW).replace(",", ";").replace("\n", "\r\n").encode(),
        (HEADER + ROW).replace(",", "\t").encode(),
        "Kind, Area_Code ,NAME,site_code,note\nstation,14638,Trạm y tế xã Kim Sơn,KS01,x\n\n,,,,\n".encode(),
    ],
)
def test_what_spreadsheets_write(database: Database, take: Callable[[bytes], SiteReport], data: bytes) -> None:
    assert take(data) == SiteReport(new=1)
    assert _names(database) == ["Trạm y tế xã Kim Sơn"]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (",Trạm,14638,station", "site_code"),
        ("KS01,,14638,station", "name"),
        ("KS01,Trạm", "area_code"),
        (f"{'K' * 21},Trạm,14638,station", "site_code"),
        (f"KS01,{'T' * 201},14638,station", "name"),
        ("KS01,Trạm,99999,station", "area"),
    ],
)
def test_a_row_that_cannot_be_used_is_left_out_and_told(
    database: Database, take: Callable[[bytes], SiteReport], row: str, fault: str
) -> None:
    report = take(f"{HEADER}{row}\nKS02,Trạm hai,376,station\n".encode())
    assert (report.new, [number for number, _ in report.refused]) == (1, [2])
    assert fault in report.refused[0][1]
    assert _names(database) == ["Trạm hai"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Refusal.EMPTY_FILE),
        (b" \r\n\t", Refusal.EMPTY_FILE),
        ((HEADER + ROW).encode("cp1258", "replace"), Refusal.WRONG_ENCODING),
        (b"MZ\x90\x00\xff\xff", Refusal.WRONG_ENCODING),
        (b"code,name\nKS01,x\n", Refusal.MISSING_COLUMN),
        (HEADER.encode() + b'"' + b"x" * 200_000, Refusal.UNREADABLE_FILE),
        (b"x" * (8 * 1024 * 1024 + 1), Refusal.FILE_TOO_LARGE),
    ],
)
def test_a_file_that_is_no_such_list(
    database: Database, take: Callable[[bytes], SiteReport], data: bytes, reason: Refusal
) -> None:
    with pytest.raises(InputError) as told:
        take(data)
    assert told.value.reason is reason
    assert _names(database) == []
