"""Uploaded pictures, measured before they are decoded: a small file can unfold into gigabytes of pixels."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, PngImagePlugin

from passport.errors import Reason, TrustError

IMAGE_BYTES = 5_000_000  # an uploaded picture (security T19)
IMAGE_PIXELS = 25_000_000  # a picture as it was taken (security T19)
IMAGE_SIDE = 16_000  # pixels; the decoder takes 65,535, also once a picture is enlarged
UNFOLDED_BYTES = 64_000_000  # of memory while a picture is decoded
DETAIL_PIXELS = 12_500_000  # a larger picture is halved: it takes the reader four bytes a pixel
JPEG_SCANS = 64  # a progressive picture has about ten; each costs a pass over all pixels

_FORMATS = ("PNG", "JPEG", "WEBP")
_START_OF_SCAN = b"\xff\xda"
# What decoding into grey and looking take, in bytes a pixel, as measured.
_COSTS = {"1": 2, "L": 2, "P": 2, "I;16": 3}  # of Pillow's modes in a PNG
_COLOUR_COST, _CLEARED_COST, _CMYK_COST, _WEBP_COST = 7, 11, 9, 18
PngImagePlugin.MAX_TEXT_MEMORY = PngImagePlugin.MAX_TEXT_CHUNK  # nothing here reads the words in a picture


def open_picture(data: bytes) -> Image.Image:
    """A PNG, JPEG or WebP in grey on white, a large one at half its size.

    Raises TrustError: too_large over a limit, unreadable_image when it cannot be decoded.
    """
    with measured(data) as image:
        if _unfolded(image, data) > UNFOLDED_BYTES:
            raise TrustError(Reason.TOO_LARGE, f"{image.format} of {image.width} by {image.height} pixels")
        halving = 2 if image.width * image.height > DETAIL_PIXELS else 1
        image.draft("L", (image.width // halving, image.height // halving))  # a JPEG need not be decoded whole
        grey = _grey(image)
        image.close()  # the colours are let go here and now
    return grey.reduce(2) if grey.width * grey.height > DETAIL_PIXELS else grey


@contextmanager
def measured(data: bytes) -> Iterator[Image.Image]:
    """A PNG, JPEG or WebP within the limits of bytes and pixels, opened and not yet decoded.

    Raises TrustError as `open_picture` does, for whatever is raised within, too.
    """
    if len(data) > IMAGE_BYTES:
        raise TrustError(Reason.TOO_LARGE, f"a picture of more than {IMAGE_BYTES} bytes")
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            if image.width * image.height > IMAGE_PIXELS or max(image.size) > IMAGE_SIDE:
                raise TrustError(Reason.TOO_LARGE, f"a picture of {image.width} by {image.height} pixels")
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TrustError(Reason.TOO_LARGE, f"a picture of more than {IMAGE_PIXELS} pixels") from error
    except TrustError:
        raise
    except Exception as error:  # the decoders raise whatever a broken file makes of them
        raise TrustError(Reason.UNREADABLE_IMAGE, "not a whole PNG, JPEG or WebP") from error


def _unfolded(image: Image.Image, data: bytes) -> int:
    """The memory in bytes that decoding `image` into grey takes at its worst."""
    pixels = image.width * image.height
    if image.format == "WEBP":
        return pixels * _WEBP_COST
    if image.format == "JPEG":
        return pixels * (scans_cost(image, data) + (_CMYK_COST if image.mode == "CMYK" else 1))
    if image.has_transparency_data and image.mode not in ("RGBA", "LA"):
        return pixels * _CLEARED_COST
    return pixels * _COSTS.get(image.mode, _COLOUR_COST)


def scans_cost(image: Image.Image, data: bytes) -> int:
    """What a JPEG keeps of each pixel until its last scan, in bytes; raises TrustError (too_large) for too many."""
    if data.count(_START_OF_SCAN) > JPEG_SCANS:
        raise TrustError(Reason.TOO_LARGE, f"a JPEG of more than {JPEG_SCANS} scans")
    bands = len(image.getbands())
    # Where the colours come one after the other, the decoder keeps two bytes of each until the last.
    return 2 * bands if "progressive" in image.info or _first_scan(data) < bands else 0


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
