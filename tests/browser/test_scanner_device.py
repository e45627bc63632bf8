"""What the scanner asks of its device: kept awake, installed, shared, started for the first time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Service
from tests.serving import NAME

AWAKE = """
    window.locks = [];
    Object.defineProperty(navigator, "wakeLock", {value: {request: async (kind) => {
        const lock = {kind, released: false, release: async () => { lock.released = true; }};
        window.locks.push(lock);
        return lock;
    }}});
"""
SHARING = """
    window.shared = [];
    navigator.share = async (told) => { window.shared.push(told); };
"""
OFFER = """() => {
    const offer = new Event("beforeinstallprompt", {cancelable: true});
    offer.prompt = () => { window.prompted = (window.prompted ?? 0) + 1; };
    window.dispatchEvent(offer);
    return offer.defaultPrevented;
}"""
STEPS = {
    "vi": ("Không lưu, không gửi, không định vị", "Chọn quy định trước khi quét", "Xem màu, rồi xem giấy tờ"),
    "en": ("Nothing kept, nothing sent, no location", "Choose the rule first", "Look at the colour"),
}
BUTTONS = {"vi": ("Tiếp tục", "Bắt đầu", "Bỏ qua", "Quét"), "en": ("Continue", "Begin", "Skip", "Scan")}


def test_the_screen_stays_awake_while_the_camera_is_open(camera_page: Callable[[str], Page]) -> None:
    page = camera_page("")
    page.add_init_script(AWAKE)
    page.goto("/verify?lang=en")
    assert page.evaluate("window.locks") == []
    for opened in (1, 2):
        page.get_by_role("button", name="Scan", exact=True).click()
        expect(page.get_by_text("Get the whole QR code into the frame.")).to_be_visible()
        page.wait_for_function("(many) => window.locks.length === many", arg=opened)
        assert page.evaluate("window.locks.map(({kind, released}) => [kind, released])")[-1] == ["screen", False]
        page.get_by_role("button", name="Stop").click()
        page.wait_for_function("() => window.locks.every(({released}) => released)")


def test_installing_is_offered_where_the_browser_offers_it(page: Page) -> None:
    page.goto("/verify?lang=en")
    offered = page.get_by_role("button", name="Add to the home screen")
    expect(page.locator("#offline")).to_be_visible()
    expect(offered).to_be_hidden()
    assert page.evaluate(OFFER)  # the browser's own bar stays away
    offered.click()
    assert page.evaluate("window.prompted") == 1
    expect(offered).to_be_hidden()


def test_the_counts_that_are_shared_name_nobody(page: Page, service: Service) -> None:
    page.add_init_script(SHARING)
    page.goto("/verify?lang=en&place=Gate+1")
    for code, outcome in ((service.codes.forged, "invalid"), (service.codes.identity_card, "invalid")):
        page.get_by_label("Certificate text").fill(code)
        page.get_by_role("button", name="Check", exact=True).click()
        expect(page.locator(f"[data-outcome={outcome}]")).to_be_visible()
        page.get_by_role("button", name="Scan next").click()
    page.get_by_label("Certificate text").fill(service.codes.valid)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_text(NAME)).to_be_visible()
    page.get_by_role("button", name="Scan next").click()
    page.get_by_text("This shift").click()
    page.get_by_role("button", name="Share or copy the numbers").click()
    (told,) = page.evaluate("window.shared")
    assert told.keys() == {"text"}
    place, period, *counts = told["text"].split("\n")
    assert place == "Gate 1"
    assert period.startswith("Shift from ")
    assert counts == ["NOT VALID: 1", "CODE NOT READ: 1", "TEST – NOT FOR USE: 1", "Total: 3"]


@pytest.mark.parametrize(
    ("browser_name", "warned"),
    [
        ("Chrome/120.0 Mobile Safari/537.36 Zalo android/12200571 ZaloTheme/light", True),
        ("Mobile/15E148 [FBAN/FBIOS;FBAV/440.0.0.30.108]", True),
        ("Chrome/120.0 Mobile Safari/537.36", False),
    ],
)
def test_a_browser_inside_an_app_is_told(open_page: Callable[..., Page], browser_name: str, warned: bool) -> None:
    page = open_page(user_agent=f"Mozilla/5.0 (Linux; Android 13) {browser_name}")
    page.goto("/verify?lang=vi")
    expect(page.locator("#ways")).to_be_visible()
    assert page.get_by_text("Trang đang mở bên trong một ứng dụng khác.").is_visible() == warned


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_first_start_says_three_things_once(page: Page, language: str) -> None:
    page.goto(f"/verify?lang={language}")
    forward, begin, skip, scan = BUTTONS[language]
    buttons = (forward, forward, begin)
    expect(page.locator("#offline")).to_be_visible()
    page.get_by_role("button", name=forward).focus()
    for step, button in zip(STEPS[language], buttons, strict=True):
        expect(page.get_by_role("heading", name=step)).to_be_visible()
        expect(page.get_by_role("button", name=button)).to_be_focused()
        assert page.locator("#first h2:visible").count() == 1
        page.keyboard.press("Enter")
    expect(page.locator("#first")).to_be_hidden()
    expect(page.get_by_role("button", name=scan, exact=True)).to_be_focused()
    page.reload()
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#first")).to_be_hidden()
    page.evaluate("localStorage.removeItem('scanner.first')")
    page.reload()
    page.get_by_role("button", name=skip).click()
    expect(page.locator("#first")).to_be_hidden()
    assert page.evaluate("localStorage.getItem('scanner.first')") == '{"said":true}'
