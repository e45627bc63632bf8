"""Reports without a match: neutral, behind a code, limited, and answered where they can be followed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from passport.house import EXTENSION, House
from passport.intake.answering import answer_report
from passport.registry import accounts, citizen_reports, codes
from passport.registry.citizen_reports import ReportRefusal
from passport.registry.messages import outbox
from passport.registry.report_pictures import ReportPicture
from passport.rendering.pictures import IMAGE_SIDE
from passport.web.limits import LIMITER
from tests.serving import application

NURSE = "nurse@example.vn"
PHONE = "0912345678"
FORM = {
    "province": "37",
    "kind": "wrong_dose",
    "full_name": "Lê Thị Chi",
    "birth_date": "07/08/1979",
    "commune": "14638",
    "told": "Mũi 1 tiêm ngày 02/03/2022, không phải 03/02/2022.",
    "contact": "0912 345 678",
}
HOSTILE = '<img src=x onerror="alert(1)">{{7*7}}'


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[APIFlask]:
    """The application with a nurse who answers; nobody is on record."""
    app = application(tmp_path_factory.mktemp("reports"), sqlite_template)
    with _house(app).database.transaction() as session:
        nurse = accounts.create_account(session, email=NURSE, name="nurse", password_hash=None)
        accounts.grant_role(session, account=nurse, role="registrar", area=None)
    yield app
    _house(app).database.engine.dispose()


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    """A visitor, in an hour in which nobody asked for a code."""
    LIMITER.reset()
    with _house(app).database.transaction() as session:
        codes.forget_codes(session, now=datetime.now(UTC) + timedelta(hours=2))
    return app.test_client()


def _house(app: APIFlask) -> House:
    house: House = app.extensions[EXTENSION]
    return house


def _post(client: FlaskClient, path: str, **form: str) -> TestResponse:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/certificate/report/follow").text)
    assert token
    return client.post(path, data={**form, "csrf_token": token[1]})


def _send(client: FlaskClient, **changes: str) -> TestResponse:
    return _post(client, "/certificate/report", **(FORM | changes))


def _codes(app: APIFlask, recipient: str = PHONE) -> list[str]:
    with _house(app).database.reading() as session:
        found = [re.match(r"(\d{6}) ", m.body) for m in outbox(session, limit=100) if m.recipient == recipient]
        return [match[1] for match in found if match]


def _filed(app: APIFlask, client: FlaskClient, **changes: str) -> str:
    """Sends a report and enters its code; answers the number of the case."""
    assert _send(client, **changes).headers["Location"] == "/certificate/report/code"
    opened = _post(client, "/certificate/report/code", code=_codes(app)[0])
    assert opened.headers["Location"] == "/certificate/report/case"
    number = re.search(r"Phản ánh số (\d{8})", client.get("/certificate/report/case").text)
    assert number
    return number[1]


def _bare(answer: TestResponse) -> str:
    return re.sub(r'name="csrf_token" value="[^"]+"', "", answer.text)


@pytest.mark.parametrize(
    ("language", "told"),
    [("vi", "Chọn tỉnh, thành phố nơi ở."), ("en", "Choose the province or city where you live.")],
)
def test_a_province_that_was_not_chosen_is_told(client: FlaskClient, language: str, told: str) -> None:
    page = unescape(client.get(f"/certificate/report?province=&lang={language}").text)
    assert f'<a href="#province">{told}</a>' in page
    assert 'aria-describedby="province-hint province-error"' in page
    assert page.count(told) == 2


def test_a_report_is_a_case_only_after_its_code(app: APIFlask, client: FlaskClient) -> None:
    place = client.get("/certificate/report").text
    assert place.count("<option") == 35
    assert "error-summary" not in place
    assert '<option value="14638">Xã Kim Sơn</option>' in client.get("/certificate/report?province=37").text
    _send(client)
    with _house(app).database.reading() as session:
        assert citizen_reports.open_reports(session, areas=[None]) == []
    assert client.get("/certificate/report/case").headers["Location"] == "/certificate/report/follow"
    wrong = _post(client, "/certificate/report/code", code=f"{(int(_codes(app)[0]) + 1) % 10**6:06}")
    assert "Còn 4 lần nhập" in wrong.text
    _post(client, "/certificate/report/code", code=_codes(app)[0])
    page = client.get("/certificate/report/case").text
    with _house(app).database.reading() as session:
        (report,) = citizen_reports.open_reports(session, areas=[None])
        assert (report.area.code, report.phone, report.person_id) == ("14638", PHONE, None)
    day = f"{report.due_on:%d/%m/%Y}"
    assert f"Đã tiếp nhận phản ánh số {report.number}. Kết quả được trả lời trước ngày {day}." in page
    again = _post(client, "/certificate/report/code", code=_codes(app)[0])
    assert "Mã không đúng" in again.text
    with _house(app).database.reading() as session:
        assert len(citizen_reports.open_reports(session, areas=[None])) == 1


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (None, ["Đã tiếp nhận và sửa", "Đã sửa ngày tiêm.", 'href="/certificate"']),
        (ReportRefusal.BLURRED, ["Không được chấp nhận", "Ảnh giấy xác nhận tiêm bị mờ, không đọc được.", "Đã sửa"]),
    ],
    ids=["accepted", "refused"],
)
def test_the_answer_is_followed_by_number_and_code(
    app: APIFlask, client: FlaskClient, answer: ReportRefusal | None, told: list[str]
) -> None:
    number = _filed(app, client)
    answer_report(
        _house(app).database, number=number, refusal=answer, answer="Đã sửa ngày tiêm.", by=NURSE, now=datetime.now(UTC)
    )
    with _house(app).database.reading() as session:
        assert number in outbox(session)[0].body
    later = app.test_client()
    _post(later, "/certificate/report/follow", number=f"{number[:4]} {number[4:]}")
    _post(later, "/certificate/report/code", code=_codes(app)[0])
    page = unescape(later.get("/certificate/report/case").text)
    assert [text for text in told if text not in page] == []
    assert _post(later, "/certificate/report/leave").headers["Location"] == "/certificate/report/follow"
    assert later.get("/certificate/report/case").status_code == 303


def test_a_number_that_is_nobodys_gets_the_same_answer(app: APIFlask, client: FlaskClient) -> None:
    number = _filed(app, client)

    def asked(number: str) -> list[tuple[int, str]]:
        visitor = app.test_client()
        steps = [_post(visitor, "/certificate/report/follow", number=number), visitor.get("/certificate/report/code")]
        steps.append(_post(visitor, "/certificate/report/code", code="000000"))
        return [(step.status_code, _bare(step)) for step in steps]

    before = len(_codes(app))
    assert asked(number) == asked(f"{(int(number) + 1) % 10**8:08}")
    assert len(_codes(app)) == before + 1


def test_a_code_opens_only_the_report_that_it_was_sent_for(app: APIFlask, client: FlaskClient) -> None:
    number, thief = _filed(app, client), app.test_client()
    _post(client, "/certificate/report/follow", number=number)
    code = _codes(app)[0]
    _send(thief, contact="0987654321")
    assert "Mã không đúng" in _post(thief, "/certificate/report/code", code=code).text
    assert thief.get("/certificate/report/case").status_code == 303


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("kind", ""), ("kind", "gossip"), ("full_name", ""), ("birth_date", "30/02/1990"), ("commune", "03217"),
        ("commune", ""), ("told", ""), ("told", "x" * 1001), ("contact", ""), ("contact", "12345"),
        ("contact", "a@"), ("contact", "a b@example.vn"), ("contact", "chi@example.vn,an@example.vn"),
        ("contact", "x<chi@example.vn>"), ("contact", "(1)chi@example.vn"), ("contact", "chi@example.vn;"),
    ],
)  # fmt: skip
def test_what_is_malformed_is_told_at_its_field(app: APIFlask, client: FlaskClient, field: str, typed: str) -> None:
    answer = _send(client, **{field: typed})
    assert answer.status_code == 200
    assert re.findall(r'<a href="#(\w+)">', answer.text) == [field]
    assert f'value="{FORM["birth_date"]}"' in answer.text or field == "birth_date"
    assert _codes(app, typed) == []


def _picture(width: int = 40) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, 30), "white").save(file, "PNG")
    return file.getvalue()


def _send_pictures(client: FlaskClient, *pictures: bytes, **changes: str) -> TestResponse:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/certificate/report/follow").text)
    assert token
    files = [(io.BytesIO(picture), f"../{number}.svg") for number, picture in enumerate(pictures)]
    data = {**FORM, **changes, "csrf_token": token[1], "pictures": files}
    return client.post("/certificate/report", data=data, content_type="multipart/form-data")


def _kept(app: APIFlask) -> list[tuple[bool, int, bytes]]:
    """The pictures that are kept: whether a report has them yet, their numbers and how they begin."""
    with _house(app).database.reading() as session:
        found = session.scalars(select(ReportPicture).order_by(ReportPicture.number))
        return [(one.report_id is not None, one.number, one.data[:3]) for one in found]


def test_pictures_are_drawn_anew_and_wait_for_the_code(app: APIFlask, client: FlaskClient) -> None:
    jpeg = b"\xff\xd8\xff"
    assert _send_pictures(client, _picture(), _picture()).status_code == 303
    assert _kept(app) == [(False, 1, jpeg), (False, 2, jpeg)]
    _post(client, "/certificate/report/code", code=_codes(app)[0])
    assert _kept(app) == [(True, 1, jpeg), (True, 2, jpeg)]
    assert "Ảnh đang lưu" in unescape(client.get("/certificate/report/case").text)
    empty = _send(app.test_client(), kind="", pictures="")  # a form in which no picture was chosen
    assert "Hãy chọn lại ảnh" not in empty.text


@pytest.mark.parametrize(
    ("pictures", "told"),
    [
        ([b"<svg onload=alert(1)>"], "Không đọc được ảnh"),
        ([_picture()[:-30]], "Không đọc được ảnh"),
        ([_picture(IMAGE_SIDE + 1)], "Ảnh quá lớn"),
        ([_picture()] * 3, "Chọn không quá 2 ảnh"),
    ],
    ids=["svg", "cut", "large", "three"],
)
def test_a_hostile_picture_is_told_and_nothing_typed_is_lost(
    app: APIFlask, client: FlaskClient, pictures: list[bytes], told: str
) -> None:
    before = len(_codes(app)), len(_kept(app))
    page = unescape(_send_pictures(client, *pictures).text)
    assert re.findall(r'<a href="#(\w+)">', page) == ["pictures"]
    assert told in page
    assert "Hãy chọn lại ảnh" in page
    assert [typed for typed in (FORM["full_name"], FORM["told"], FORM["contact"]) if typed not in page] == []
    assert (len(_codes(app)), len(_kept(app))) == before


def test_a_mail_address_does_as_well(app: APIFlask, client: FlaskClient) -> None:
    assert _send(client, contact="chi@example.vn").status_code == 303
    (code,) = _codes(app, "chi@example.vn")
    assert _post(client, "/certificate/report/code", code=code).status_code == 303


def test_nobodys_mailbox_is_flooded_under_other_spellings(app: APIFlask, client: FlaskClient) -> None:
    for address in ("An.Ba@example.vn", "an.ba@example.vn", "AN.BA@EXAMPLE.VN", "an.ba@Example.vn"):
        assert _send(app.test_client(), contact=address).status_code == 303
    with _house(app).database.reading() as session:
        assert len([m for m in outbox(session, limit=100) if m.recipient.casefold() == "an.ba@example.vn"]) == 3


def test_hostile_words_are_only_text(app: APIFlask, client: FlaskClient) -> None:
    number = _filed(app, client, full_name=HOSTILE, told=HOSTILE)
    page = client.get("/certificate/report/case").text
    assert HOSTILE in unescape(page)
    assert "<img src=x" not in page + _send(client, told=HOSTILE, kind="").text
    assert number


def test_nobodys_telephone_is_flooded(app: APIFlask, client: FlaskClient) -> None:
    before = len(_codes(app))
    for _ in range(4):
        assert _send(app.test_client()).status_code == 303
    assert len(_codes(app)) == before + 3
    answers = [_send(app.test_client(), contact="0987654321").status_code for _ in range(7)]
    assert answers == [303] * 6 + [429]


def test_the_way_to_report_stands_where_it_is_needed(client: FlaskClient) -> None:
    for path in ("/", "/certificate"):
        assert 'href="/certificate/report"' in client.get(path).text
    english = client.get("/certificate/report?lang=en").text
    assert "Report an error" in english
    assert "Follow a report" in english
