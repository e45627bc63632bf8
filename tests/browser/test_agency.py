"""An agency in a browser: a test key, the console, a group from the list to the printed sheet, all for everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from passport.house import EXTENSION
from passport.registry.clients import create_client
from passport.rendering.pdf_pages import pages as pdf_pages
from passport.rendering.qr import qr_png
from passport.tasks.queue import EXTENSION as QUEUE

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 640}


@pytest.mark.parametrize(("language", "viewport"), [("vi", PHONE), ("en", DESKTOP)])
def test_an_agency_from_the_test_key_to_the_printed_sheet(
    open_page: Callable[..., Page],
    accessible: Callable[[Page], None],
    service,
    tmp_path: Path,
    language: str,
    viewport: dict[str, int],
) -> None:
    def look() -> None:
        accessible(page)
        page.set_viewport_size(NARROW)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], page.url
        page.set_viewport_size(viewport)

    page = open_page(viewport=viewport)
    page.goto(f"/agency?lang={language}")
    page.locator("form[action$='test-key'] button").click()
    expect(page.locator("#key")).to_contain_text("pk_test_")
    look()
    page.goto("/agency/try?sample=card-4")
    page.get_by_role("button", name={"vi": "Gửi yêu cầu", "en": "Send the request"}[language]).click()
    expect(page.locator("#json")).to_contain_text('"reason": "bad_signature"')
    look()

    page.goto("/agency/group")
    page.locator("#key").fill(agency_key(service))
    page.locator("form[action$='sign-in'] button").click()
    expect(page.locator("#files")).to_be_visible()
    page.locator("form[enctype] button").click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    look()
    page.locator("#policy").select_option("vn-domestic")
    page.locator("#list").set_input_files(passengers(tmp_path))
    page.locator("#files").set_input_files(pictures(service, tmp_path))
    page.locator("form[enctype] button").click()
    page.wait_for_url("**/agency/group/*")
    queue = service.app.extensions[QUEUE]
    while (task := queue.huey.dequeue()) is not None:
        queue.huey.execute(task)
    expect(page.locator(".tally__item dd")).to_have_text(["0", "1", "2", "1"])  # the page looks again by itself
    expect(page.locator(".part--accepted")).to_contain_text("Nguyễn Văn An")
    for text in ("<b>An</b>", "<img src=x>.png"):
        expect(page.locator(".part--unmatched")).to_contain_text(text)
    look()

    page.emulate_media(media="print")
    for hidden in (".masthead", ".foot", ".govuk-service-navigation", "[data-print]"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator(".group__sign")).to_be_visible()
    assert len(list(pdf_pages(page.pdf(prefer_css_page_size=True)))) == 1
    page.emulate_media(media="screen")
    for path in ("/agency", "/agency/list"):
        page.goto(path)
        look()


def agency_key(service) -> str:
    """The key of a new agency."""
    with service.app.extensions[EXTENSION].database.transaction() as session:
        _client, key = create_client(session, name="Agency", scopes=["verify", "verify:batch"], now=datetime.now(UTC))
    return key


def passengers(folder: Path) -> Path:
    """A list of two: one whose certificate comes, one who brings none."""
    path = folder / "list.csv"
    path.write_text("name,birth date\nNguyễn Văn An,02/01/1990\nTrần Thị Bình,05/06/1980\n", "utf-8")
    return path


def pictures(service, folder: Path) -> list[Path]:
    """The files of the group."""
    codes = {"an.png": service.codes.valid, "markup.png": service.codes.markup, "<img src=x>.png": "no certificate"}
    for name, text in codes.items():
        (folder / name).write_bytes(qr_png(text))
    return [folder / name for name in codes]
