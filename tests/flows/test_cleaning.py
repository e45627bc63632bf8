"""The cleaning queue on the pages: asked, merged and undone, handed over and back, reported and answered."""

from __future__ import annotations

import html
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from passport.demo import accounts, lists
from passport.demo.people import SamplePerson
from passport.registry.people import find_by_id_number, search_people
from passport.registry.tables import Person
from tests.installed import Site
from tests.lists import book

TUA_CHUA = "03217"
CASE = re.compile(r"/staff/cleaning/([0-9a-z]{32})")


@pytest.fixture
def people(site: Site) -> list[SamplePerson]:
    """The invented people of Tủa Chùa, as the register knows them."""
    return lists.sample_people(site.house.today(datetime.now(UTC)))[1]


@pytest.fixture
def officer(site: Site) -> FlaskClient:
    """The identity officer's browser."""
    return site.as_(accounts.IDENTITY)


def _text(page: bytes) -> str:
    return html.unescape(re.sub(r"<[^>]+>|\s+", " ", page.decode()))


def _queue(client: FlaskClient, case_class: str) -> str:
    return client.get(f"/staff/cleaning?area={TUA_CHUA}&class={case_class}&lang=en").data.decode()


def _case_of(client: FlaskClient, name: str, case_class: str) -> str:
    (found,) = (
        match for match in re.finditer(r'href="(/staff/cleaning/[0-9a-z]{32})">([^<]+)<', _queue(client, case_class))
        if html.unescape(match[2]) == name
    )  # fmt: skip
    return found[1]


def _record(site: Site, id_number: str) -> Person:
    with site.house.database.reading() as session:
        (person,) = find_by_id_number(session, id_number)
        assert person.doses is not None
        return person


def test_every_class_has_something_to_do(officer: FlaskClient, people: list[SamplePerson]) -> None:
    for case_class, index in (("no_id", lists.WITHOUT_NUMBER), ("bad_id", lists.LETTER_IN_NUMBER)):
        assert people[index].full_name in _text(_queue(officer, case_class).encode())
    assert lists.misspelt(people[lists.OTHER_NAME]) in _text(_queue(officer, "wrong_basic").encode())
    assert people[lists.WITHOUT_NUMBER].full_name in _text(_queue(officer, "dose").encode())
    assert "Report no." in _text(_queue(officer, "report").encode())
    assert officer.get("/staff/cleaning?class=nothing").status_code == 422
    assert "Clean the data" in _text(officer.get("/staff/?lang=en").data)


def test_a_repair_that_the_register_confirms_is_one_press(
    site: Site, officer: FlaskClient, people: list[SamplePerson]
) -> None:
    person = people[lists.LETTER_IN_NUMBER]
    case = _case_of(officer, person.full_name, "bad_id")
    page = officer.get(case + "?lang=en").data.decode()
    assert f"O{person.id_number[1:]}" in html.unescape(page)  # as typed, beside the record
    assert "<mark>" in page
    assert "differs: Nam" not in _text(page.encode())  # the same sex in another language
    assert person.id_number in _text(page.encode()).replace("differs: ", "").replace(" ", "")
    (key,) = re.findall(r'name="key" value="(lost_zero:\d+)"', page)
    assert site.as_(accounts.NURSE).post(case + "/ask", data={"key": key}).status_code == 403  # not hers to settle
    assert officer.post(case + "/ask", data={"key": "lost_zero:99"}).status_code == 422
    assert officer.post(case + "/ask", data={"key": key}).status_code == 302
    record = _record(site, person.id_number)
    assert (record.identity_state, [dose.held for dose in record.doses]) == ("verified", [False])
    assert person.full_name not in _text(_queue(officer, "bad_id").encode())
    (undo,) = re.findall(r'action="([^"]+/corrections/\d+/undo)"', officer.get(case).data.decode())
    assert site.as_(accounts.NURSE).post(undo).status_code == 422
    assert officer.post(undo).status_code == 302
    assert officer.post(undo).status_code == 422  # undone already
    assert person.full_name in _text(_queue(officer, "no_id").encode())  # the number that came of it is gone


