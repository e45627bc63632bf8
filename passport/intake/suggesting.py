"""JOB: the cases of an area go to linkage as rows, and come back with the people of a register's extract they may mean.

Linkage suggests and never verifies, an `accept` no more than the rest: the officer asks the register about a candidate
(`intake.repairs`), and its yes alone settles the case.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import islice

from sqlalchemy.orm import Session

from passport.domain.dates import PartialDate
from passport.domain.id_numbers import parse_id_number
from passport.domain.names import FULL_NAME_LIMIT, tidy
from passport.errors import InputError, Refusal, Sentence
from passport.intake.layouts import column_name
from passport.intake.linkage.decisions import Decided, Meant, read_decisions
from passport.intake.linkage.tables import ROW_COLUMNS
from passport.intake.people_cells import HOME
from passport.intake.readers import day_first
from passport.registry import audit, cleaning
from passport.registry.accounts import Account, find_account, require_role
from passport.registry.areas import require_area
from passport.registry.cleaning import IDENTITY_CLASSES, IDENTITY_ROLE
from passport.registry.db import Database
from passport.registry.linkage_candidates import Suggested, put_candidates
from passport.registry.tables import Area, Person

BATCH = 500  # cases looked up together
REASON_WORDS = {
    "agrees": Sentence("Đủ căn cứ để hỏi dữ liệu dân cư", "Enough evidence to ask the register"),
    "standard_only": Sentence("Đủ căn cứ ở mức đối sánh mở rộng", "Enough evidence at the wider level"),
    "ambiguous": Sentence("Nhiều người cùng phù hợp", "Several people fit alike"),
    "thin_evidence": Sentence("Giống nhưng chưa đủ căn cứ", "Alike, without enough evidence"),
    "owner_differs": Sentence("Đúng số nhưng thông tin khác", "The number is the same, other data differ"),
    "id_of_other": Sentence("Số đã ghi là của người khác", "The number that was typed is somebody else's"),
    "id_unknown": Sentence("Số đã ghi không thuộc về ai", "The number that was typed is nobody's"),
    "deceased": Sentence("Người này đã mất", "This person has died"),
    "unregistered": Sentence("Người này chưa đăng ký cư trú", "This person is not registered"),
}
_PLACE = Sentence("Nơi cư trú", "Place of residence")
_FIELDS = {"id_no": "id_number", "full_name": "full_name", "dob": "birth_date", "sex": "sex", "phone": "phone"}


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What came of a file of decisions: cases that have candidates now, and rows that are no case of the area."""

    cases: int
    candidates: int
    passed_over: int

    def with_more(self, kept: list[int], *, rows: int) -> Suggestions:
        """These and a batch of `rows` more, of which each in `kept` got so many candidates."""
        return Suggestions(self.cases + len(kept), self.candidates + sum(kept), self.passed_over + rows - len(kept))


def differing_words(differs: Iterable[str]) -> list[Sentence]:
    """What linkage's columns are called that a candidate contradicts."""
    return [column_name(_FIELDS[name]) if name in _FIELDS else _PLACE for name in differs]


def typed_number(person: Person) -> str:
    """The number as a list had it, where the record could not take it; empty where none did."""
    rows = [dose.import_row for dose in person.doses if dose.import_row is not None]
    return next((typed for row in rows if (typed := str(row.cells.get("id_number", "")).strip())), "")


def linkage_rows(database: Database, *, area_code: str, by: str, now: datetime, today: date) -> tuple[int, bytes]:
    """The citizens of an area whose identity is a case, as rows for `linkage run` (CSV), and how many they are.

    `row_id` is the person's id. Raises InputError (unknown_area_code), Refused (not_permitted).
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ROW_COLUMNS)
    count = 0
    with database.transaction() as session:
        area, _account = _officers_area(session, area_code, by=by, today=today)
        for person in _cases(session, area):
            writer.writerow(_row(person))
            count += 1
        detail = {"people": count}
        audit.record(session, actor=by, action="linkage_rows_written", subject=area_code, detail=detail, at=now)
    return count, out.getvalue().encode()


def take_suggestions(
    database: Database,
    *,
    decisions: str,
    population: str,
    memory: str,
    area_code: str,
    by: str,
    now: datetime,
    today: date,
) -> Suggestions:
    """Keeps the candidates of the area's cases that a run of linkage found, in place of those from before.

    Raises InputError (unknown_area_code, and what `read_decisions` raises), Refused (not_permitted).
    """
    with database.reading() as session:
        _officers_area(session, area_code, by=by, today=today)
    decided = read_decisions(decisions=decisions, population=population, memory=memory)
    done = Suggestions(0, 0, 0)
    while batch := list(islice(decided, BATCH)):
        with database.transaction() as session:  # one a batch: nobody waits while the files are read
            area, account = _officers_area(session, area_code, by=by, today=today)
            done = done.with_more(_keep(session, batch, area=area, by=account, at=now), rows=len(batch))
    detail = asdict(done)
    with database.transaction() as session:
        audit.record(session, actor=by, action="candidates_loaded", subject=area_code, detail=detail, at=now)
    return done


def _keep(session: Session, batch: list[Decided], *, area: Area, by: Account, at: datetime) -> list[int]:
    """How many candidates each case got that got any."""
    found = cleaning.cases_among(session, area=area, ids=[row.row_id for row in batch])
    kept = []
    for row in batch:
        person = found.get(row.row_id)
        if person is not None and person.nationality == HOME:
            told = _suggested(row)
            put_candidates(session, person=person, found=told, by=by, at=at)
            kept.append(len(told))
    return [count for count in kept if count]


def _officers_area(session: Session, code: str, *, by: str, today: date) -> tuple[Area, Account]:
    area, account = require_area(session, code, on=today), find_account(session, by)
    require_role(session, account, (IDENTITY_ROLE,), area)
    return area, account


def _cases(session: Session, area: Area) -> Iterator[Person]:
    for case_class in IDENTITY_CLASSES:
        after = None
        while page := cleaning.identity_cases(session, area=area, case_class=case_class, after=after, limit=BATCH):
            yield from (person for person in page if person.nationality == HOME)
            after = cleaning.place_of(page[-1])


def _row(person: Person) -> tuple[str, ...]:
    commune = person.commune
    return (
        person.id,
        person.id_number or typed_number(person),
        person.full_name,
        day_first(PartialDate.parse(person.birth_date)),
        person.sex,
        person.phone or "",
        commune.name if commune else "",
        _province(commune) if commune else "",
    )


def _province(area: Area) -> str:
    while area.parent is not None:
        area = area.parent
    return area.name


def _suggested(row: Decided) -> list[Suggested]:
    """Whom the register can be asked about: those of whom the extract has all four fields."""
    if row.reason not in REASON_WORDS:
        raise InputError(Refusal.BAD_OPTION, f"reason {row.reason[:20]}")
    return [told for one in row.candidates if (told := _whole(one, row.reason)) is not None]


def _whole(one: Meant, reason: str) -> Suggested | None:
    name = tidy(one.full_name)
    try:
        born, number = PartialDate.parse(one.dob), parse_id_number(one.cccd or one.cmnd)
    except ValueError:
        return None
    if not 0 < len(name) <= FULL_NAME_LIMIT or one.sex not in ("M", "F"):
        return None
    status = one.status.lower() if one.status.lower() in ("deceased", "unregistered") else "alive"
    return Suggested(one.points, reason, one.differs, name, str(born), one.sex, number.text, status)
