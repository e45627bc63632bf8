"""The paper as PDF: one page that people can read, phones can scan, programs can search and archives can keep."""

from __future__ import annotations

import io
import threading
from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from passport.domain.dates import PartialDate
from passport.errors import Sentence
from passport.rendering.document import certificate_pdf, folded_pdf
from passport.rendering.paper import Paper
from passport.rendering.reading import read_codes

HOSTILE = [
    '#eval("1") #read("certificate.typ") $x^2$ *b* _i_ @ref <label> \\ // /* */ = h',
    "{{7*7}} {% raw %} ${7*7} <%= 1 %>",
    '<script>alert(1)</script><img src="http://127.0.0.1/x.png">',
    "\u202eevil\u202c \u2066name\u2069",
    '"}, {"is_test": false',
    "O'Brien & Söhne – “Ñandú”",
]


def _text(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def _page(pdf: bytes, *, dpi: int) -> Image.Image:
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 1
        return document[0].render(scale=dpi / 72).to_pil()


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_the_page_says_everything_in_both_languages(paper: Paper) -> None:
    text = _text(certificate_pdf(paper))
    for words in (
        "HỘ CHIẾU VẮC XIN", "VACCINE PASSPORT", "Nguyễn Thị Quỳnh Hường", "NGUYEN THI QUYNH HUONG",
        "02/01/1990", "2 January 1990", "Việt Nam", "COVID-19", "2/2", "18/10/2026",
        "SARS-CoV-2 mRNA vaccine", "Comirnaty",
        "Biontech Manufacturing GmbH", paper.identifier, "Bộ Y tế (Ministry of Health)", "21/11/2027",
        "giấy tờ tùy thân", "Valid only together with an identity document.", "https://example.org/verify",
    ):  # fmt: skip
        assert words in text
    assert "MẪU THỬ" not in text


def test_the_code_on_paper_is_read_at_a_hundred_dots_an_inch(paper: Paper) -> None:
    for test in (False, True):
        assert read_codes(_png(_page(certificate_pdf(replace(paper, test=test)), dpi=100))) == [paper.code]


def test_the_code_is_at_least_sixty_millimetres_wide(paper: Paper) -> None:
    page = _page(certificate_pdf(paper), dpi=127).convert("L")  # five dots a millimetre
    (code,) = zxingcpp.read_barcodes(page)
    corners = code.position
    assert corners.top_right.x - corners.top_left.x >= 60 * 5
    assert code.ec_level == "Q"


def test_a_test_paper_says_so_in_three_places(paper: Paper) -> None:
    text = _text(certificate_pdf(replace(paper, test=True)))
    assert text.count("MẪU THỬ – KHÔNG CÓ GIÁ TRỊ") == 3
    assert text.count("TEST – NOT FOR USE") == 3


def test_it_is_an_archive_and_an_accessible_pdf(paper: Paper) -> None:
    pdf = certificate_pdf(paper)
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    with pypdfium2.PdfDocument(pdf) as document:
        assert document.is_tagged()
        assert document.get_metadata_value("Title") == "HỘ CHIẾU VẮC XIN / VACCINE PASSPORT"


def test_the_same_certificate_gives_the_same_bytes(paper: Paper) -> None:
    first = certificate_pdf(paper)
    certificate_pdf(replace(paper, full_name="Trần Văn Khác"))
    assert certificate_pdf(paper) == first


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_only_ever_text(paper: Paper, name: str) -> None:
    pdf = certificate_pdf(replace(paper, full_name=name[:80], issuer=name, product=name, test=True))
    text = "".join(_text(pdf).split())
    shown = "".join(c for c in name[:80] if c.isprintable() and not c.isspace())
    assert shown in text.replace("\u200b", "").replace("\ufffe", "")
    assert "MẪUTHỬ" in text


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("محمد بن عبد الله", None),
        ("王伟", "WANG WEI"),
        ("Иван Петров", "Иван Петров"),
        ("Y Ƀlin Niê", "Y Ƀlin Niê"),
        ("👩🏽‍🦱 Nguyễn", "WANG WEI"),
        ("", None),
    ],
)
def test_every_script_gets_its_paper(paper: Paper, name: str, printed: str | None) -> None:
    text = _text(certificate_pdf(replace(paper, full_name=name, latin_name="WANG<<WEI")))
    assert "WANG WEI" in text
    assert printed is None or "".join(printed.split()) in "".join(text.split())  # a change of font parts letters


