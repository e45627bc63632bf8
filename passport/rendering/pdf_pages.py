"""The child that looks at a PDF: its first pages in grey, and the codes on them, within little memory and time."""

from __future__ import annotations

import itertools
import json
import resource
import signal
import sys
from collections.abc import Iterator

import pypdfium2
from PIL import Image

from passport.errors import TrustError
from passport.rendering.looking import looks
from passport.rendering.pictures import open_picture

PDF_PAGES = 3  # a certificate stands on the first pages
PAGE_DPI = 200  # reads a certificate's code printed at 30 mm
PAGE_SIDE = 3_000  # pixels of a page's longer side once rendered, whatever size it claims
SCAN_SIDE = 2_400  # pixels, of a scanned page: A4 at 200 dpi
MEMORY = 60 * 1024 * 1024  # bytes of the child's own: half to stand there, half for a page
SECONDS = 0.65  # of the processor from when it stands there, which takes 0.2; a colour scan takes 0.15


def pages(data: bytes) -> Iterator[Image.Image]:
    """The first pages in grey; forms and their scripts are not run. Raises pypdfium2.PdfiumError."""
    with pypdfium2.PdfDocument(data) as document:
        for number in range(min(len(document), PDF_PAGES)):
            yield _scan(document[number]) or _drawn(document[number])


def _scan(page: pypdfium2.PdfPage) -> Image.Image | None:
    """The photograph that is all there is on a scanned page: decoded by halves, for a fifth of what drawing takes."""
    objects = list(itertools.islice(page.get_objects(), 2))
    if len(objects) != 1 or not isinstance(objects[0], pypdfium2.PdfImage) or objects[0].get_filters() != ["DCTDecode"]:
        return None
    try:
        scan = open_picture(bytes(objects[0].get_data()))
    except TrustError:
        return None  # PDFium may know better
    scan.thumbnail((SCAN_SIDE, SCAN_SIDE))  # all pages are kept until one was read
    return scan


def _drawn(page: pypdfium2.PdfPage) -> Image.Image:
    longer = max(*page.get_size(), 1)  # points
    scale = min(PAGE_DPI / 72, PAGE_SIDE / longer)
    picture: Image.Image = page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil()
    return picture


def main() -> int:
    """A PDF on the input, a line of codes for each page on the output; harder looks only where no page has any."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)  # its signal ends the process, in the midst of PDFium as well
    try:
        started, found = [], False
        for page in pages(sys.stdin.buffer.read()):
            started.append(looks(page))
            found |= _tell(next(started[-1], []))
        if not found:
            for further in started:
                _tell(next(filter(None, further), []))
    except (pypdfium2.PdfiumError, MemoryError, ValueError):
        return 1
    return 0


def _tell(codes: list[str]) -> bool:
    print(json.dumps(codes), flush=True)
    return bool(codes)


if __name__ == "__main__":
    raise SystemExit(main())