def test_whom_linkage_suggests_is_asked_about_with_one_press(
    site: Site, officer: FlaskClient, people: list[SamplePerson], tmp_path: Path
) -> None:
    person = people[lists.OTHER_NAME]
    extract, rows, decisions = (str(tmp_path / name) for name in ("extract.csv", "rows.csv", "decisions.csv"))
    Path(extract).write_bytes(lists.population(site.house.today(datetime.now(UTC))))
    by = ("--area", TUA_CHUA, "--by", accounts.IDENTITY.email)
    with site.app.app_context():
        runner = site.app.test_cli_runner()
        for words in (
            ("cleaning", "rows", "-o", rows, *by),
            ("linkage", "run", "--rows", rows, "--population", extract, "-o", decisions),
            ("cleaning", "candidates", decisions, "--population", extract, *by),
        ):
            done = runner.invoke(args=list(words))
            assert done.exit_code == 0, done.output
    case = _case_of(officer, lists.misspelt(person), "wrong_basic")
    page = officer.get(case + "?lang=en").data.decode()
    (suggested,) = re.findall(r'id="linked".*?(<table.*?</table>.*?name="key" value="linked:1")', page, re.DOTALL)
    assert "<mark>" in suggested
    assert person.full_name in html.unescape(re.sub(r"<span[^>]*>[^<]*</span>|</?mark>", "", suggested))
    assert "Differs in: Full name" in _text(suggested.encode())
    assert 'id="linked"' not in site.as_(accounts.NURSE).get(case).data.decode()  # other people's data
    assert site.as_(accounts.NURSE).post(case + "/ask", data={"key": "linked:1"}).status_code == 403
    assert officer.post(case + "/ask", data={"key": "linked:1"}).status_code == 302
    assert _record(site, person.id_number).identity_state == "verified"
    assert 'id="linked"' not in officer.get(case).data.decode()


def test_one_person_under_two_numbers_is_merged_and_parted(
    site: Site, officer: FlaskClient, people: list[SamplePerson]
) -> None:
    person = people[lists.UNDER_TWO_NUMBERS]
    pairs = officer.get(f"/staff/cleaning/duplicates?area={TUA_CHUA}").data.decode()
    assert person.full_name in _text(pairs.encode())
    old, new = _record(site, lists.OLD_NUMBER), _record(site, person.id_number)
    case = f"/staff/cleaning/{old.id}"
    page = officer.get(case).data.decode()
    assert "<mark>" in page
    form = {"other": new.id, "keep": new.id, "why": "Số CMND cũ của cùng một người"}
    assert officer.post(f"{case}/merge", data=form | {"why": ""}).status_code == 422
    merged = officer.post(f"{case}/merge", data=form)
    assert merged.headers["Location"] == f"/staff/cleaning/{new.id}"
    assert [dose.number for dose in _record(site, person.id_number).doses] == [1, 2]
    assert officer.get(case).headers["Location"] == f"/staff/cleaning/{new.id}"  # its id is still found
    assert officer.get(f"/staff/people/{old.id}").headers["Location"] == f"/staff/people/{new.id}"
    (undo,) = re.findall(r'action="([^"]+/undo)"', officer.get(merged.headers["Location"]).data.decode())
    assert officer.post(undo, data={"why": ""}).status_code == 422
    assert officer.post(undo, data={"why": "Gộp nhầm"}).status_code == 302
    assert [dose.number for dose in _record(site, lists.OLD_NUMBER).doses] == [2]
    assert "Đã hoàn tác lúc" in _text(officer.get(case).data)


def test_a_dose_of_somebody_else_is_split_off(site: Site, officer: FlaskClient, people: list[SamplePerson]) -> None:
    record = _record(site, people[2].id_number)
    form: dict[str, Any] = {
        "dose": record.doses[1].id, "full_name": "Giàng A Em", "birth_date": "01/02/2001", "sex": "M",
        "id_number": "", "why": "Mũi 2 của em trai",
    }  # fmt: skip
    case = f"/staff/cleaning/{record.id}"
    assert officer.post(f"{case}/split", data=form | {"birth_date": "31/02"}).status_code == 422
    done = officer.post(f"{case}/split", data=form)
    assert done.status_code == 302
    assert [dose.number for dose in _record(site, people[2].id_number).doses] == [1]
    with site.house.database.reading() as session:
        (brother,) = search_people(session, name="Giàng A Em")
        assert done.headers["Location"] == f"/staff/cleaning/{brother.id}"
        assert brother.identity_state == "no_id"


def test_a_list_is_handed_over_and_comes_back(site: Site, officer: FlaskClient, people: list[SamplePerson]) -> None:
    nurse = site.as_(accounts.NURSE)
    sheet = nurse.post("/staff/cleaning/hand-over.xlsx", data={"area": TUA_CHUA})
    assert sheet.status_code == 200
    person = people[lists.WITHOUT_NUMBER]
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data))
    rows = [row for name in workbook.sheet_names for row in workbook.get_sheet_by_name(name).to_python()]
    titles = next(row for row in rows if "Dòng gốc" in row)
    body = [row for row in rows if re.fullmatch(r"BG\d+/\d+", str(row[-1]))]
    number = titles.index("Số CCCD/CMND/Hộ chiếu")
    for row in body:
        if person.full_name in row:
            row[number] = person.id_number
    assert "On list no." in _text(_queue(officer, "no_id").encode())

    def bring(client: FlaskClient, **form: str) -> Any:
        data = {"file": (io.BytesIO(book([titles, *body])), "back.xlsx"), **form}
        return client.post("/staff/cleaning/hand-over?lang=en", data=data, content_type="multipart/form-data")

    assert bring(nurse).status_code == 403  # identity is the officer's
    came = bring(officer)
    assert came.status_code == 200
    assert "Still open" in _text(came.data)
    assert _record(site, person.id_number).identity_state == "verified"
    again = bring(officer, sheet="1")
    assert again.data.startswith(b"PK")
    left = CalamineWorkbook.from_filelike(io.BytesIO(again.data))
    assert person.full_name not in str([left.get_sheet_by_name(name).to_python() for name in left.sheet_names])
    assert officer.post("/staff/cleaning/hand-over", data={}).status_code == 422
    assert "Choose the file" in _text(officer.post("/staff/cleaning/hand-over?lang=en", data={}).data)


