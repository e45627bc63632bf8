"""The font of paper and card: Be Vietnam Pro (SIL Open Font License 1.1), shipped, since a system may have none."""

from __future__ import annotations

from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

FOLDER = Path(__file__).parent / "data" / "fonts"
_NOTHING = "\U0010ffff"  # no font draws it, so what appears for it is what appears for anything missing
_PROBE_SIZE = 40  # pixels; large enough that no letter looks like the sign for a missing one


class Weight(StrEnum):
    """The cuts that are shipped."""

    REGULAR = "Regular"
    SEMIBOLD = "SemiBold"
    BOLD = "Bold"


@cache
def font(weight: Weight, size: int) -> ImageFont.FreeTypeFont:
    """The font in one cut, `size` pixels high."""
    return ImageFont.truetype(FOLDER / f"BeVietnamPro-{weight}.ttf", size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)  # characters
def drawable(character: str) -> bool:
    """Whether the font has a shape for this character."""
    return character.isspace() or _shape(character) != _shape(_NOTHING)


def _shape(character: str) -> bytes:
    return bytes(font(Weight.REGULAR, _PROBE_SIZE).getmask(character))
