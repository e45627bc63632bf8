"""Pictures that come with a report: they wait for its code, are the report's, and go a while after its answer."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from passport.domain.dates import PartialDate
from passport.errors import InputError, Refused
from passport.intake.answering import Filing, answer_report, open_picture
from passport.intake.reporting import ask_to_report, enter, report_opened_by
from passport.registry import audit, codes
from passport.registry.citizen_reports import ReportKind
from passport.registry.messages import outbox
from passport.registry.report_pictures import KEPT, ReportPicture, forget_pictures, picture_numbers
from tests.lists import HEAD, NURSE, OFFICER, World

PEPPER = b"of a test"
TOLD = Filing(
    kind=ReportKind.MISSING_DOSE,
    told="Thiếu mũi 2",
    full_name="Nguyễn Văn An",
    born=PartialDate(1990, 1, 2),
    phone="0912345678",
    area_code="14638",
)


def _asked(world: World, *pictures: bytes) -> str:
    return ask_to_report(world.database, filing=TOLD, pictures=pictures, pepper=PEPPER, now=world.now)


def _filed(world: World, *pictures: bytes) -> str:
    """Files a report with pictures; answers its number."""
    code_id = _asked(world, *pictures)
    with world.database.reading() as session:
        code = re.match(r"\d{6}", outbox(session)[0].body)
    assert code
    assert enter(world.database, code_id=code_id, code=code[0], pepper=PEPPER, now=world.now, today=world.today)[0]
    with world.database.reading() as session:
        report = report_opened_by(session, code_id=code_id, now=world.now)
        assert report is not None
        assert picture_numbers(session, report) == list(range(1, len(pictures) + 1))
        return report.number


def test_only_whoever_settles_a_report_opens_its_pictures(world: World) -> None:
    number = _filed(world, b"front", b"back")

    def opened(which: int, by: str) -> bytes:
        return open_picture(world.database, number=number, which=which, by=by, now=world.now)

    assert (opened(1, NURSE), opened(2, NURSE)) == (b"front", b"back")
    for stranger in (OFFICER, HEAD):  # who settles other things, who confirms
        with pytest.raises(Refused, match="not_permitted"):
            opened(1, stranger)
    with pytest.raises(InputError):
        opened(3, NURSE)
    with world.database.reading() as session:
        looks = audit.entries(session, subject=number, action="report_picture_opened")
    assert [(look.actor, look.detail) for look in looks] == [(NURSE, {"picture": 2}), (NURSE, {"picture": 1})]


def test_pictures_go_with_their_code_or_a_while_after_the_answer(world: World) -> None:
    number = _filed(world, b"filed")
    _asked(world, b"never entered")
    answer_report(world.database, number=number, refusal=None, answer="", by=NURSE, now=world.now)

    def left(after: timedelta) -> list[bytes]:
        with world.database.transaction() as session:
            codes.forget_codes(session, now=world.now + after)
            forget_pictures(session, at=world.now + after)
            return sorted(session.scalars(select(ReportPicture.data)))

    assert left(timedelta(hours=1)) == [b"filed", b"never entered"]
    assert left(timedelta(hours=2)) == [b"filed"]
    assert left(KEPT) == [b"filed"]
    assert left(KEPT + timedelta(seconds=1)) == []
