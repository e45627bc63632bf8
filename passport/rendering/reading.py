"""QR symbols in: every code that a picture or the first pages of a PDF holds.

What is uploaded is judged by its first bytes, never by its name, and measured before it is decoded: a small
file can unfold into gigabytes of pixels.
"""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Iterator

import pypdfium2
import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from passport.errors import Reason, TrustError

IMAGE_BYTES = 5_000_000  # an uploaded picture (security T19)
PDF_BYTES = 10_000_000  # an uploaded PDF
IMAGE_PIXELS = 25_000_000  # a picture once decoded (security T19)
IMAGE_SIDE = 20_000  # pixels; the decoder takes 65,535, also once a picture is enlarged
PDF_PAGES = 3  # a certificate stands on the first pages
PAGE_DPI = 200  # reads a certificate's code printed at 30 mm
PAGE_SIDE = 3_500  # pixels of a page's longer side once rendered, whatever size it claims
RETRY_PIXELS = 4_000_000  # retries work on a picture scaled to at most this, so that a miss stays cheap
ENLARGED = 3.0  # times; more did not read more

_FORMATS = ("PNG", "JPEG", "WEBP")
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_PDFIUM = threading.Lock()  # PDFium may be used by one thread at a time


def read_codes(data: bytes) -> list[str]:
    """The texts of all QR codes in a PNG, JPEG, WebP or PDF, in the order they are found, each once.

    Raises TrustError: too_large over a limit, unreadable_image when the file cannot be opened or holds no code.
    Says nothing of what the texts are.
    """
    pictures = _pages(data) if data.startswith(b"%PDF-") else iter([_picture(data)])
    codes = [code for picture in pictures for code in _codes(picture)]
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
            image.draft("L", image.size)  # a JPEG need not be decoded in colour
            return _grey(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TrustError(Reason.TOO_LARGE, f"a picture of more than {IMAGE_PIXELS} pixels") from error
    except TrustError:
        raise
    except Exception as error:  # the decoders raise whatever a broken file makes of them
        raise TrustError(Reason.UNREADABLE_IMAGE, "not a whole PNG, JPEG or WebP") from error


def _grey(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:  # black modules on nothing would turn black on black
        on_white = Image.new("RGBA", image.size, "white")
        on_white.alpha_composite(image.convert("RGBA"))
        return on_white.convert("L")
    return image.convert("L")


def _pages(data: bytes) -> Iterator[Image.Image]:
    """The first pages of a PDF in grey; forms and their scripts are not run."""
    if len(data) > PDF_BYTES:
        raise TrustError(Reason.TOO_LARGE, f"a PDF of more than {PDF_BYTES} bytes")
    with _PDFIUM:
        try:
            with pypdfium2.PdfDocument(data) as document:
                pictures = [_page(document[number]) for number in range(min(len(document), PDF_PAGES))]
        except pypdfium2.PdfiumError as error:
            raise TrustError(Reason.UNREADABLE_IMAGE, "the PDF cannot be opened") from error
    yield from pictures


def _page(page: pypdfium2.PdfPage) -> Image.Image:
    longer = max(*page.get_size(), 1)  # points
    scale = min(PAGE_DPI / 72, PAGE_SIDE / longer)
    picture: Image.Image = page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil()
    return picture


def _codes(picture: Image.Image) -> list[str]:
    """The codes of one picture by the first attempt that finds any."""
    for attempt in _attempts(picture):
        # The library itself also looks for codes that are turned, inverted or too large for it.
        found = zxingcpp.read_barcodes(attempt, formats=_QR, text_mode=zxingcpp.TextMode.Plain)
        texts = [code.text for code in found if code.text]
        if texts:
            return texts
    return []


def _attempts(picture: Image.Image) -> Iterator[Image.Image]:
    """The picture as it is, then in the ways that were seen to make more pictures readable."""
    yield picture
    factor = min(ENLARGED, math.sqrt(RETRY_PIXELS / (picture.width * picture.height)))
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    larger = picture.resize(size, Image.Resampling.BICUBIC)
    yield larger  # modules of one or two pixels
    yield larger.filter(ImageFilter.UnsharpMask(radius=4, percent=250, threshold=0))  # out of focus
    yield ImageOps.autocontrast(larger, cutoff=2)  # dark or faded
