"""The scanner on its own device: four formats with and without a network, what leaves it, what it keeps."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import FORMATS, Service
from tests.forging import NOW
from tests.serving import NAME

DAY = NOW.date().isoformat()  # the day for which the codes of all formats are good
KEPT = """async () => {
    const told = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie];
    for (const name of await caches.keys()) {
        told.push(name);
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
            const type = (await cache.match(request)).headers.get("content-type") ?? "";
            // Scripts and styles are the same for everybody, and full of numbers.
            told.push(request.url, /html|json|plain/.test(type) ? await (await cache.match(request)).text() : "");
        }
    }
    for (const {name, version} of await indexedDB.databases()) {
        const database = await new Promise((done) => {
            const asked = indexedDB.open(name, version);
            asked.onsuccess = () => done(asked.result);
        });
        for (const store of database.objectStoreNames) {
            const all = database.transaction(store).objectStore(store).getAll();
            told.push(name, JSON.stringify(await new Promise((done) => (all.onsuccess = () => done(all.result)))));
        }
        database.close();
    }
    return told.join("\\n");
}"""


def _ready(page: Page) -> None:
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#where")).to_contain_text("Checked on this device")


def _scan(page: Page, count: int) -> tuple[set[str], list[float]]:
    """Scans until `count` codes that differ were accepted: what was said of them, and the seconds of each scan."""
    page.get_by_role("button", name="Scan", exact=True).click()
    told, seconds = set(), []
    while len(told) < count:
        expect(page.locator("[data-outcome=valid]")).to_be_visible(timeout=15_000)
        told.add(page.locator("#result").inner_text())
        begun = time.perf_counter()
        page.get_by_role("button", name="Scan next").click()
        page.locator("[data-outcome]").wait_for()
        seconds.append(time.perf_counter() - begun)
        assert len(seconds) < 40
    return told, seconds


def test_four_formats_with_and_without_a_network_and_nothing_leaves_or_stays(
    camera_page: Callable[..., Page], every_format: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    page = camera_page(*every_format.values())
    page.goto(f"/verify?lang=en&on={DAY}")
    _ready(page)
    page.wait_for_load_state("networkidle")
    sent: list[str] = []
    page.context.on("request", lambda request: sent.append(request.url))
    online, seconds = _scan(page, len(FORMATS))
    assert [url for url in sent if "mark.svg" not in url] == []  # the picture of the tab is the browser's own affair
    page.context.set_offline(True)
    page.goto(f"/verify?lang=vi&on={DAY}")
    expect(page.get_by_text("Đang mất mạng.")).to_be_visible()
    expect(page.get_by_role("button", name="Quét", exact=True)).to_be_visible()
    page.goto(f"/verify?lang=en&on={DAY}")
    offline, more = _scan(page, len(FORMATS))
    assert offline == online
    with capsys.disabled():
        print(f"\nfrom press to verdict: median {statistics.median(seconds + more):.2f} s of {len(seconds + more)}")
    page.get_by_role("button", name="Does not match").click()
    kept = page.evaluate(KEPT)
    assert "since" in kept
    assert "scanner-" in kept
    for text in (NAME, "NGUYEN", "1990-01-02", "1990", *every_format.values()):
        assert text not in kept


def test_the_kept_page_follows_the_language_chosen_on_another_page(page: Page) -> None:
    page.goto("/verify?lang=vi")
    expect(page.locator("#offline")).to_be_visible()
    page.goto("/")
    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="Check a certificate").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.context.set_offline(True)
    page.goto("/verify")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.evaluate("navigator.serviceWorker.controller !== null")


def test_a_card_in_two_codes_is_collected(camera_page: Callable[..., Page], every_format: dict[str, str]) -> None:
    digits = every_format["shc"].removeprefix("shc:/")
    cut = len(digits) // 4 * 2
    page = camera_page(f"shc:/2/2/{digits[cut:]}", f"shc:/1/2/{digits[:cut]}")
    page.goto(f"/verify?lang=en&on={DAY}")
    _ready(page)
    page.evaluate("""() => {
        const hint = document.getElementById("hint");
        window.told = [];
        new MutationObserver(() => window.told.push(hint.innerText)).observe(hint, {childList: true});
    }""")
    page.get_by_role("button", name="Scan", exact=True).click()
    expect(page.locator("[data-outcome=valid]")).to_be_visible(timeout=15_000)
    assert "1 of 2 codes read. Get the next one into the frame." in page.evaluate("window.told")


SIGNALS = """
    window.pulses = []; window.tones = [];
    navigator.vibrate = (pulses) => window.pulses.push(pulses.join());
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (at) {
        window.tones.push(this.type + this.frequency.value);
        start.call(this, at);
    };
