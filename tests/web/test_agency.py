"""The agencies' pages: test keys that check samples alone, a key shown once, a console and lines that really run."""

from __future__ import annotations

import html
import io
import json
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from cryptography.hazmat.primitives.serialization import Encoding
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from passport.demo.samples import load
from passport.house import EXTENSION, clock
from passport.registry import audit
from passport.registry.clients import CHECKS_PER_MINUTE, create_client, find_client, revoke_client
from passport.rendering.qr import qr_png
from passport.trust.keyring import import_keys
from passport.web import agency_session, test_keys
from passport.web.snippets import CALLS, Call, snippets
from tests.absence import absent
from tests.forging import Authority
from tests.serving import Codes, application, served

ONE, MANY = "/api/v1/verifications", "/api/v1/verifications/batch"
PROBLEM = "application/problem+json"


@pytest.fixture
def desk(app: APIFlask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A visitor whose forms need no token, which test_routes looks after."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    return client


def shown_key(page: str) -> str:
    """The key on a page."""
    found = re.search(r'<code id="key"[^>]*>([^<]+)</code>', page)
    assert found
    return found[1]


def key_for(app: APIFlask, *scopes: str, checks_per_minute: int = CHECKS_PER_MINUTE) -> str:
    """The key of a new agency."""
    with app.extensions[EXTENSION].database.transaction() as session:
        _client, key = create_client(
            session, name="Agency", scopes=scopes, now=clock(), checks_per_minute=checks_per_minute
        )
    return key


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture
def test_key(desk: FlaskClient) -> dict[str, str]:
    """The header of a test key, as a visitor takes one."""
    return bearer(shown_key(desk.post("/agency/test-key").text))


@pytest.fixture(scope="module")
def real(folder: Path, codes: Codes) -> str:
    """A certificate of an issuer that is trusted and no demo."""
    now = clock()
    issuer = Authority(
        country="XC", organisation="Ministry", not_before=now - timedelta(9), not_after=now + timedelta(9)
    )
    pem = issuer.certificate.public_bytes(Encoding.PEM)
    import_keys(folder / "keys", [("xc.pem", pem)], production=False, now=now)
    issued, ends = (int((now + timedelta(days)).timestamp()) for days in (-1, 1))
    return issuer.code(claims={4: ends, 6: issued})


def test_a_test_key_checks_samples_and_nothing_else(
    desk: FlaskClient, codes: Codes, real: str, test_key: dict[str, str]
) -> None:
    assert desk.post(ONE, json={"credential": real}).get_json()["reason"] is None
    for credential in (codes.valid, codes.partial, codes.forged, codes.unknown, codes.identity_card):
        assert desk.post(ONE, json={"credential": credential}, headers=test_key).status_code == 200
    for credential in (real, real[:-1], "HC1:" + real[5:], "x"):
        refused = desk.post(ONE, json={"credential": credential}, headers=test_key)
        assert (refused.status_code, refused.content_type) == (403, PROBLEM)
        told = refused.get_json()
        assert told["reason"] == "samples_only"
        assert "certificate" not in told
    both = desk.post(ONE, json={"credentials": [codes.valid, real]}, headers=test_key)
    assert both.get_json()["reason"] == "samples_only"
    pictures = [
        desk.post(ONE, data={"image": (io.BytesIO(qr_png(code)), "x.png")}, headers=test_key)
        for code in (codes.valid, real)
    ]
    assert [picture.status_code for picture in pictures] == [200, 403]


def test_a_batch_with_a_test_key_refuses_real_ones_in_their_place(
    desk: FlaskClient, codes: Codes, real: str, test_key: dict[str, str]
) -> None:
    items = [{"credential": codes.valid, "ref": "1"}, {"credential": real}, {"credential": 5}]
    answer = desk.post(MANY, json={"items": items}, headers=test_key)
    told = [
        result.get("reason") if result.get("status") else result["outcome"] for result in answer.get_json()["results"]
    ]
    assert told == ["valid", "samples_only", "bad_option"]
    assert answer.headers["RateLimit-Policy"] == '"test";q=60;w=60'
    assert '"test";r=57' in answer.headers["RateLimit"]
    assert desk.get(f"/api/v1/people/{'0' * 32}", headers=test_key).status_code == 403


def test_a_test_key_ends_and_cannot_be_made_up(
    desk: FlaskClient, codes: Codes, test_key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = test_key["Authorization"].removeprefix("Bearer ")
    changed = key[:10] + ("B" if key[10] == "A" else "A") + key[11:]
    for wrong in (changed, key[:-1], "pk_test_", "pk_test_" + "A" * 39, key + "=", "pk_test_é"):
        assert desk.post(ONE, json={"credential": codes.valid}, headers=bearer(wrong)).status_code == 401
    monkeypatch.setattr(test_keys, "clock", lambda: clock() + test_keys.LIFE)
    assert desk.post(ONE, json={"credential": codes.valid}, headers=test_key).status_code == 401


def test_test_keys_are_few_for_one_address(desk: FlaskClient) -> None:
    answers = [desk.post("/agency/test-key").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def test_production_gives_no_test_key_and_says_why(tmp_path: Path, sqlite_template: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s" * 64)
    secret.chmod(0o600)
    app = application(
        tmp_path,
        sqlite_template,
        PASSPORT_ENVIRONMENT="production",
        PASSPORT_SECRET_KEY_FILE=str(secret),
        PASSPORT_POPULATION_URL="https://population.example/check",
        PASSPORT_BASE_URL="https://certificates.example",
    )
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    page = client.get("/agency?lang=en").text
    assert "has no samples and gives no test keys" in page
    assert "/agency/test-key" not in page
    assert client.post("/agency/test-key").status_code == 404
    with app.test_request_context():
        key = test_keys.make_test_key()[0]
        assert not test_keys.is_test_key(key)


def test_an_agency_sees_its_use_and_rolls_its_key(app: APIFlask, desk: FlaskClient, codes: Codes) -> None:
    old = key_for(app, "verify", "verify:batch", checks_per_minute=77)
    headers = bearer(old)
    desk.post(ONE, json={"credential": codes.valid}, headers=headers)
    desk.post(MANY, json={"items": [{"credential": codes.valid}, {"credential": "x"}, 7]}, headers=headers)
    assert desk.post("/agency/sign-in", data={"key": "pk_wrong"}).status_code == 401
    assert desk.post("/agency/sign-in", data={"key": f" {old} "}).status_code == 302
    page = desk.get("/agency?lang=en").text
    assert old not in page
    assert "77 checks a minute" in page
    assert "verify:batch" in page
    assert re.search(r">3</td>\s*<td[^>]*>2</td>\s*<td[^>]*>1</td>\s*<td[^>]*>0</td>", page)
    elsewhere = app.test_client()
    elsewhere.post("/agency/sign-in", data={"key": old})
    other = key_for(app, "verify")
    for wrong in ({}, {"current": "pk_wrong"}, {"current": other}):  # an open session alone changes nothing
        assert desk.post("/agency/roll", data=wrong).status_code == 401
    new = shown_key(desk.post("/agency/roll", data={"current": old}).text)
    assert new not in desk.get("/agency").text
    assert desk.post(ONE, json={"credential": codes.valid}, headers=headers).status_code == 401
    assert desk.post(ONE, json={"credential": codes.valid}, headers=bearer(new)).status_code == 200
    assert elsewhere.get("/agency/group").status_code == 302
    assert desk.get("/agency/group").status_code == 200
    with app.extensions[EXTENSION].database.reading() as session:
        assert audit.entries(session, action="client_key_rolled")
    desk.post("/agency/sign-out")
    assert desk.get("/agency/group").headers["Location"].startswith("/agency?next=agency_own.group_form")


def test_a_copied_cookie_dies_with_its_session(
    app: APIFlask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = key_for(app, "verify:batch")
    thief, colleague = app.test_client(), app.test_client()

    def works(browser: FlaskClient) -> bool:
        return browser.get("/agency/group").status_code == 200

    for browser in (desk, colleague):
        browser.post("/agency/sign-in", data={"key": key})
    stolen = desk.get_cookie("session")
    assert stolen is not None
    thief.set_cookie("session", stolen.value)
    assert works(thief)
    desk.post("/agency/sign-out")
    thief.set_cookie("session", stolen.value)
    assert [works(browser) for browser in (desk, thief, colleague)] == [False, False, True]

    with monkeypatch.context() as later:
        later.setattr(agency_session, "clock", lambda: clock() + agency_session.IDLE)
        assert not works(colleague)
    colleague.post("/agency/sign-in", data={"key": key})
    assert works(colleague)
    with app.extensions[EXTENSION].database.transaction() as session:
        found = find_client(session, key=key)
        assert found is not None
        revoke_client(session, client_id=found.id, now=clock())
    assert not works(colleague)


def test_a_key_for_single_checks_opens_neither_groups_nor_lists(app: APIFlask, desk: FlaskClient) -> None:
    key = key_for(app, "verify")
    desk.post("/agency/sign-in", data={"key": key, "next": "https://evil.example"})
    assert [desk.get(f"/agency/{page}").status_code for page in ("group", "list")] == [403, 403]


def test_a_large_body_is_taken_from_signed_in_agencies_alone(app: APIFlask, desk: FlaskClient) -> None:
    def send() -> int:
        picture = b"\x89PNG" + bytes(33 * 2**20)
        files = {"list": (b"name,dob\nAn,1990\n", "l.csv"), "files": (picture, "p.png")}
        data = {field: FileStorage(io.BytesIO(content), name) for field, (content, name) in files.items()}
        boundary, body = encode_multipart(data)  # in memory: what the client keeps in a file it does not close
        kind = f"multipart/form-data; boundary={boundary}"
        return desk.post("/agency/group", data=body, content_type=kind).status_code

    assert send() in (302, 413)
    key = key_for(app, "verify:batch")
    desk.post("/agency/sign-in", data={"key": key})
    assert send() == 303


def test_the_console_shows_what_a_program_sends_and_gets(desk: FlaskClient, codes: Codes) -> None:
    filled = desk.get("/agency/try?sample=card-4&lang=en").text
    assert html.escape(codes.forged, quote=True).replace("&#x27;", "&#39;") in filled
    form = {"credential": codes.partial + "\r\n", "policy": "vn-domestic", "name": "NGUYEN VAN AN", "born": ""}
    page = desk.post("/agency/try?lang=en", data=form).text
    answer = json.loads(html.unescape(re.findall(r'id="json"[^>]*>(.*?)</code>', page, re.DOTALL)[0]))
    sent = {"credential": codes.partial, "policy": "vn-domestic", "holder": {"name": "NGUYEN VAN AN"}}
    by_api = desk.post(ONE, json=sent).get_json()
    assert {**answer, "checked_at": None} == {**by_api, "checked_at": None}
    assert answer["reason"] == "rule_failed"
    wrong = desk.post("/agency/try", data={"credential": "x", "at": "tomorrow"}).text
    assert 'data-status="422"' in wrong
    assert "bad_option" in wrong
    hostile = desk.post("/agency/try", data={"credential": "</script><script>alert(1)</script>'; $(id) `id`"}).text
    assert "<script>alert" not in hostile


def _filled(call: Call, codes: Codes, key: str, picture: Path) -> Call:
    """A call of the table with real codes, the key and the file of this test."""
    text = json.dumps(call.body).replace(json.dumps("HC1:…")[1:-1], "@").replace('"@"', json.dumps(codes.valid))
    body = json.loads(text) | ({"ref": "Lê 'Mai' $(id) \"`\\"} if call.name == "one" else {})
    if "at" in body:
        body["at"] = clock().date().isoformat()
    body.pop("holder", None)
    return Call(**{**{f: getattr(call, f) for f in Call.__slots__}, "body": body, "key": call.key and key,
                   "picture": call.picture and str(picture)})  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_every_line_really_runs(app: APIFlask, codes: Codes, tmp_path: Path, call: Call) -> None:
    if shutil.which("node") is None or shutil.which("curl") is None:
        absent("node or curl is not installed")
    picture = tmp_path / "certificate.png"
    picture.write_bytes(qr_png(codes.valid))
    key = key_for(app, "verify", "verify:batch")
    with served(app) as base:
        curl, python, javascript = snippets(_filled(call, codes, key, picture), base=base)
        program = tmp_path / "program.mjs"
        program.write_text(javascript.text, "utf-8")
        done = [
            subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
            for command in (["sh", "-c", curl.text], [sys.executable, "-c", python.text], ["node", str(program)])
        ]
    answer = json.loads(done[0])
    if call.many == "samples":
        assert len(answer["samples"]) == len(load(app.extensions[EXTENSION].settings.instance_dir))
        assert len(done[1].splitlines()) == len(answer["samples"])
        assert "card-1" in done[2]
    else:
        outcomes = [one["outcome"] for one in answer["results"]] if call.many else [answer["outcome"]]
        assert outcomes == ["valid"] * (2 if call.name == "batch" else 1)
        assert done[1].split() == ["valid", "None"] * len(outcomes)
        assert done[2].split() == ["valid", "null"] * len(outcomes)
