"""JOB: people with wrong data leave as a list, in the form of letter 2262/BYT-CNTT of 4 May 2022.

The health station hands it over, the hamlet team asks the people, the commune police compare and sign; then
`intake.handed_back` takes it in. Each row carries a mark, by which the corrected list finds its person again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from passport.domain.dates import PartialDate
from passport.domain.people import IdentityState
from passport.errors import InputError, Refusal, Sentence
from passport.intake.layouts import column_name
from passport.intake.readers import day_first
from passport.registry import audit, cleaning
from passport.registry.accounts import find_account, require_role
from passport.registry.areas import require_area
from passport.registry.cleaning import DOSE_ROLE, IDENTITY_CLASSES, IDENTITY_ROLE, CaseClass
from passport.registry.db import Database
from passport.registry.tables import Person
from passport.rendering.sheets import SheetColumn, TextSheet, text_book

EXPORTERS = (DOSE_ROLE, IDENTITY_ROLE)
ROW_LIMIT = 5_000  # people on one list; what two people sign they must be able to read
FIELDS = ("full_name", "birth_date", "sex", "id_number", "phone", "address")
CLASS_WORDS = {
    CaseClass.NO_ID: Sentence("Không có số định danh", "No identity number"),
    CaseClass.BAD_ID: Sentence("Số định danh sai dạng", "Malformed identity number"),
    CaseClass.WRONG_BASIC: Sentence("Sai thông tin cơ bản", "Wrong basic data"),
}
STATE_WORDS = {
    IdentityState.NO_ID: Sentence("Chưa có số định danh", "No identity number"),
    IdentityState.BAD_ID: Sentence("Số định danh sai dạng", "The identity number is malformed"),
    IdentityState.AMBIGUOUS: Sentence(
        "Nhiều người có cùng số này; cần số định danh 12 chữ số",
        "Several people bear this number; the 12 digits are needed",
    ),
    IdentityState.WRONG: Sentence(
        "Khác với cơ sở dữ liệu quốc gia về dân cư", "Differs from the national population database"
    ),
    IdentityState.NOT_FOUND: Sentence(
        "Không có trong cơ sở dữ liệu quốc gia về dân cư", "Not in the national population database"
    ),
}
_SIGNATURES = (
    "Trạm y tế (ngày, ký, ghi rõ họ tên): ............................................................",
    "Công an cấp xã (ngày, ký, ghi rõ họ tên): ............................................................",
)
_MARK = re.compile(r"BG(\d{1,9})/(\d{1,5})")
_WIDTHS = {"full_name": 28, "id_number": 20, "address": 36, "row_faults": 48}
_SEXES = {"M": "Nam", "F": "Nữ"}


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A list that left: its number, how many people are on it, and the XLSX file; nothing left where nobody waits."""

    number: int | None
    people: int
    data: bytes


def export_hand_over(
    database: Database, *, area_code: str, by: str | None, actor: str, now: datetime, today: date
) -> HandedOver:
    """Writes everybody of an area whose identity is wrong into a numbered list, one sheet for each class.

    `by` is the account that takes the list out; without one nobody's rights are asked, and `actor` stands in the
    trail. Raises InputError (unknown_area_code, too_many_rows), Refused (not_permitted).
    """
    with database.transaction() as session:
        area = require_area(session, area_code, on=today)
        if by is not None:
            require_role(session, find_account(session, by), EXPORTERS, area)
        found = {
            case_class: cleaning.identity_cases(session, area=area, case_class=case_class, limit=ROW_LIMIT + 1)
            for case_class in IDENTITY_CLASSES
        }
        everybody = [person for people in found.values() for person in people]
        if len(everybody) > ROW_LIMIT:
            raise InputError(Refusal.TOO_MANY_ROWS, area_code, values={"limit": ROW_LIMIT})
        number, marks = None, {}
        if everybody:
            rows = cleaning.new_hand_over(session, area=area, people=everybody, made_by=by or actor, on=today, at=now)
            number = rows[0].hand_over_id
            marks = {row.person_id: f"BG{number}/{row.number}" for row in rows}
        typed = cleaning.typed_numbers(session, found[CaseClass.BAD_ID])
        lines = {
            c: [line_of(person, marks[person.id], typed=typed.get(person.id, "")) for person in people]
            for c, people in found.items()
        }
        detail = {"list": number, "people": len(everybody)}
        audit.record(session, actor=by or actor, action="list_handed_over", subject=area_code, detail=detail, at=now)
        return HandedOver(number, len(everybody), form(place=area.name, title=title_of(number, today), lines=lines))


def title_of(number: int | None, on: date) -> str:
    """How papers name a list, and what a correction by it is put down to."""
    return f"Danh sách số {number or '–'} ngày {on:%d/%m/%Y}"


def read_mark(mark: str) -> tuple[int, int] | None:
    """The list and the row that a mark names, or None."""
    match = _MARK.fullmatch(mark.strip())
    return (int(match[1]), int(match[2])) if match else None


def line_of(person: Person, mark: str, *, typed: str = "") -> dict[str, str]:
    """The cells of a person, as a list writes them; a malformed number as it was `typed`."""
    fault = STATE_WORDS[IdentityState(person.identity_state)].vi
    return {
        "full_name": person.full_name,
        "birth_date": day_first(PartialDate.parse(person.birth_date)),
        "sex": _SEXES[person.sex],
        "id_number": person.id_number or typed,
        "phone": person.phone or "",
        "address": person.address or "",
        "row_faults": fault,
        "source_row": mark,
    }


def form(*, place: str, title: str, lines: Mapping[CaseClass, Sequence[Mapping[str, str]]]) -> bytes:
    """The list as an XLSX file: a sheet for each class, numbered rows of text, places for the two signatures."""
    keys = (*FIELDS, "row_faults", "source_row")
    choices = {"sex": tuple(_SEXES.values())}
    columns = [SheetColumn("STT", 6)] + [
        SheetColumn(column_name(key).vi, _WIDTHS.get(key, 16), choices.get(key, ())) for key in keys
    ]
    return text_book(
        TextSheet(
            name=words.vi,
            columns=columns,
            rows=(
                [str(n), *(cells.get(key, "") for key in keys)] for n, cells in enumerate(lines[case_class], start=1)
            ),
            above=("DANH SÁCH RÀ SOÁT THÔNG TIN NGƯỜI TIÊM CHỦNG", place, f"{title} – {words.vi}"),
            beneath=_SIGNATURES,
        )
        for case_class, words in CLASS_WORDS.items()
        if lines.get(case_class) or not any(lines.values())
    )
