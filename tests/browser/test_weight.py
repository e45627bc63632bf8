"""How much a first visit costs on a slow network: the scanner with its reader, every other page without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Response, expect

KB = 1024
MOST = {"/verify": 600}  # KB as they travel
ELSEWHERE = 120
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


def _travelled(answer: Response) -> int:
    return int(answer.headers.get("content-length") or len(answer.body()))
