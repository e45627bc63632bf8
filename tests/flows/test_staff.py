"""The staff's story on the pages: import, repair, compare, confirm, propose, approve, correct; four pairs of eyes."""

from __future__ import annotations

import html
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from passport.demo import accounts, lists
from passport.issuing.renew import renew
from passport.registry.batch_views import SAMPLE
from passport.registry.people import find_by_id_number
from passport.verifying.verify import verify
from tests.installed import Site
from tests.lists import book

DAY = 86400


def _text(page: bytes) -> str:
    return html.unescape(re.sub(r"<[^>]+>|\s+", " ", page.decode()))


def _import_mobile_session(site: Site, nurse: FlaskClient) -> str:
    sample = lists.mobile_session(site.house.today(datetime.now(UTC)))
    answer = nurse.post(
        "/staff/lists",
        data={"site": sample.site, "kind": "vaccination", "file": (io.BytesIO(sample.data), sample.file_name)},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 302
    return answer.headers["Location"]


def _current_text(site: Site, id_number: str) -> str:
    with site.house.database.reading() as session:
        (person,) = find_by_id_number(session, id_number)
        (certificate,) = [c for c in person.certificates if c.state == "issued"]
        assert certificate.text is not None
        return certificate.text


def _previewed(page: str) -> list[str]:
    return re.findall(r'previews__one">\s*<h3[^>]*><a[^>]*href="([^"]+)"', page)


def test_a_session_becomes_certificates(site: Site) -> None:
    nurse = site.as_(accounts.NURSE)
    report = _import_mobile_session(site, nurse)
    page = _text(nurse.get(report + "?lang=en").data)
    assert page.count("Repair row") == 6  # the six faults of the list
    rows = re.findall(rf"{report}/rows/(\d+)", nurse.get(report).data.decode())
    assert len(set(rows)) == 6

    form = nurse.get(f"{report}/rows/{rows[1]}").data.decode()
    cells = {
        html.unescape(name): html.unescape(value)
        for name, value in re.findall(r'name="(cell:[^"]+)" type="text"(?:[^>]*?) value="([^"]*)"', form)
    }
    assert cells["cell:birth_date"] == "31/04/1988"
    today = site.house.today(datetime.now(UTC))
    true = lists.mobile_session_rows(today)[1].person
    again = nurse.post(f"{report}/rows/{rows[1]}", data=cells | {"cell:birth_date": "31/06/1988"})
    assert again.status_code == 200  # still no such day, and said so
    assert "31/06/1988" in again.data.decode()
    fixed = nurse.post(f"{report}/rows/{rows[1]}", data=cells | {"cell:birth_date": lists.shown(true.born)})
    assert fixed.status_code == 302
    assert _text(nurse.get(report + "?lang=en").data).count("Repair row") == 5

    assert nurse.post("/staff/population").status_code == 302
    head = site.as_(accounts.HEAD)
    assert "TC-LD-01" in head.get("/staff/confirm").data.decode()
    assert head.post("/staff/confirm", data={"site": lists.MOBILE_TUA_CHUA}).status_code == 302

    officer = site.as_(accounts.ISSUER)
    outlook = _text(officer.get("/staff/batches/outlook?area=03217&lang=en").data)
    assert re.search(r"Would be proposed\s+[1-9]", outlook)
    assert "The person's identity is not verified" in outlook
    proposed = officer.post("/staff/batches", data={"area": "03217"})
    assert proposed.status_code == 302
    batch = proposed.headers["Location"]
    assert officer.post(batch + "/approve").status_code == 403  # who proposed may not approve
    assert "drawn at random" not in _text(officer.get(batch + "?lang=en").data)  # nothing to view for the proposer
    approver = site.as_(accounts.APPROVER)
    assert approver.post(batch + "/approve").status_code == 409  # not before it was viewed
    viewed = approver.get(batch + "?lang=en").data.decode()
    shown = re.findall(r'class="previews__one"', viewed)
    size = int(re.findall(r"(\d+)\s+(?:person|people)", _text(viewed.encode()))[0])
    assert len(shown) == min(SAMPLE, size)
    assert _previewed(viewed) == _previewed(approver.get(batch).data.decode())  # drawn once
    assert approver.post(batch + "/approve").status_code == 302
    assert true.full_name in approver.get(batch).data.decode()

    text = _current_text(site, true.id_number)
    verdict = verify(text, context=site.house.context, now=datetime.now(UTC))
    assert verdict.outcome == "valid"
    assert verdict.certificate is not None
    assert verdict.certificate.holder.name == true.full_name


def test_a_corrected_name_turns_the_old_code_red(site: Site) -> None:
    people, _ = lists.sample_people(site.house.today(datetime.now(UTC)))
    person = people[lists.TWO_DOSES]
    old = _current_text(site, person.id_number)
    officer = site.as_(accounts.IDENTITY)
    page = officer.get(f"/staff/people?id_number={person.id_number}").data.decode()
    (address,) = set(re.findall(r"/staff/people/[0-9a-z]{32}", page))
    answer = officer.post(address, data={"field": "full_name", "value": person.full_name.upper(), "why": "Theo thẻ"})
    assert answer.status_code == 302
    now = datetime.now(UTC)
    replaced = verify(old, context=site.house.context, now=now)
    assert (replaced.outcome, replaced.reason) == ("invalid", "revoked")
    assert "thay thế" in replaced.message.vi
    new = verify(_current_text(site, person.id_number), context=site.house.context, now=now)
    assert new.outcome == "valid"
    assert "Theo thẻ" in _text(officer.get(address).data)


@pytest.mark.parametrize("account", [accounts.INSPECTOR, accounts.NURSE], ids=lambda a: a.roles[0])
def test_what_a_role_may_not_do(site: Site, account: accounts.SampleAccount) -> None:
    client = site.as_(account)
    assert client.post("/staff/batches", data={"area": "03217"}).status_code in (403, 409)
    assert client.post("/staff/confirm", data={"site": lists.STATION_KIM_SON}).status_code == 403


def test_a_nurse_of_one_commune_sees_nothing_of_another(site: Site) -> None:
    people, _ = lists.sample_people(site.house.today(datetime.now(UTC)))
    stranger = site.as_(accounts.NURSE)  # of Tủa Chùa
    page = stranger.get(f"/staff/people?id_number={people[0].id_number}").data.decode()
    assert not re.findall(r"/staff/people/[0-9a-z]{32}", page)
    with site.house.database.reading() as session:
        (found,) = find_by_id_number(session, people[0].id_number)
    assert stranger.get(f"/staff/people/{found.id}").status_code == 403
    certificate = found.id
    assert stranger.get(f"/staff/certificates/{certificate}").status_code == 404


def test_the_paper_of_a_certificate(site: Site) -> None:
    officer = site.as_(accounts.APPROVER)
    page = officer.get("/staff/batches").data.decode()
    batch = sorted(set(re.findall(r"/staff/batches/\d+", page)))[-1]
    link = re.findall(r"/staff/certificates/[0-9a-f]{32}", officer.get(batch).data.decode())[0]
    assert officer.get(link).status_code == 200
    assert officer.get(link + "/pdf").data.startswith(b"%PDF-")
    assert b"<svg" in officer.get(link + "/svg").data
    assert officer.post(link + "/revoke", data={"reason": "Cấp nhầm"}).status_code == 302
    assert officer.post(link + "/revoke", data={"reason": "Cấp nhầm"}).status_code == 409


def test_one_officer_alone_makes_no_certificate_in_another_name(site: Site) -> None:
    people, _ = lists.sample_people(site.house.today(datetime.now(UTC)))
    person = people[lists.TWO_DOSES]
    before = _current_text(site, person.id_number)
    officer = site.as_(accounts.IDENTITY)
    page = officer.get(f"/staff/people?id_number={person.id_number}").data.decode()
    (address,) = set(re.findall(r"/staff/people/[0-9a-z]{32}", page))
    data = {"field": "latin_name", "value": "SMITH<<JOHN", "why": "hộ chiếu"}
    again = f"{address}/certificates"
    assert again not in officer.get(address).text  # nothing to replace
    assert officer.post(address, data=data).status_code == 302
    shown = officer.get(address).text
    assert "người thứ hai" in html.unescape(shown)
    assert "Mã QR cũ vẫn hợp lệ" in html.unescape(shown)
    assert again not in shown
    assert again in site.as_(accounts.APPROVER).get(address).text
    assert _current_text(site, person.id_number) == before  # on record, and nothing signed
    approver = site.as_(accounts.APPROVER)
    assert approver.post(address + "/certificates").status_code == 302
    after = verify(_current_text(site, person.id_number), context=site.house.context, now=datetime.now(UTC))
    assert after.certificate is not None
    assert str(after.certificate.holder.transliterated) == "SMITH<<JOHN"
    assert verify(before, context=site.house.context, now=datetime.now(UTC)).reason == "revoked"


def test_an_empty_list_is_there_to_download_and_a_nurse_is_offered_what_she_may(site: Site) -> None:
    nurse = site.as_(accounts.NURSE)
    assert "/staff/lists/template.xlsx" in nurse.get("/staff/lists").text
    assert nurse.get("/staff/lists/template.xlsx").data.startswith(b"PK")
    report = _import_mobile_session(site, nurse)
    assert nurse.get(report).status_code == 200
    found = re.findall(r"/staff/people/[0-9a-z]{32}", nurse.get("/staff/people?name=Vàng").text)
    page = nurse.get(found[0]).text
    assert 'value="phone"' in page
    assert 'value="full_name"' not in page


def test_a_report_says_what_of_a_list_was_not_read(site: Site) -> None:
    nurse = site.as_(accounts.NURSE)
    rows = [
        ["STT", "Họ và tên", "Năm sinh", "Giới tính", "Giấy chứng minh", "Ghi chú"],
        ["1", "Vàng A Sử", "1985", "Nam", "011085001234", ""],
        ["", "Người lập biểu", "", "", "", ""],
        ["", "Thào Thị Lập", "", "", "", ""],
    ]
    answer = nurse.post(
        "/staff/lists",
        data={"site": "TC-TYT-01", "kind": "attendance", "file": (io.BytesIO(book(rows)), "dot-moi.xlsx")},
        content_type="multipart/form-data",
    )
    told = _text(nurse.get(answer.headers["Location"] + "?lang=vi").data)
    assert "tiêu đề không có trong mẫu danh sách: Giấy chứng minh; Ghi chú." in told
    assert "2 dòng không phải của một người" in told
    assert "đã bỏ qua: “Thào Thị Lập”" in told
    assert "Đã bỏ qua" in told


def test_the_report_of_a_withdrawn_list_says_so_and_offers_no_repair(site: Site) -> None:
    nurse = site.as_(accounts.NURSE)
    titles = ["Họ và tên", "Ngày sinh", "Giới tính", "Loại vắc xin", "Mũi số", "Ngày tiêm"]
    rows = [titles, ["Vàng A Lềnh", "31/04/1985", "Nam", "Pfizer", "1", "10/01/2022"]]
    answer = nurse.post(
        "/staff/lists",
        data={"site": "TC-TYT-01", "kind": "vaccination", "file": (io.BytesIO(book(rows)), "nham.xlsx")},
        content_type="multipart/form-data",
    )
    report = answer.headers["Location"]
    assert "Repair row" in _text(nurse.get(report + "?lang=en").data)
    assert nurse.post(f"{report}/withdraw").status_code == 302
    page = nurse.get(report + "?lang=en").data
    assert "This list was withdrawn" in _text(page)
    assert "Repair row" not in _text(page)
    assert b"report.xlsx" not in page
    told = nurse.post(f"{report}/rows/2?lang=vi", data={"cell:birth_date": "30/04/1985"})
    assert "Danh sách này đã được rút lại." in _text(told.data)


def test_a_renewed_code_leaves_the_old_paper_good(site: Site) -> None:
    people, _ = lists.sample_people(site.house.today(datetime.now(UTC)))
    old = _current_text(site, people[lists.TWO_DOSES].id_number)
    soon = datetime.now(UTC) + timedelta(days=350)
    renewal = renew(site.house.database, now=soon, issuer=site.house.issuer(now=soon))
    assert renewal.renewed > 0
    new = _current_text(site, people[lists.TWO_DOSES].id_number)
    assert new != old
    for text in (old, new):
        assert verify(text, context=site.house.context, now=datetime.now(UTC), at=soon).reason in (
            None,
            "not_yet_valid",
        )
    assert verify(old, context=site.house.context, now=datetime.now(UTC)).outcome == "valid"
