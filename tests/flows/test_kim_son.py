"""Kim Sơn, from three dirty lists and an attendance list to a signed hand-over, a cleaned queue and the frozen report.

Ten people were vaccinated. P1 to P10 came on 10 August 2021; P1, P2 and P7 to P10 came again in November; P1, P2 and
P7 to P9 had a booster in March 2022: 10 + 6 + 5 = 21 doses. The sites typed P3 without a number, half of P4's number,
P5's name wrong (Bửu for Bảo), an impossible birth date for P6, and P1's second dose twice.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from passport.domain.coverage import AgeGroup, Step
from passport.intake.confirming import confirm_doses
from passport.intake.correcting import correct_row
from passport.intake.coverage import Asked, freeze_report
from passport.intake.denominators import import_counts
from passport.intake.entering import enter_dose
from passport.intake.hand_over import export_hand_over
from passport.intake.handed_back import import_hand_over
from passport.intake.population import check_people
from passport.intake.reconciling import Standing, reconcile
from passport.intake.standin import EmbeddedPopulation
from passport.registry import cleaning, progress
from passport.registry.areas import require_area
from passport.registry.cleaning import CaseClass
from passport.registry.coverage import coverage
from passport.registry.coverage_reports import require_report
from passport.registry.db import Database
from passport.rendering.coverage_report import report_pdf
from tests.intake.test_hand_over import corrected, sheets
from tests.lists import AN, COMPANY, HEAD, NURSE, OFFICER, STATION, TITLES, World, csv_list, staffed

KIM_SON = "14638"  # xã Ân Hòa when the doses were given, xã Kim Sơn since 2025, which took it over
NAMES = (
    "Phạm Văn Đông", "Vũ Thị Hạnh", "Đỗ Văn Hùng", "Bùi Thị Lan", "Trần Thị Bảo", "Ngô Văn Sơn", "Lê Thị Mai",
    "Hoàng Văn Tú", "Đinh Thị Thu", "Mai Văn Quý", "Tạ Văn Vượng", "Phan Thị Yến",
)  # fmt: skip
BOOSTER = {"dose_number": "3", "dose_kind": "nhắc lại", "vaccine": "Pfizer", "vaccination_date": "10/03/2022"}
SECOND = {"dose_number": "2", "vaccination_date": "10/11/2021"}


def p(n: int, **cells: str) -> dict[str, str]:
    """Person n as a list should tell them; the day of birth is n."""
    name = NAMES[n - 1]
    woman = "Thị" in name
    known = {
        "full_name": name,
        "birth_date": f"{n:02d}/05/1990",
        "sex": "Nữ" if woman else "Nam",
        "id_number": f"037{1 if woman else 0}90{n:06d}",
        "phone": f"09120000{n:02d}",
        "commune_code": KIM_SON,
    }
    return AN | known | cells


@pytest.fixture
def world(database: Database, now: datetime, today: date) -> World:
    """The stations of the story and their staff."""
    return staffed(database, now=now, today=today)


@pytest.fixture
def register(tmp_path: Path) -> EmbeddedPopulation:
    lines = ["person_id,cccd,cmnd,full_name,dob,sex,phone,household,commune,province,status"]
    for n in range(1, 13):
        told = p(n)
        sex = "F" if told["sex"] == "Nữ" else "M"
        lines.append(f"P{n},{told['id_number']},,{told['full_name']},1990-05-{n:02d},{sex},,,,,alive")
    standin = EmbeddedPopulation(tmp_path / "population.db")
    standin.load("\n".join(lines).encode())
    return standin


def test_kim_son(world: World, register: EmbeddedPopulation) -> None:
    database, now, today = world.database, world.now, world.today

    # Three dirty lists.
    first = world.rows(
        p(1), p(2), p(3, id_number=""), p(4, id_number="0371900"), p(5, full_name="Trần Thị Bửu"),
        p(6, birth_date="31/02/1990"), p(7), p(8), p(9), p(10),
    )  # fmt: skip
    assert (first.rows, first.new, first.held, first.refused) == (10, 9, 2, 1)
    second = world.rows(*(p(n, **SECOND) for n in (1, 2, 7, 8, 9, 10)), p(1, **SECOND))
    assert (second.rows, second.new, second.known) == (7, 6, 1)
    third = world.rows(*(p(n, **BOOSTER) for n in (1, 2, 7, 8, 9)))
    assert (third.rows, third.new) == (5, 5)

    # The refused row is repaired on the screen.
    row = correct_row(
        database, import_id=first.import_id, row=7, cells={"birth_date": "06/05/1990"}, by=NURSE, now=now, today=today
    )
    assert row.outcome == "new"

    # The attendance list of the first session: P1 to P9, P2 twice, and P12 who was forgotten; P10 is not on it.
    titles = {name: TITLES[name] for name in ("full_name", "birth_date", "sex", "id_number")} | {
        "planned_dose": "Mũi dự kiến"
    }
    present = [p(n, planned_dose="1") for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 2, 12)]
    listed = world.bring_in(csv_list(present, titles=titles), kind="attendance", by=COMPANY)
    with database.reading() as session:
        found = reconcile(session, listed.import_id).counts()
    # P5 is found by the number, P3 and P4 by name and birth date: neither has a number that says otherwise.
    assert found == {Standing.ENTERED: 9, Standing.NOT_ENTERED: 1, Standing.NOT_LISTED: 1, Standing.TWICE: 1}

    # The register confirms P1, P2 and P6 to P10: seven people with 3 + 3 + 1 + 3 + 3 + 3 + 2 = 18 doses.
    report = check_people(database, service=register, area=None, by=OFFICER, now=now, today=today)
    assert (report.verified, report.wrong) == (7, 1)
    with database.reading() as session:
        kim_son = require_area(session, KIM_SON, on=today)
        queue = cleaning.counts(session, area=kim_son)
        counts = progress.counts(session, area=kim_son).as_dict()
    assert (queue[CaseClass.NO_ID], queue[CaseClass.BAD_ID], queue[CaseClass.WRONG_BASIC]) == (1, 1, 1)
    assert counts == {"given": 11, "entered": 21, "verified": 18, "confirmed": 0, "issued": 0}

    # The list goes to the hamlet team and the commune police with places for both signatures, and comes back:
    # P3 and P5 agree now, P4's number is still another's.
    out = export_hand_over(database, area_code=KIM_SON, by=NURSE, actor=NURSE, now=now, today=today)
    assert out.people == 3
    for sheet in sheets(out.data).values():
        signatures = [str(line[0]) for line in sheet[-2:]]
        assert (signatures[0].startswith("Trạm y tế"), signatures[1].startswith("Công an cấp xã")) == (True, True)
    number = "Số CCCD/CMND/Hộ chiếu"
    signed = {
        NAMES[2]: {number: p(3)["id_number"]},
        NAMES[3]: {number: "037190000099"},
        "Trần Thị Bửu": {"Họ và tên": NAMES[4]},
    }
    came = import_hand_over(
        database, data=corrected(out.data, signed), service=register, by=OFFICER, now=now, today=today
    )
    assert (came.rows, came.settled, len(came.still_open)) == (3, 2, 1)
    assert came.data is not None
    again = corrected(came.data, {NAMES[3]: {number: p(4)["id_number"]}})
    last = import_hand_over(database, data=again, service=register, by=OFFICER, now=now, today=today)
    assert (last.rows, last.settled, last.data) == (1, 1, None)

    # The queue is clean; the head of the site answers for all 21 doses.
    with database.reading() as session:
        queue = cleaning.counts(session, area=require_area(session, KIM_SON, on=today))
    assert set(queue.values()) == {0}
    done = confirm_doses(database, site_code=STATION, import_id=None, by=HEAD, now=now)
    assert (done.confirmed, done.left) == (21, {})

    # The frozen report: 30 adults, 90 % of them are 27.
    told = import_counts(
        database,
        data=f"area_code,age_group,count,as_of,source\n{KIM_SON},18+,30,2026-01-01,Công an xã\n".encode(),
        file_name="so-dan.csv",
        actor=OFFICER,
        now=now,
        today=today,
    )
    assert (told.stored, told.refused) == (1, [])
    frozen = freeze_report(database, asked=Asked(KIM_SON, today), by=HEAD, now=now, today=today)
    with database.reading() as session:
        desk = coverage(session, area=require_area(session, KIM_SON, on=today), on=today, target=90.0).total
    complete = desk.cell(AgeGroup.ADULTS, Step.COMPLETE)  # on the staff's own page nothing is hidden
    assert (complete.covered, complete.verified, complete.rate, complete.needed(90.0)) == (6, 6, 20.0, 21)  # 27 - 6
    adults = {
        cell["dose"]: (cell["covered"], cell["verified"], cell["rate"], cell["needed"])
        for cell in frozen.figures["cells"]
        if cell["age_group"] == "18+"
    }
    assert adults == {
        "first": (10, 10, 33.3, 17),  # 27 - 10
        "complete": (None, None, None, None),  # six, hidden: four people with one dose alone could be told
        "booster_1": (5, 5, 16.7, 22),  # 27 - 5
        "booster_2": (0, 0, 0.0, 27),
    }
    assert frozen.figures["counts"] == {"given": 11, "entered": 21, "verified": 21, "confirmed": 21, "issued": 0}
    assert report_pdf(frozen.figures, frozen=None, issuer="Bộ Y tế", language="vi").startswith(b"%PDF-")

    # P12 is entered late at the desk: the day's table counts eleven, the frozen report still ten.
    entry = enter_dose(database, site_code=STATION, cells=p(12), by=NURSE, now=now + timedelta(hours=1), today=today)
    assert entry.stored
    with database.reading() as session:
        table = coverage(session, area=require_area(session, KIM_SON, on=today), on=today, target=90.0)
        assert table.total.cell(AgeGroup.ADULTS, Step.FIRST).covered == 11
        kept = require_report(session, frozen.id)
        assert (kept.figures, kept.sha256) == (json.loads(json.dumps(frozen.figures)), frozen.sha256)
