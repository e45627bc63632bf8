"""The frame of the pages: language, strip, content policy, errors."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.serving import application

PAGES = ["/", "/verify", "/demo", "/privacy", "/security", "/nowhere"]
VIETNAMESE = re.compile(r"[ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]", re.IGNORECASE)
PLACES = re.compile("Kim Sơn|Tủa Chùa")
VOID = {"meta", "link", "img", "input", "br", "hr", "use", "path"}


class _English(HTMLParser):
    """Collects the words of an English page that are Vietnamese and do not say so."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[bool] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag not in VOID:
            own = named.get("lang") == "vi" or named.get("translate") == "no"
            self.open.append(own or (bool(self.open) and self.open[-1] and named.get("lang") != "en"))
        for name in ("alt", "title", "aria-label", "data-words", "data-done", "data-aim"):
            self.handle_data(named.get(name) or "")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if VIETNAMESE.search(PLACES.sub("", data)) and not (self.open and self.open[-1]):
            self.words.append(data.strip())


@pytest.mark.parametrize("path", PAGES)
def test_an_english_page_is_english(client: FlaskClient, path: str) -> None:
    page = client.get(f"{path}?lang=en").text
    assert '<html lang="en"' in page
    assert _English(page).words == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_inline_and_the_policy_is_sent(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", answer.text) == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//', answer.text) == []


def test_vietnamese_first_and_the_choice_is_remembered(client: FlaskClient) -> None:
    assert '<html lang="vi"' in client.get("/", headers={"Accept-Language": "en"}).text
    chosen = client.get("/?lang=en")
    assert "HttpOnly" in chosen.headers["Set-Cookie"]
    assert "SameSite=Lax" in chosen.headers["Set-Cookie"]
    assert '<html lang="en"' in client.get("/privacy").text
    assert '<html lang="vi"' in client.get("/privacy?lang=vi").text
    assert '<html lang="vi"' in client.get("/privacy?lang=xx").text


def test_an_error_is_a_page_in_the_language_of_the_visitor(client: FlaskClient) -> None:
    answer = client.get("/nowhere?lang=en")
    assert answer.status_code == 404
    assert "This page was not found." in answer.text


def test_the_switch_keeps_the_rest_of_the_address(client: FlaskClient) -> None:
    page = client.get("/verify?policy=vn-entry&on=2027-01-02").text
    assert 'href="/verify?policy=vn-entry&amp;on=2027-01-02&amp;lang=en"' in page


def test_samples_are_for_this_machine_in_development(client: FlaskClient) -> None:
    assert client.get("/demo").status_code == 200
    assert client.get("/demo", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404


def test_the_strip_stands_on_every_page(app: APIFlask, client: FlaskClient) -> None:
    for path in PAGES:
        assert "DEMO – invented people" in client.get(f"{path}?lang=en").text


def test_production_shows_neither_strip_nor_samples(tmp_path: Path, sqlite_template: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a secret of its own, long enough to be one")
    secret.chmod(0o600)
    app = application(
        tmp_path,
        sqlite_template,
        PASSPORT_ENVIRONMENT="production",
        PASSPORT_SECRET_KEY_FILE=str(secret),
        PASSPORT_POPULATION_URL="https://population.example",
    )
    client = app.test_client()
    page = client.get("/?lang=en", base_url="https://localhost")
    assert "DEMO" not in page.text
    assert "/demo" not in page.text
    assert "Secure" in page.headers["Set-Cookie"]
    assert client.get("/demo").status_code == 404
