"""QR symbols in: every code that a picture or the first pages of a PDF holds.

What is uploaded is judged by its first bytes, never by its name.
"""

from __future__ import annotations

from passport.errors import Reason, TrustError
from passport.rendering.looking import codes_in
from passport.rendering.pdf_reading import looks_like_pdf, pdf_codes
from passport.rendering.pictures import open_picture


def read_codes(data: bytes) -> list[str]:
    """The texts of all QR codes in a PNG, JPEG, WebP or PDF, in the order they are found, each once.

    Raises TrustError: too_large over a limit, unreadable_image when the file cannot be opened or holds no code.
    Says nothing of what the texts are.
    """
    codes = pdf_codes(data) if looks_like_pdf(data) else codes_in(open_picture(data))
    if not codes:
        raise TrustError(Reason.UNREADABLE_IMAGE, "no QR code was found")
    return list(dict.fromkeys(codes))
