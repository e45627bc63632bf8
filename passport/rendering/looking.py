"""The codes in one grey picture, found by a chain of attempts that is bounded in time."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageFilter, ImageOps

LOOK_PIXELS = 4_000_000  # all codes are looked for in at most this, so that neither a miss nor a thousand codes is dear
TILE_SIDE = 512  # pixels; a picture of this size is looked at in 0.15 s whatever it shows
LOOK_SECONDS = 0.4  # of the processor, after which no other attempt at a picture begins; most take under 0.1
ENLARGED = 4.0  # times; less read less, more did not read more

_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def codes_in(picture: Image.Image) -> list[str]:
    """The texts of the codes of one grey picture by the first attempt that finds any, or none.

    None also where looking further would take long: the library compares all that looks like the corner of a code,
    and a picture can be full of corners.
    """
    attempts, left = _attempts(picture), LOOK_SECONDS
    while left > 0:
        began = time.thread_time()
        attempt = next(attempts, None)
        if attempt is None or _is_crowded(attempt, most=left - (time.thread_time() - began)):
            return []
        if texts := _texts(attempt):
            return texts
        left -= time.thread_time() - began
    return []


def looks(picture: Image.Image) -> Iterator[list[str]]:
    """What each attempt at one grey picture finds, the cheapest first; for whoever has a limit of time of their own."""
    return map(_texts, _attempts(picture))


def _is_crowded(picture: Image.Image, *, most: float) -> bool:
    """Whether looking at `picture` tile by tile takes more than `most` seconds of the processor.

    Every corner is compared with the others of the same picture. In a tile they are few, so a crowd is noticed for
    less than it would cost whole.
    """
    if max(picture.size) <= TILE_SIDE:
        return False
    began = time.thread_time()
    for left in range(0, picture.width, TILE_SIDE):
        for top in range(0, picture.height, TILE_SIDE):
            if time.thread_time() - began >= most:
                return True
            tile = picture.crop((left, top, min(left + TILE_SIDE, picture.width), min(top + TILE_SIDE, picture.height)))
            zxingcpp.read_barcode(tile, formats=_QR, text_mode=zxingcpp.TextMode.Plain)
    return False


def _texts(picture: Image.Image) -> list[str]:
    # The library itself also looks for codes that are turned, inverted or too large for it.
    if picture.width * picture.height <= LOOK_PIXELS:
        found = zxingcpp.read_barcodes(picture, formats=_QR, text_mode=zxingcpp.TextMode.Plain)
    else:
        first = zxingcpp.read_barcode(picture, formats=_QR, text_mode=zxingcpp.TextMode.Plain)
        found = [first] if first else []
    return [code.text for code in found if code.text]


def _attempts(picture: Image.Image) -> Iterator[Image.Image]:
    """The picture as it is, then in the ways that were seen to make more pictures readable."""
    factor = min(ENLARGED, math.sqrt(LOOK_PIXELS / (picture.width * picture.height)))
    other = _resized(picture, factor)
    yield from (picture, other) if factor > 1 else (other, picture)  # enlarged: modules of one or two pixels
    yield other.filter(ImageFilter.UnsharpMask(radius=4, percent=250, threshold=0))  # out of focus
    yield ImageOps.autocontrast(other, cutoff=2)  # dark or faded
    if factor > 1:
        sharpen = ImageFilter.UnsharpMask(radius=1.5, percent=300, threshold=0)
        yield _resized(picture.filter(sharpen).filter(sharpen), factor)  # small and far out of focus


def _resized(picture: Image.Image, factor: float) -> Image.Image:
    size = (max(1, math.floor(picture.width * factor)), max(1, math.floor(picture.height * factor)))
    return picture.resize(size, Image.Resampling.BICUBIC)
