"""The first five minutes, walked in a real browser and both languages: doors, cards, citizen, staff, camera."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from passport.demo import accounts, lists
from passport.demo.samples import Sample, load
from passport.registry.messages import outbox
from passport.registry.people import find_by_id_number
from passport.web.limits import LIMITER
from tests.browser.conftest import ARGUMENTS, PHONE, film
from tests.installed import Site
from tests.serving import served

WORDS = {
    "vi": {
        "get": "Lấy chứng nhận", "check": "Kiểm tra", "scan": "Quét",
        "send": "Gửi mã xác thực", "pdf": "Tải tệp PDF", "confirm": "Xác nhận TC-LD-01", "repair": "Sửa dòng",
        "store": "Lưu dòng đã sửa", "compare": "Đối chiếu với dữ liệu dân cư", "propose": "Đề nghị cấp cho",
        "approve": "Duyệt và cấp chứng nhận", "import": "Nhập danh sách", "file": "Tệp danh sách",
        "save": "Lưu thay đổi",
    },
    "en": {
        "get": "Get a certificate", "check": "Check", "scan": "Scan",
        "send": "Send code", "pdf": "Download PDF", "confirm": "Confirm TC-LD-01", "repair": "Repair row",
        "store": "Store the corrected row", "compare": "Compare with the population register", "propose": "Propose",
        "approve": "Approve and issue", "import": "Import the list", "file": "File of the list",
        "save": "Store the change",
    },
}  # fmt: skip


@pytest.fixture
def at(site: Site) -> Iterator[str]:
    """The address of a prepared installation that is served; forms carry their tokens here."""
    site.app.config["WTF_CSRF_ENABLED"] = True
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    LIMITER.reset()
    with served(site.app) as url:
        yield url


@pytest.fixture
def walk(at: str, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Opens a page in a browser of its own, in a language."""
    contexts = []

    def open_one(language: str) -> Page:
        context = browser.new_context(base_url=at, viewport=PHONE)
        context.set_default_timeout(90_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"/?lang={language}")
        return page

    yield open_one
    for context in contexts:
        context.close()


def _ends_as(page: Page, sample: Sample) -> None:
    result = page.locator("[data-outcome]")
    expect(result).to_have_attribute("data-heading", sample.expected.heading.value)
    expect(result).to_have_attribute("data-outcome", sample.expected.outcome.value)
    expect(result).to_have_attribute("data-reason", sample.expected.reason.value if sample.expected.reason else "")


@pytest.mark.browser
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_four_doors_and_the_ten_cards(site: Site, walk: Callable[[str], Page], language: str) -> None:
    page = walk(language)
    for path in ("/certificate", "/verify", "/agency", "/staff"):
        expect(page.locator(f"main a[href='{path}']")).to_be_visible()
    cards = [s for s in load(site.house.settings.instance_dir) if s.card]
    assert len(cards) == 10
    for sample in cards:
        page.goto("/demo")
        card = page.locator(f"form[action='/demo/{sample.card}/check']")
        card.get_by_role("button", name=WORDS[language]["check"]).click()
        _ends_as(page, sample)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_camera_reads_a_card(
    site: Site, at: str, playwright: Playwright, chromium: str, tmp_path: Path, language: str
) -> None:
    sample = next(s for s in load(site.house.settings.instance_dir) if s.card == 1)
    reel = tmp_path / "camera.mjpeg"
    reel.write_bytes(film(sample.credential))
    looking = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    browser = playwright.chromium.launch(
        executable_path=chromium, args=[*ARGUMENTS, *looking, f"--use-file-for-fake-video-capture={reel}"]
    )
    page = browser.new_context(base_url=at, viewport=PHONE, permissions=["camera"]).new_page()
    page.goto(f"/verify?lang={language}&policy=vn-domestic")
    page.get_by_role("button", name=WORDS[language]["scan"], exact=True).click()
    _ends_as(page, sample)
    browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_citizen_gets_the_paper_and_another_is_told_what_blocks(
    site: Site, walk: Callable[[str], Page], language: str
) -> None:
    words = WORDS[language]
    for number, ready in ((0, True), (1, False)):
        page = walk(language)
        page.get_by_role("link", name=words["get"]).first.click()
        page.locator(f"a[href*='sample={number + 1}']").click()
        page.get_by_role("button", name=words["send"]).click()
        with site.house.database.reading() as session:
            (message, *_) = outbox(session)
        (code,) = set(re.findall(r"\b\d{6}\b", message.body))  # said in both languages
        page.locator("input[name=code]").fill(code)
        page.locator("main form button").first.click()
        expect(page.get_by_text(site.demo["people"][number]["full_name"]).first).to_be_visible()
        paper = page.get_by_role("link", name=words["pdf"])
        if ready:
            with page.expect_download() as download:
                paper.first.click()
            assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
        else:
            expect(paper).to_have_count(0)
            told = "chưa khớp" if language == "vi" else "do not match"
            expect(page.locator("main")).to_contain_text(told)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["vi", "en"])
