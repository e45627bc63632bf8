"""QR symbols read: from every kind of file that is taken, and nothing but a clear reason from any other."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import threading
import zlib
from collections.abc import Iterator
from itertools import islice

import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from passport.errors import Reason, TrustError
from passport.rendering import looking
from passport.rendering.pdf_pages import pages
from passport.rendering.pdf_reading import PDF_BYTES
from passport.rendering.pictures import IMAGE_BYTES, IMAGE_PIXELS, IMAGE_SIDE, JPEG_SCANS
from passport.rendering.qr import qr_image
from passport.rendering.reading import read_codes
from tests.pictures.degrade import noisy

CODE = "HC1:" + "6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDEXWK" * 11
OTHER = "HC1:ANOTHER CODE"


def _file(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _symbol(module_pixels: int = 4) -> Image.Image:
    return qr_image(CODE, module_pixels=module_pixels).convert("L")


def _refusal(data: bytes) -> Reason:
    with pytest.raises(TrustError) as caught:
        read_codes(data)
    assert isinstance(caught.value.reason, Reason)
    return caught.value.reason


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "PDF"])
def test_every_kind_of_file_is_read(kind: str) -> None:
    assert read_codes(_file(_symbol(), kind)) == [CODE]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_read(mode: str) -> None:
    assert read_codes(_file(_symbol().convert(mode))) == [CODE]


def test_black_on_nothing_is_read_as_black_on_white() -> None:
    symbol = _symbol()
    clear = Image.new("RGBA", symbol.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=ImageOps.invert(symbol))
    assert read_codes(_file(clear)) == [CODE]


@pytest.mark.parametrize("degrees", [7, 45, 90, 180, 211])
def test_a_turned_code_is_read(degrees: int) -> None:
    assert read_codes(_file(_symbol().rotate(degrees, expand=True, fillcolor=255))) == [CODE]


def test_a_small_a_dark_an_inverted_and_a_blurred_code_are_read() -> None:
    tiny = qr_image(CODE, module_pixels=8).convert("L")
    tiny = tiny.resize((round(tiny.width / 4),) * 2, Image.Resampling.BOX)  # two pixels a module
    assert read_codes(_file(tiny)) == [CODE]
    assert read_codes(_file(_symbol().point(lambda value: value // 12 + 8))) == [CODE]
    assert read_codes(_file(ImageOps.invert(_symbol()))) == [CODE]
    assert read_codes(_file(_symbol().filter(ImageFilter.GaussianBlur(2)))) == [CODE]


def test_retries_read_what_the_first_look_misses(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Image.new("L", (900, 700), 190)
    symbol = qr_image(CODE, module_pixels=8).convert("L")
    page.paste(symbol.resize((round(symbol.width * 1.2 / 8),) * 2, Image.Resampling.BOX), (300, 200))
    grainy = _file(noisy(page, random.Random(1), sigma=8))
    assert read_codes(grainy) == [CODE]
    first_look = looking._attempts
    monkeypatch.setattr(looking, "_attempts", lambda picture: islice(first_look(picture), 1))
    assert _refusal(grainy) is Reason.UNREADABLE_IMAGE


def test_all_codes_of_a_picture_are_told_once() -> None:
    one, other = _symbol(), qr_image(OTHER, module_pixels=4).convert("L")
    both = Image.new("L", (one.width * 2 + other.width, one.height), 255)
    for place, symbol in enumerate((one, one, other)):
        both.paste(symbol, (place * one.width, 0))
    assert sorted(read_codes(_file(both))) == sorted([CODE, OTHER])


def test_only_the_first_pages_of_a_pdf_are_looked_at() -> None:
    blank = Image.new("L", (600, 800), 255)
    page = blank.copy()
    page.paste(_symbol(3), (20, 20))
    third = _file(blank, "PDF", save_all=True, append_images=[blank, page])
    fourth = _file(blank, "PDF", save_all=True, append_images=[blank, blank, page])
    assert read_codes(third) == [CODE]
    assert _refusal(fourth) is Reason.UNREADABLE_IMAGE


def test_the_code_on_the_third_of_three_colour_scans_is_read_at_the_first_look() -> None:
    paper = [noisy(Image.new("L", (2480, 3508), 238), random.Random(page), sigma=12) for page in range(3)]
    paper[2].paste(_symbol(5).rotate(2, expand=True, fillcolor=255), (300, 2400))
    first, *others = (page.convert("RGB") for page in paper)  # A4 at 300 dpi
    scans = _file(first, "PDF", save_all=True, append_images=others, quality=75)
    assert [next(looking.looks(page)) for page in pages(scans)] == [[], [], [CODE]]


def test_a_scan_that_only_the_drawing_library_can_read_is_drawn() -> None:
    scan = _file(_symbol(3).convert("RGB"), "PDF")
    drawn = [page.size for page in pages(scan.replace(b"/DCTDecode", b"/DCT"))]  # the filter's short name
    assert [page.size for page in pages(scan)] != drawn
    assert read_codes(scan.replace(b"/DCTDecode", b"/DCT")) == [CODE]


def test_a_pdf_that_begins_behind_other_bytes_is_read() -> None:
    page = Image.new("L", (600, 800), 255)
    page.paste(_symbol(3), (20, 20))
    assert read_codes(b"\xef\xbb\xbf\r\n" + _file(page, "PDF")) == [CODE]


def test_a_page_of_absurd_size_is_drawn_small() -> None:
    pdf = _file(Image.new("L", (40, 40), 255), "PDF")
    huge = pdf.replace(b"/MediaBox [ 0 0 40.0 40.0 ]", b"/MediaBox [ 0 0 9e9  9e9 ]")
    assert huge != pdf
    assert _refusal(huge) is Reason.UNREADABLE_IMAGE


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"GIF89a" + bytes(50),
        b"BM" + bytes(80),
        b"<svg xmlns='http://www.w3.org/2000/svg'><image href='http://127.0.0.1/'/></svg>",
        b"%PDF-1.7\nnot really",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"SIMPLE  =                    T",
    ],
)
def test_what_is_no_picture_is_unreadable(data: bytes) -> None:
    assert _refusal(data) is Reason.UNREADABLE_IMAGE


def test_a_picture_without_a_code_is_unreadable() -> None:
    drawing = Image.new("RGB", (1200, 900), "white")
    ImageDraw.Draw(drawing).text((40, 40), "no code here", fill="black")
    assert _refusal(_file(drawing)) is Reason.UNREADABLE_IMAGE
    assert _refusal(_file(Image.new("L", (1, 1)))) is Reason.UNREADABLE_IMAGE
    assert _refusal(_file(Image.new("L", (IMAGE_SIDE, 1), 255))) is Reason.UNREADABLE_IMAGE


def test_an_encrypted_pdf_is_unreadable() -> None:
    trailer = b"trailer<</Root 1 0 R/Encrypt<</Filter/Standard/V 1/R 2/O(a)/U(b)/P -4>>/Size 1>>"
    assert _refusal(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n" + trailer) is Reason.UNREADABLE_IMAGE


def test_files_over_the_limits_are_too_large() -> None:
    assert _refusal(_file(_symbol()) + bytes(IMAGE_BYTES)) is Reason.TOO_LARGE
    assert _refusal(b"%PDF-1.7" + bytes(PDF_BYTES)) is Reason.TOO_LARGE
    assert _refusal(_file(Image.new("L", (70_000, 1), 255))) is Reason.TOO_LARGE


@pytest.mark.parametrize("side", [5001, 9_500, 60_000])
def test_a_picture_of_too_many_pixels_is_never_unfolded(side: int) -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000)))
    assert side * side > IMAGE_PIXELS
    assert _refusal(bomb) is Reason.TOO_LARGE


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_damaged_files_never_raise_anything_else(kind: str) -> None:
    for broken in _broken(_file(_symbol(2), kind), random.Random(kind)):
        with contextlib.suppress(TrustError):  # and nothing else
            assert read_codes(broken)


def test_damaged_pdfs_never_raise_anything_else() -> None:
    for number, broken in enumerate(_broken(_file(_symbol(2), "PDF"), random.Random("PDF"))):
        with contextlib.suppress(pypdfium2.PdfiumError):
            list(pages(broken))
        if not number % 20:
            with contextlib.suppress(TrustError):
                assert read_codes(broken)


def _broken(whole: bytes, chance: random.Random) -> Iterator[bytes]:
    for _ in range(60):
        broken = bytearray(whole[: chance.randrange(len(whole))] if chance.random() < 0.3 else whole)
        for _ in range(chance.randrange(1, 9)):
            if broken:
                broken[chance.randrange(len(broken))] = chance.randrange(256)
        yield bytes(broken)


def test_a_jpeg_of_many_scans_is_not_decoded() -> None:
    whole = _file(_symbol(), "JPEG", progressive=True)
    assert 1 < whole.count(b"\xff\xda") < JPEG_SCANS
    assert read_codes(whole) == [CODE]
    scan = whole[whole.index(b"\xff\xda") : whole.rindex(b"\xff\xda")]
    assert _refusal(whole[:-2] + scan * JPEG_SCANS + whole[-2:]) is Reason.TOO_LARGE


@pytest.mark.parametrize("mode", ["L", "RGB", "YCbCr", "CMYK"])
@pytest.mark.parametrize("preview", [b"", b"\xff\xe1\x00\x10Exif\0\0\xff\xda\x00\x08\x01\x00\xff\xff"])
def test_every_kind_of_jpeg_is_read(mode: str, preview: bytes) -> None:
    whole = _file(_symbol().convert(mode), "JPEG")
    assert read_codes(whole[:2] + preview + whole[2:]) == [CODE]


@pytest.mark.parametrize("large", [(3000, 4000), (5000, 4000)])
def test_a_small_code_in_a_large_photograph_is_read(large: tuple[int, int]) -> None:
    photograph = Image.new("L", large, 200)
    photograph.paste(_symbol(5), (1200, 2400))
    assert read_codes(_file(photograph, "JPEG")) == [CODE]


def test_a_colour_scan_of_a_page_is_read() -> None:
    scan = Image.new("RGB", (2480, 3508), "white")
    scan.paste(_symbol(5), (300, 300))
    assert read_codes(_file(scan, "PDF", resolution=300)) == [CODE]


def test_several_threads_read_pdfs_at_once() -> None:
    pdf, read = _file(_symbol(), "PDF"), []
    threads = [threading.Thread(target=lambda: read.append(read_codes(pdf))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == [[CODE]] * 8
