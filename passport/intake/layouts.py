"""Layouts of lists: which column holds what, under which titles, and where the header row stands.

INTERFACES section 3: columns in any order, Vietnamese or English titles with or without diacritics and case,
below title rows, in one row or in two merged ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from passport.domain.names import fold, tidy
from passport.errors import InputError, Refusal, Sentence
from passport.intake.split_columns import TELLS, Part, find_parts

HEADER_SEARCH = 40  # rows; forms carry a letterhead, the site's name and dates above the header


class Layout(StrEnum):
    """The shape of a list: which columns it must have and what a row of it means."""

    DOSE_ROWS = "dose_rows"  # one dose a row
    WARD = "ward_26"  # one person a row, with a group of columns for each dose
    ATTENDANCE = "attendance"  # one person a row who was there to be vaccinated


@dataclass(frozen=True, slots=True)
class Field:
    """One kind of column: its title in both languages and the other titles that lists give it (folded)."""

    name: str
    vi: str
    en: str
    aliases: str = ""


FIELDS: tuple[Field, ...] = (
    Field("full_name", "Họ và tên", "Full name", "ho ten|name|ho ten nguoi tiem|ho va ten nguoi tiem"),
    Field("birth_date", "Ngày sinh", "Birth date", "ngay thang nam sinh|nam sinh|date of birth|birthday|dob|born"),
    Field("sex", "Giới tính", "Sex", "gioi|gt|phai|gioi tinh nam nu|gender"),
    Field("id_number", "Số CCCD/CMND/Hộ chiếu", "ID number", "identity number|id no|id|passport|passport number"),
    Field(
        "insurance_number",
        "Số thẻ BHYT",
        "Insurance number",
        "bhyt|so bhyt|the bhyt|ma bhyt|ma the bhyt|so the bao hiem y te|bao hiem y te|so bao hiem y te",
    ),
    Field(
        "phone",
        "Số điện thoại",
        "Phone",
        "dien thoai|sdt|so dt|dt|so dien thoai lien he|dien thoai lien he|sdt lien he|phone number|telephone|mobile",
    ),
    Field("commune_code", "Mã xã", "Commune code", "ma xa phuong|ma phuong xa|ma xa phuong thi tran|ward code"),
    Field("address", "Địa chỉ", "Address", "dia chi chi tiet|dia chi noi o|noi o|noi o hien tai|dia chi thuong tru"),
    Field("priority_group", "Nhóm đối tượng", "Priority group", "nhom uu tien|doi tuong|ma nhom doi tuong"),
    Field("employer", "Đơn vị công tác", "Employer", "noi cong tac|noi lam viec|co quan|cong ty|workplace"),
    Field("nationality", "Quốc tịch", "Nationality"),
    Field(
        "vaccine",
        "Loại vắc xin",
        "Vaccine",
        "vac xin|ten vac xin|loai vaccine|ten vaccine|loai vacxin|vacxin|loai vac xin da tiem|vac xin da tiem",
    ),
    Field("lot", "Số lô", "Lot", "lo|so lo vac xin|lo vac xin|lot number|batch|batch number"),
    Field(
        "dose_number",
        "Mũi số",
        "Dose number",
        "mui|mui tiem|mui tiem so|mui tiem thu|so mui|mui thu|mui thu may|lan tiem|dose|lieu so",
    ),
    Field("dose_kind", "Loại liều", "Dose kind", "loai mui|loai mui tiem|dose type"),
    Field(
        "vaccination_date",
        "Ngày tiêm",
        "Vaccination date",
        "ngay gio|ngay gio tiem|ngay tiem chung|ngay tiem vac xin|date of vaccination",
    ),
    Field("site", "Địa điểm", "Site", "dia diem tiem|noi tiem|co so tiem|co so tiem chung|ma co so|site code"),
    Field("planned_dose", "Mũi dự kiến", "Planned dose", "mui tiem du kien"),
    Field("source_row", "Dòng gốc", "Source row"),
    Field("row_faults", "Lý do", "Faults"),
)
DOSE_FIELDS = (
    "vaccine",
    "vaccination_date",
    "lot",
    "site",
    "dose_kind",
)  # what a dose group may hold, as in ward lists
_SHORT_IN_GROUP = {"loai": "vaccine", "ngay": "vaccination_date", "date": "vaccination_date"}
# The column of identity numbers is named by any mixture of these: CMT/CCCD, Số định danh cá nhân, CCCD hoặc hộ chiếu.
_ID_WORDS = set("so ma the cccd cmnd cmt hc ho chieu can cuoc cong dan dinh danh ca nhan hoac giay to tuy than".split())
_ID_MARKS = {"cccd", "cmnd", "cmt", "chieu", "cuoc", "danh", "tuy"}
_SERIAL_TITLES = {"stt", "tt", "so tt", "so thu tu", "no"}

REQUIRED = {
    Layout.DOSE_ROWS: ("full_name", "birth_date", "sex", "vaccine", "dose_number", "vaccination_date"),
    Layout.WARD: ("full_name", "birth_date", "sex"),
    Layout.ATTENDANCE: ("full_name",),
}
_BY_NAME = {field.name: field for field in FIELDS}
_DOSE_GROUP = re.compile(r"\b(?:mui|dose)(?: (?:tiem|thu|so))* ([1-9])\b")
_BRACKETS = re.compile(r"\([^)]*\)|\[[^]]*\]")
_DIGITS = set("123456789")


def title_key(title: str) -> str:
    """A title as it is compared: no marks, no case, words parted by single spaces."""
    return re.sub(r"[\W_]+", " ", fold(title)).strip()


_BY_TITLE = {
    title_key(title): field.name
    for field in FIELDS
    for title in (field.name, field.vi, field.en, *field.aliases.split("|"))
    if title
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of one list: where it stands, its title as typed, and what it holds (None: nothing we know).

    `part` is what it holds of a field that the list tells in several columns.
    """

    index: int
    title: str
    field: str | None
    dose: int | None = None
    part: Part | None = None

    @property
    def key(self) -> str:
        """The name under which a row keeps this cell: the field, with the dose in a group, else the title."""
        if self.field is None:
            return self.title
        return self.field if self.dose is None else f"{self.field}_{self.dose}"

    @property
    def is_serial(self) -> bool:
        """Whether it only numbers the rows."""
        return title_key(self.title) in _SERIAL_TITLES


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a list: its last row (as an index into the rows searched) and its columns."""

    last_row: int
    columns: tuple[Column, ...]

    @property
    def recognised(self) -> int:
        """How many columns are ours."""
        return sum(column.field is not None or column.part is not None for column in self.columns)

    @property
    def whole_columns(self) -> tuple[Column, ...]:
        """The columns as if nothing were told in several."""
        whole = [column for column in self.columns if column.part is None]
        for column in self.columns:
            for field in TELLS[column.part] if column.part is not None else ():
                if field not in [known.field for known in whole]:
                    whole.append(Column(column.index, column_name(field).vi, field))
        return tuple(sorted(whole, key=lambda column: column.index))


def dose_groups(columns: Iterable[Column]) -> tuple[int, ...]:
    """The numbers of the dose groups of a ward list, none where each row tells one dose."""
    return tuple(sorted({column.dose for column in columns if column.dose is not None}))


def column_name(key: str) -> Sentence:
    """How a column is called in messages, in both languages; an unknown key is its own name."""
    name, _, dose = key.rpartition("_")
    if name in DOSE_FIELDS and dose.isdigit():
        field = _BY_NAME[name]
        return Sentence(vi=f"Mũi {dose} – {field.vi}", en=f"Dose {dose} – {field.en}")
    known = _BY_NAME.get(key)
    return Sentence(vi=known.vi, en=known.en) if known else Sentence(vi=key, en=key)


def find_header(rows: Sequence[Sequence[str]]) -> Header | None:
    """The header among the first `rows` of a sheet: the row, or pair of rows, that names most of our columns.

    One recognised title is a coincidence unless it is the full name; then there is no header.
    """
    best: Header | None = None
    for index, row in enumerate(rows):
        candidates = [Header(index, _columns(row, [""] * len(row)))]
        if index + 1 < len(rows):
            candidates.append(Header(index + 1, _columns(rows[index + 1], row)))
        for candidate in candidates:
            if best is None or candidate.recognised > best.recognised:
                best = candidate
    if best is None or (best.recognised < 2 and not any(c.field == "full_name" for c in best.columns)):
        return None
    return best


def require_layout(header: Header, *, attendance: bool) -> Layout:
    """The layout of `header`; raises InputError (missing_column, repeated_column) naming the column."""
    keys = [column.key for column in header.whole_columns if column.field is not None]
    for key in keys:
        if keys.count(key) > 1:
            raise InputError(Refusal.REPEATED_COLUMN, key, values={"column": column_name(key)})
    doses = dose_groups(header.columns)
    layout = Layout.ATTENDANCE if attendance else Layout.WARD if doses else Layout.DOSE_ROWS
    groups = [f"{name}_{dose}" for dose in doses for name in ("vaccine", "vaccination_date")]
    for key in (*REQUIRED[layout], *(groups if layout is Layout.WARD else ())):
        if key not in keys:
            raise InputError(Refusal.MISSING_COLUMN, key, values={"column": column_name(key)})
    return layout


def is_numbering(row: Sequence[str]) -> bool:
    """Whether a row beneath the header only numbers the columns, as printed forms do: (1) (2) (3)."""
    numbers = [cell.strip(" ()") for cell in row if cell.strip()]
    return len(numbers) > 2 and numbers == [str(n) for n in range(1, len(numbers) + 1)]


def columns_of(titles: Sequence[str]) -> tuple[Column, ...]:
    """The columns that a stored header line stands for."""
    return _columns(titles, [""] * len(titles))


def _columns(row: Sequence[str], above: Sequence[str]) -> tuple[Column, ...]:
    """Reads one header row, or two merged ones: a title `above` spans the empty cells to its right."""
    columns: list[Column] = []
    spans: dict[int, str] = {}
    span, running = "", None
    for index in range(max(len(row), len(above))):
        top, own = _cell(above, index), _cell(row, index)
        if top:
            span, running = top, None
        if own or top:
            columns.append(_column(index, own or top, span=span if own else "", running=running))
            running = columns[-1].dose
            spans[index] = (_field(span) or "") if own else ""
    return _split(_repeated_groups(columns), spans)


def _split(columns: tuple[Column, ...], spans: dict[int, str]) -> tuple[Column, ...]:
    """The columns with those marked that hold a part of something."""
    titles = {column.index: title_key(column.title) for column in columns if column.field is None}
    fields = {column.field: column.index for column in columns if column.field is not None}
    parts = find_parts(titles, spans, fields)
    return tuple(replace(column, part=parts.get(column.index)) for column in columns) if parts else columns


def _repeated_groups(columns: list[Column]) -> tuple[Column, ...]:
    """Ward lists also repeat the columns of a dose without a number: the second vaccine is that of dose 2."""
    fields = [column.field for column in columns]
    if fields.count("vaccine") < 2 or "dose_number" in fields or any(column.dose for column in columns):
        return tuple(columns)
    seen: Counter[str] = Counter()
    grouped = []
    for column in columns:
        if column.field in DOSE_FIELDS:
            seen[column.field] += 1
            column = replace(column, dose=seen[column.field])
        grouped.append(column)
    return tuple(grouped)


def _cell(row: Sequence[str], index: int) -> str:
    return tidy(row[index]) if index < len(row) else ""


def _column(index: int, title: str, *, span: str, running: int | None) -> Column:
    """The column of one title; its dose is told by itself, by the title it stands under, or by its neighbour's."""
    dose, rest = _split_dose(title)
    shown = title
    if dose is None:
        dose = _split_dose(span)[0]
        shown = title if dose is None else f"{span} – {title}"
    if dose is None:
        dose = running
    field = None if dose is None else _SHORT_IN_GROUP.get(title_key(rest), _field(rest))
    if field not in DOSE_FIELDS:
        return Column(index, title, _field(title))
    return Column(index, shown, field, dose)


def _split_dose(title: str) -> tuple[int | None, str]:
    """The dose that a title names (`Mũi 1 – Số lô`, `[Mũi 2] Loại`, `lot_2`) and the rest of it."""
    key = title_key(title)
    match = _DOSE_GROUP.search(key)
    if match is not None:
        return int(match.group(1)), f"{key[: match.start()]} {key[match.end() :]}"
    name, _, last = key.rpartition(" ")
    if last in _DIGITS and _BY_TITLE.get(name) in DOSE_FIELDS:
        return int(last), name
    return None, title


def _field(title: str) -> str | None:
    """The field that a title names, with or without what stands in brackets."""
    for key in (title_key(title), title_key(_BRACKETS.sub(" ", title))):
        if key in _BY_TITLE:
            return _BY_TITLE[key]
        words = set(key.split())
        if words <= _ID_WORDS and words & _ID_MARKS:
            return "id_number"
    return None
