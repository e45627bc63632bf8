"""The citizen's pages in a real browser: every one of them for everybody to use, on a phone and on a desk."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from passport.registry.messages import outbox
from passport.web.limits import LIMITER
from tests.browser.conftest import DESKTOP, PHONE
from tests.installed import Site
from tests.serving import served

NARROW = {"width": 320, "height": 640}


@pytest.fixture
def page(site: Site, browser: Browser) -> Iterator[Page]:
    """A page of a prepared installation; forms carry their tokens here."""
    site.app.config["WTF_CSRF_ENABLED"] = True
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    LIMITER.reset()
    with served(site.app) as url:
        context = browser.new_context(base_url=url, viewport=PHONE)
        yield context.new_page()
        context.close()


def _enter_code(site: Site, page: Page) -> None:
    with site.house.database.reading() as session:
        code = next(filter(None, (re.match(r"\d{6}", message.body) for message in outbox(session))))
    page.locator("#code").fill(code[0])
    page.locator("main form button").first.click()


def test_every_page_is_accessible_and_nothing_is_cut_off(
    site: Site, page: Page, accessible: Callable[[Page], None]
) -> None:
    def look(path: str = "") -> None:
        """Looks at a page, or at where the browser is, in both languages."""
        address = path or page.url
        for language, viewport in (("en", DESKTOP), ("vi", PHONE)):
            page.set_viewport_size(viewport)
            page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
            accessible(page)
        page.set_viewport_size(NARROW)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]

    look("/certificate")
    page.goto("/certificate?sample=1")
    page.get_by_role("button", name="Gửi mã xác thực").click()
    look()
    _enter_code(site, page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Bước 3/3. Tải chứng nhận")
    look()
    code = page.locator(".pass__code").first.get_attribute("href")
    own = "/certificate/record"
    for path in (code, f"{code}/trip", f"{code}/trip?country=XA", f"{own}/history", f"{own}/child"):
        look(path)

    look("/certificate/report")
    look("/certificate/report/follow")
    look("/certificate/report?province=37")
    page.get_by_role("button", name="Gửi mã xác thực").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    accessible(page)
    page.get_by_label("Thiếu mũi đã tiêm").check()
    for field, text in (
        ("full_name", "Nguyễn Văn An"), ("birth_date", "02/01/1990"), ("told", "Thiếu mũi 2"),
        ("contact", "0977000111"),
    ):  # fmt: skip
        page.locator(f"#{field}").fill(text)
    page.locator("#commune").select_option("14638")
    picture = {"name": "giay.png", "mimeType": "image/png", "buffer": page.screenshot()}
    page.locator("#pictures").set_input_files([picture])  # type: ignore[list-item]  # as the library reads it
    page.get_by_role("button", name="Gửi mã xác thực").click()
    look()
    _enter_code(site, page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Phản ánh số")
    expect(page.get_by_text("Ảnh đang lưu")).to_be_visible()
    look()
