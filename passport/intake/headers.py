"""The header of a sheet found, and what each of its columns is.

INTERFACES section 3: columns in any order, Vietnamese or English titles with or without diacritics and case,
below title rows, in one row or in two merged ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from passport.domain.names import tidy
from passport.errors import InputError, Refusal
from passport.intake.layouts import (
    DOSE_FIELDS,
    FIELDS,
    REQUIRED,
    Column,
    Header,
    Layout,
    column_name,
    dose_groups,
    title_key,
)
from passport.intake.split_columns import find_parts

_SHORT_IN_GROUP = {"loai": "vaccine", "ngay": "vaccination_date", "date": "vaccination_date"}
# The column of identity numbers is named by any mixture of these: CMT/CCCD, Số định danh cá nhân, CCCD hoặc hộ chiếu.
_ID_WORDS = set("so ma the cccd cmnd cmt hc ho chieu can cuoc cong dan dinh danh ca nhan hoac giay to tuy than".split())
_ID_MARKS = {"cccd", "cmnd", "cmt", "chieu", "cuoc", "danh", "tuy"}
_DOSE_GROUP = re.compile(r"\b(?:mui|dose)(?: (?:tiem|thu|so))* ([1-9])\b")
_BRACKETS = re.compile(r"\([^)]*\)|\[[^]]*\]")
_DIGITS = set("123456789")
_BY_TITLE = {
    title_key(title): field.name
    for field in FIELDS
    for title in (field.name, field.vi, field.en, *field.aliases.split("|"))
    if title
}


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