def test_the_longest_record_stays_on_one_page_beside_its_code(paper: Paper) -> None:
    longest = replace(
        paper,
        full_name="Nguyễn Phúc Công Tằng Tôn Nữ Hoàng Thị Thanh Trúc Bảo Quỳnh Diễm Phương Kỳ Duyên",
        latin_name=("NGUYEN<<PHUC<CONG<TANG<TON<NU<HOANG<THI<THANH<TRUC<BAO<QUYNH<DIEM<PHUONG<KY<DUY")[:80],
        born=PartialDate(1957),
        nationality=Sentence("Quần đảo Nam Georgia và Nam Sandwich", "South Georgia & South Sandwich Islands"),
        vaccine="SARS-CoV-2 recombinant spike protein antigen vaccine",
        product="Inactivated SARS-CoV-2 (Vero Cell)",
        manufacturer="Center for Genetic Engineering and Biotechnology (CIGB)",
        identifier="URN:UVCI:01:VN:" + "A1B2C3D4E5" * 6 + "#X",
        test=True,
    )
    unbroken = replace(longest, full_name="W" * 80, latin_name="W" * 80)
    for record in (longest, unbroken):
        page = _page(certificate_pdf(record), dpi=100)
        assert read_codes(_png(page)) == [paper.code]


def test_threads_print_at_once(paper: Paper) -> None:
    papers = [replace(paper, full_name=f"Nguyễn Văn {number}") for number in "ABCDEF"]
    printed: dict[str, bytes] = {}
    threads = [
        threading.Thread(target=lambda one=one: printed.__setitem__(one.full_name, certificate_pdf(one)))
        for one in papers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in papers:
        assert one.full_name in _text(printed[one.full_name])


def _quarters(page: Image.Image) -> list[Image.Image]:
    width, height = page.width // 2, page.height // 2
    return [page.crop((x, y, x + width, y + height)) for y in (0, height) for x in (0, width)]


def test_the_folded_page_has_the_code_in_one_quarter_and_every_word_in_its_own(paper: Paper) -> None:
    pdf = folded_pdf(paper)
    found = [zxingcpp.read_barcodes(quarter) for quarter in _quarters(_page(pdf, dpi=150))]
    assert [[code.text for code in codes] for codes in found] == [[], [paper.code], [], []]
    text = _text(pdf).replace("\u200b", "")
    for words in (
        "VACCINE PASSPORT", "Nguyễn Thị Quỳnh Hường", "2 January 1990", "Comirnaty", "18/10/2026", "2/2",
        "Cách sử dụng",
        "Fold along the dashed lines", "NGUYEN THI QUYNH HUONG", "MOH/7QK3ZP5M2XWVJ4T8B6RDHN0AC#E",
    ):  # fmt: skip
        assert words in text
    assert "MẪU THỬ" not in text
    assert text.count(paper.full_name) == 1
    assert _text(folded_pdf(replace(paper, test=True))).count("TEST – NOT FOR USE") == 4


@pytest.mark.parametrize("name", [*HOSTILE, "W" * 80, "Công Tằng Tôn Nữ " * 4 + "Ý"])
def test_hostile_and_long_names_stay_in_their_quarter(paper: Paper, name: str) -> None:
    named = replace(paper, full_name=name, latin_name=name.upper().replace(" ", "<"), product=name)
    page = _page(folded_pdf(named), dpi=100)
    assert [code.text for code in zxingcpp.read_barcodes(page)] == [paper.code]
    edge = page.convert("L").crop((page.width // 2 - 20, 0, page.width // 2 - 4, page.height // 2 - 20))
    assert edge.getextrema()[0] > 120  # nothing of the cover but its waves
    middle = page.convert("L").crop((page.width // 2 + 4, 20, page.width // 2 + 24, page.height // 2 - 20))
    assert middle.getextrema() == (255, 255)
