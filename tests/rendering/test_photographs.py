"""Photographs are kept as pictures of ours: small, upright, without metadata; hostile ones are told and not decoded."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image, PngImagePlugin

from passport.errors import Reason, TrustError
from passport.rendering.photographs import SIDE, clean_photograph
from passport.rendering.pictures import IMAGE_BYTES

SECRET = "vĩ độ 20.0933, kinh độ 106.0796"


def _saved(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)  # type: ignore[arg-type]  # the options of one form
    return file.getvalue()


def _page(mode: str = "RGB", size: tuple[int, int] = (300, 200)) -> Image.Image:
    """A page whose left upper corner alone is dark."""
    page = Image.new(mode, size, {"RGB": "white", "L": 255, "1": 1, "CMYK": 0, "I;16": 65535}.get(mode))  # type: ignore[arg-type]
    page.paste({"RGB": (140, 20, 20), "CMYK": (0, 255, 255, 120)}.get(mode, 0), (0, 0, size[0] // 3, size[1] // 3))
    return page


def _shown(data: bytes) -> Image.Image:
    shown = Image.open(io.BytesIO(clean_photograph(data)))
    assert (shown.format, shown.mode) == ("JPEG", "RGB")
    return shown


def test_nothing_of_what_the_camera_wrote_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = SECRET, 6  # a description; lies on its side
    for form, extra in (("JPEG", {"comment": SECRET.encode()}), ("WEBP", {"xmp": SECRET.encode()}), ("PNG", {})):
        if form == "PNG":
            words = PngImagePlugin.PngInfo()
            words.add_text("Comment", SECRET)
            extra = {"pnginfo": words}  # type: ignore[dict-item]
        sent = _saved(_page(), form, exif=exif, **extra)
        assert b"20.0933" in sent
        kept = clean_photograph(sent)
        assert b"20.0933" not in kept
        shown = Image.open(io.BytesIO(kept))
        assert (shown.size, dict(shown.getexif())) == ((200, 300), {})
        assert sum(shown.getpixel((190, 10))) < 300  # type: ignore[arg-type]  # what was left stands at the right
        assert sum(shown.getpixel((10, 290))) > 700  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mode", "form"), [("RGB", "JPEG"), ("L", "JPEG"), ("CMYK", "JPEG"), ("1", "PNG"), ("I;16", "PNG"), ("L", "PNG")]
)
def test_every_kind_of_colour_is_read(mode: str, form: str) -> None:
    shown = _shown(_saved(_page(mode), form))
    dark, light = (sum(shown.getpixel(place)) for place in ((10, 10), (290, 190)))  # type: ignore[arg-type]
    assert dark < 300
    assert light > 700


def test_what_was_transparent_is_white() -> None:
    clear = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    for image in (clear, clear.quantize()):
        assert min(_shown(_saved(image, "PNG")).getpixel((30, 20))) > 250  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(4000, 3000), (5000, 4900)])
def test_a_large_photograph_becomes_one_that_can_be_kept(size: tuple[int, int]) -> None:
    shown = _shown(_saved(_page(size=size), "JPEG"))
    assert max(shown.size) == SIDE
    assert shown.width * size[1] == pytest.approx(shown.height * size[0], rel=0.01)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: b"", Reason.UNREADABLE_IMAGE),
        (lambda: b"<svg onload=alert(1)></svg>", Reason.UNREADABLE_IMAGE),
        (lambda: b"GIF89a" + bytes(100), Reason.UNREADABLE_IMAGE),
        (lambda: _saved(_page(), "TIFF"), Reason.UNREADABLE_IMAGE),
        (lambda: _saved(_page(), "JPEG")[:-200], Reason.UNREADABLE_IMAGE),
        (lambda: bytes(IMAGE_BYTES + 1), Reason.TOO_LARGE),
        (lambda: _saved(Image.new("1", (5100, 5000)), "PNG"), Reason.TOO_LARGE),
        (lambda: _saved(Image.new("L", (16_001, 10)), "PNG"), Reason.TOO_LARGE),
        (lambda: _saved(Image.new("RGB", (2800, 2000)), "PNG"), Reason.TOO_LARGE),
    ],
    ids=["empty", "svg", "gif", "tiff", "cut", "bytes", "pixels", "side", "unfolded"],
)
def test_a_hostile_picture_is_told(make: Callable[[], bytes], reason: Reason) -> None:
    with pytest.raises(TrustError) as told:
        clean_photograph(make())
    assert told.value.reason is reason
