"""How much a first visit costs on a slow network: the scanner with its reader, every other page without.

The scanner's reader of PDF files is no part of it: it follows once the page has been open for ten seconds. What
Chromium fetches is counted for some pages; the same count without it is then good for all of them.
"""

from __future__ import annotations

import gzip
import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, Response, expect
from werkzeug.test import TestResponse

from passport.demo import accounts
from passport.house import clock
from passport.registry.clients import create_client
from passport.web.limits import LIMITER
from tests.browser.conftest import Service
from tests.browser.places import PUBLIC, staff_pages
from tests.installed import Site

KB = 1024
LATER, LATER_MOST = ("pages.js", "jbig2.wasm", "openjpeg.wasm"), 720
SCANNER, ELSEWHERE = 600, 120  # KB as they travel
ALONE = {"/verify"}  # fetches by its scripts what its page does not name
BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd", "Sec-Fetch-Site": "none"}
# Of addresses in a page: what it shows itself, not what it leads to. Scripts of a press (the chart) are data-….
NAMED = re.compile(r'<(?:link[^>]*? href|script[^>]*? src|img[^>]*? src|use href|image href)="(/[^"#]*)')
FONTS = re.compile(r"url\((fonts/[^)]+)\)")


def test_a_first_visit_to_the_scanner_is_light(page: Page) -> None:
    sizes = _travelled(page, "/verify", ready=lambda: expect(page.locator("#offline")).to_be_visible())
    assert any("zxing_reader.wasm" in url for url in sizes)
    assert sum(sizes.values()) < SCANNER * KB, sizes


def test_the_reader_of_pdf_files_is_left_out_of_the_first_visit_and_follows(open_page: Callable[..., Page]) -> None:
    page = open_page()
    fetched: dict[str, Response] = {}
    page.context.on("response", lambda answer: fetched.setdefault(answer.url.rpartition("/")[2], answer))
    page.clock.install()
    page.goto("/verify")
    expect(page.locator("#offline")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert not [name for name in fetched if name.startswith(LATER)]
    with page.context.expect_event("response", lambda answer: LATER[-1] in answer.url):
        page.clock.fast_forward(10_000)
    later = [_size(answer) for name, answer in fetched.items() if name.startswith(LATER)]
    assert len(later) == len(LATER)
    assert sum(later) < LATER_MOST * KB


@pytest.mark.parametrize("path", ["/", "/demo"])
def test_the_count_is_chromiums(service: Service, page: Page, path: str) -> None:
    counted = _counted(service.app.test_client(), path)
    sizes = {url.removeprefix(service.url): size for url, size in _travelled(page, path).items()}
    for lazy in set(counted) - set(sizes):
        assert re.fullmatch(r"/demo/\d+\.svg", lazy)  # beneath the fold
        del counted[lazy]
    for token in set(sizes) & {path}:  # a page that was signed in another second is a few bytes off
        assert sizes.pop(token) == pytest.approx(counted.pop(token), abs=64)
    assert sizes == counted


def test_every_other_page_is_light(site: Site) -> None:
    LIMITER.reset()
    with site.house.database.transaction() as session:
        _client, key = create_client(session, name="A", scopes=("verify", "verify:batch"), now=clock())
    agency = site.visitor()
    agency.post("/agency/sign-in", data={"key": key})
    visits = [(site.visitor(), path) for path in PUBLIC if path not in ALONE]
    visits += [(agency, path) for path in ("/agency", "/agency/group", "/agency/list")]
    for account, paths in staff_pages(site).items():
        visits += [(site.as_(account), path) for path in paths]
    heavy = {path: sum(_counted(client, path).values()) for client, path in visits}
    assert {path: size for path, size in heavy.items() if size >= ELSEWHERE * KB} == {}


def test_what_a_foreign_site_asks_for_is_not_compressed(site: Site) -> None:
    client = site.as_(accounts.AUDITOR)
    for asked_by, compressed in (("none", True), ("same-origin", True), ("same-site", False), ("cross-site", False)):
        answer = client.get("/staff/audit", headers=BROWSER | {"Sec-Fetch-Site": asked_by})
        assert ("Content-Encoding" in answer.headers) is compressed, asked_by
    assert "Content-Encoding" not in client.get("/staff/audit", headers={"Accept-Encoding": "gzip"}).headers
    form = site.visitor().post("/verify", data={"credential": "x" * 2000}, headers=BROWSER)
    assert "Content-Encoding" not in form.headers


def _travelled(page: Page, path: str, *, ready: Callable[[], None] = lambda: None) -> dict[str, int]:
    """Bytes of every answer that Chromium fetches for a page."""
    answers: dict[str, Response] = {}
    page.on("response", lambda answer: answers.setdefault(answer.url, answer))
    answer = page.goto(path)
    assert answer is not None
    assert answer.ok
    ready()
    page.wait_for_load_state("networkidle")
    return {url: _size(answer) for url, answer in answers.items()}


def _size(answer: Response) -> int:
    return int(answer.headers.get("content-length") or len(answer.body()))


def _counted(client: FlaskClient, path: str) -> dict[str, int]:
    """Bytes of a page and of everything it shows."""
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code in (200, 404), f"{path}: {answer.status}"
    sizes = {path: len(answer.data)}
    for named in {html.unescape(found) for found in NAMED.findall(_text(answer))}:
        part = client.get(named, headers=BROWSER | {"Sec-Fetch-Site": "same-origin"})
        assert part.status_code == 200, named
        sizes[named] = len(part.data)
        if "site.css" in named:
            for font in FONTS.findall(_text(part)):
                with client.get(f"/static/{font}", headers=BROWSER) as file:
                    sizes[f"/static/{font}"] = int(file.headers["Content-Length"])
    return sizes


def _text(answer: TestResponse) -> str:
    packed = answer.headers.get("Content-Encoding") == "gzip"
    return (gzip.decompress(answer.data) if packed else answer.data).decode()
