"""What a cell holds besides what was meant: characters that nobody sees, letters in place of digits."""

from __future__ import annotations

_UNSEEN = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF])  # they have no width
_LOOKALIKES = str.maketrans("OoIl", "0011")


def seen(text: str) -> str:
    """`text` without the characters that come along unseen when something is copied."""
    return text if text.isascii() else text.translate(_UNSEEN)


def in_digits(text: str) -> str:
    """`text` with digits for the letters that look like them."""
    return text.translate(_LOOKALIKES)
