"""A citizen with a misspelt name reports it without a match, the desk settles it, the certificate follows."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from passport.demo import accounts, lists
from passport.demo.people import SamplePerson, make_id_number
from passport.domain.dates import PartialDate
from passport.domain.people import Child, IdentityState, Sex
from passport.intake.guardianship import Linking, link_by_register
from passport.intake.standin import EmbeddedPopulation
from passport.registry import audit
from passport.registry.areas import require_area
from passport.registry.certificates import find_certificate
from passport.registry.guardians import guardians_of
from passport.registry.messages import outbox
from passport.registry.people import add_person, find_by_id_number
from passport.tasks.running import forget
from passport.verifying.verify import verify
from tests.installed import Site

KIM_SON, NINH_BINH = "14638", "37"


def _text(client: FlaskClient, address: str) -> str:
    return _bare(client.get(address))


def _bare(answer: TestResponse) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def _code(site: Site) -> str:
    """The code that was sent last."""
    with site.house.database.reading() as session:
        code = next(filter(None, (re.match(r"\d{6}", message.body) for message in outbox(session))))
    return code[0]


def _photograph() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(file, "JPEG", comment="37 đường Trần Phú")
    return file.getvalue()


def _opens_own_record(site: Site, person: SamplePerson, *, latest_dose: date) -> FlaskClient:
    five = {
        "full_name": person.full_name,
        "birth_date": lists.shown(person.born),
        "sex": person.sex,
        "id_number": person.id_number,
        "latest_dose": lists.shown(latest_dose),
    }
    citizen = site.visitor()
    assert citizen.post("/certificate", data=five).status_code == 303
    assert citizen.post("/certificate/code", data={"code": _code(site)}).headers["Location"] == "/certificate/record"
    return citizen


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
        "pictures": (io.BytesIO(_photograph()), "giay.jpg"),
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
    picture = f"/staff/reports/{number}/pictures/1"
    assert f'src="{picture}"' in page
    forget(site.house)  # what the worker does every ten minutes takes nothing that is still needed
    shown = officer.get(picture)
    assert (shown.content_type, shown.headers["Cache-Control"]) == ("image/jpeg", "no-store")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "Trần Phú".encode() not in shown.data
    for stranger in (accounts.NURSE, accounts.NURSE_KIM_SON, accounts.INSPECTOR):  # elsewhere; other work; only reads
        assert picture not in site.as_(stranger).get(f"/staff/reports/{number}").text
        assert site.as_(stranger).get(picture).status_code == 403
    assert officer.get(f"/staff/reports/{number}/pictures/{10**20}").status_code == 404
    search = re.search(r'href="(/staff/people\?born=[^"]+)"', page)
    assert search
    record = re.search(r"/staff/people/[0-9a-z]{32}", officer.get(search[1]).text)
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
    citizen = _opens_own_record(site, person, latest_dose=today - timedelta(days=lists.FIRST_DOSE))
    history = _text(citizen, "/certificate/record/history")
    assert lists.misspelt(person) in history
    assert person.full_name in history
    assert "@" not in history
    path = re.search(r"/certificate/record/[0-9a-z]{32}", citizen.get("/certificate/record").text)
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
    (end,) = re.findall(rf'action="({page}/[0-9a-z]{{32}}/end)"', shown)
    assert site.as_(accounts.INSPECTOR).post(end).status_code == 403
    assert nurse.post(end).status_code == 302
    assert guardian.full_name not in nurse.get(page).text


def _register(site: Site) -> Path:
    return site.house.settings.instance_dir / "population.db"


def _household(site: Site, guardian: SamplePerson, *, today: date) -> tuple[str, dict[str, str]]:
    """A child of the guardian's household, on record and in the register; its id, and the three values."""
    told = {"full_name": "Hoàng Bé Na", "birth_date": lists.shown(today - timedelta(days=9 * 365))}
    born = today - timedelta(days=9 * 365)
    number = make_id_number("037", born, "F", 123456)
    extract = lists.population(today).decode()
    (home,) = [row["household"] for row in csv.DictReader(io.StringIO(extract)) if row["cccd"] == guardian.id_number]
    rows = [f"C1,{number},,Hoàng Bé Na,{born},F,,{home},{KIM_SON},37,alive"]
    rows.append(
        f"C2,{number[:-1]}9,,Hoàng Bé Ni,{born},M,,{home},{KIM_SON},37,alive"
    )  # of the household, not on record
    EmbeddedPopulation(_register(site)).load((extract + "\n".join(rows)).encode())
    with site.house.database.transaction() as session:
        child = add_person(
            session,
            full_name="Hoàng Bé Na",
            born=PartialDate.of(born),
            sex=Sex.FEMALE,
            id_number=number,
            state=IdentityState.VERIFIED,
            at=datetime.now(UTC),
            commune=require_area(session, KIM_SON, on=today),
        )
    return child.id, told | {"id_number": number}