def test_staff_bring_a_session_to_green_and_a_correction_turns_it_red(
    site: Site, walk: Callable[[str], Page], tmp_path: Path, language: str
) -> None:
    words = WORDS[language]
    today = site.house.today(datetime.now(UTC))
    session_list = lists.mobile_session(today)
    upload = tmp_path / session_list.file_name
    upload.write_bytes(session_list.data)
    repaired = lists.mobile_session_rows(today)[1].person

    page = _signed_in(walk, accounts.NURSE, language)
    page.goto("/staff/lists")
    page.get_by_label(words["file"]).set_input_files(upload)
    page.locator("select[name=site]").select_option(lists.MOBILE_TUA_CHUA)
    page.get_by_role("button", name=words["import"]).click()
    repairs = page.get_by_role("link", name=re.compile(words["repair"]))
    expect(repairs).to_have_count(6)
    repairs.nth(1).click()
    page.locator("input[name='cell:birth_date']").fill(lists.shown(repaired.born))
    page.get_by_role("button", name=words["store"]).click()
    expect(repairs).to_have_count(5)
    page.goto("/staff/")
    page.get_by_role("button", name=words["compare"]).click()
    _done(page)

    page = _signed_in(walk, accounts.HEAD, language)
    page.goto("/staff/confirm")
    page.get_by_role("button", name=words["confirm"]).click()
    _done(page)
    page = _signed_in(walk, accounts.ISSUER, language)
    page.goto("/staff/batches/outlook?area=03217")
    page.get_by_role("button", name=re.compile(words["propose"])).first.click()
    expect(page.get_by_text(repaired.full_name)).to_be_visible()
    batch = page.url
    page = _signed_in(walk, accounts.APPROVER, language)
    page.goto(batch)
    page.get_by_role("button", name=words["approve"]).click()
    _done(page)

    old = _current(site, repaired.id_number)
    assert _checked(walk(language), old, language) == ("valid", "")
    page = _signed_in(walk, accounts.IDENTITY, language)
    page.goto(f"/staff/people?id_number={repaired.id_number}")
    page.get_by_role("link", name=repaired.full_name).click()
    page.locator("select[name=field]").select_option("full_name")
    page.locator("input[name=value]").fill(repaired.full_name.upper())
    page.locator("input[name=why]").fill("Theo thẻ căn cước")
    page.get_by_role("button", name=words["save"]).click()
    expect(page.get_by_text("Theo thẻ căn cước")).to_be_visible()
    assert _checked(walk(language), old, language) == ("invalid", "revoked")
    assert _checked(walk(language), _current(site, repaired.id_number), language) == ("valid", "")


def _done(page: Page) -> None:
    """Waits for the page that tells what the last act did."""
    expect(page.locator(".govuk-notification-banner--success")).to_be_visible()


def _signed_in(walk: Callable[[str], Page], account: accounts.SampleAccount, language: str) -> Page:
    page = walk(language)
    page.goto("/demo")
    page.locator(f"form:has(input[value='{account.email}']) button, button[value='{account.email}']").first.click()
    page.wait_for_url("**/staff/*")
    return page


def _current(site: Site, id_number: str) -> str:
    with site.house.database.reading() as session:
        (person,) = find_by_id_number(session, id_number)
        (certificate,) = [c for c in person.certificates if c.state == "issued"]
        return certificate.text or ""


def _checked(page: Page, text: str, language: str) -> tuple[str | None, str | None]:
    page.goto("/verify")
    page.locator("[name=credential]").fill(text)
    page.get_by_role("button", name=WORDS[language]["check"], exact=True).click()
    result = page.locator("[data-outcome]")
    expect(result).to_be_visible()
    return result.get_attribute("data-outcome"), result.get_attribute("data-reason")
