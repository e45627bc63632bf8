"""How much a first visit costs on a slow network: the scanner with its reader, every other page without.

The scanner's reader of PDF files is no part of it: it follows once the page has been open for ten seconds.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Response, expect

KB = 1024
MOST = {"/verify": 600}  # KB as they travel
ELSEWHERE = 120
LATER, LATER_MOST = ("pages.js", "jbig2.wasm", "openjpeg.wasm"), 720
PAGES = ["/verify", "/", "/verify/setup", "/certificate", "/agency", "/staff/login", "/privacy"]


@pytest.mark.parametrize("path", PAGES)
def test_a_first_visit_is_light(page: Page, path: str) -> None:
    answers: dict[str, Response] = {}
    page.on("response", lambda answer: answers.setdefault(answer.url, answer))
    answer = page.goto(path)
    assert answer is not None
    assert answer.ok
    if path == "/verify":
        expect(page.locator("#offline")).to_be_visible()  # lists and everything for the next visit included
    page.wait_for_load_state("networkidle")
    sizes = {url: _travelled(answer) for url, answer in answers.items()}
    assert any("zxing_reader.wasm" in url for url in sizes) == (path == "/verify")
    assert sum(sizes.values()) < MOST.get(path, ELSEWHERE) * KB, sizes


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
    later = [_travelled(answer) for name, answer in fetched.items() if name.startswith(LATER)]
    assert len(later) == len(LATER)
    assert sum(later) < LATER_MOST * KB


def _travelled(answer: Response) -> int:
    return int(answer.headers.get("content-length") or len(answer.body()))
