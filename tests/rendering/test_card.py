"""The certificate as a picture: as wide as a telephone, its code sharp, nothing running off its edge."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image, ImageChops

from passport.rendering.card import WIDTH, certificate_png
from passport.rendering.paper import Paper
from passport.rendering.qr import qr_image
from passport.rendering.reading import read_codes


def _image(paper: Paper) -> Image.Image:
    return Image.open(io.BytesIO(certificate_png(paper))).convert("RGB")


def test_it_is_as_wide_as_a_telephone_and_its_code_is_read(paper: Paper) -> None:
    png = certificate_png(paper)
    assert Image.open(io.BytesIO(png)).size[0] == WIDTH == 1080
    assert read_codes(png) == [paper.code]


def test_each_module_is_a_square_of_whole_pixels(paper: Paper) -> None:
    card = _image(paper).convert("L")
    symbol = qr_image(paper.code, module_pixels=10).convert("L")
    left = (WIDTH - symbol.width) // 2
    rows = range(card.height - symbol.height)
    found = [y for y in rows if card.getpixel((left + 40, y)) == 0 and _same(card, symbol, left, y - 40)]
    assert len(found) == 1


def _same(card: Image.Image, symbol: Image.Image, left: int, top: int) -> bool:
    part = card.crop((left, top, left + symbol.width, top + symbol.height))
    return ImageChops.difference(part, symbol).getbbox() is None


def test_only_a_test_card_is_striped(paper: Paper) -> None:
    red = (0xB3, 0x26, 0x1E)
    assert red not in {color for _, color in _image(paper).getcolors(1 << 20)}
    striped = _image(replace(paper, test=True))
    assert red in {color for _, color in striped.crop((0, 0, WIDTH, 76)).getcolors(1 << 20)}
    assert red in {
        color for _, color in striped.crop((0, striped.height - 76, WIDTH, striped.height)).getcolors(1 << 20)
    }


@pytest.mark.parametrize("name", ["W" * 80, "Nguyễn Phúc Công Tằng Tôn Nữ " * 2, "王伟", "\u202e#{7*7}<b>", "Y Ƀlin"])
def test_every_name_stays_within_the_margins(paper: Paper, name: str) -> None:
    card = _image(replace(paper, full_name=name, manufacturer="Z" * 90))
    white = Image.new("RGB", (40, card.height), "white")
    for edge in (card.crop((0, 0, 40, card.height)), card.crop((WIDTH - 40, 0, WIDTH, card.height))):
        assert ImageChops.difference(edge, white).getbbox() is None