"""


def test_each_heading_has_its_sign_word_sound_and_vibration(page: Page, service: Service) -> None:
    page.add_init_script(SIGNALS)
    page.goto("/verify?lang=en&policy=vn-domestic")
    _ready(page)
    codes = service.codes
    ends = {"valid": codes.valid, "invalid": codes.forged, "rule": codes.partial, "unread": codes.identity_card}
    told = {}

    def hear(heading: str) -> None:
        result = page.locator(f"[data-outcome][data-heading={heading}]")
        expect(result).to_be_visible()
        assert page.locator(f"[data-sign][href$='#{heading}']").count() == 1
        word = page.locator("#result-word").inner_text()
        told[heading] = (word, *page.evaluate("[window.pulses.splice(0).join(), window.tones.splice(0).join()]"))

    for heading, code in ends.items():
        _paste(page, code)
        hear(heading)
        page.get_by_role("button", name="Scan next").click()
    _paste(page, codes.valid)
    page.evaluate("[window.pulses.splice(0), window.tones.splice(0)]")
    page.get_by_role("button", name="Does not match the document").click()
    hear("holder")
    expect(page.get_by_text("The name or date of birth differs from the identity document.")).to_be_visible()
    expect(page.get_by_text(NAME)).to_be_visible()
    page.get_by_role("button", name="Scan next").click()
    page.clock.set_system_time(datetime.now(UTC) + timedelta(days=20))  # the lists are too old by then
    _paste(page, codes.valid)
    hear("undetermined")
    for part in range(3):
        assert len({one[part] for one in told.values()}) == len(told), told
    page.get_by_role("button", name="Scan next").click()
    page.get_by_text("This shift").click()
    expect(page.locator("#shift-counts dt")).not_to_have_count(0)  # written once it is open
    counts = page.locator("#shift-counts").inner_text().split("\n")
    assert counts[counts.index("TEST – NOT FOR USE") + 1] == "4", counts


def _paste(page: Page, text: str) -> None:
    page.get_by_label("Certificate text").fill(text)
    page.get_by_role("button", name="Check", exact=True).click()


def test_it_goes_on_by_itself_unless_held_and_the_choice_is_remembered(
    camera_page: Callable[..., Page], service: Service
) -> None:
    page = camera_page(service.codes.valid)
    page.goto("/verify?lang=en")
    _ready(page)
    page.get_by_text("Sound, vibration and scanning on").click()
    page.get_by_label("Scan on by itself after").select_option("3 seconds")
    page.reload()
    expect(page.get_by_label("Scan on by itself after")).to_have_value("3")
    page.get_by_role("button", name="Scan", exact=True).click()
    result = page.locator("[data-outcome=valid]")
    keep = page.get_by_role("button", name="Keep result")
    keep.click()
    expect(keep).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(3500)
    expect(result).to_be_visible()
    keep.click()
    expect(result).to_have_count(0, timeout=6000)
    expect(page.get_by_text("Get the whole QR code into the frame.")).to_be_visible()
    page.wait_for_timeout(500)
    expect(result).to_have_count(0)  # the code that still stands before the camera is not told twice


def test_lists_come_from_a_file_grow_old_and_then_stop(
    open_page: Callable[..., Page], service: Service, tmp_path: Path
) -> None:
    page = open_page()
    page.goto("/verify?lang=en")
    _ready(page)
    bundle = page.request.get("/trust/bundle").text()
    changed = json.loads(bundle) | {"revocations": json.loads(bundle)["trust"]}
    page.context.set_offline(True)
    page.get_by_text("Checking lists").click()
    for name, text, told in (
        ("lists.json", bundle, "The lists in the file are in use."),
        ("changed.json", json.dumps(changed), "This file holds no checking lists."),
        ("other.json", "{}", "This file holds no checking lists."),
    ):
        (tmp_path / name).write_text(text)
        page.get_by_label("Load from a file").set_input_files(tmp_path / name)
        expect(page.locator("#list-told")).to_have_text(told)
    for days, told in ((3, "3 days old. Connect to the network before"), (12, "12 days old"), (20, "6 days overdue")):
        later = open_page_again(page, timedelta(days=days))
        expect(later.locator("#lists:visible, #old-lists:visible")).to_contain_text(told)
        assert later.locator("#old-lists").is_visible() == (days > 10)
        _paste(later, service.codes.valid)
        heading = "undetermined" if days > 14 else "valid"
        expect(later.locator(f"[data-outcome][data-heading={heading}]")).to_be_visible()
    later.get_by_role("button", name="Scan next").click()
    later.get_by_role("button", name="Scan", exact=True).click()
    expect(later.locator("[data-outcome][data-reason=lists_stale]")).to_be_visible()
    expect(later.locator("#camera")).to_be_hidden()


def open_page_again(page: Page, later: timedelta) -> Page:
    """Another page of the same device, opened so much later."""
    another = page.context.new_page()
    another.clock.set_system_time(datetime.now(UTC) + later)
    another.goto("/verify?lang=en")
    return another


def test_a_wrong_clock_and_a_browser_inside_an_app_are_told(open_page: Callable[..., Page], service: Service) -> None:
    page = open_page(user_agent="Mozilla/5.0 (Linux; Android 13) Chrome/120.0 Mobile Safari/537.36 Zalo android/1220")
    page.clock.set_system_time(datetime.now(UTC) + timedelta(days=900))
    page.goto("/verify?lang=en")
    expect(page.get_by_text("open inside another app")).to_be_visible()
    expect(page.get_by_text("The clock of this device is wrong.")).to_be_visible()
    _paste(page, service.codes.valid)  # long over by the device's clock
    expect(page.locator("[data-outcome=valid]")).to_be_visible()


def test_a_setup_code_sets_every_device_and_asks_where_it_is_scanned(page: Page, service: Service) -> None:
    page.goto("/verify/setup?lang=en")
    page.get_by_label("Rule of Vietnam").select_option("vn-entry")
    page.get_by_label("Name of the checkpoint").fill("Chốt <b>số 1</b>")
    page.get_by_role("button", name="Make the code").click()
    address = page.locator(".setup__paper .code").inner_text()
    code = page.get_by_alt_text("QR code of the settings")
    expect(code).to_have_js_property("complete", True)
    assert code.evaluate("image => image.naturalWidth > 0")
    page.goto("/verify?lang=en&policy=vn-domestic")
    _ready(page)
    for answer, rule in (("Do not change", "Travel within Vietnam"), ("Change the settings", "Entry into Vietnam")):
        _paste(page, address)
        expect(
            page.get_by_text("This code changes the settings of the check to: Chốt <b>số 1</b> · Entry into")
        ).to_be_visible()
        page.get_by_role("button", name=answer).click()
        expect(page.locator("#terms")).to_contain_text(rule)
    page.goto("/verify?lang=en")
    expect(page.locator("#terms")).to_contain_text("Entry into Vietnam")
    expect(page.locator("#place")).to_have_text("Chốt <b>số 1</b>")
    page.goto(f"/verify?{address.partition('?')[2].replace('vn-entry', 'vn-booster')}")
    expect(page.locator("#terms")).to_contain_text("Booster dose given")
