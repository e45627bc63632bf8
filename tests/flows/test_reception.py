"""At the desk: a card is scanned, the record opens with what blocks each dose and with what differs."""

from __future__ import annotations

import html
import re

from sqlalchemy import select

from passport.demo import accounts
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
