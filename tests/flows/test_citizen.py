"""A citizen with a misspelt name reports it without a match, the desk settles it, the certificate follows."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient

from passport.demo import accounts, lists
from passport.demo.people import SamplePerson
from passport.domain.dates import PartialDate
from passport.domain.people import IdentityState, Sex
from passport.registry.areas import require_area
from passport.registry.certificates import find_certificate
from passport.registry.messages import outbox
from passport.registry.people import add_person
from passport.verifying.verify import verify
from tests.installed import Site

KIM_SON, NINH_BINH = "14638", "37"


def _text(client: FlaskClient, address: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>|\s+", " ", client.get(address).text))


def _code(site: Site) -> str:
    """The code that was sent last."""
    with site.house.database.reading() as session:
        code = next(filter(None, (re.match(r"\d{6}", message.body) for message in outbox(session))))
    return code[0]


def _reports(site: Site, person: SamplePerson) -> tuple[FlaskClient, str]:
    """Somebody reports under the right name, which nobody on record has; answers the number of the case."""
    citizen = site.visitor()
    told = {
        "province": NINH_BINH,
        "kind": "wrong_person",
        "full_name": person.full_name,
        "birth_date": lists.shown(person.born),
        "commune": KIM_SON,
        "told": f"Họ tên đúng là {person.full_name}.",
        "contact": "0977000111",
    }
    assert citizen.post("/certificate/report", data=told).status_code == 303
    assert citizen.post("/certificate/report/code", data={"code": _code(site)}).status_code == 303
    number = re.search(r"Đã tiếp nhận phản ánh số (\d{8})", _text(citizen, "/certificate/report/case"))
    assert number
    return citizen, number[1]


def _settles(site: Site, number: str, person: SamplePerson) -> None:
    """The officer finds the record by its birth date, corrects the name, which the register then knows, and answers."""
    officer = site.as_(accounts.IDENTITY)
    page = officer.get(f"/staff/reports/{number}").text
    search = re.search(r'href="(/staff/people\?born=[^"]+)"', page)
    assert search
    record = re.search(r"/staff/people/[0-9a-f]{32}", officer.get(search[1]).text)
    assert record
    assert officer.get(record[0]).text.count(lists.misspelt(person)) >= 1
    correction = {"field": "full_name", "value": person.full_name, "why": "Theo thẻ căn cước"}
    assert officer.post(record[0], data=correction).status_code == 302
    answer = {"choice": "accepted", "answer": "Đã sửa họ tên."}
    assert officer.post(f"/staff/reports/{number}", data=answer).status_code == 302


def _certifies(site: Site) -> None:
    """What the site and two officers then do for everybody who is ready."""
    head, issuer, approver = (site.as_(who) for who in (accounts.HEAD, accounts.ISSUER, accounts.APPROVER))
    head.post("/staff/confirm", data={"site": lists.STATION_KIM_SON})
    batch = issuer.post("/staff/batches", data={"area": KIM_SON}).headers["Location"]
    assert approver.get(batch).status_code == 200
    assert approver.post(f"{batch}/approve").status_code == 302


def test_a_misspelt_citizen_reports_and_gets_the_certificate(site: Site) -> None:
    today = site.house.today(datetime.now(UTC))
    people, _ = lists.sample_people(today)
    person = people[lists.MISSPELT]
    citizen, number = _reports(site, person)
    _settles(site, number, person)
    _certifies(site)

    assert "Đã sửa họ tên." in _text(citizen, "/certificate/report/case")
    five = {
        "full_name": person.full_name,
        "birth_date": lists.shown(person.born),
        "sex": person.sex,
        "id_number": person.id_number,
        "latest_dose": lists.shown(today - timedelta(days=lists.FIRST_DOSE)),
    }
    assert citizen.post("/certificate", data=five).status_code == 303
    assert citizen.post("/certificate/code", data={"code": _code(site)}).headers["Location"] == "/certificate/record"
    history = _text(citizen, "/certificate/record/history")
    assert lists.misspelt(person) in history
    assert person.full_name in history
    assert "@" not in history
    path = re.search(r"/certificate/record/[0-9a-f]{32}", citizen.get("/certificate/record").text)
    assert path
    assert citizen.get(f"{path[0]}/folded").data.startswith(b"%PDF-1.")
    with site.house.database.reading() as session:
        text = find_certificate(session, path[0].rpartition("/")[2]).text
    verdict = verify(text or "", context=site.house.context, now=datetime.now(UTC))
    assert verdict.certificate is not None
    assert (verdict.outcome, verdict.certificate.holder.name) == ("valid", person.full_name)


def test_the_desk_links_a_guardian_to_a_child(site: Site) -> None:
    today = site.house.today(datetime.now(UTC))
    samples, _ = lists.sample_people(today)
    guardian = samples[lists.TWO_DOSES]
    with site.house.database.transaction() as session:
        child_id = add_person(
            session,
            full_name="Hoàng <b>Bé</b> Na",
            born=PartialDate.of(today - timedelta(days=9 * 365)),
            sex=Sex.FEMALE,
            id_number=None,
            state=IdentityState.NO_ID,
            at=datetime.now(UTC),
            commune=require_area(session, KIM_SON, on=today),
        ).id
    nurse, page = site.as_(accounts.NURSE_KIM_SON), f"/staff/people/{child_id}/guardians"
    assert page in nurse.get(f"/staff/people/{child_id}").text
    for wrong in ({"number": guardian.id_number, "paper": ""}, {"number": "037000000000", "paper": "x"}, {}):
        answer = nurse.post(page, data=wrong)
        assert answer.status_code == 422
        assert "người đã thành niên" in answer.text
    assert nurse.post(page, data={"number": guardian.id_number, "paper": "Giấy khai sinh 12"}).status_code == 302
    shown = nurse.get(page).text
    assert guardian.full_name in shown
    assert "<b>Bé" not in shown
    assert site.as_(accounts.NURSE).get(page).status_code == 403  # of another province
    (end,) = re.findall(rf'action="({page}/[0-9a-f]{{32}}/end)"', shown)
    assert site.as_(accounts.INSPECTOR).post(end).status_code == 403
    assert nurse.post(end).status_code == 302
    assert guardian.full_name not in nurse.get(page).text
