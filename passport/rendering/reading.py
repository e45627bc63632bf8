"""QR symbols in: every code that a picture or the first pages of a PDF holds.

What is uploaded is judged by its first bytes, never by its name, and measured before it is decoded: a small
file can unfold into gigabytes of pixels.
"""

from __future__ import annotations

import io
import math
import time
from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageFilter, ImageOps, PngImagePlugin

from passport.errors import Reason, TrustError
from passport.rendering.pdf_reading import looks_like_pdf, pdf_codes

IMAGE_BYTES = 5_000_000  # an uploaded picture (security T19)
IMAGE_PIXELS = 25_000_000  # a picture as it was taken (security T19)
IMAGE_SIDE = 16_000  # pixels; the decoder takes 65,535, also once a picture is enlarged
UNFOLDED_BYTES = 64_000_000  # of memory while a picture is decoded
DETAIL_PIXELS = 12_500_000  # a larger picture is halved: it takes the reader four bytes a pixel
LOOK_PIXELS = 4_000_000  # all codes are looked for in at most this, so that neither a miss nor a thousand codes is dear
TILE_SIDE = 512  # pixels; a picture of this size is looked at in 0.15 s whatever it shows
TILES_SECONDS = 0.5  # of the processor for the tiles of all attempts; five attempts at noise take 0.3
ENLARGED = 4.0  # times; less read less, more did not read more
JPEG_SCANS = 64  # a progressive picture has about ten; each costs a pass over all pixels

_FORMATS = ("PNG", "JPEG", "WEBP")
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_START_OF_SCAN = b"\xff\xda"
# What decoding into grey and looking take, in bytes a pixel, as measured.
_COSTS = {"1": 2, "L": 2, "P": 2, "I;16": 3}  # of Pillow's modes in a PNG
_COLOUR_COST, _CLEARED_COST, _CMYK_COST, _WEBP_COST = 7, 11, 9, 18
PngImagePlugin.MAX_TEXT_MEMORY = PngImagePlugin.MAX_TEXT_CHUNK  # nothing here reads the words in a picture


def read_codes(data: bytes) -> list[str]:
    """The texts of all QR codes in a PNG, JPEG, WebP or PDF, in the order they are found, each once.

    Raises TrustError: too_large over a limit, unreadable_image when the file cannot be opened or holds no code.
    Says nothing of what the texts are.
    """
    codes = pdf_codes(data) if looks_like_pdf(data) else codes_in(_picture(data))
    if not codes:
        raise TrustError(Reason.UNREADABLE_IMAGE, "no QR code was found")
    return list(dict.fromkeys(codes))


def _picture(data: bytes) -> Image.Image:
    """An uploaded picture in grey on white."""
    if len(data) > IMAGE_BYTES:
        raise TrustError(Reason.TOO_LARGE, f"a picture of more than {IMAGE_BYTES} bytes")
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            if image.width * image.height > IMAGE_PIXELS or max(image.size) > IMAGE_SIDE:
                raise TrustError(Reason.TOO_LARGE, f"a picture of {image.width} by {image.height} pixels")
            if _unfolded(image, data) > UNFOLDED_BYTES:
                raise TrustError(Reason.TOO_LARGE, f"{image.format} of {image.width} by {image.height} pixels")
            halving = 2 if image.width * image.height > DETAIL_PIXELS else 1
            image.draft("L", (image.width // halving, image.height // halving))  # a JPEG need not be decoded whole
            grey = _grey(image)
            image.close()  # the colours are let go here and now
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TrustError(Reason.TOO_LARGE, f"a picture of more than {IMAGE_PIXELS} pixels") from error
    except TrustError:
        raise
    except Exception as error:  # the decoders raise whatever a broken file makes of them
        raise TrustError(Reason.UNREADABLE_IMAGE, "not a whole PNG, JPEG or WebP") from error
    return grey.reduce(2) if grey.width * grey.height > DETAIL_PIXELS else grey


def _unfolded(image: Image.Image, data: bytes) -> int:
    """The memory in bytes that decoding `image` into grey takes at its worst."""
    pixels = image.width * image.height
    if image.format == "WEBP":
        return pixels * _WEBP_COST
    if image.format == "JPEG":
        if data.count(_START_OF_SCAN) > JPEG_SCANS:
            raise TrustError(Reason.TOO_LARGE, f"a JPEG of more than {JPEG_SCANS} scans")
        bands = len(image.getbands())
        # Where the colours come one after the other, the decoder keeps two bytes of each until the last.
        kept = 2 * bands if "progressive" in image.info or _first_scan(data) < bands else 0
        return pixels * (kept + (_CMYK_COST if image.mode == "CMYK" else 1))
    if image.has_transparency_data and image.mode not in ("RGBA", "LA"):
        return pixels * _CLEARED_COST
    return pixels * _COSTS.get(image.mode, _COLOUR_COST)


def _first_scan(data: bytes) -> int:
    """How many colours the first scan of a JPEG holds; what its segments carry, such as a preview, is passed over."""
    place = 2
    while data[place + 1 : place + 2] != _START_OF_SCAN[1:]:
        filling = data[place + 1] == 0xFF
        place += 1 if filling else 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return data[place + 4]


def _grey(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("L")
    # Black modules on nothing would turn black on black.
    seen = image if image.mode in ("RGBA", "LA") else image.convert("RGBA")
    grey, cover = seen.convert("L"), seen.getchannel("A")
    image.close()
    del image, seen
    on_white = Image.new("L", grey.size, 255)
    on_white.paste(grey, mask=cover)
    return on_white


def codes_in(picture: Image.Image) -> list[str]:
    """The texts of the codes of one grey picture by the first attempt that finds any, or none.

    None also where looking further would take seconds: the library compares all that looks like the corner of a code,
    and a picture can be full of corners.
    """
    spent = 0.0
    for attempt in _attempts(picture):
        spent += _tiles_cost(attempt, most=TILES_SECONDS - spent)
        if spent >= TILES_SECONDS:
            return []
        texts = [code.text for code in _look(attempt) if code.text]
        if texts:
            return texts
    return []


def _tiles_cost(picture: Image.Image, *, most: float) -> float:
    """What looking at `picture` tile by tile takes of the processor, in seconds; ends once that is `most`.

    Every corner is compared with the others of the same picture. In a tile they are few, so a crowd is noticed for
    less than it would cost whole.
    """
    if max(picture.size) <= TILE_SIDE:
        return 0.0
    began = time.thread_time()
    for left in range(0, picture.width, TILE_SIDE):
        for top in range(0, picture.height, TILE_SIDE):
            if time.thread_time() - began >= most:
                return most
            tile = picture.crop((left, top, min(left + TILE_SIDE, picture.width), min(top + TILE_SIDE, picture.height)))
            zxingcpp.read_barcode(tile, formats=_QR, text_mode=zxingcpp.TextMode.Plain)
    return time.thread_time() - began


def _look(picture: Image.Image) -> list[zxingcpp.Barcode]:
    # The library itself also looks for codes that are turned, inverted or too large for it.
    if picture.width * picture.height <= LOOK_PIXELS:
        return list(zxingcpp.read_barcodes(picture, formats=_QR, text_mode=zxingcpp.TextMode.Plain))
    found = zxingcpp.read_barcode(picture, formats=_QR, text_mode=zxingcpp.TextMode.Plain)
    return [found] if found else []


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
