"""QR symbols in the first pages of a PDF, looked for by a process of its own.

A page may unfold into gigabytes or draw for minutes, and no limit of PDFium forbids it. So the file is handed to a
child that has little memory, two seconds of work, no secrets in its environment and nothing else to lose.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from PIL import Image

from passport.errors import Reason, TrustError

PDF_BYTES = 10_000_000  # an uploaded PDF
HEADER_WITHIN = 1024  # bytes; readers take a PDF that begins behind others (ISO 32000-1 annex I, note 13)
PDF_PAGES = 3  # a certificate stands on the first pages
PAGE_DPI = 200  # reads a certificate's code printed at 30 mm
PAGE_SIDE = 3_000  # pixels of a page's longer side once rendered, whatever size it claims
MEMORY = 96 * 1024 * 1024  # bytes of the child: 32 MiB to stand there, 64 for a colour scan of A4 at 300 dpi
SECONDS = 2  # of work in all; three such scans take a little more than one
_PATIENCE = 30.0  # seconds on the wall, for a child that does not work at all
_ROOT = Path(__file__).parents[2]


def looks_like_pdf(data: bytes) -> bool:
    """Whether `data` has the header of a PDF near its beginning."""
    return b"%PDF-" in data[:HEADER_WITHIN]


def pdf_codes(data: bytes) -> list[str]:
    """The texts of the codes on the first pages; raises TrustError (too_large, unreadable_image)."""
    if len(data) > PDF_BYTES:
        raise TrustError(Reason.TOO_LARGE, f"a PDF of more than {PDF_BYTES} bytes")
    command = [sys.executable, "-m", __name__]
    try:
        done = subprocess.run(  # noqa: S603  (the command is our own)
            command, check=False, input=data, capture_output=True, cwd=_ROOT, env={}, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired as error:
        raise TrustError(Reason.UNREADABLE_IMAGE, "the PDF takes too long") from error
    pages_told = done.stdout.split(b"\n")[:-1]  # also of a child cut short, maybe within a line
    codes = [code for line in pages_told for code in json.loads(line)]
    if done.returncode and not codes:
        raise TrustError(Reason.UNREADABLE_IMAGE, "the PDF cannot be opened within the limits")
    return codes


def pages(data: bytes) -> Iterator[Image.Image]:
    """The first pages in grey; forms and their scripts are not run. Raises pypdfium2.PdfiumError."""
    with pypdfium2.PdfDocument(data) as document:
        for number in range(min(len(document), PDF_PAGES)):
            yield _page(document[number])


def _page(page: pypdfium2.PdfPage) -> Image.Image:
    longer = max(*page.get_size(), 1)  # points
    scale = min(PAGE_DPI / 72, PAGE_SIDE / longer)
    picture: Image.Image = page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil()
    return picture


def main() -> int:
    """The child: a PDF on its input, one line of codes for each page on its output."""
    from passport.rendering.reading import codes_in

    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        for page in pages(sys.stdin.buffer.read()):
            print(json.dumps(codes_in(page)), flush=True)
    except (pypdfium2.PdfiumError, MemoryError, ValueError):
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
