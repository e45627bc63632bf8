"""Files at the scanner: PDF, cards and pictures are read on the device, with and without a network."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from passport.formats.shc import file_of
from passport.rendering.document import certificate_pdf, folded_pdf
from passport.rendering.pdf_reading import PDF_BYTES
from passport.rendering.qr import qr_image
from tests.browser.conftest import Service
from tests.browser.test_scanner import ENDS, result_of
from tests.rendering.conftest import sample_paper

UNREAD = ("invalid", "unreadable_image", "unread")
TOO_LARGE = ("invalid", "too_large", "unread")
COMES = """async (name) => {
    for (;;) {
        for (const cache of await caches.keys()) {
            if ((await (await caches.open(cache)).keys()).some(({url}) => url.includes(name))) return;
        }
        await new Promise((later) => requestAnimationFrame(later));
    }
}"""
REST = 11_000  # milliseconds after which a page at rest has its keeper fetch the reader of PDF files
PATIENCE = 21_000  # milliseconds after which a PDF is given up


def _drawn(text: str, kind: str = "PDF", mode: str = "L", **options: object) -> bytes:
    out = io.BytesIO()
    qr_image(text, module_pixels=4).convert(mode).save(out, kind, **options)
    return out.getvalue()


def _lettered() -> bytes:
    """A page with a line in a letter that every reader is supposed to have, and in one that names a table of them."""
    line = "BT /F 9 Tf 9 9 Td (ABC) Tj /G 9 Tf (ABC) Tj ET"
    objects = [
        "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj",
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R"
        "/Resources<</Font<</F 5 0 R/G 6 0 R>>>>>>endobj",
        f"4 0 obj<</Length {len(line)}>>stream\n{line}\nendstream endobj",
        "5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj",
        "6 0 obj<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/UniGB-UCS2-H/DescendantFonts[7 0 R]>>endobj",
        "7 0 obj<</Type/Font/Subtype/CIDFontType0/BaseFont/A"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/FontDescriptor 8 0 R>>endobj",
        "8 0 obj<</Type/FontDescriptor/FontName/A/Flags 4/FontBBox[0 0 9 9]/ItalicAngle 0/Ascent 9/Descent 0"
        "/CapHeight 9/StemV 1>>endobj",
    ]
    return ("%PDF-1.4\n" + "\n".join(objects) + "\ntrailer<</Root 1 0 R/Size 9>>").encode()


def _endless() -> bytes:
    """A page that draws a form that draws a form ten times, and so on twelve deep."""
    form = "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]"
    forms = [
        f"{number} 0 obj{form}/Resources<</XObject<</X {number + 1} 0 R>>>>/Length 60>>"
        f"stream\n{'/X Do ' * 10}\nendstream endobj"
        for number in range(5, 17)
    ]
    objects = [
        "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj",
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>endobj",
        f"4 0 obj<</Length 60>>stream\n{'/X Do ' * 10}\nendstream endobj",
        *forms,
        f"17 0 obj{form}/Length 12>>stream\n0 0 9 9 re f\nendstream endobj",
    ]
    return ("%PDF-1.4\n" + "\n".join(objects) + "\ntrailer<</Root 1 0 R/Size 18>>").encode()


def _choose(page: Page, path: Path, data: bytes) -> None:
    path.write_bytes(data)
    page.get_by_label("Picture or PDF").set_input_files(path)
    page.get_by_role("button", name="Check", exact=True).click()


def _next(page: Page) -> None:
    page.get_by_role("button", name="Scan next").click()
    expect(page.locator("[data-outcome]")).to_have_count(0)


def test_pdf_files_are_read_on_the_device_without_a_network(page: Page, service: Service, tmp_path: Path) -> None:
    codes, file = service.codes, tmp_path / "file.pdf"
    sheet = replace(sample_paper(), code=codes.valid, test=True)
    blank = Image.new("L", (600, 800), 255)
    out = io.BytesIO()
    blank.save(out, "PDF")
    page.clock.install()
    page.goto("/verify?lang=en")
    expect(page.locator("#offline")).to_be_visible()
    page.clock.fast_forward(REST)
    page.evaluate(COMES, "openjpeg.wasm")  # the last of them
    page.context.set_offline(True)
    page.goto("/verify?lang=en")
    expect(page.locator("#where")).to_contain_text("Checked on this device")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method + request.url))
    told = set()
    for name, data, end in (
        ("our paper", certificate_pdf(sheet), ENDS["valid"]),
        ("folded", folded_pdf(sheet), ENDS["valid"]),
        ("a scan", b"\r\n" + _drawn(codes.valid), ENDS["valid"]),
        ("JPEG 2000", _drawn(codes.valid, mode="RGBA"), ENDS["valid"]),
        ("forged", _drawn(codes.forged), ENDS["forged"]),
        ("of something else", _drawn("https://example.org/"), ENDS["identity_card"]),
        ("no code", out.getvalue(), UNREAD),
        ("absurdly large page", out.getvalue().replace(b"600.0 800.0", b"9e9   9e9  "), UNREAD),
        ("letters of the reader", _lettered(), UNREAD),
        ("no PDF", b"%PDF-1.7\nnot really", UNREAD),
        ("too large", b"%PDF-1.7" + bytes(PDF_BYTES), TOO_LARGE),
    ):
        _choose(page, file, data)
        assert result_of(page) == end, name
        if end == ENDS["valid"]:
            told.add(page.locator("#result").inner_text())
        _next(page)
    page.get_by_label("Certificate text").fill(codes.valid)
    page.get_by_role("button", name="Check", exact=True).click()
    assert result_of(page) == ENDS["valid"]
    assert told == {page.locator("#result").inner_text()}
    _next(page)
    assert {one for one in sent if not one.startswith("GET") or "?v=" not in one} == set()
    _choose(page, file, _endless())
    page.wait_for_timeout(500)
    expect(page.locator("[data-outcome]")).to_have_count(0)
    page.clock.fast_forward(PATIENCE)
    assert result_of(page) == UNREAD


@pytest.mark.parametrize("scripted", [True, False])
def test_a_file_of_cards_is_taken(
    open_page: Callable[..., Page], service: Service, every_format: dict[str, str], scripted: bool, tmp_path: Path
) -> None:
    digits = every_format["shc"].removeprefix("shc:/")
    card = "".join(chr(int(digits[at : at + 2]) + ord("-")) for at in range(0, len(digits), 2))
    page = open_page(java_script_enabled=scripted)
    for data, end in (
        (file_of([card]), ENDS["valid"]),
        (file_of([card[:-2] + "AA"]), ENDS["forged"]),
        (b"\xef\xbb\xbf" + file_of([]), ("invalid", "bad_structure", "unread")),
        (file_of([card, "A" * 300_000]), TOO_LARGE),
    ):
        page.goto("/verify?lang=en&on=2026-11-20")
        _choose(page, tmp_path / "card.smart-health-card", data)
        assert result_of(page) == end