def test_a_case_is_sent_back_and_taken_back(officer: FlaskClient, people: list[SamplePerson]) -> None:
    case = _case_of(officer, people[lists.WITHOUT_NUMBER].full_name, "no_id")
    assert officer.post(f"{case}/sent-back", data={"sent_to": "site", "back_why": ""}).status_code == 422
    assert officer.post(f"{case}/sent-back", data={"sent_to": "site", "back_why": "Xem lại phiếu"}).status_code == 302
    assert "Sent back, due" in _text(_queue(officer, "no_id").encode())
    assert "Xem lại phiếu" in _text(officer.get(case).data)
    assert officer.post(f"{case}/sent-back", data={"undo": "1"}).status_code == 302
    assert "Sent back, due" not in _text(_queue(officer, "no_id").encode())


def test_a_citizens_report_is_answered(site: Site, officer: FlaskClient) -> None:
    (number,) = re.findall(r"/staff/reports/(\d{8})", _queue(officer, "report"))
    address = f"/staff/reports/{number}"
    nurse = site.as_(accounts.NURSE)
    page = _text(nurse.get(address + "?lang=en").data)
    assert "The paper was altered by hand." in page
    assert nurse.post(address, data={"choice": "because"}).status_code == 422
    assert officer.post(address, data={"choice": "accepted"}).status_code == 403  # a dose is health staff's
    accepted = nurse.post(address, data={"choice": "accepted", "answer": "Đã thấy mũi 2"})
    assert accepted.status_code == 302
    assert "accept it" in _text(nurse.get(address + "?lang=en").data)
    assert nurse.post(address, data={"choice": "blurred"}).status_code == 422


def test_nobody_sees_the_cases_of_another_area(site: Site, people: list[SamplePerson], officer: FlaskClient) -> None:
    stranger = site.as_(accounts.NURSE_KIM_SON)
    case = _case_of(officer, people[lists.WITHOUT_NUMBER].full_name, "no_id")
    (number,) = re.findall(r"/staff/reports/(\d{8})", _queue(officer, "report"))
    for address in (case, f"/staff/cleaning?area={TUA_CHUA}", "/staff/cleaning?area=", f"/staff/reports/{number}",
                    f"/staff/cleaning/duplicates?area={TUA_CHUA}"):  # fmt: skip
        assert stranger.get(address).status_code == 403, address
    assert stranger.post("/staff/cleaning/hand-over.xlsx", data={"area": TUA_CHUA}).status_code == 403
    assert stranger.get("/staff/cleaning").status_code == 200


def test_the_commands_tell_the_same(site: Site, tmp_path: Any) -> None:
    runner = site.app.test_cli_runner()

    def command(*words: str) -> Any:
        with site.app.app_context():
            return runner.invoke(args=["cleaning", *words])

    listed = command("list", "--area", TUA_CHUA, "--json")
    assert listed.exit_code == 0, listed.output
    found = json.loads(listed.stdout)
    classes = ["no_id", "bad_id", "wrong_basic", "dose", "report"]
    assert [name for name, count in found["counts"].items() if count] == classes
    assert {case["class"] for case in found["cases"]} == set(classes)
    one = command("list", "--area", TUA_CHUA, "--class", "bad_id")
    assert one.stdout.startswith("class\tid\tname")
    assert "identity_officer, Xã Tủa Chùa" in one.stdout
    file, rest = tmp_path / "out.xlsx", tmp_path / "rest.xlsx"
    assert command("export", "--area", TUA_CHUA, "-o", str(file)).exit_code == 0
    back = command("import", str(file), "-o", str(rest), "--by", accounts.IDENTITY.email, "--json")
    assert back.exit_code == 1, back.output
    told = json.loads(back.stdout)
    assert told["rows"] == len(told["still_open"]) > 2
    assert rest.read_bytes().startswith(b"PK")
    assert command("import", str(file), "--by", accounts.IDENTITY.email).stdout.startswith("row\tclass\tmessage")
