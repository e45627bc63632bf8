"""The checkpoint's page in a real browser: every way in, every end, with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from passport.rendering.qr import qr_image
from tests.pictures.degrade import noisy
from tests.serving import NAME

WORDS = {
    "vi": {
        "scan": "Quét", "photo": "Chụp ảnh mã", "check": "Kiểm tra", "text": "Nội dung mã", "file": "Ảnh hoặc tệp PDF",
        "next": "Quét mã tiếp theo", "valid": "HỢP LỆ", "test": "MẪU THỬ – KHÔNG CÓ GIÁ TRỊ",
        "born": "Sinh: 02/01/1990", "compare": "Đối chiếu họ tên và ngày sinh với giấy tờ tùy thân.",
    },
    "en": {
        "scan": "Scan", "photo": "Take a picture", "check": "Check", "text": "Certificate text",
        "file": "Picture or PDF", "next": "Scan next", "valid": "VALID", "test": "TEST – NOT FOR USE",
        "born": "Born: 2 January 1990", "compare": "Compare the name and date of birth with an identity document.",
    },
}  # fmt: skip
ENDS = {
    "valid": ("valid", "", "valid"),
    "partial": ("invalid", "rule_failed", "rule"),
    "forged": ("invalid", "bad_signature", "invalid"),
    "expired": ("invalid", "expired", "invalid"),
    "unknown": ("invalid", "unknown_issuer", "invalid"),
    "identity_card": ("invalid", "not_a_certificate", "unread"),
}
UNSIGNED = {"forged", "unknown", "identity_card"}


def result_of(page: Page) -> tuple[str, ...]:
    """Outcome, reason and heading of the result on the screen."""
    result = page.locator("[data-outcome]")
    expect(result).to_be_visible()
    return tuple(result.get_attribute(f"data-{name}") or "" for name in ("outcome", "reason", "heading"))


def _paste(page: Page, text: str, language: str = "vi") -> None:
    page.get_by_label(WORDS[language]["text"]).fill(text)
    page.get_by_role("button", name=WORDS[language]["check"], exact=True).click()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_good_certificate_is_green_and_shows_whose_it_is(page: Page, service, language: str) -> None:
    words = WORDS[language]
    page.goto(f"/verify?lang={language}")
    _paste(page, service.codes.valid, language)
    assert result_of(page) == ENDS["valid"]
    heading = page.get_by_role("heading", name=words["valid"])
    expect(heading).to_be_focused()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(words["valid"])
    for text in (NAME, words["born"], words["compare"], words["test"], "Comirnaty"):
        expect(page.get_by_text(text)).to_be_visible()
    assert page.locator("#screen").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(8, 112, 58)"
    page.get_by_role("button", name=words["next"]).click()
    expect(page.locator("[data-outcome]")).to_have_count(0)
    expect(page.get_by_label(words["text"])).to_be_focused()


@pytest.mark.parametrize("name", ENDS)
def test_each_end_has_its_screen_and_only_signed_names_are_shown(page: Page, service, name: str) -> None:
    page.goto("/verify?lang=en&policy=vn-domestic")
    _paste(page, getattr(service.codes, name), "en")
    assert result_of(page) == ENDS[name]
    expect(page.get_by_text(NAME)).to_have_count(0 if name in UNSIGNED else 1)
    if name != "valid":
        green = page.locator("#screen").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(8, 112, 58)"
        assert not green
        expect(page.get_by_text(ENDS[name][1], exact=True)).to_be_visible()


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", ENDS)
def test_without_javascript_the_result_reads_the_same(
    open_page: Callable[..., Page], service, name: str, language: str
) -> None:
    texts = []
    for scripted in (True, False):
        page = open_page(java_script_enabled=scripted)
        page.goto(f"/verify?lang={language}&policy=vn-domestic&country=XA")
        _paste(page, getattr(service.codes, name), language)
        expect(page.locator("[data-outcome]")).to_be_visible()
        lines = page.locator("[data-outcome]").inner_text().splitlines()
        texts.append([line.strip() for line in lines if line.strip()])
    assert texts[0] == texts[1]


def test_the_terms_are_chosen_before_and_always_shown(page: Page, service) -> None:
    page.goto("/verify?lang=en")
    expect(page.locator("#terms")).to_contain_text("signature and validity")
    page.get_by_text("Change the rule or the date").click()
    page.get_by_label("Rule of Vietnam").select_option("vn-booster")
    page.get_by_label("Day of the check").fill("2027-01-02")
    told = "Checked against: Booster dose given · on 2 January 2027"
    expect(page.locator("#terms")).to_have_text(told)
    _paste(page, service.codes.valid, "en")
    assert result_of(page) == ("invalid", "rule_failed", "rule")
    expect(page.locator("[data-outcome]").get_by_text(told)).to_be_visible()


def test_a_picture_is_read_and_one_without_a_code_says_so(page: Page, service, tmp_path: Path) -> None:
    good, empty = tmp_path / "code.png", tmp_path / "empty.png"
    qr_image(service.codes.valid).save(good)
    Image.new("RGB", (400, 400), "white").save(empty)
    page.goto("/verify?lang=en")
    for path, end in ((good, ENDS["valid"]), (empty, ("invalid", "unreadable_image", "unread"))):
        page.get_by_label("Picture or PDF").set_input_files(path)
        page.get_by_role("button", name="Check", exact=True).click()
        assert result_of(page) == end
        page.get_by_role("button", name="Scan next").click()


def test_a_large_picture_is_read_on_the_device(page: Page, service, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    grain = noisy(Image.new("L", (4000, 3000), 128), Random(1), sigma=60)  # heavier than what is sent as it is
    large = grain.convert("RGB")
    large.paste(qr_image(service.codes.valid).resize((1500, 1500)), (900, 700))
    large.save(photo, quality=95)
    page.goto("/verify?lang=en")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Take a picture").click()
    chosen.value.set_files(photo)
    assert result_of(page) == ENDS["valid"]
    assert sent == []


def test_a_hand_scanner_types_one_code_after_another(page: Page, service) -> None:
    page.goto("/verify?lang=en")
    page.get_by_label("Certificate text").focus()
    for name in ("valid", "forged", "valid"):
        page.keyboard.type(getattr(service.codes, name))
        page.keyboard.press("Enter")
        expect(page.locator(f"[data-heading={ENDS[name][2]}][data-outcome]")).to_be_visible()
        assert result_of(page) == ENDS[name]


def test_space_goes_on_to_the_next(page: Page, service) -> None:
    page.goto("/verify?lang=en")
    _paste(page, service.codes.valid, "en")
    result_of(page)
    page.keyboard.press("Space")
    expect(page.locator("[data-outcome]")).to_have_count(0)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_camera_reads_a_code(camera_page: Callable[[str], Page], service, language: str) -> None:
    page = camera_page(service.codes.valid)
    page.goto(f"/verify?lang={language}")
    page.get_by_role("button", name=WORDS[language]["scan"], exact=True).click()
    expect(page.locator("[data-outcome]")).to_be_visible(timeout=15_000)
    assert result_of(page) == ENDS["valid"]
    expect(page.get_by_role("heading", name=WORDS[language]["valid"])).to_be_focused()
    page.get_by_role("button", name=WORDS[language]["next"]).click()
    expect(page.locator("[data-outcome]")).to_be_visible(timeout=15_000)  # the same code stands before the camera


def test_a_code_of_something_else_is_told_what_it_is(camera_page: Callable[[str], Page]) -> None:
    page = camera_page("https://example.org/")
    page.goto("/verify?lang=en")
    page.get_by_role("button", name="Scan", exact=True).click()
    expect(page.locator("[data-reason=not_a_certificate]")).to_be_visible(timeout=15_000)


def test_the_light_is_offered_where_there_is_one_and_stop_closes_the_camera(camera_page: Callable[[str], Page]) -> None:
    page = camera_page("")
    page.add_init_script("""
        MediaStreamTrack.prototype.getCapabilities = () => ({torch: true});
        MediaStreamTrack.prototype.applyConstraints = function (asked) { window.asked = asked; };
        """)
    page.goto("/verify?lang=en")
    page.get_by_role("button", name="Scan", exact=True).click()
    light = page.get_by_role("button", name="Light")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("window.asked") == {"advanced": [{"torch": True}]}
    page.evaluate("window.track = document.getElementById('view').srcObject.getVideoTracks()[0]")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#camera")).to_be_hidden()
    page.wait_for_function("window.track.readyState === 'ended'")  # the camera is let go of
    expect(page.get_by_role("button", name="Scan", exact=True)).to_be_focused()


def test_without_a_light_there_is_no_button_for_it(camera_page: Callable[[str], Page]) -> None:
    page = camera_page("")
    page.goto("/verify?lang=en")
    page.get_by_role("button", name="Scan", exact=True).click()
    expect(page.get_by_text("Get the whole QR code into the frame.")).to_be_visible()
    expect(page.locator("#view")).not_to_have_js_property("currentTime", 0)
    expect(page.get_by_role("button", name="Light")).to_be_hidden()


def test_without_a_camera_it_offers_a_picture(page: Page) -> None:
    page.goto("/verify?lang=en")
    page.get_by_role("button", name="Scan", exact=True).click()
    expect(page.get_by_text("This browser cannot open the camera.")).to_be_visible()
    expect(page.get_by_role("button", name="Take a picture")).to_be_focused()


def test_without_a_secure_page_it_offers_a_picture_and_says_where_it_is_checked(
    playwright, chromium: str, service, tmp_path: Path
) -> None:
    mapped = "--host-resolver-rules=MAP checkpoint.test 127.0.0.1"
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", mapped])
    try:
        page = browser.new_page()
        page.goto(service.url.replace("localhost", "checkpoint.test") + "/verify?lang=en")
        assert not page.evaluate("window.isSecureContext")
        expect(page.get_by_role("button", name="Scan", exact=True)).to_be_hidden()
        expect(page.get_by_text("go to the server of this service")).to_be_visible()
        photo = tmp_path / "photo.png"
        qr_image(service.codes.valid).save(photo)
        with page.expect_file_chooser() as chosen:
            page.get_by_role("button", name="Take a picture").click()
        chosen.value.set_files(photo)
        assert result_of(page) == ENDS["valid"]
    finally:
        browser.close()


def test_without_lists_and_without_the_service_it_is_amber_never_green(page: Page, service) -> None:
    for away in ("**/trust/bundle", "**/api/v1/verifications"):
        page.route(away, lambda route: route.abort())
    page.goto("/verify?lang=en")
    expect(page.get_by_text("go to the server of this service")).to_be_visible()
    _paste(page, service.codes.valid, "en")
    assert result_of(page) == ("undetermined", "unavailable", "undetermined")
    expect(page.get_by_text(NAME)).to_have_count(0)


@pytest.mark.parametrize("scripted", [True, False])
def test_a_name_in_html_is_text(open_page: Callable[..., Page], service, scripted: bool) -> None:
    page = open_page(java_script_enabled=scripted)
    page.goto("/verify?lang=en")
    _paste(page, service.codes.markup, "en")
    assert result_of(page) == ENDS["valid"]
    expect(page.locator("[data-slot=name]")).to_have_text(re.compile(r"^<b>An</b> <img src=x onerror="))
    assert page.title() != "1"
    expect(page.locator("[data-outcome] img")).to_have_count(0)


@pytest.mark.parametrize("scripted", [True, False])
def test_nothing_typed_is_told(open_page: Callable[..., Page], scripted: bool) -> None:
    page = open_page(java_script_enabled=scripted)
    page.goto("/verify?lang=en")
    page.get_by_role("button", name="Check", exact=True).click()
    told = page.get_by_role("status" if scripted else "alert").get_by_text("Enter the certificate text")
    expect(told.first).to_be_visible()
    expect(page.get_by_label("Certificate text")).to_be_visible()
