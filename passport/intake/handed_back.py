"""JOB: a list that was handed over comes back: what the population register now confirms is corrected.

The register is the judge, not the paper: a row that it does not confirm changes nothing and goes out again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from sqlalchemy.orm import Session

from passport.domain.people import Identity, IdentityState, PopulationAnswer
from passport.errors import InputError, Refusal, Sentence, sentence
from passport.intake.cells import Grid
from passport.intake.closing_lines import nobodys_lines
from passport.intake.hand_over import FIELDS, STATE_WORDS, form, read_mark, title_of
from passport.intake.headers import find_header
from passport.intake.issues import Severity
from passport.intake.layouts import HEADER_SEARCH, Header
from passport.intake.people_cells import HOME, read_identity
from passport.intake.population import PopulationService
from passport.intake.readers import RowReader
from passport.intake.repairs import changed_identity, settle_as, told_identity
from passport.intake.sheets import RawRow
from passport.intake.workbooks import open_book
from passport.registry import audit, cleaning, people
from passport.registry.accounts import Account, find_account
from passport.registry.cleaning import IDENTITY_ROLE, CaseClass
from passport.registry.cleaning_tables import HandOverRow
from passport.registry.db import Database

_UNKNOWN_MARK = Sentence("Dòng gốc không có trong danh sách nào đã bàn giao", "No list that was handed over has it")
_FOREIGNER = Sentence(
    "Người nước ngoài: cán bộ danh tính xem hộ chiếu", "A foreigner: the identity officer has to see the passport"
)
_SETTLED_OTHERWISE = Sentence(
    "Hồ sơ đã đối chiếu khớp với thông tin khác", "The record was verified with other data meanwhile"
)
_CHANGED = Sentence("Hồ sơ vừa được sửa; nhập lại danh sách", "The record has just changed; import the list again")
_TWIN = Sentence("Đã có hồ sơ khác của người này; gộp hai hồ sơ", "This person has another record; merge the two")
_ANSWERS = {
    PopulationAnswer.WRONG: STATE_WORDS[IdentityState.WRONG],
    PopulationAnswer.AMBIGUOUS: STATE_WORDS[IdentityState.AMBIGUOUS],
    PopulationAnswer.NOT_FOUND: STATE_WORDS[IdentityState.NOT_FOUND],
    PopulationAnswer.AWAY: Sentence(
        "Cơ sở dữ liệu quốc gia về dân cư chưa trả lời", "The national population database did not answer"
    ),
}
_COMPARED = ("full_name", "birth_date", "sex", "id_number")


@dataclass(slots=True)
class BackRow:
    """A row on its way back: as typed, whom it means, and what keeps it open; `fault` is None once it agrees."""

    mark: str
    typed: Mapping[str, str]
    case_class: CaseClass = CaseClass.WRONG_BASIC
    fault: Sentence | None = None
    person_id: str | None = None
    changes: dict[str, str] = field(default_factory=dict)
    before: Identity | None = None
    asks: Identity | None = None  # None where there is nothing to ask the register
    why: str = ""

    def as_dict(self) -> dict[str, object]:
        """The row as `--json` gives it: its mark and what is wrong, nobody's data."""
        return {"row": self.mark, "class": self.case_class.value, "message": self.fault and self.fault.as_dict()}


@dataclass(frozen=True, slots=True)
class CameBack:
    """What became of a list that came back; `data` is the form with the rows that still disagree, if any."""

    rows: int
    settled: int
    still_open: tuple[BackRow, ...]
    data: bytes | None


def import_hand_over(
    database: Database, *, data: bytes, service: PopulationService, by: str, now: datetime, today: date
) -> CameBack:
    """Takes a corrected list in: asks the register about each row and corrects what it confirms.

    Raises InputError (no_header, empty_file, and what `open_book` raises), Refused (not_permitted).
    """
    raw_rows = list(_raw_rows(open_book(data)))
    with database.reading() as session:
        account = find_account(session, by)
        back = [_understood(session, account, raw, today=today) for raw in raw_rows]
    asked = [row for row in back if row.asks is not None]
    answers = service.check([row.asks for row in asked if row.asks is not None])
    with database.transaction() as session:
        for row, answer in zip(asked, answers, strict=True):
            _settle(session, row, answer, by=by, at=now)
        for row in back:
            _record(session, row, at=now)
        still_open = tuple(row for row in back if row.fault is not None)
        place = _place(session, back)
        lists = sorted({row.mark.partition("/")[0] for row in back if row.person_id})
        detail = {"lists": lists, "rows": len(back), "settled": len(back) - len(still_open)}
        audit.record(session, actor=by, action="list_came_back", subject="hand-over", detail=detail, at=now)
    again = _again(place, still_open, today=today) if still_open else None
    return CameBack(len(back), len(back) - len(still_open), still_open, again)


