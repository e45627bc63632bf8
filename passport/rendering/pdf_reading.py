"""QR symbols in the first pages of a PDF, looked for by a process of its own.

A page may unfold into gigabytes or draw for minutes, and no limit of PDFium forbids it. So the file is handed to a
child that has little memory, little time, no secrets in its environment and nothing else to lose.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from passport.errors import Reason, TrustError

PDF_BYTES = 10_000_000  # an uploaded PDF
HEADER_WITHIN = 1024  # bytes; readers take a PDF that begins behind others (ISO 32000-1 annex I, note 13)
_PATIENCE = 30.0  # seconds on the wall, for a child that does not work at all
_ROOT = Path(__file__).parents[2]


def looks_like_pdf(data: bytes) -> bool:
    """Whether `data` has the header of a PDF near its beginning."""
    return b"%PDF-" in data[:HEADER_WITHIN]


def pdf_codes(data: bytes) -> list[str]:
    """The texts of the codes on the first pages; raises TrustError (too_large, unreadable_image)."""
    if len(data) > PDF_BYTES:
        raise TrustError(Reason.TOO_LARGE, f"a PDF of more than {PDF_BYTES} bytes")
    command = [sys.executable, "-m", "passport.rendering.pdf_pages"]
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
