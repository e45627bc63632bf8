"""A photograph of a paper as it is kept: in colour, upright, large enough to read, without what a camera wrote in it.

Whatever was sent is decoded and drawn anew, so that what is kept and shown to staff is a picture and nothing else.
"""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from passport.errors import Reason, TrustError
from passport.rendering.pictures import UNFOLDED_BYTES, measured, scans_cost

SIDE = 1800  # pixels of the longer side: A4 at 150 dots an inch, where small print stays readable
QUALITY = 80  # of the JPEG; a photographed page then takes about 400 KB
WHOLE_PIXELS = 8_000_000  # of a JPEG that is decoded whole; a larger one at half its size
TYPE = "image/jpeg"
# What decoding into colour takes at its worst, in bytes a pixel: of a JPEG, and where nothing can be left out.
_JPEG_COST, _CMYK_COST, _FLAT_COST, _WEBP_COST = 5, 12, 13, 24


def clean_photograph(data: bytes) -> bytes:
    """An uploaded PNG, JPEG or WebP as a JPEG of ours, on white where it was transparent.

    Raises TrustError: too_large over a limit, unreadable_image when it cannot be decoded.
    """
    with measured(data) as image:
        pixels = image.width * image.height
        halving = 2 if pixels > WHOLE_PIXELS and image.format == "JPEG" else 1
        if _unfolded(image, data, decoded=pixels // halving**2) > UNFOLDED_BYTES:
            raise TrustError(Reason.TOO_LARGE, f"{image.format} of {image.width} by {image.height} pixels")
        image.draft("RGB", (image.width // halving, image.height // halving))
        drawn = _drawable(image)
        drawn.thumbnail((SIDE, SIDE))
        ImageOps.exif_transpose(drawn, in_place=True)
        paper = Image.new("RGB", drawn.size, "white")
        paper.paste(drawn, mask=drawn if drawn.mode == "RGBA" else None)
        kept = io.BytesIO()
        paper.save(kept, "JPEG", quality=QUALITY)
    return kept.getvalue()


def _unfolded(image: Image.Image, data: bytes, *, decoded: int) -> int:
    """The memory in bytes that decoding `image` takes when `decoded` pixels come out."""
    if image.format == "WEBP":
        return decoded * _WEBP_COST
    if image.format == "JPEG":
        held = image.width * image.height * scans_cost(image, data)
        return held + decoded * (_CMYK_COST if image.mode == "CMYK" else _JPEG_COST)
    return decoded * _FLAT_COST


def _drawable(image: Image.Image) -> Image.Image:
    wanted = "L" if image.mode in ("1", "L", "I", "I;16") else "RGB"
    if image.has_transparency_data:
        wanted = "RGBA"
    return image if image.mode == wanted else image.convert(wanted)
