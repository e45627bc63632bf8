"""The checkpoint's page as a plain form."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from passport.house import current_house
from passport.rendering.qr import qr_png
from passport.web import result
from tests.serving import NAME, Codes


def _token(client: FlaskClient) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/verify").text)
    assert token
    return token[1]


def _send(client: FlaskClient, **fields: object) -> str:
    answer = client.post("/verify?lang=en", data={"csrf_token": _token(client), **fields})
    assert answer.status_code == 200
    return answer.text


def _outcome(page: str) -> tuple[str, ...]:
    found = re.search(r'data-outcome="(\w*)" data-reason="(\w*)" data-heading="(\w*)"', page)
    assert found
    return found.groups()


def test_text_and_picture_get_the_same_result(client: FlaskClient, codes: Codes) -> None:
    for fields in (
        {"credential": codes.valid},
        {"credential": f"  {codes.valid}\r\n"},
        {"image": (BytesIO(qr_png(codes.valid)), "code.png")},
    ):
        page = _send(client, **fields)
        assert _outcome(page) == ("valid", "", "valid")
        assert NAME in page


def test_the_chosen_rule_and_day_count(client: FlaskClient, codes: Codes) -> None:
    assert _outcome(_send(client, credential=codes.valid, policy="vn-booster"))[1] == "rule_failed"
    assert _outcome(_send(client, credential=codes.valid, on="2040-01-01"))[1] == "expired"
    assert _outcome(_send(client, credential=codes.valid, country="DE")) == (
        "undetermined",
        "rules_open",
        "undetermined",
    )


def test_today_means_this_moment(app: APIFlask, client: FlaskClient, codes: Codes) -> None:
    with app.app_context():
        today = current_house().today(datetime.now(UTC)).isoformat()
    page = _send(client, credential=codes.valid, on=today)
    assert _outcome(page)[0] == "valid"
    assert 'href="/verify"' in page  # “Scan next” keeps today open


def test_scan_next_keeps_the_terms(client: FlaskClient, codes: Codes) -> None:
    page = _send(client, credential=codes.valid, policy="vn-domestic", country="XA", on="2027-01-02")
    assert 'href="/verify?policy=vn-domestic&amp;country=XA&amp;on=2027-01-02"' in page


@pytest.mark.parametrize("terms", ["policy=none", "country=Germany", "on=02/01/2027", "on=9999-99-99"])
def test_terms_that_no_form_sends_are_refused(client: FlaskClient, terms: str) -> None:
    assert client.get(f"/verify?{terms}").status_code == 422


def test_nothing_sent_asks_for_something(client: FlaskClient) -> None:
    page = _send(client, credential="\r\n")
    assert "Enter the certificate text or choose a picture." in page
    assert "data-outcome" not in page.split("<template")[0]


def test_rubbish_is_a_result_and_never_told_back(client: FlaskClient) -> None:
    for text in ("HC1:CANARY", "CANARY" * 2000, "canary\x00", "shc:/CANARY"):
        page = _send(client, credential=text)
        assert _outcome(page)[0] == "invalid"
        assert "canary" not in page.lower()


def test_the_form_asks_for_a_token(client: FlaskClient, codes: Codes) -> None:
    assert client.post("/verify", data={"credential": codes.valid}).status_code == 400


def test_strangers_are_limited(client: FlaskClient) -> None:
    form = {"csrf_token": _token(client)}
    answers = [client.post("/verify", data=form).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]


@pytest.mark.parametrize(
    ("age", "told"),
    [
        (timedelta(hours=2), "The checking data are up to date."),
        (timedelta(days=1, hours=1), "1 day old"),
        (timedelta(days=3), "3 days old. Connect to the network before"),
        (timedelta(days=20), "6 days overdue"),
    ],
)
def test_the_age_of_the_lists_is_told(app: APIFlask, age: timedelta, told: str) -> None:
    now = datetime.now(UTC)
    with app.test_request_context("/?lang=en"):
        line = result.lists_line(trust=now - age, revocation=None, context=current_house().context, now=now)
        assert told in line
        assert result.lists_line(trust=None, revocation=None, context=current_house().context, now=now) == ""
