"""Layouts of lists: which column holds what, under which titles (INTERFACES section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from passport.domain.names import fold
from passport.errors import Sentence
from passport.intake.split_columns import TELLS, Part

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
# What a dose group may hold, as in ward lists.
DOSE_FIELDS = (
    "vaccine",
    "vaccination_date",
    "lot",
    "site",
    "dose_kind",
)  # what a dose group may hold, as in ward lists
_SERIAL_TITLES = {"stt", "tt", "so tt", "so thu tu", "no"}

REQUIRED = {
    Layout.DOSE_ROWS: ("full_name", "birth_date", "sex", "vaccine", "dose_number", "vaccination_date"),
    Layout.WARD: ("full_name", "birth_date", "sex"),
    Layout.ATTENDANCE: ("full_name",),
}
_BY_NAME = {field.name: field for field in FIELDS}


def title_key(title: str) -> str:
    """A title as it is compared: no marks, no case, words parted by single spaces."""
    return re.sub(r"[\W_]+", " ", fold(title)).strip()


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