def test_the_register_links_a_guardian_whose_looks_are_kept_for_the_child(site: Site) -> None:
    today, page = site.house.today(datetime.now(UTC)), "/certificate/record/child"
    samples, _ = lists.sample_people(today)
    guardian = samples[lists.TWO_DOSES]
    child_id, child = _household(site, guardian, today=today)
    citizen = _opens_own_record(site, guardian, latest_dose=today - timedelta(days=lists.SECOND_DOSE))
    assert child["full_name"] not in _text(citizen, "/certificate/record")

    def asked(**told: str) -> str:
        answer = citizen.post(page, data=child | told)
        return "" if answer.status_code == 303 else _bare(answer)

    assert "Số này không đúng dạng" in asked(id_number="12")
    no = asked(full_name="Hoàng Bé Nà")
    assert "Chưa thêm được" in no
    unknown = asked(full_name="Hoàng Bé Ni", id_number=child["id_number"][:-1] + "9")
    assert unknown == no  # a yes of the register does not tell that the child is not on record
    away = _register(site).rename(_register(site).with_suffix(".away"))
    assert "tạm thời chưa phản hồi" in asked()
    away.rename(_register(site))
    assert asked() == ""
    assert child["full_name"] in _text(citizen, "/certificate/record")
    history = _text(citizen, "/certificate/record/history")
    assert "Người giám hộ mở hồ sơ Bạn" in history
    assert asked(full_name="Người Khác") == no
    assert "Hãy thử lại sau một giờ" in asked()

    later = _opens_own_record(site, guardian, latest_dose=today - timedelta(days=lists.SECOND_DOSE))
    for _ in range(2):
        _text(later, "/certificate/record")
    with site.house.database.reading() as session:
        acts = [entry.action for entry in audit.entries(session, subject=child_id)]
        (link,) = [link for _guardian, link in guardians_of(session, child_id)]
    assert acts == ["child_opened", "child_opened", "guardian_linked"]  # once a visit
    assert (link.paper, link.by_id) == (None, None)
    nurse, desk = site.as_(accounts.NURSE_KIM_SON), f"/staff/people/{child_id}/guardians"
    assert "Theo Cơ sở dữ liệu quốc gia về dân cư" in _text(nurse, desk)

    (end,) = re.findall(rf'action="({desk}/[0-9a-z]{{32}}/end)"', nurse.get(desk).text)
    assert nurse.post(end).status_code == 302
    assert child["full_name"] not in _text(later, "/certificate/record")
    with site.house.database.reading() as session:
        (guardian_id,) = (one.id for one in find_by_id_number(session, guardian.id_number))
    came = link_by_register(
        site.house.database,
        service=site.house.population,
        guardian_id=guardian_id,
        child=Child(child["full_name"], PartialDate.of(today - timedelta(days=9 * 365)), child["id_number"]),
        now=datetime.now(UTC) + timedelta(hours=2),
        today=today,
    )
    assert came is Linking.NOT_LINKED  # what staff ended is theirs to make again
    assert nurse.post(desk, data={"number": guardian.id_number, "paper": "Giấy khai sinh 12"}).status_code == 302
    assert child["full_name"] in _text(later, "/certificate/record")
