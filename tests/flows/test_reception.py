"""At the desk: a card is scanned, the record opens with what blocks each dose and with what differs."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

from sqlalchemy import select

from passport.demo import accounts, lists
from passport.domain.dates import PartialDate, spoken_day
from passport.registry.audit import AuditEntry
from passport.registry.tables import Certificate, Person
from tests.installed import Site


def _text(page: bytes) -> str:
    return html.unescape(re.sub(r"<[^>]+>|\s+", " ", page.decode()))


def _somebody_with_paper(site: Site) -> Person:
    with site.house.database.reading() as session:
        query = select(Person).join(Person.certificates).where(Certificate.state == "issued").order_by(Person.id)
        found = [person for person in session.scalars(query) if person.commune and person.commune.code == "03217"]
        return found[0]


def _card(person: Person, **changes: str) -> str:
    year, month, day = person.birth_date.split("-")
    sex = "Nam" if person.sex == "M" else "Nữ"
    told = {"number": person.id_number or "", "name": person.full_name, "born": f"{day}{month}{year}", "sex": sex}
    told |= changes
    return f"{told['number']}||{told['name']}|{told['born']}|{told['sex']}|Tủa Chùa|15052021"


def test_a_card_opens_the_record(site: Site) -> None:
    person, nurse = _somebody_with_paper(site), site.as_(accounts.NURSE)
    assert "Reception desk" in _text(nurse.get("/staff/?lang=en").data)
    page = nurse.post("/staff/reception?lang=en", data={"card": _card(person)})
    told = _text(page.data)
    assert person.full_name in told
    assert spoken_day(PartialDate.parse(person.birth_date)).en in told
    assert "Certificate issued on" in told
    assert "Card and record differ" not in told
    (paper,) = set(re.findall(r"/staff/certificates/[0-9a-f]+/pdf", page.data.decode()))
    assert nurse.get(paper).data.startswith(b"%PDF")
    with site.house.database.reading() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        assert (last.action, last.subject, last.actor) == ("person_opened", person.id, accounts.NURSE.email)

    by_number = nurse.post("/staff/reception?lang=en", data={"card": person.id_number or ""})
    assert person.full_name in _text(by_number.data)


def test_what_differs_is_shown(site: Site) -> None:
    person, nurse = _somebody_with_paper(site), site.as_(accounts.NURSE)
    told = _text(nurse.post("/staff/reception?lang=en", data={"card": _card(person, born="01021950")}).data)
    assert "Card and record differ" in told
    assert "1950-02-01" in told


def test_who_is_not_there_and_what_is_no_card(site: Site) -> None:
    person, nurse = _somebody_with_paper(site), site.as_(accounts.NURSE)
    unknown = nurse.post("/staff/reception?lang=en", data={"card": "037090999999"})
    assert "No record in your areas" in _text(unknown.data)
    rubbish = nurse.post("/staff/reception?lang=en", data={"card": "HC1:ABC"})
    assert "Scan the code of the identity card" in _text(rubbish.data)
    elsewhere = site.as_(accounts.NURSE_KIM_SON)
    hidden = _text(elsewhere.post("/staff/reception?lang=en", data={"card": person.id_number or ""}).data)
    assert "No record in your areas" in hidden
    assert person.full_name not in hidden


def test_a_dose_is_entered_from_a_card(site: Site) -> None:
    nurse = site.as_(accounts.NURSE)
    known = lists.mobile_session_rows(site.house.today(datetime.now(UTC)))[3].person
    name, born, sex = known.full_name, lists.shown(known.born), "Nam" if known.sex == "M" else "Nữ"
    card = f"{known.id_number}||{name}|{born.replace('/', '')}|{sex}|Tủa Chùa|15052021"
    opened = nurse.post("/staff/reception?lang=en", data={"card": card})
    assert "Enter one dose" in _text(opened.data)
    form = nurse.post("/staff/reception/dose", data={"card": card}).data.decode()
    for value in (name, born, known.id_number):
        assert f'value="{value}"' in form
    typed = {
        "site": lists.MOBILE_TUA_CHUA,
        "full_name": name,
        "birth_date": born,
        "sex": sex,
        "id_number": known.id_number,
        "vaccine": "Pfizer",
        "lot": "FF123",
        "dose_number": "1",
        "dose_kind": "cơ bản",
        "vaccination_date": "31/02/2022",
    }
    refused = nurse.post("/staff/reception/doses?lang=en", data=typed)
    assert refused.status_code == 422
    assert "31/02/2022" in refused.data.decode()
    stored = nurse.post("/staff/reception/doses", data=typed | {"vaccination_date": "10/01/2022"})
    assert stored.status_code == 302
    assert name in _text(nurse.get(stored.headers["Location"]).data)
    again = nurse.post("/staff/reception/doses", data=typed | {"vaccination_date": "10/01/2022"})
    assert again.headers["Location"].endswith("/staff/reception")

    head = site.as_(accounts.HEAD)
    waiting = head.get("/staff/confirm?lang=en").data.decode()
    number = re.findall(r'name="list" value="(\d+)"', waiting.partition("Bàn tiếp đón")[2])[0]
    confirmed = head.post("/staff/confirm?lang=en", data={"site": typed["site"], "list": number}, follow_redirects=True)
    assert "1 dose" in _text(confirmed.data)

    following = nurse.post("/staff/reception/dose", data={"card": "037090001234"}).data.decode()
    assert 'value="FF123"' in following  # the session goes on with the same lot and day
    assert 'value="10/01/2022"' in following
    assert name not in following


def test_a_foreigner_is_entered_and_found_by_the_passport(site: Site) -> None:
    nurse = site.as_(accounts.NURSE)
    unknown = nurse.post("/staff/reception?lang=en", data={"card": "M1234567K"})
    assert "No record in your areas" in _text(unknown.data)
    assert "Leave empty for citizens" in _text(nurse.post("/staff/reception/dose?lang=en", data={"card": "x"}).data)
    typed = {
        "site": lists.MOBILE_TUA_CHUA,
        "full_name": "Kim Min Jun",
        "birth_date": "05/06/1988",
        "sex": "Nam",
        "nationality": "Hàn Quốc",
        "id_number": "M1234567K",
        "vaccine": "Pfizer",
        "dose_number": "1",
        "vaccination_date": "10/01/2022",
    }
    stored = nurse.post("/staff/reception/doses", data=typed)
    assert stored.status_code == 302
    found = _text(nurse.post("/staff/reception?lang=en", data={"card": "m1234567k"}).data)
    assert "Kim Min Jun" in found
    with site.house.database.reading() as session:
        (one,) = session.scalars(select(Person).where(Person.id_number == "M1234567K"))
        assert (one.nationality, [dose.held for dose in one.doses]) == ("KR", [False])
