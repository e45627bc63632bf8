"""What verdicts say in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from passport.domain.verdict import Heading
from passport.errors import Sentence
from passport.verifying.saying import HEADINGS, day_of, dose_line, spoken
from passport.verifying.verify import verify
from tests.forging import NOW, ZONE, Authority, context_of, recovery, vaccination


def test_every_heading_has_its_words() -> None:
    assert set(HEADINGS) == set(Heading)


def test_days_are_those_of_the_service() -> None:
    assert day_of(datetime(2026, 11, 20, 16, 59, tzinfo=UTC), ZONE) == date(2026, 11, 20)
    assert day_of(datetime(2026, 11, 20, 17, 0, tzinfo=UTC), ZONE) == date(2026, 11, 21)
    assert day_of(datetime.max.replace(tzinfo=UTC), ZONE) == date.max


def test_values_are_written_out() -> None:
    assert spoken({"date": "2027-01-02", "country": "DE", "days": 3}) == {
        "date": Sentence("02/01/2027", "2 January 2027"),
        "country": Sentence("Đức", "Germany"),
        "days": 3,
    }


@pytest.mark.parametrize(
    ("content", "vi", "en"),
    [
        (
            vaccination(),
            "Mũi 2/2 · Comirnaty · tiêm ngày 18/02/2026 (276 ngày tính đến ngày kiểm tra)",
            "Dose 2 of 2 · Comirnaty · given on 18 February 2026 (276 days before the day of the check)",
        ),
        (
            vaccination(mp="Something-new", dt="2026-11-20", dn=1),
            "Mũi 1/2 · Something-new · tiêm ngày 20/11/2026 (1 ngày tính đến ngày kiểm tra)",
            "Dose 1 of 2 · Something-new · given on 20 November 2026 (1 day before the day of the check)",
        ),
    ],
)
def test_the_dose_in_one_line(content: dict[str, Any], vi: str, en: str, tmp_path: Path) -> None:
    authority = Authority()
    context = context_of([authority.anchor()], folder=tmp_path)
    verdict = verify(authority.code(content), context=context, now=NOW)
    assert dose_line(verdict) == Sentence(vi, en)


def test_no_dose_no_line(tmp_path: Path) -> None:
    authority = Authority()
    context = context_of([authority.anchor()], folder=tmp_path)
    assert dose_line(verify(authority.code(recovery()), context=context, now=NOW)) is None
    assert dose_line(verify("rubbish", context=context, now=NOW)) is None
