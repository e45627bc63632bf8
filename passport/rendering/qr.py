"""QR symbols out: as a picture, as PNG, as SVG (ISO/IEC 18004, model 2).

The EU specification asks for error correction Q and alphanumeric mode. The library picks the densest mode for
each stretch of the text: alphanumeric for upper-case base45, numeric for the digits of a SMART Health Card.
"""

from __future__ import annotations

import io
from itertools import groupby

from PIL import Image
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode

from passport.errors import InputError, Reason

QUIET_ZONE = 4  # modules of white around the symbol (ISO/IEC 18004 section 9.1)
MODULE_PIXELS = 8  # a certificate's symbol is then about 800 pixels wide
_LEVELS = {"L": ERROR_CORRECT_L, "M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q, "H": ERROR_CORRECT_H}

Matrix = list[list[bool]]  # rows of modules, True is dark, quiet zone included


def qr_matrix(text: str, *, level: str = "Q") -> Matrix:
    """The smallest symbol that holds `text`; raises InputError (too_large) where even version 40 does not."""
    code = QRCode(error_correction=_LEVELS[level], border=QUIET_ZONE)
    code.add_data(text)
    try:
        matrix: Matrix = code.get_matrix()
    except (DataOverflowError, ValueError) as error:  # the library says either, by how far the text is over
        raise InputError(Reason.TOO_LARGE, f"{len(text)} characters do not fit a QR code of level {level}") from error
    return matrix


def qr_image(text: str, *, level: str = "Q", module_pixels: int = MODULE_PIXELS) -> Image.Image:
    """The symbol as a picture of one bit a pixel, every module `module_pixels` wide."""
    matrix = qr_matrix(text, level=level)
    image = Image.new("1", (len(matrix), len(matrix)))
    image.putdata([0 if dark else 255 for row in matrix for dark in row])
    side = len(matrix) * module_pixels
    return image.resize((side, side), Image.Resampling.NEAREST)


def qr_png(text: str, *, level: str = "Q", module_pixels: int = MODULE_PIXELS) -> bytes:
    """The symbol as a PNG file of one bit a pixel."""
    out = io.BytesIO()
    qr_image(text, level=level, module_pixels=module_pixels).save(out, "PNG", optimize=True)
    return out.getvalue()


def qr_svg(text: str, *, level: str = "Q") -> str:
    """The symbol as an SVG drawing, one unit a module, on white so that a dark page does not swallow it.

    Each row is one dashed stroke: less than half the bytes of a rectangle for each dark stretch.
    """
    matrix = qr_matrix(text, level=level)
    side = len(matrix)
    rows = "".join(_strokes(row, y) for y, row in enumerate(matrix))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path stroke="#000" d="{rows}"/></svg>'
    )


def _strokes(row: list[bool], y: int) -> str:
    """The dark stretches of a row along its middle; empty for a row that is all white."""
    runs = [(dark, sum(1 for _ in run)) for dark, run in groupby(row)]
    if len(runs) == 1:
        return ""
    drawn = "".join(f"h{width}" if dark else f"m{width} 0" for dark, width in runs[1:-1])  # the ends are quiet zone
    return f"M{runs[0][1]} {y}.5{drawn}"
