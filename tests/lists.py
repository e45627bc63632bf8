"""A station with its staff on a real database, and lists made cell by cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import xlsxwriter
from sqlalchemy import func, select

from passport.intake.importing import import_list
from passport.registry.accounts import create_account, grant_role
from passport.registry.areas import require_area
from passport.registry.db import Database
from passport.registry.reports import ImportReport
from passport.registry.sites import upsert_site
from passport.registry.tables import Dose, ImportRow, Person

STATION, OTHER_STATION = "KS-TYT-01", "TC-TYT-01"
NURSE, HEAD, OFFICER, COMPANY = "nurse@ks", "head@ks", "officer@ks", "company@ks"
TITLES = {
    "full_name": "Họ và tên",
    "birth_date": "Ngày sinh",
    "sex": "Giới tính",
    "id_number": "Số CCCD/CMND/Hộ chiếu",
    "insurance_number": "Số thẻ BHYT",
    "phone": "Số điện thoại",
    "commune_code": "Mã xã",
    "address": "Địa chỉ",
    "nationality": "Quốc tịch",
    "vaccine": "Loại vắc xin",
    "lot": "Số lô",
    "dose_number": "Mũi số",
    "dose_kind": "Loại liều",
    "vaccination_date": "Ngày tiêm",
}
AN = {
    "full_name": "Nguyễn Văn An",
    "birth_date": "02/01/1990",
    "sex": "Nam",
    "id_number": "037090001234",
    "phone": "0912345678",
    "vaccine": "AstraZeneca",
    "lot": "ABV5300",
    "dose_number": "1",
    "dose_kind": "cơ bản",
    "vaccination_date": "10/08/2021",
}


def person(index: int, **cells: str) -> dict[str, str]:
    """An invented person with a number of their own."""
    return AN | {"full_name": f"Trần Văn {'ABCDEGHIKL'[index % 10]}a", "id_number": f"037090{index:06d}"} | cells


def csv_list(rows: Iterable[Mapping[str, str]], *, titles: Mapping[str, str] = TITLES, delimiter: str = ",") -> bytes:
    """A text list of one dose a row."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(titles.values())
    writer.writerows([row.get(name, "") for name in titles] for row in rows)
    return out.getvalue().encode()


def book(rows: Sequence[Sequence[Any]], *, formulas: Mapping[tuple[int, int], str] | None = None) -> bytes:
    """A spreadsheet of cells as they are given: text, numbers, dates; formulas by place."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "default_date_format": "dd/mm/yyyy"}
    ) as file:
        sheet = file.add_worksheet("Danh sách")
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(number, column, value)
        for (number, column), formula in (formulas or {}).items():
            sheet.write_formula(number, column, formula, None, "1")
    return out.getvalue()


@dataclass(frozen=True)
class World:
    """A station of Kim Sơn, one of Tủa Chùa, and their staff."""

    database: Database
    now: datetime
    today: date

    def bring_in(self, data: bytes, **options: Any) -> ImportReport:
        """Imports a list as the nurse of the station does; the issues as they are right afterwards."""
        given = {"file_name": "list.csv", "site_code": STATION, "by": NURSE, "now": self.now, "today": self.today}
        report = import_list(self.database, data=data, **(given | options))
        return replace(report, issues=tuple(report.issues))

    def rows(self, *rows: Mapping[str, str], **options: Any) -> ImportReport:
        """Imports rows of one dose each."""
        return self.bring_in(csv_list(rows), **options)

    def people(self) -> list[Person]:
        """Everybody on record, their doses loaded."""
        with self.database.reading() as session:
            found = list(session.scalars(select(Person).order_by(Person.created_at, Person.full_name)))
            for one in found:
                assert all(dose.site.code and (dose.import_row is None or dose.import_row.row) for dose in one.doses)
            return found

    def person(self, full_name: str) -> Person:
        """The one person of this name."""
        (found,) = (one for one in self.people() if one.full_name == full_name)
        return found

    def count(self, table: type) -> int:
        """How many records a table holds."""
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def stored_row(self, import_id: int, row: int) -> ImportRow:
        """A row of a list as it is stored."""
        with self.database.reading() as session:
            query = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.row == row)
            return session.scalars(query).one()

    @property
    def doses(self) -> list[Dose]:
        """All doses on record."""
        return [dose for one in self.people() for dose in one.doses]


def staffed(database: Database, *, now: datetime, today: date) -> World:
    """The stations with their staff, on a database without rows."""
    with database.transaction() as session:
        kim_son, tua_chua = (require_area(session, code, on=today) for code in ("14638", "03217"))
        upsert_site(session, code=STATION, name="Trạm Y tế xã Kim Sơn", area=kim_son, kind="station")
        upsert_site(session, code=OTHER_STATION, name="Trạm Y tế xã Tủa Chùa", area=tua_chua, kind="station")
        for email, role in (
            (NURSE, "registrar"), (HEAD, "confirmer"), (OFFICER, "identity_officer"), (COMPANY, "list_provider"),
        ):  # fmt: skip
            account = create_account(session, email=email, name=email, password_hash=None)
            grant_role(session, account=account, role=role, area=kim_son)
    return World(database, now, today)


def faults(report: ImportReport) -> list[tuple[int, str | None, str, str]]:
    """The issues of a report without their sentences."""
    return [(issue.row, issue.column, issue.severity, issue.reason.value) for issue in report.issues]
