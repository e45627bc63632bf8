"""Lists that go out again: the empty template, and what was held or refused, to be corrected and sent anew."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from passport.intake.correcting import source_row_mark
from passport.intake.headers import columns_of
from passport.intake.layouts import FIELDS, REQUIRED, Layout, column_name
from passport.registry import imports
from passport.registry.reports import issues_of
from passport.registry.tables import ImportRow
from passport.rendering.sheets import SheetColumn, text_sheet
from passport.rules.schedules import VACCINES

# Which fields the template of one dose a row has, in the order of INTERFACES section 3.
TEMPLATE_FIELDS = (
    "full_name", "birth_date", "sex", "id_number", "insurance_number", "phone", "commune_code", "address",
    "priority_group", "employer", "nationality", "vaccine", "lot", "dose_number", "dose_kind", "vaccination_date",
)  # fmt: skip
OURS = ("row_faults", "source_row")  # the columns that a report adds to its list

_CHOICES = {
    "sex": ("Nam", "Nữ"),
    "vaccine": tuple(vaccine.name for vaccine in VACCINES.values()),
    "dose_number": ("1", "2", "3", "4"),
    "dose_kind": ("cơ bản", "bổ sung", "nhắc lại"),
}
_WIDTHS = {"full_name": 28, "id_number": 20, "address": 36, "employer": 28, "row_faults": 60}


def list_template() -> bytes:
    """An empty list of one dose a row: text columns, choices where there are few."""
    required = REQUIRED[Layout.DOSE_ROWS]
    columns = [
        SheetColumn(field.vi, _WIDTHS.get(field.name, 16), _CHOICES.get(field.name, ()), field.name in required)
        for field in sorted(
            (field for field in FIELDS if field.name in TEMPLATE_FIELDS), key=lambda f: TEMPLATE_FIELDS.index(f.name)
        )
    ]
    return text_sheet(name="Danh sách", columns=columns)


def import_report_sheet(session: Session, *, import_id: int, language: str) -> bytes:
    """The held and refused rows of a list in its own layout, with what is wrong with each in `language` (vi, en).

    The last column names the row, so that the corrected file settles it. Raises InputError (unknown_import).
    """
    list_import = imports.require_import(session, import_id)
    columns = [column for column in columns_of(list_import.header) if column.field not in OURS]
    keys = [column.key for column in columns]
    sheet = [
        SheetColumn(column.title, _WIDTHS.get(column.field or "", 16), _CHOICES.get(column.field or "", ()))
        for column in columns
    ]
    added = [SheetColumn(getattr(column_name(key), language), _WIDTHS.get(key, 16)) for key in OURS]

    def rows() -> Iterator[list[str]]:
        for row in imports.open_rows(session, import_id):
            yield [*(row.cells.get(key, "") for key in keys), _faults(row, language), source_row_mark(row)]

    return text_sheet(name=getattr(column_name("row_faults"), language), columns=[*sheet, *added], rows=rows())


def _faults(row: ImportRow, language: str) -> str:
    """What keeps the row back, each fault after the name of its column."""
    told = [issue for issue in issues_of(row) if issue.severity != "warned"]
    return "; ".join(
        f"{getattr(column_name(issue.column or ''), language)}: {getattr(issue.message, language)}" for issue in told
    )
