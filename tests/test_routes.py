"""Every route has an audience, every changing route is guarded, and strangers reach only what is public."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from passport.house import EXTENSION
from passport.web.access import Audience, audience_of
from tests.serving import application

# Public routes that change something: each is here for a reason.
OPEN_POSTS = {
    "scanner.verify_page",  # checks a certificate without JavaScript; stores nothing
    "security.login",
    "security.two_factor_setup",
    "security.two_factor_token_validation",
    "security.two_factor_rescue",
    "security.tf_select",
}


@pytest.fixture
def app(tmp_path: Path, sqlite_template: Path) -> Iterator[Flask]:
    """The application outside any context, as a server runs it."""
    app = application(tmp_path, sqlite_template)
    yield app
    app.extensions[EXTENSION].database.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_every_route_declares_its_audience(app: Flask) -> None:
    undeclared = sorted({r.endpoint for r in app.url_map.iter_rules() if audience_of(app, r.endpoint) is None})
    # What an extension adds and nobody declared answers 403 to everybody.
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if rule.endpoint in undeclared:
            assert rule.endpoint.startswith("security."), rule.endpoint
            assert client.open(_path(rule), method="GET").status_code in (403, 405)


def test_staff_pages_ask_for_a_login(app: Flask, client: FlaskClient) -> None:
    staff = [r for r in app.url_map.iter_rules() if audience_of(app, r.endpoint) is Audience.STAFF]
    assert staff
    for rule in staff:
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        answer = client.open(_path(rule), method=method)
        assert answer.status_code in (302, 400, 401, 403), f"{rule} answered {answer.status_code} to a stranger"
        if answer.status_code == 302:
            assert "/staff/login" in answer.headers["Location"] or answer.headers["Location"] == "/"


def test_pages_of_agencies_ask_for_their_key(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    rules = [r for r in app.url_map.iter_rules() if audience_of(app, r.endpoint) is Audience.AGENCY]
    assert rules
    for rule in rules:
        path = str(rule).replace("<string(length=32):group_id>", "0" * 32)
        answer = client.open(path, method="GET" if "GET" in (rule.methods or ()) else "POST")
        assert answer.status_code == 302, rule
        assert answer.headers["Location"].startswith("/agency?next="), rule


def test_development_pages_are_for_loopback_only(app: Flask, client: FlaskClient) -> None:
    rules = [r for r in app.url_map.iter_rules() if audience_of(app, r.endpoint) is Audience.DEVELOPMENT]
    assert rules
    for rule in rules:
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        answer = client.open(_path(rule), method=method, environ_base={"REMOTE_ADDR": "203.0.113.9"})
        assert answer.status_code in (400, 404), rule  # 400: the CSRF guard speaks first


@pytest.mark.parametrize("language", ["vi", "en"])
def test_changing_routes_ask_for_a_token(app: Flask, language: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or audience_of(app, rule.endpoint) in (None, Audience.CLIENT):
            continue
        answer = client.post(_path(rule) + f"?lang={language}", data={})
        assert answer.status_code in (302, 400, 401, 403, 404), f"{rule} answered {answer.status_code} without a token"


def _path(rule: Rule) -> str:
    """An address that the rule takes: 1 for a number, the first of several words, x for anything else."""
    path = re.sub(r"<any\('([^']+)'[^>]*>", r"\1", str(rule))
    return re.sub(r"<[^>]+>", "x", re.sub(r"<int[^>]*>", "1", path))