def _raw_rows(grids: list[Grid]) -> Iterator[RawRow]:
    """The rows of every sheet of the form, without the signatures beneath."""
    headers = 0
    for grid in grids:
        first = islice(grid.rows(), HEADER_SEARCH)
        header = find_header([[cell.text for cell in cells] for _, cells in first])
        if header is None or "source_row" not in [column.field for column in header.columns]:
            continue
        headers += 1
        rows = list(_told_rows(grid, header))
        serials = {column.key for column in header.columns if column.is_serial}
        nobodys = nobodys_lines(((row.number, row.cells) for row in rows), serials=serials)
        for row in rows:  # whoever signed wrote beneath the table; a mark is a row whatever else stands there
            if "source_row" in row.cells or row.number not in nobodys:
                yield RawRow(row.number, {key: cell for key, cell in row.cells.items() if key not in serials})
    if not headers:
        raise InputError(Refusal.NO_HEADER, variant="hand_over")


def _told_rows(grid: Grid, header: Header) -> Iterator[RawRow]:
    keys = {column.index: column.key for column in header.columns if column.field is not None or column.is_serial}
    ours = {column.index for column in header.columns if column.field is not None}
    for number, cells in islice(grid.rows(), header.last_row + 1, None):
        told = {keys[i]: cell for i, cell in enumerate(cells) if i in keys and cell.text.strip()}
        if any(i in ours and cell.text.strip() for i, cell in enumerate(cells)):
            yield RawRow(number, told)


def _understood(session: Session, account: Account, raw: RawRow, *, today: date) -> BackRow:
    """Whom a row means and what it tells; raises Refused (not_permitted) where the account has no say."""
    row = BackRow(raw.cells["source_row"].text.strip() if "source_row" in raw.cells else "", _typed(raw))
    found = _handed_over(session, row.mark)
    if found is None:
        row.fault = _UNKNOWN_MARK
        return row
    person = found.person
    people.require_role_for(session, account, (IDENTITY_ROLE,), person)
    row.person_id, row.before = person.id, told_identity(person)
    row.case_class = cleaning.class_of(person) or row.case_class
    row.why = title_of(found.hand_over_id, found.hand_over.made_on)
    reader = RowReader(RawRow(raw.number, {key: cell for key, cell in raw.cells.items() if key in _COMPARED}))
    cells = read_identity(reader, today=today)
    verified = person.identity_state == IdentityState.VERIFIED.value
    if person.nationality != HOME and not verified:
        row.fault = _FOREIGNER
    elif cells is None or cells.id_number is None:
        row.fault = _faults(reader)
    else:
        told = (cells.full_name, str(cells.born), cells.sex.value, cells.id_number)
        row.changes = {f: value for f, value in zip(_COMPARED, told, strict=True) if getattr(person, f) != value}
        if verified:
            row.fault = _SETTLED_OTHERWISE if row.changes else None
        else:
            row.asks = changed_identity(person, row.changes)
    return row


def _faults(reader: RowReader) -> Sentence:
    """What keeps the cells of a row from being asked about at all."""
    told = [sentence(i.reason, i.variant, i.spoken) for i in reader.issues if i.severity is not Severity.WARNED]
    return Sentence("; ".join(one.vi for one in told), "; ".join(one.en for one in told))


def _settle(session: Session, row: BackRow, answer: PopulationAnswer, *, by: str, at: datetime) -> None:
    assert row.person_id is not None
    person = people.lock_person(session, row.person_id)
    if told_identity(person) != row.before:
        row.fault = _CHANGED
    elif answer is not PopulationAnswer.RIGHT:
        row.fault = _ANSWERS[answer]
    else:
        try:
            with session.begin_nested():
                settle_as(session, person, row.changes, why=row.why, by=by, at=at)
        except InputError:
            row.fault = _TWIN


def _record(session: Session, row: BackRow, *, at: datetime) -> None:
    found = _handed_over(session, row.mark)
    if found is not None:
        found.outcome, found.back_at = ("settled" if row.fault is None else "differs"), at


def _handed_over(session: Session, mark: str) -> HandOverRow | None:
    place = read_mark(mark)
    return place and cleaning.find_handed_over(session, hand_over_id=place[0], number=place[1])


def _place(session: Session, back: list[BackRow]) -> str:
    found = next((row for row in (_handed_over(session, row.mark) for row in back) if row is not None), None)
    return found.hand_over.area.name if found else ""


def _again(place: str, still_open: tuple[BackRow, ...], *, today: date) -> bytes:
    """The form with the rows that still disagree as they were typed, what is wrong now, and their marks."""
    lines: dict[CaseClass, list[Mapping[str, str]]] = {}
    for row in still_open:
        assert row.fault is not None
        lines.setdefault(row.case_class, []).append({**row.typed, "row_faults": row.fault.vi})
    return form(place=place, title=f"Các dòng chưa khớp, ngày {today:%d/%m/%Y}", lines=lines)


def _typed(raw: RawRow) -> dict[str, str]:
    return {key: cell.text for key, cell in raw.cells.items() if key in (*FIELDS, "source_row")}
