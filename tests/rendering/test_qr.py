"""QR symbols written: readable by another library, as small as the modes allow, with their quiet zone."""

from __future__ import annotations

import io
import re

import pytest
import zxingcpp
from PIL import Image

from passport.errors import InputError, Reason
from passport.rendering.qr import QUIET_ZONE, qr_image, qr_matrix, qr_png, qr_svg

CODE = "HC1:" + "6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDEXWK" * 12


def _read(image: Image.Image) -> zxingcpp.Barcode:
    (code,) = zxingcpp.read_barcodes(image.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)
    return code


@pytest.mark.parametrize("level", ["L", "M", "Q", "H"])
def test_another_library_reads_the_png_at_its_level(level: str) -> None:
    read = _read(Image.open(io.BytesIO(qr_png(CODE, level=level))))
    assert read.text == CODE
    assert read.ec_level == level


@pytest.mark.parametrize("text", ["Nguyễn Văn An", "shc:/" + "56762909524320603460" * 20, "A", "0" * 30])
def test_any_text_survives(text: str) -> None:
    assert _read(qr_image(text)).text == text


def test_upper_case_text_is_written_in_alphanumeric_mode() -> None:
    # ISO/IEC 18004 table 7: version 18 at level Q holds 574 alphanumeric characters, or 394 bytes.
    assert len(qr_matrix(CODE[:574])) == 17 + 4 * 18 + 2 * QUIET_ZONE
    assert len(qr_matrix(CODE[:575])) == 17 + 4 * 19 + 2 * QUIET_ZONE


def test_digits_are_written_in_numeric_mode() -> None:
    # Version 10 at level L holds 652 digits, but 271 bytes.
    assert len(qr_matrix("7" * 652, level="L")) == 17 + 4 * 10 + 2 * QUIET_ZONE


def test_the_quiet_zone_is_white_and_four_modules_wide() -> None:
    matrix = qr_matrix("HELLO")
    edge = range(QUIET_ZONE)
    assert not any(any(matrix[row]) or any(matrix[-1 - row]) for row in edge)
    assert not any(line[column] or line[-1 - column] for line in matrix for column in edge)
    assert matrix[QUIET_ZONE][QUIET_ZONE]


def test_png_has_one_bit_a_pixel_and_whole_modules() -> None:
    image = Image.open(io.BytesIO(qr_png("HELLO", module_pixels=5)))
    assert image.mode == "1"
    assert image.size == (len(qr_matrix("HELLO")) * 5,) * 2


def test_svg_draws_the_same_modules() -> None:
    svg, matrix = qr_svg(CODE), qr_matrix(CODE)
    drawn = [[False] * len(matrix) for _ in matrix]
    for first, y, strokes in re.findall(r"M(\d+) (\d+)\.5((?:h\d+|m\d+ 0)+)", svg):
        x = int(first)
        for kind, width in re.findall(r"([hm])(\d+)", strokes):
            drawn[int(y)][x : x + int(width)] = [kind == "h"] * int(width)
            x += int(width)
    assert drawn == matrix
    assert f'viewBox="0 0 {len(matrix)} {len(matrix)}"' in svg


@pytest.mark.parametrize("length", [2421, 5000])
def test_more_than_the_largest_symbol_holds_is_refused(length: int) -> None:
    with pytest.raises(InputError) as caught:
        qr_matrix("A" * length)  # version 40 at level Q holds 2,420
    assert caught.value.reason is Reason.TOO_LARGE
