"""Each rule accepts what it is for, and refuses the nearest trap."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.intake.linkage.conftest import Decision, Linker, link

LAN = {
    "person_id": "lan", "cccd": "037190012345", "cmnd": "164523478", "full_name": "Nguyễn Thị Lan", "dob": "1990-02-15",
    "sex": "F", "phone": "0912345678", "household": "H1", "commune": "Kim Sơn", "province": "Ninh Bình",
    "status": "alive",
}  # fmt: skip
ROW = {
    "row_id": "1", "id_no": "037190012345", "full_name": "Nguyễn Thị Lan", "dob": "15/02/1990", "sex": "Nữ",
    "phone": "0912345678", "commune": "Kim Sơn", "province": "Ninh Bình",
}  # fmt: skip
# Enough strangers that twins are few here; one is called as every row's given name may be mistyped.
STRANGERS = [
    {
        "person_id": f"s{n}", "cccd": f"0010{n + 10}{n:06d}", "full_name": name, "dob": f"1965-07-{n % 28 + 1:02d}",
        "sex": "M", "phone": f"09{n:08d}", "household": f"S{n}", "commune": "Yên Mô", "province": "Ninh Bình",
        "status": "alive",
    }
    for n in range(90)
    for name in [("Trần Văn Loan", "Lê Văn Tuấn", "Phạm Văn Anh", "Đỗ Văn Ánh", "Vũ Văn Hà")[n % 5]]
]  # fmt: skip


def decide(folder: Path, row: Mapping[str, str], *people: Mapping[str, str], level: str = "strict") -> Decision:
    """What is decided about one row in a register of `people` and the strangers."""
    return link(folder, [ROW | row], [*people, *STRANGERS], level=level)[0]


ACCEPTED = [
    ("R1", {}),
    ("R1", {"id_no": "164523478"}),
    ("R1", {"full_name": "NGUYEN THI LAN", "dob": "1990"}),
    ("R1", {"full_name": "Lan Nguyễn Thị", "dob": "25/02/1990"}),
    ("R1", {"full_name": "Nguyễn Thị Lann", "phone": "", "commune": "", "sex": ""}),
    ("R2", {"full_name": "Nguyễn Lan"}),
    ("R2", {"full_name": "Nguyễn Lan", "dob": "1990"}),
    ("R3", {"dob": ""}),
    ("R3", {"dob": "19/11/1952"}),
    ("R4", {"id_no": "037190012354"}),
    ("R4", {"id_no": "03719001234"}),
    ("R4", {"id_no": "037190012354", "full_name": "Nguyễn Lan"}),
    ("R5", {"id_no": ""}),
    ("R5", {"id_no": "3.7E+10", "full_name": "nguyen thi lan"}),
    ("R5", {"id_no": "", "sex": ""}),
    ("R6", {"id_no": "", "phone": ""}),
    ("R6", {"id_no": "", "phone": "", "full_name": "nguyen thi lan"}),
    ("R7", {"id_no": "", "dob": "1990"}),
    ("R7", {"id_no": "", "full_name": "Nguyễn Lan"}),
    ("R7", {"id_no": "", "full_name": "Nguyễnn Thị Lan"}),
]
REVIEWED = [
    ("owner_differs", {"full_name": "Trần Văn Tuấn", "sex": "Nam", "dob": "01/03/1962"}),  # the number of another
    ("owner_differs", {"full_name": "Nguyễn Thị Hương"}),  # of a twin who is missing, perhaps
    ("owner_differs", {"dob": "", "phone": "", "commune": "Yên Mô"}),
    ("id_unknown", {"id_no": "0371909999990"}),  # nor is one with a digit too many
    ("id_unknown", {"id_no": "037190999999"}),  # nobody's number: perhaps of one who is not registered
    ("thin_evidence", {"id_no": "037190012354", "full_name": "Nguyễn Thị Loan"}),  # another's name besides
    ("thin_evidence", {"id_no": "037190012354", "phone": "", "commune": ""}),  # only near
    ("thin_evidence", {"id_no": "", "dob": "01/01/1990", "phone": ""}),
    ("thin_evidence", {"id_no": "", "phone": "", "commune": ""}),
    ("thin_evidence", {"id_no": "", "sex": "Nam"}),
    ("thin_evidence", {"id_no": "", "full_name": "Nguyễn Thị Làn"}),
    ("thin_evidence", {"id_no": "", "full_name": "nguyen lan"}),
]
TOGETHER = 12  # rows of one run; a telephone on more than fifteen would be a team's


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> list[Decision]:
    """What is decided about the rows of both lists, in their order."""
    rows = [ROW | row for _, row in [*ACCEPTED, *REVIEWED]]
    folder = tmp_path_factory.mktemp("rules")
    return [
        decision
        for start in range(0, len(rows), TOGETHER)
        for decision in link(folder, rows[start : start + TOGETHER], [LAN, *STRANGERS])
    ]


@pytest.mark.parametrize("number", range(len(ACCEPTED)), ids=lambda number: str(ACCEPTED[number]))
def test_what_each_rule_accepts(decided: list[Decision], number: int) -> None:
    rule, decision = ACCEPTED[number][0], decided[number]
    assert (decision.decision, decision.person_id, decision.rule, decision.reason) == ("accept", "lan", rule, "agrees")
    assert decision.lead >= 8


@pytest.mark.parametrize("number", range(len(REVIEWED)), ids=lambda number: str(REVIEWED[number]))
def test_what_goes_to_a_person(decided: list[Decision], number: int) -> None:
    reason, decision = REVIEWED[number][0], decided[len(ACCEPTED) + number]
    assert (decision.decision, decision.person_id, decision.rule, decision.reason) == ("review", "", "", reason)
    assert decision.who[0] == "lan"


def sister(**told: str) -> dict[str, str]:
    """A twin of Lan in her household."""
    return LAN | {"person_id": "twin", "cccd": "037190054321", "cmnd": "", "full_name": "Nguyễn Thị Loan"} | told


def test_twins_with_each_others_numbers(tmp_path: Path) -> None:
    assert decide(tmp_path, {}, LAN, sister()).person_id == "lan"
    swapped = decide(tmp_path, {"id_no": "037190054321"}, LAN, sister())
    assert (swapped.decision, swapped.reason, swapped.who[:2]) == ("review", "owner_differs", ["twin", "lan"])
    assert swapped.candidates[0] == {"person_id": "twin", "points": 60, "differs": ["full_name"]}


def test_twins_that_differ_in_marks_alone(tmp_path: Path) -> None:
    anh, other = LAN | {"full_name": "Nguyễn Thị Anh"}, sister(full_name="Nguyễn Thị Ánh")
    assert decide(tmp_path, {"full_name": "Nguyễn Thị Anh", "id_no": ""}, anh, other).decision == "review"
    assert decide(tmp_path, {"full_name": "nguyen thi anh", "id_no": ""}, anh, other).reason == "thin_evidence"
    assert decide(tmp_path, {"full_name": "nguyen thi anh"}, anh, other).reason == "owner_differs"
    assert decide(tmp_path, {"full_name": "Nguyễn Thị Ánh", "id_no": ""}, anh, other).person_id == ""


def _couples(*twins: str) -> list[dict[str, str]]:
    """Four households with twins of these names."""
    return [
        LAN | {"person_id": f"t{n}{side}", "cccd": f"03719{side}{n:06d}", "cmnd": "", "full_name": name,
               "household": f"T{n}", "dob": f"1970-03-{n + 1:02d}", "phone": ""}
        for n in range(4)
        for side, name in enumerate(twins)
    ]  # fmt: skip


def test_a_missing_twin_is_feared_where_twins_are_many(linker: Linker) -> None:
    couples = _couples("Vũ Thị Loan", "Vũ Thị Hà")
    mistyped = [ROW | {"full_name": "Nguyễn Thị Loan"}]
    assert linker(mistyped, [LAN, *STRANGERS])[0].rule == "R1"
    assert linker(mistyped, [LAN, *couples, *STRANGERS[:20]])[0].reason == "owner_differs"


def test_a_parents_number_on_a_childs_row(tmp_path: Path) -> None:
    mother = LAN | {"person_id": "mother", "cccd": "037165000007", "full_name": "Trần Thị Hòa", "dob": "1965-01-09"}
    child = decide(tmp_path, {"id_no": "037165000007"}, LAN, mother)
    assert (child.decision, child.person_id, child.rule) == ("accept", "lan", "R8")
    stranger = mother | {"household": "H2"}
    assert decide(tmp_path, {"id_no": "037165000007"}, LAN, stranger).reason == "id_of_other"


def test_namesakes_of_one_day(tmp_path: Path) -> None:
    namesake = LAN | {"person_id": "other", "cccd": "001190777777", "cmnd": "", "household": "H9", "commune": "Yên Mô",
                      "phone": "0987654321"}  # fmt: skip
    assert decide(tmp_path, {}, LAN, namesake).rule == "R1"
    assert decide(tmp_path, {"id_no": ""}, LAN, namesake).reason == "thin_evidence"
    both = decide(tmp_path, {"id_no": "", "phone": "", "commune": ""}, LAN, namesake)
    assert (both.decision, both.lead, sorted(map(str, both.who))) == ("review", 0, ["lan", "other"])


@pytest.mark.parametrize("status", ["deceased", "unregistered"])
def test_the_dead_and_the_unregistered_compete_and_are_never_accepted(tmp_path: Path, status: str) -> None:
    decision = decide(tmp_path, {}, LAN | {"status": status})
    assert (decision.decision, decision.person_id, decision.reason, decision.who) == ("review", "", status, ["lan"])


def test_standard_accepts_what_strict_leaves(tmp_path: Path) -> None:
    row = {"id_no": "", "full_name": "Nguyễn Thị Lanh"}
    strict, standard = (decide(tmp_path, row, LAN, level=level) for level in ("strict", "standard"))
    assert (strict.decision, strict.rule, strict.reason) == ("review", "S9", "standard_only")
    assert (standard.decision, standard.person_id, standard.rule) == ("accept", "lan", "S9")


def test_nobody_like_this(tmp_path: Path) -> None:
    decision = decide(
        tmp_path, {"id_no": "", "full_name": "Kim Min Jun", "dob": "", "phone": "", "commune": "Hà Đông"}, LAN
    )
    assert (decision.decision, decision.reason, decision.candidates, decision.lead) == (
        "none",
        "nobody_like_this",
        [],
        0,
    )


def test_a_teams_telephone_speaks_for_nobody(linker: Linker) -> None:
    team = [ROW | {"row_id": str(n), "id_no": "", "commune": ""} for n in range(16)]
    assert {d.reason for d in linker(team, [LAN, *STRANGERS])} == {"thin_evidence"}
    assert {d.rule for d in linker(team[:15], [LAN, *STRANGERS])} == {"R5"}


def test_a_filled_number_speaks_neither_for_nor_against_anybody(linker: Linker) -> None:
    filled = [ROW | {"row_id": str(n), "id_no": "123456789", "phone": ""} for n in range(16)]
    assert {d.rule for d in linker(filled, [LAN, *STRANGERS])} == {"R6"}
    assert {d.reason for d in linker(filled[:15], [LAN, *STRANGERS])} == {"id_unknown"}


@pytest.mark.parametrize(("men", "women"), [("1", "2"), ("1", "0"), ("0", "1")])
def test_the_register_tells_what_a_lists_codes_for_sexes_mean(linker: Linker, men: str, women: str) -> None:
    others = [
        {key: stranger[key] for key in ("full_name", "dob", "commune")} | {"row_id": stranger["person_id"], "sex": men}
        for stranger in STRANGERS
    ]
    hoa = [
        LAN | {"person_id": f"h{n}", "cccd": f"0371600{n:05d}", "cmnd": "", "full_name": "Trần Thị Hoa",
               "dob": f"1960-05-{n + 1:02d}", "household": f"F{n}", "phone": ""}
        for n in range(20)
    ]  # fmt: skip
    women_rows = [{"row_id": w["person_id"], "full_name": w["full_name"], "dob": w["dob"], "sex": women} for w in hoa]
    row = ROW | {"id_no": "", "phone": "", "sex": women}
    assert linker([row, *women_rows, *others], [LAN, *hoa, *STRANGERS])[0].rule == "R6"
    assert linker([row | {"sex": men}, *women_rows, *others], [LAN, *hoa, *STRANGERS])[0].reason == "thin_evidence"


def test_a_missing_twin_of_another_middle_name_is_feared_where_twins_are_many(linker: Linker) -> None:
    couples = _couples("Vũ Thanh Hà", "Vũ Thúy Hà")
    thu = [STRANGERS[n] | {"full_name": f"Lê Thu {name}"} for n, name in ((20, "Hà"), (21, "Vân"), (22, "Cúc"))]
    mai, thuy = (LAN | {"full_name": f"Nguyễn {name} Lan"} for name in ("Thị Mai", "Thúy"))
    register = [*couples, *thu, *STRANGERS[:20]]
    assert linker([ROW | {"full_name": "Nguyễn Thanh Lan"}], [thuy, *register])[0].reason == "owner_differs"
    assert linker([ROW | {"full_name": "Nguyễn Thu Lan"}], [thuy, *register])[0].reason == "owner_differs"
    assert linker([ROW | {"full_name": "Nguyễn Vân Khánh Lan"}], [mai, *register])[0].reason == "owner_differs"
    assert linker([ROW | {"full_name": "Nguyễn Mai Lan"}], [mai, *register])[0].rule == "R2"  # a part of it
    assert linker([ROW | {"full_name": "Nguyễn T. Lan"}], [thuy, *register])[0].rule == "R2"
    next_number = ROW | {"id_no": "037190012346"}  # as a sister of that day may have
    assert linker([next_number], [LAN, *register])[0].rule == "R4"
    for name in ("Lan Nguyễn Thị", "Nguyễn Lan", "Nguyễn Thị Lann"):
        assert linker([next_number | {"full_name": name}], [LAN, *register])[0].reason == "thin_evidence"


def test_names_turned_round_and_names_exchanged(linker: Linker) -> None:
    anh = LAN | {"full_name": "Nguyễn Phương Anh"}
    turned, exchanged = ({"full_name": name} for name in ("Phương Anh Nguyễn", "Nguyễn Anh Phương"))
    assert linker([ROW | turned], [anh, *STRANGERS])[0].rule == "R1"
    for other in (exchanged, turned):  # a twin may be called so
        assert linker([ROW | other | {"id_no": ""}], [anh, *STRANGERS])[0].decision == "review"
    assert linker([ROW | exchanged | {"id_no": "037190012354"}], [anh, *STRANGERS])[0].decision == "review"
    assert linker([ROW | exchanged | {"dob": ""}], [anh, *STRANGERS])[0].reason == "owner_differs"


def test_a_number_whose_owners_birth_date_is_a_namesakes(tmp_path: Path) -> None:
    older = LAN | {"person_id": "older", "cccd": "037190054321", "cmnd": "", "dob": "1990-08-27"}
    decision = decide(tmp_path, {"id_no": "037190054321"}, LAN, older)
    assert (decision.decision, decision.reason) == ("review", "owner_differs")


def test_a_number_whose_owners_name_is_anothers_in_part(tmp_path: Path) -> None:
    short = {"full_name": "Nguyễn Lan", "dob": ""}
    younger = sister(full_name="Nguyễn Lan", dob="1994-06-01")
    assert decide(tmp_path, short, LAN).rule == "R2"
    assert decide(tmp_path, short, LAN, younger).reason == "owner_differs"


def test_kin_where_the_register_has_no_households(tmp_path: Path) -> None:
    lan = LAN | {"household": ""}
    father = lan | {"person_id": "father", "cccd": "037065000007", "full_name": "Nguyễn Văn Hòa", "dob": "1965-01-09",
                    "sex": "M"}  # fmt: skip
    assert decide(tmp_path, {"id_no": "037065000007"}, lan, father).rule == "R8"
    assert decide(tmp_path, {"id_no": "037065000007"}, lan, father | {"commune": "Yên Mô"}).reason == "id_of_other"
