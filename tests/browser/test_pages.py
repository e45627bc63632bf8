"""The first page, the samples and the frame: what people see, how light it is, whether everybody can use it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE

PAGES = ["/", "/verify", "/verify/setup", "/agency", "/agency/try", "/demo", "/privacy", "/security", "/nowhere"]
DOORS = {
    "vi": ["Lấy chứng nhận", "Kiểm tra chứng nhận", "Đại lý du lịch", "Cán bộ"],
    "en": ["Get a certificate", "Check a certificate", "Travel agencies", "Staff"],
}
NARROW = {"width": 320, "height": 640}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_four_doors_and_a_way_to_the_samples(page: Page, language: str) -> None:
    page.goto(f"/?lang={language}")
    links = page.locator("main .door a")
    expect(links).to_have_text(DOORS[language])
    assert [link.get_attribute("href") for link in links.all()] == ["/certificate", "/verify", "/agency", "/staff"]
    expect(page.get_by_text("DEMO – invented people" if language == "en" else "DEMO – nhân vật hư cấu")).to_be_visible()
    page.get_by_role("link", name="Open the ten samples" if language == "en" else "Mở mười mã mẫu").click()
    page.wait_for_url("**/demo")


def test_the_language_is_switched_and_remembered(page: Page) -> None:
    page.goto("/verify?policy=vn-entry")
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check a certificate")
    expect(page.locator("#terms")).to_contain_text("Entry into Vietnam")
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize(("language", "viewport"), [("vi", PHONE), ("en", DESKTOP)], ids=["vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible(
    open_page: Callable[..., Page],
    accessible: Callable[[Page], None],
    path: str,
    language: str,
    viewport: dict[str, int],
) -> None:
    page = open_page(viewport=viewport)
    page.goto(f"{path}?lang={language}")
    accessible(page)


@pytest.mark.parametrize("name", ["valid", "partial", "forged", "identity_card"])
@pytest.mark.parametrize("scripted", [True, False])
def test_results_are_accessible(
    open_page: Callable[..., Page], accessible: Callable[[Page], None], service, name: str, scripted: bool
) -> None:
    page = open_page()
    page.goto("/verify?lang=vi&policy=vn-domestic")
    page.get_by_label("Nội dung mã").fill(getattr(service.codes, name))
    if scripted:
        page.get_by_role("button", name="Kiểm tra", exact=True).click()
    else:
        page.locator("#check").evaluate("form => form.submit()")
    expect(page.locator("[data-outcome]")).to_be_visible()
    accessible(page)


def test_an_undetermined_result_is_accessible(page: Page, accessible: Callable[[Page], None]) -> None:
    page.goto("/demo?lang=vi")
    page.locator("#card-10").get_by_role("button", name="Kiểm tra").click()
    expect(page.locator("[data-outcome=undetermined][data-reason=lists_stale]")).to_be_visible()
    accessible(page)


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_cut_off_at_320_pixels(open_page: Callable[..., Page], path: str) -> None:
    page = open_page(viewport=NARROW)
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_a_result_is_not_cut_off_at_320_pixels(open_page: Callable[..., Page], service) -> None:
    page = open_page(viewport=NARROW)
    page.goto("/verify?policy=vn-domestic")
    page.get_by_label("Nội dung mã").fill(service.codes.partial)
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    expect(page.locator("[data-outcome]")).to_be_visible()
    assert page.locator("#screen").evaluate("e => e.scrollWidth") <= NARROW["width"]


def test_every_card_gets_the_result_that_it_announces(page: Page) -> None:
    page.goto("/demo?lang=en")
    for number in (1, 4, 5, 8, 9, 10):
        card = page.locator(f"#card-{number}")
        heading = card.get_attribute("data-heading")
        card.get_by_role("button", name="Check").click()
        expect(page.locator(f"[data-outcome][data-heading={heading}]")).to_be_visible()
        expect(page.locator("#result-word")).to_be_focused()
        page.go_back()


def test_a_card_fills_the_screen_and_gives_its_text(open_page: Callable[..., Page], service) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/demo?lang=en")
    card = page.locator("#card-1")
    card.get_by_role("button", name="Full screen").click()
    code = page.locator("#full img")
    expect(code).to_be_visible()
    assert code.evaluate("e => e.naturalWidth > 0 && e.getBoundingClientRect().width > 300")
    page.get_by_role("button", name="Close").click()
    card.get_by_role("button", name="Copy text").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == service.codes.valid
    expect(page.locator("#curl")).to_contain_text("/api/v1/verifications")
