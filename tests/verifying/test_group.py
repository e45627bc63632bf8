"""A group's sheet: what is said of namesakes, slips of the list, near names and several certificates."""

from __future__ import annotations

from pathlib import Path

import pytest

from passport.domain.dates import PartialDate
from passport.rendering.qr import qr_png
from passport.trust.own_revocations import record_own
from passport.verifying.context import Context
from passport.verifying.group import Paper, Terms, judge_group, read_papers
from passport.verifying.group_report import Line, Place, Report
from passport.verifying.passengers import Passenger
from passport.verifying.verify import verify
from tests.forging import NOW, Authority, context_of, vaccination

AN = Passenger(2, "Nguyễn Văn An", PartialDate(1990, 1, 2))
DOMESTIC = Terms(policy="vn-domestic")
ISSUER = Authority()


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """What a check rests on, with one issuer believed."""
    return context_of([ISSUER.anchor()], folder=tmp_path_factory.mktemp("keys"))


def paper(context: Context, file: str, **changes: object) -> Paper:
    text = ISSUER.code(vaccination(**changes))
    return Paper(file, text, verify(text, context=context, now=NOW, policy=DOMESTIC.policy))


def sheet(context: Context, passengers: list[Passenger], *papers: Paper) -> Report:
    return judge_group(passengers, papers, terms=DOMESTIC, context=context, now=NOW)


def told(line: Line) -> str:
    return " ".join(note.en for note in line.notes)


def test_two_half_series_are_one_whole(context: Context) -> None:
    papers = [
        paper(context, "1.png", dn=1, ci="A"),
        paper(context, "2.png", dn=2, ci="B"),
        paper(context, "3.png", dn=2, ci="B"),
    ]
    assert papers[0].verdict.reason is not None
    (line,) = sheet(context, [AN], *papers).lines
    assert (line.place, line.files) == (Place.ACCEPTED, ("1.png", "2.png", "3.png"))
    assert "judged together" in told(line)


@pytest.mark.parametrize("replaced", [True, False])
def test_an_old_code_beside_the_new_one_is_set_aside_where_it_was_replaced(tmp_path: Path, replaced: bool) -> None:
    record_own(tmp_path, identifier="OLD", at=NOW, replaced=replaced)
    context = context_of([ISSUER.anchor()], folder=tmp_path)
    old, new = paper(context, "old.png", ci="OLD"), paper(context, "new.png", ci="NEW")
    (line,) = sheet(context, [AN], old, new).lines
    assert line.files == ("old.png", "new.png")
    assert (line.place is Place.ACCEPTED) is replaced
    assert ("set aside: old.png" in told(line)) is replaced
    assert ("judged together" in told(line)) is not replaced
    (alone,) = sheet(context, [AN], old).lines
    assert (alone.place, told(alone)) == (Place.REFUSED, "")


def test_a_revoked_one_among_many_is_told(tmp_path: Path) -> None:
    record_own(tmp_path, identifier="BAD", at=NOW, replaced=False)
    context = context_of([ISSUER.anchor()], folder=tmp_path)
    papers = [paper(context, f"{number}.png", ci=f"C{number}") for number in range(6)]
    (line,) = sheet(context, [AN], *papers, paper(context, "bad.png", ci="BAD")).lines
    assert line.verdict is not None
    assert (line.place, line.verdict.reason) == (Place.REFUSED, "revoked")


def test_a_slip_in_the_birth_date_is_told_on_both_sides(context: Context) -> None:
    slip = Passenger(2, "NGUYEN VAN AN", PartialDate(1990, 2, 1))
    missing, unmatched = sheet(context, [slip], paper(context, "an.png")).lines
    assert (missing.place, unmatched.place) == (Place.MISSING, Place.UNMATCHED)
    assert "another birth date: an.png" in told(missing)
    assert "The same name as row 2" in told(unmatched)


def test_a_passenger_listed_twice_is_left_to_the_eye(context: Context) -> None:
    lines = sheet(context, [AN, Passenger(9, AN.name, AN.born)], paper(context, "an.png")).lines
    assert [line.place for line in lines] == [Place.MISSING, Place.MISSING, Place.UNMATCHED]
    assert "an.png" in told(lines[0])
    assert "row 2, 9" in told(lines[2])


@pytest.mark.parametrize(
    ("passenger", "note"),
    [
        (Passenger(2, "Nguyen An", AN.born), "On the certificate: Nguyễn Văn An. A middle name is missing"),
        (Passenger(2, AN.name), "only the name was compared"),
        (Passenger(2, AN.name, unread_born="31/02"), "The birth date could not be read: “31/02”."),
    ],
)
def test_what_is_not_exact_is_told(context: Context, passenger: Passenger, note: str) -> None:
    (line,) = sheet(context, [passenger], paper(context, "an.png")).lines
    assert line.place is Place.ACCEPTED
    assert note in told(line)


def test_a_name_that_is_missing_is_told(context: Context) -> None:
    (line,) = sheet(context, [Passenger(2, "")]).lines
    assert line.message.en == "The list states no name."


def test_a_file_with_several_codes_and_one_with_none(context: Context) -> None:
    found = read_papers("an.png", qr_png(ISSUER.code()), terms=Terms(), context=context, now=NOW)
    assert [one.verdict.reason for one in found] == [None]
    (nothing,) = read_papers("x", b"no picture", terms=Terms(), context=context, now=NOW)
    (line,) = sheet(context, [], nothing).lines
    assert (line.place, line.holder, line.message.en) == (Place.UNMATCHED, None, "No QR code was found in the picture.")


def test_the_sheet_as_json_holds_nothing_that_was_not_believed(context: Context) -> None:
    stranger = Authority(country="XB")
    text = stranger.code(vaccination(fn="CANARY"))
    unknown = Paper("x.png", text, verify(text, context=context, now=NOW))
    written = sheet(context, [AN], unknown).as_dict()
    assert "CANARY" not in str(written)
    assert written["places"]["unmatched"][0]["reason"] == "unknown_issuer"
    assert written["places"]["missing"][0]["born"] == "1990-01-02"
