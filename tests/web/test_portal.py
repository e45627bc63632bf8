"""The citizen's page: the same answer for everybody, a code, one's own record and nobody else's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from passport.app import create_app
from passport.domain.dates import PartialDate
from passport.domain.doses import DoseKind
from passport.domain.people import IdentityState, Sex
from passport.house import EXTENSION, House
from passport.intake.guardianship import end_guardian, link_guardian
from passport.intake.reception import note_opened
from passport.issuing import holder
from passport.issuing.batch import approve, propose
from passport.registry import accounts, areas, codes, doses, identities, messages, people, sites
from passport.rendering.reading import read_codes
from passport.rules.rulesets import DEMO_RULES, import_rules
from passport.trust.passphrase import read_passphrase
from passport.trust.signers import create_signer
from passport.verifying.verify import verify
from passport.web import portal
from passport.web.limits import LIMITER
from tests.serving import application

NOW = datetime.now(UTC)
LATEST = NOW.date() - timedelta(days=100)
KIM_SON, SITE = "14638", "Trạm Y tế <b>Kim Sơn</b>"
HOSTILE = '<img src=x onerror="alert(1)">{{7*7}}'
AN = {"full_name": "Nguyễn Văn An", "birth_date": "02/01/1990", "sex": "M", "id_number": "037090000001"}
BINH = {"full_name": "Trần Thị Bình", "birth_date": "05/06/1985", "sex": "F", "id_number": "037185000002"}
CHI = {"full_name": "Lê Thị Chi", "birth_date": "07/08/1979", "sex": "F", "id_number": "037179000003"}
DUNG = {"full_name": "Phạm Văn Dũng", "birth_date": "09/10/1970", "sex": "M", "id_number": "037070000004"}
EVIL = {"full_name": HOSTILE, "birth_date": "11/12/1971", "sex": "M", "id_number": "037071000005"}
GIANG = {"full_name": "Vũ Thị Giang", "birth_date": "01/02/1963", "sex": "F", "id_number": "037163000006"}
HANH = {"full_name": "Đỗ Văn Hạnh", "birth_date": "03/04/1964", "sex": "M", "id_number": "037064000007"}
KIM = {"full_name": "Bùi Thị Kim", "birth_date": "1965", "sex": "F", "id_number": "037165000008"}
BE = {"full_name": "Trần Bé Mai", "birth_date": "05/06/2019", "sex": "F", "id_number": "037319000009"}
NEUTRAL = "Nếu thông tin khớp với dữ liệu tiêm chủng, mã xác thực đã được gửi"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[APIFlask]:
    """The application with An, Bình and a hostile name certified, Chi misspelt, the others somewhere on the road."""
    app = application(tmp_path_factory.mktemp("portal"), sqlite_template)
    house = _house(app)
    keys = house.settings.keys_dir
    create_signer(
        keys,
        country="VN",
        issuer_name="Bộ Y tế",
        passphrase=read_passphrase(keys, file=None, production=False),
        now=NOW,
        test=True,
    )
    import_rules(keys, [DEMO_RULES], now=NOW)
    with house.database.transaction() as session:
        area = areas.require_area(session, KIM_SON, on=NOW.date())
        for name, role in (("nurse", "registrar"), ("head", "confirmer"), ("officer", "issuer"), ("chief", "approver")):
            account = accounts.create_account(session, email=f"{name}@example.vn", name=name, password_hash=None)
            accounts.grant_role(session, account=account, role=role, area=None)
        sites.upsert_site(session, code="KS01", name=SITE, area=area, kind="station")
        for told in (AN, BINH, EVIL):
            _vaccinated(session, told, doses_given=2)
        _vaccinated(session, CHI, doses_given=1, state=IdentityState.WRONG)
    batch = propose(house.database, area_code=KIM_SON, by="officer@example.vn", now=NOW, today=NOW.date())
    done = approve(
        house.database, batch_id=batch.batch_id, by="chief@example.vn", now=NOW, issuer=house.issuer(now=NOW)
    )
    assert done.issued == 3
    with house.database.transaction() as session:
        _vaccinated(session, DUNG, doses_given=2, confirmed=False)
        _vaccinated(session, GIANG, doses_given=1, state=IdentityState.WAITING)
        _vaccinated(session, HANH, doses_given=1, held=True)
        _vaccinated(session, KIM, doses_given=2)
    yield app
    house.database.engine.dispose()


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


def _vaccinated(
    session: Session,
    told: Mapping[str, str],
    *,
    doses_given: int,
    state: IdentityState = IdentityState.VERIFIED,
    confirmed: bool = True,
    held: bool = False,
) -> str:
    person = people.add_person(
        session,
        full_name=told["full_name"],
        born=PartialDate.parse("-".join(reversed(told["birth_date"].split("/")))),
        sex=Sex(told["sex"]),
        id_number=told["id_number"],
        state=state,
        phone=_phone(told),
        at=NOW,
    )
    site = sites.require_site(session, "KS01")
    for number in range(1, doses_given + 1):
        dose = doses.add_dose(
            session,
            person=person,
            site=site,
            product="pfizer",
            number=number,
            kind=DoseKind.PRIMARY,
            given_on=LATEST - timedelta(days=30 * (doses_given - number)),
            lot="FA1234",
            held=held,
            by=accounts.find_account(session, "nurse@example.vn"),
            at=NOW,
        )
        if confirmed and not held and state is IdentityState.VERIFIED:
            doses.confirm(session, doses=[dose], by=accounts.find_account(session, "head@example.vn"), at=NOW)
    return person.id


def _phone(told: Mapping[str, str]) -> str:
    return "09" + told["id_number"][-8:]


def _post(client: FlaskClient, path: str, values: Mapping[str, str] | None = None) -> TestResponse:
    page = client.get("/certificate").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    return client.post(path, data={"csrf_token": token[1], **(values or {})})


def _ask(client: FlaskClient, told: Mapping[str, str], **changes: str) -> TestResponse:
    return _post(client, "/certificate", {**told, "latest_dose": LATEST.strftime("%d/%m/%Y"), **changes})


def _messages(app: APIFlask, told: Mapping[str, str]) -> list[str]:
    """The codes that went to this person, the latest first."""
    with _house(app).database.reading() as session:
        sent = [m.body for m in messages.outbox(session, limit=100) if m.recipient == _phone(told)]
    return [found[0] for body in sent if (found := re.search(r"\b\d{6}\b", body))]


def _enter(client: FlaskClient, code: str) -> TestResponse:
    return _post(client, "/certificate/code", {"code": code})


def _open(app: APIFlask, client: FlaskClient, told: Mapping[str, str]) -> str:
    """The page of the record, as text with its marks."""
    assert _ask(client, told).status_code == 303
    answer = _enter(client, _messages(app, told)[0])
    assert answer.headers["Location"] == "/certificate/record"
    return client.get("/certificate/record").text


def _wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def _certificate_path(page: str) -> str:
    found = re.search(r'href="(/certificate/record/[0-9a-z]{32})"', page)
    assert found
    return found[1]


def _errors(page: str) -> dict[str, str]:
    """What the summary says, by field."""
    return {field: unescape(text) for field, text in re.findall(r'<a href="#(\w+)">([^<]+)</a>', page)}


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("vi", ["Bước 1/3. Nhập thông tin", "Họ và tên", "Giới tính", "Ngày tiêm mũi gần nhất", "Gửi mã xác thực"]),
        ("en", ["Step 1 of 3. Enter your details", "Full name", "Sex", "Date of the latest dose", "Send code"]),
    ],
)
def test_the_form_asks_five_values(client: FlaskClient, language: str, told: list[str]) -> None:
    page = client.get(f"/certificate?lang={language}").text
    assert [text for text in told if text not in page] == []
    assert set(re.findall(r'name="(\w+)"', page)) - {"csrf_token", "viewport"} == {*AN, "latest_dose"}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("full_name", ""),
        ("full_name", "A" * 81),
        ("full_name", "An\u0000"),
        ("birth_date", ""),
        ("birth_date", "30/02/1990"),
        ("birth_date", "01/01/1850"),
        ("birth_date", "tháng giêng"),
        ("birth_date", "01/01/2999"),
        ("sex", ""),
        ("sex", "X"),
        ("id_number", ""),
        ("id_number", "12345"),
        ("id_number", "03709000000"),
        ("id_number", "1.23E+11"),
        ("id_number", "' OR 1=1 --"),
        ("latest_dose", "2022"),
        ("latest_dose", "01/01/2999"),
    ],
)
def test_a_malformed_value_is_told_at_its_field(app: APIFlask, client: FlaskClient, field: str, typed: str) -> None:
    answer = _ask(client, AN, **{field: typed})
    assert answer.status_code == 200
    assert list(_errors(answer.text)) == [field]
    assert f'id="{field}-error"' in answer.text
    others = {name: value for name, value in AN.items() if name not in (field, "sex")}
    assert all(f'value="{value}"' in answer.text for value in others.values())


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("birth_date", "31/02/1990", "Ngày này không có thật. Hãy kiểm tra lại ngày, tháng và năm."),
        ("latest_dose", "31/04/2021", "Ngày này không có thật. Hãy kiểm tra lại ngày, tháng và năm."),
        ("birth_date", "tháng giêng", "Nhập ngày theo dạng ngày/tháng/năm, ví dụ 02/01/1990."),
        ("full_name", "A" * 81, "Viết không quá 80 ký tự."),
    ],
)
def test_what_is_wrong_with_a_value_is_told(client: FlaskClient, field: str, typed: str, told: str) -> None:
    assert told in unescape(_ask(client, AN, **{field: typed}).text)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"full_name": "NGUYEN VAN AN"},
        {"id_number": "037 090 000 001"},
        {"birth_date": "1990-01-02"},
    ],
)
def test_the_same_person_typed_otherwise_gets_a_code(
    app: APIFlask, client: FlaskClient, changes: dict[str, str]
) -> None:
    before = len(_messages(app, AN))
    _ask(client, AN, **changes)
    assert len(_messages(app, AN)) == before + 1


@pytest.mark.parametrize(
    "changes",
    [
        {"full_name": "Nguyễn Văn Anh"},
        {"birth_date": "03/01/1990"},
        {"sex": "F"},
        {"id_number": "037090000009"},
        {"latest_dose": "01/01/2022"},
    ],
)
def test_the_answer_is_the_same_whoever_asks(app: APIFlask, client: FlaskClient, changes: dict[str, str]) -> None:
    def asked(**changes: str) -> list[tuple[int, bytes, list[str]]]:
        visitor = app.test_client()
        steps = [_ask(visitor, AN, **changes), visitor.get("/certificate/code")]
        steps += [_enter(visitor, "000000"), _enter(visitor, "12"), _post(visitor, "/certificate/code/again")]
        return [(step.status_code, _bare(step), sorted(step.headers.keys())) for step in steps]

    before = len(_messages(app, AN))
    known, unknown = asked(), asked(**changes)
    assert known == unknown
    assert NEUTRAL.encode() in known[1][1]
    assert len(_messages(app, AN)) == before + 2  # the first and the one sent again, both to the one who matched


def _bare(answer: TestResponse) -> bytes:
    """The bytes of an answer without the token, which differs on every page."""
    return re.sub(rb'name="csrf_token" value="[^"]+"', b"", answer.data)


def test_asking_elsewhere_does_not_show_in_the_tries_left(app: APIFlask, client: FlaskClient) -> None:
    def tries_after_another_asked(**changes: str) -> str:
        first, second = app.test_client(), app.test_client()
        _ask(first, AN, **changes)
        _ask(second, AN, **changes)
        return _errors(_enter(first, "000000").text)["code"]

    assert tries_after_another_asked() == tries_after_another_asked(full_name="Nguyễn Văn Anh")


def test_a_wrong_code_tells_the_tries_left(app: APIFlask, client: FlaskClient) -> None:
    _ask(client, AN)
    code = _messages(app, AN)[0]
    left = [_errors(_enter(client, _wrong(code)).text)["code"] for _ in range(5)]
    assert left == [f"Mã không đúng hoặc đã hết hiệu lực. Còn {n} lần nhập." for n in (4, 3, 2, 1, 0)]
    assert "Còn 0 lần nhập" in _errors(_enter(client, code).text)["code"]
    client.get("/certificate?lang=en")
    assert _errors(_enter(client, code).text)["code"] == "The code is wrong or no longer valid. 0 tries left."


def test_what_is_no_code_costs_no_try(app: APIFlask, client: FlaskClient) -> None:
    _ask(client, AN)
    for typed in ("", "12345", "1234567", "abcdef", "١٢٣٤٥٦"):
        assert _errors(_enter(client, typed).text) == {"code": "Nhập mã gồm 6 chữ số."}
    spaced = " ".join(_messages(app, AN)[0])
    assert _enter(client, spaced).headers["Location"] == "/certificate/record"


def test_another_code_voids_the_first_and_three_are_enough(app: APIFlask, client: FlaskClient) -> None:
    _ask(client, AN)
    first = _messages(app, AN)[0]
    before = len(_messages(app, AN))
    pages = []
    for _ in range(4):
        assert _post(client, "/certificate/code/again").headers["Location"] == "/certificate/code"
        pages.append("Gửi lại mã" in client.get("/certificate/code").text)
    assert pages == [True, False, False, False]
    assert len(_messages(app, AN)) == before + 2
    latest = _messages(app, AN)[0]
    if first != latest:
        assert "code" in _errors(_enter(client, first).text)
    assert _enter(client, latest).status_code == 303


def test_a_code_opens_only_where_it_was_asked_for(app: APIFlask, client: FlaskClient) -> None:
    _ask(client, AN)
    code, thief = _messages(app, AN)[0], app.test_client()
    assert _enter(thief, code).headers["Location"] == "/certificate"
    _ask(thief, BINH)
    assert "code" in _errors(_enter(thief, code).text)
    assert _enter(client, code).status_code == 303


def test_the_record_shows_certificates_and_doses(app: APIFlask, client: FlaskClient) -> None:
    page = _open(app, client, AN)
    told = [
        "Bước 3/3. Tải chứng nhận",
        "Nguyễn Văn An",
        "Chứng nhận mũi 2/2",
        "Họ tên không dấu trên chứng nhận: NGUYEN VAN AN. Nếu khác với hộ chiếu, hãy gửi phản ánh trước chuyến đi.",
        "Mã QR có hiệu lực đến ngày",
        "Đã cấp chứng nhận ngày",
        "Đã tính trong chứng nhận của mũi sau.",
        "MẪU THỬ – KHÔNG CÓ GIÁ TRỊ",
        "Tải tệp PDF",
    ]
    assert [text for text in told if text not in page] == []
    assert "Hồ sơ chưa có" not in page
    english = client.get("/certificate/record?lang=en").text
    assert "Step 3 of 3. Download the certificate" in english
    assert "Name in Latin letters on the certificate: NGUYEN VAN AN." in english
    assert client.get("/certificate/record").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("form", "content_type", "start"),
    [
        ("pdf", "application/pdf", b"%PDF-1."),
        ("folded", "application/pdf", b"%PDF-1."),
        ("png", "image/png", b"\x89PNG"),
        ("qr", "image/png", b"\x89PNG"),
        ("svg", "image/svg+xml", b"<svg"),
    ],
)
def test_files_hold_the_code(app: APIFlask, client: FlaskClient, form: str, content_type: str, start: bytes) -> None:
    path = _certificate_path(_open(app, client, AN))
    answer = client.get(f"{path}/{form}")
    assert answer.status_code == 200
    assert answer.content_type.startswith(content_type)
    assert answer.data.startswith(start)
    assert answer.headers["Cache-Control"] == "no-store"
    if form != "svg":
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=chung-nhan")
        assert [text[:4] for text in read_codes(answer.data)] == ["HC1:"]


def test_the_code_fills_the_screen_on_a_page_of_its_own(app: APIFlask, client: FlaskClient) -> None:
    path = _certificate_path(_open(app, client, AN))
    page = client.get(path).text
    assert f'src="{path}/svg"' in page
    assert 'href="/certificate/record"' in page
    assert client.get(f"{path}/exe").status_code == 404


def test_nobody_opens_the_certificate_of_somebody_else(app: APIFlask, client: FlaskClient) -> None:
    path, other = _certificate_path(_open(app, client, AN)), app.test_client()
    _open(app, other, BINH)
    missing = path[:-32] + "0" * 32
    for form in ("", "/pdf", "/folded", "/png", "/qr", "/svg", "/card", "/trip"):
        foreign, none = other.get(path + form), other.get(missing + form)
        assert (foreign.status_code, none.status_code) == (404, 404)
        assert foreign.data.replace(path.encode(), b"") == none.data.replace(missing.encode(), b"")
        assert client.get(path + form).status_code == (409 if form == "/card" else 200)  # no https address here
        stranger = app.test_client().get(path + form)
        assert (stranger.status_code, stranger.headers["Location"]) == (303, "/certificate")


def test_a_misspelt_person_lacking_a_dose_is_told_what_blocks_and_where_to_go(
    app: APIFlask, client: FlaskClient
) -> None:
    page = _open(app, client, CHI)
    day = (NOW + timedelta(days=10)).astimezone(_house(app).settings.timezone)
    told = [
        "Chưa có chứng nhận để tải.",
        "Thông tin cá nhân chưa khớp. Trạm y tế và Công an cấp xã đang rà soát;",
        f"trả lời trước ngày {day:%d/%m/%Y}.",
        "Hồ sơ chưa có mũi 2 trong 2 mũi cơ bản.",
        "hãy gửi phản ánh hoặc mang giấy tờ tùy thân đến trạm y tế gần nhất",
    ]
    assert [text for text in told if text not in page] == []
    assert "/pdf" not in page
    assert "Your personal details do not match." in client.get("/certificate/record?lang=en").text


@pytest.mark.parametrize(
    ("told", "waits"),
    [
        (DUNG, f"Đang chờ cơ sở tiêm chủng {SITE} xác nhận mũi 2."),
        (GIANG, "Đã nhập mũi 1; đang chờ đối chiếu với Cơ sở dữ liệu quốc gia về dân cư."),
        (HANH, f"Thông tin của mũi 1 cần được xem lại. Cơ sở tiêm chủng {SITE} đang rà soát; trả lời trước ngày"),
        (KIM, "Mũi 2 đã được xác nhận; đang chờ cơ quan y tế cấp chứng nhận."),
    ],
    ids=["site", "entered", "record", "confirmed"],
)
def test_a_dose_tells_what_it_waits_for(app: APIFlask, client: FlaskClient, told: dict[str, str], waits: str) -> None:
    page = unescape(_open(app, client, told))
    assert waits in page
    assert "Chưa có chứng nhận để tải." in page


def test_who_knows_the_whole_birth_date_fits_a_record_that_knows_the_year(app: APIFlask, client: FlaskClient) -> None:
    before = len(_messages(app, KIM))
    _ask(client, KIM, birth_date="05/06/1965")
    _ask(client, KIM, birth_date="05/06/1966")
    assert len(_messages(app, KIM)) == before + 1


def test_hostile_names_are_only_text(app: APIFlask, client: FlaskClient) -> None:
    malformed = _ask(client, EVIL, sex="")
    assert HOSTILE in unescape(malformed.text)
    page = _open(app, client, EVIL)
    path = _certificate_path(page)
    for text in (malformed.text, page, client.get(path).text, _open(app, app.test_client(), DUNG)):
        assert "<img src=x" not in text
        assert "<b>Kim" not in text
        assert 'onerror="' not in text
        assert ">49" not in text
    assert read_codes(client.get(f"{path}/pdf").data)


def test_a_trip_gets_the_verifiers_own_answer(app: APIFlask, client: FlaskClient) -> None:
    path = _certificate_path(_open(app, client, AN))
    page = client.get(f"{path}/trip").text
    assert '<option value="XA">' in page
    assert "Chọn nước đến." in client.get(f"{path}/trip?country=&on=2026-12-01").text
    day = (NOW + timedelta(days=5)).date().isoformat()
    answer = client.get(f"{path}/trip?country=XA&on={day}").text
    assert 'data-outcome="valid"' in answer
    assert "Nguyễn Văn An" in answer
    assert 'data-outcome="invalid"' in client.get(f"{path}/trip?country=XA&on=2040-01-01").text
    assert client.get(f"{path}/trip?country=XAXA").status_code == 422


def test_history_tells_offices_and_purposes_and_no_names(app: APIFlask, client: FlaskClient) -> None:
    house = _house(app)
    with house.database.reading() as session:
        person = people.find_by_id_number(session, BINH["id_number"])[0]
    note_opened(
        house.database, person_ids=[person.id], by="officer@example.vn", office="Phòng Tiêm chủng", purpose="reception",
        now=NOW,
    )  # fmt: skip
    with house.database.transaction() as session:
        identities.correct_person(
            session,
            person=people.require_person(session, person.id),
            field="address",
            value="Thôn <b>Hai</b>",
            why="<b>nói với nurse@example.vn</b>",
            by=accounts.find_account(session, "nurse@example.vn"),
            at=NOW,
        )
    page = _history(app, client, BINH)
    told = [
        "Mở hồ sơ tại bàn tiếp đón",
        "Cấp chứng nhận",
        "Mở hồ sơ bằng mã xác thực",
        "Thôn <b>Hai</b>",
        "Cơ quan",
        "Phòng Tiêm chủng",
    ]
    assert [text for text in told if text not in page] == []
    assert [name for name in ("officer", "nurse@", "chief", person.id) if name in page] == []
    assert "Mở hồ sơ tại bàn tiếp đón" not in _history(app, app.test_client(), AN)


def _history(app: APIFlask, client: FlaskClient, told: Mapping[str, str]) -> str:
    _open(app, client, told)
    return unescape(client.get("/certificate/record/history").text)


def test_a_guardian_sees_the_child_until_it_is_of_age(
    app: APIFlask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, today = _house(app), NOW.date()
    with house.database.transaction() as session:
        child = _vaccinated(session, BE, doses_given=1)
    link_guardian(
        house.database, child_id=child, number=BINH["id_number"], paper="Giấy khai sinh", by="nurse@example.vn",
        now=NOW, today=today,
    )  # fmt: skip
    page = _open(app, client, BINH)
    assert "Trẻ em do bạn giám hộ" in page
    assert BE["full_name"] in page
    assert BE["full_name"] in client.get("/certificate/record/history").text
    assert BE["full_name"] not in _open(app, app.test_client(), AN)
    later = house.today(datetime.now(UTC)).replace(year=NOW.year + 12)
    with house.database.reading() as session:
        binh = people.find_by_id_number(session, BINH["id_number"])[0].id
        assert [p.id for p in holder.family_of(session, person_id=binh, on=today)] == [binh, child]
        assert [p.id for p in holder.family_of(session, person_id=binh, on=later)] == [binh]
    end_guardian(house.database, child_id=child, guardian_id=binh, by="nurse@example.vn", now=NOW)
    assert BE["full_name"] not in client.get("/certificate/record").text


def test_a_certificate_becomes_a_card_where_readers_find_its_keys(
    tmp_path: Path, app: APIFlask, client: FlaskClient, sqlite_template: Path
) -> None:
    folder = _house(app).settings.instance_dir
    path = _certificate_path(_open(app, client, AN))
    assert "/card" not in client.get("/certificate/record").text
    public = create_app(
        {
            "PASSPORT_DATABASE_URL": f"sqlite:///{folder / 'passport.db'}",
            "PASSPORT_INSTANCE_DIR": str(folder),
            "PASSPORT_KEYS_DIR": str(folder / "keys"),
            "PASSPORT_BASE_URL": "https://chungnhan.example.vn",
        }
    )
    visitor = public.test_client()
    cookie = client.get_cookie("session")
    assert cookie
    visitor.set_cookie("session", cookie.value)
    assert f'href="{path}/card"' in visitor.get("/certificate/record").text
    answer = visitor.get(f"{path}/card")
    assert answer.content_type == "application/smart-health-card"
    assert "chung-nhan.smart-health-card" in answer.headers["Content-Disposition"]
    verdict = verify(answer.text, context=_house(public).context, now=datetime.now(UTC))
    assert verdict.certificate is not None
    assert (verdict.certificate.holder.name, verdict.reason) == ("Nguyễn Văn An", None)
    kids = {key["kid"] for key in public.test_client().get("/.well-known/jwks.json").get_json()["keys"]}
    assert verdict.certificate.key_id in kids
    _house(public).database.engine.dispose()


def test_leaving_ends_every_copy_of_the_session(app: APIFlask, client: FlaskClient) -> None:
    path = _certificate_path(_open(app, client, AN))
    cookie = client.get_cookie("session")
    assert cookie
    assert _post(client, "/certificate/leave").headers["Location"] == "/certificate"
    copy = app.test_client()
    copy.set_cookie("session", cookie.value)
    for visitor in (client, copy):
        assert visitor.get(f"{path}/pdf").status_code == 303
        assert visitor.get("/certificate/record").status_code == 303
    assert "Phiên làm việc đã kết thúc" in copy.get("/certificate").text


def test_a_quarter_of_an_hour_without_a_step_ends_the_visit(
    app: APIFlask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _open(app, client, AN)
    later = datetime.now(UTC)
    for minutes, status in ((14, 200), (14, 200), (16, 303), (0, 303)):
        later += timedelta(minutes=minutes)
        monkeypatch.setattr(portal, "clock", lambda at=later: at)
        assert client.get("/certificate/record").status_code == status


def test_an_hour_ends_the_visit_however_busy(
    app: APIFlask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _open(app, client, AN)
    start = datetime.now(UTC)
    for minutes, status in ((14, 200), (28, 200), (42, 200), (55, 200), (61, 303)):
        monkeypatch.setattr(portal, "clock", lambda at=start + timedelta(minutes=minutes): at)
        assert client.get("/certificate/record").status_code == status


def test_a_new_question_ends_what_was_open(app: APIFlask, client: FlaskClient) -> None:
    _open(app, client, AN)
    _ask(client, BINH)
    assert client.get("/certificate/record").headers["Location"] == "/certificate"


def test_the_session_and_addresses_hold_nothing_personal(app: APIFlask, client: FlaskClient) -> None:
    page = _open(app, client, AN)
    with client.session_transaction() as kept:
        visit = dict(kept["citizen"])
    assert set(visit) == {"code", "sent", "seen"}
    with _house(app).database.reading() as session:
        person = people.find_by_id_number(session, AN["id_number"])[0]
    assert person.id not in (visit["code"], *re.findall(r'(?:href|src|action)="([^"]+)"', page))
    assert person.id not in page


def test_too_many_questions_from_one_address_wait(client: FlaskClient) -> None:
    statuses = [client.post("/certificate", data={}).status_code for _ in range(31)]
    assert statuses == [400] * 31  # without a token nothing is even counted
    limit = int(portal.ASK_LIMIT.split()[0])
    answers = [_ask(client, AN, sex="").status_code for _ in range(limit + 1)]
    assert answers == [200] * limit + [429]


def test_sample_people_fill_the_form_in_development(app: APIFlask, client: FlaskClient) -> None:
    folder = _house(app).settings.instance_dir
    people = [
        {"title": {"vi": "Có chứng nhận", "en": "With a certificate"}, **AN, "latest_dose": "01/02/2026"},
        {"title": {"vi": "Sai tên", "en": "Misspelt"}, **CHI, "latest_dose": "03/04/2026"},
    ]
    (folder / "demo.json").write_text(json.dumps({"people": people}), "utf-8")
    try:
        first = client.get("/certificate").text
        assert first.count("Dùng người mẫu") == 1
        assert "Sai tên" in first
        assert "Nguyễn Văn An" not in first
        filled = client.get("/certificate?sample=2").text
        assert all(f'value="{value}"' in filled for name, value in people[1].items() if name not in ("title", "sex"))
        assert re.search(r'value="F" checked', filled)
        assert client.get("/certificate?sample=9").status_code == 200
        assert client.get("/certificate?sample=-1").status_code == 200
        assert "Use a sample person" in client.get("/certificate?lang=en").text
    finally:
        (folder / "demo.json").unlink()
