"""Citizens report what is wrong, and are answered in two working days, with one of the official reasons if refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from passport.domain.dates import PartialDate
from passport.errors import InputError, Refusal, Refused
from passport.intake.answering import CITIZEN, Filing, answer_report, file_report
from passport.registry import audit, cleaning
from passport.registry.areas import require_area
from passport.registry.citizen_reports import REFUSAL_WORDS, ReportKind, ReportRefusal, open_reports
from passport.registry.cleaning import CaseClass
from passport.registry.cleaning_tables import CitizenReport
from passport.registry.messages import outbox
from tests.lists import AN, HEAD, NURSE, OFFICER, World

TOLD = Filing(
    kind=ReportKind.MISSING_DOSE,
    told="Thiếu mũi 2",
    full_name="Nguyễn Văn An",
    born=PartialDate(1990, 1, 2),
    phone="0912 345 678",
    area_code="14638",
)


def filed(world: World, kind: ReportKind = ReportKind.MISSING_DOSE, **told: str) -> CitizenReport:
    return file_report(world.database, replace(TOLD, kind=kind, **told), now=world.now, today=world.today)


def test_the_thirteen_reasons_are_told_in_both_languages() -> None:
    assert len(ReportRefusal) == 13
    assert REFUSAL_WORDS.keys() == set(ReportRefusal)
    assert all(words.vi != words.en for words in REFUSAL_WORDS.values())


def test_a_report_finds_its_person_and_waits_for_the_staff_of_its_area(world: World) -> None:
    world.rows(AN)
    report = filed(world)
    assert (report.person_id, report.phone) == (world.person("Nguyễn Văn An").id, "0912345678")
    assert (len(report.number), report.due_on) == (8, date(2026, 11, 25))  # over a weekend and a holiday
    assert filed(world, full_name="Người Không Có").person_id is None
    with world.database.reading() as session:
        kim_son, tua_chua = (require_area(session, code, on=world.today) for code in ("14638", "03217"))
        assert [found.number for found in open_reports(session, areas=[kim_son], limit=1)] == [report.number]
        assert len(open_reports(session, areas=[None], after=report.id)) == 1
        assert open_reports(session, areas=[tua_chua]) == []
        assert cleaning.counts(session, area=kim_son)[CaseClass.REPORT] == 2
        assert audit.entries(session)[0].actor == CITIZEN


def test_a_report_is_answered_once_by_whoever_it_concerns(world: World) -> None:
    number = filed(world).number
    for stranger in (OFFICER, HEAD):
        with pytest.raises(Refused, match="not_permitted"):
            answer_report(world.database, number=number, refusal=None, answer="", by=stranger, now=world.now)
    refusal = ReportRefusal.BLURRED
    done = answer_report(world.database, number=number, refusal=refusal, answer="Chụp lại", by=NURSE, now=world.now)
    assert (done.state, done.refusal, done.answer) == ("refused", "blurred", "Chụp lại")
    with world.database.reading() as session:
        (message,) = outbox(session)
    assert (message.recipient, number in message.body) == ("0912345678", True)
    assert "Chụp lại" not in message.body
    with pytest.raises(InputError, match="is answered"):
        answer_report(world.database, number=number, refusal=None, answer="", by=NURSE, now=world.now)
    who = filed(world, ReportKind.WRONG_PERSON).number
    with pytest.raises(Refused):
        answer_report(world.database, number=who, refusal=None, answer="", by=NURSE, now=world.now)
    accepted = answer_report(world.database, number=who, refusal=None, answer="", by=OFFICER, now=world.now)
    assert (accepted.state, accepted.refusal, accepted.answer) == ("accepted", None, None)


@pytest.mark.parametrize(
    "told",
    [
        {"told": " "}, {"told": "x" * 1001}, {"full_name": ""}, {"phone": ""}, {"phone": "12"}, {"email": "@"},
        {"area_code": "99999"}, {"email": "a@" + "b" * 120},
    ],
    ids=str,
)  # fmt: skip
def test_a_report_that_cannot_be_answered_is_not_taken(world: World, told: dict[str, str]) -> None:
    with pytest.raises(InputError):
        filed(world, **told)
    assert world.count(CitizenReport) == 0


def test_an_unknown_number_has_no_report(world: World) -> None:
    with pytest.raises(InputError) as told:
        answer_report(world.database, number="12345678", refusal=None, answer="", by=NURSE, now=world.now)
    assert told.value.reason is Refusal.BAD_OPTION
