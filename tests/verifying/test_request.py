"""Requests: exact types, no unknown field, the clock, and never an echo of what was sent."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from passport.domain.dates import PartialDate
from passport.domain.verdict import JointVerdict, Verdict
from passport.errors import InputError, Reason, Refusal
from passport.verifying.request import CheckRequest, answer, parse_at, parse_defaults, parse_request
from tests.forging import NOW, Authority, context_of

CANARY = "CANARY"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-24", datetime(2026, 12, 24, tzinfo=UTC)),
        ("2026-12-24T08:30:00Z", datetime(2026, 12, 24, 8, 30, tzinfo=UTC)),
        ("2026-12-24t08:30:00z", datetime(2026, 12, 24, 8, 30, tzinfo=UTC)),
        ("2026-12-24T08:30:00.25Z", datetime(2026, 12, 24, 8, 30, 0, 250000, tzinfo=UTC)),
        ("2026-12-24T08:30", datetime(2026, 12, 24, 8, 30, tzinfo=UTC)),
        ("2026-12-24 08:30:00", datetime(2026, 12, 24, 8, 30, tzinfo=UTC)),
        ("2026-12-24T08:30:00+07:00", datetime(2026, 12, 24, 1, 30, tzinfo=UTC)),
        ("2024-02-29", datetime(2024, 2, 29, tzinfo=UTC)),
        ("2038-01-19T03:14:08Z", datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC)),
    ],
)
def test_clocks(text: str, expected: datetime) -> None:
    found = parse_at(text)
    assert found == expected
    assert found.utcoffset() == expected.utcoffset()


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "now", "24/12/2026", "2026-12", "20261224", "2026-W52-4", "2026-02-29", "2026-13-01",
        "2026-12-24T25:00:00Z", "2026-12-24T08:30:60Z", "2026-12-24T08:30:00+25:00", "0001-01-01", "9999-12-31",
        "2026-12-24T08:30:00Z\n", "２０２６-12-24", "2026-12-24T08:30:00 07:00",
    ],
)  # fmt: skip
def test_what_is_no_clock(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_at(text)
    assert (caught.value.reason, caught.value.detail) == (Refusal.BAD_OPTION, "at")


def test_a_whole_request() -> None:
    found = parse_request(
        {
            "credential": "HC1:…",
            "at": "2026-12-24",
            "country": "de",
            "policy": "vn-entry",
            "holder": {"name": " Nguyễn  Văn An ", "born": "1990-01"},
            "ref": "booking 7",
        }
    )
    assert found.credentials == ("HC1:…",)
    assert not found.joint
    assert found.at == datetime(2026, 12, 24, tzinfo=UTC)
    assert (found.country, found.policy, found.ref) == ("DE", "vn-entry", "booking 7")
    assert found.holder is not None
    assert (found.holder.name, found.holder.born) == ("Nguyễn Văn An", PartialDate(1990, 1))


def test_the_least_request() -> None:
    assert parse_request({"credential": ""}) == CheckRequest(credentials=("",))
    optional = dict.fromkeys(("at", "country", "policy", "holder", "ref", "credentials"))
    assert parse_request({"credential": "x", **optional}) == CheckRequest(credentials=("x",))


def test_the_defaults_of_a_batch() -> None:
    defaults = parse_defaults({"items": [], "at": "2026-12-24", "country": "DE", "policy": "vn-entry"})
    found = parse_request({"credential": "x", "country": "FR"}, defaults=defaults)
    assert (found.at, found.country, found.policy) == (datetime(2026, 12, 24, tzinfo=UTC), "FR", "vn-entry")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (None, "body"),
        ([], "body"),
        (CANARY, "body"),
        ({}, "credential"),
        ({"credential": 5}, "credential"),
        ({"credential": None}, "credential"),
        ({"credential": [CANARY]}, "credential"),
        ({"credential": "x", "credentials": ["x", "y"]}, "credential"),
        ({"credentials": "x"}, "credentials"),
        ({"credentials": ["x"]}, "credentials"),
        ({"credentials": ["x"] * 6}, "credentials"),
        ({"credentials": ["x", 1]}, "credentials"),
        ({"credential": "x", CANARY: 1}, "unknown field"),
        ({"credential": "x", "at": 1700000000}, "at"),
        ({"credential": "x", "at": CANARY}, "at"),
        ({"credential": "x", "country": "DEU"}, "country"),
        ({"credential": "x", "country": "D1"}, "country"),
        ({"credential": "x", "country": True}, "country"),
        ({"credential": "x", "policy": CANARY}, "policy"),
        ({"credential": "x", "policy": ""}, "policy"),
        ({"credential": "x", "holder": CANARY}, "holder"),
        ({"credential": "x", "holder": {}}, "holder"),
        ({"credential": "x", "holder": {"name": "A", "sex": CANARY}}, "holder"),
        ({"credential": "x", "holder": {"name": 1}}, "name"),
        ({"credential": "x", "holder": {"name": " "}}, "name"),
        ({"credential": "x", "holder": {"born": CANARY}}, "born"),
        ({"credential": "x", "ref": 7}, "ref"),
        ({"credential": "x", "ref": "r" * 201}, "ref"),
        ({"credential": "x", "ref": "a\nb"}, "ref"),
        ({"credential": "x", "ref": "\ud800"}, "ref"),
    ],
)
def test_malformed_requests(body: Any, field: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_request(body)
    assert (caught.value.reason, caught.value.detail) == (Refusal.BAD_OPTION, field)
    assert CANARY not in caught.value.message.vi + caught.value.message.en + str(caught.value)


def test_answers(tmp_path: Path) -> None:
    authority = Authority()
    context = context_of([authority.anchor()], folder=tmp_path)
    one = answer(CheckRequest(credentials=(authority.code(),)), context=context, now=NOW)
    assert isinstance(one, Verdict)
    assert one.reason is None
    joint = answer(
        CheckRequest(credentials=(authority.code(), "rubbish"), joint=True, policy="vn-domestic"),
        context=context,
        now=NOW,
    )
    assert isinstance(joint, JointVerdict)
    assert joint.reason is Reason.NOT_A_CERTIFICATE
