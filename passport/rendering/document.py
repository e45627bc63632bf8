"""The certificate on paper: one A4 page, PDF/A-2a and PDF/UA-1, set by typst from `templates/document`.

The template is fixed. What a certificate says reaches it as JSON beside it (`sys.inputs`) and is only ever text
there, whatever signs of the template language it holds.
"""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst

from passport.domain.dates import spoken_day
from passport.rendering import paper as texts
from passport.rendering.fonts import FOLDER, drawable
from passport.rendering.paper import Paper
from passport.rendering.qr import qr_svg

if TYPE_CHECKING:
    from typst import PDFStandard

STANDARDS: list[PDFStandard] = ["a-2a", "ua-1"]  # ISO 19005-2 for keeping, ISO 14289-1 for reading aloud
LONGEST_WORD = 20  # letters; a longer one may be broken, so that it cannot run into the code
TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "document"
_MAY_BREAK = "\u200b"

_thread = threading.local()  # a compiler may not be shared between threads


def certificate_pdf(paper: Paper) -> bytes:
    """The paper as PDF; the same certificate gives the same bytes.

    Letters that the shipped font lacks are set in typst's own; a name for which those have no letters either is
    set in its Latin form.
    """
    shaped = texts.printable(paper)
    try:
        return _pdf(shaped)
    except typst.TypstError:  # PDF/A refuses a letter that no font has
        return _pdf(texts.in_letters_of(shaped, drawable))


def _pdf(paper: Paper) -> bytes:
    pdf = _compiler().compile(
        format="pdf",
        sys_inputs={"paper": json.dumps(_content(paper), ensure_ascii=False), "code": qr_svg(paper.code)},
        pdf_standards=STANDARDS,
        timestamp=datetime.combine(paper.issued_on, time(), UTC),
    )
    assert isinstance(pdf, bytes)  # one file, since no file of output was named
    return pdf


def _compiler() -> typst.Compiler:
    """This thread's compiler. Text is an argument of each run, so nothing of one paper stays for the next."""
    if not hasattr(_thread, "compiler"):
        _thread.compiler = typst.Compiler(
            TEMPLATES / "certificate.typ",
            root=TEMPLATES,
            font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FOLDER]),
        )
    compiler: typst.Compiler = _thread.compiler
    return compiler


def _content(paper: Paper) -> dict[str, Any]:
    latin = _breakable(texts.latin_words(paper))
    named = replace(paper, full_name=_breakable(paper.full_name), latin_name=latin)
    return {
        "title": texts.TITLE.as_dict(),
        "issuer": {"label": texts.ISSUED_BY.as_dict(), "name": _breakable(paper.issuer)},
        "issued": {"label": texts.ISSUED_ON.as_dict(), "day": spoken_day(paper.issued_on).as_dict()},
        "scan": texts.SCAN.as_dict(),
        "fields": [{"label": field.label.as_dict(), "value": field.value.as_dict()} for field in texts.fields(named)],
        "latin": latin,
        "notices": [texts.expiry(named).as_dict(), texts.latin_notice(named).as_dict()],
        "foot": texts.foot(paper).as_dict(),
        "is_test": paper.test,
        "test": texts.TEST.as_dict(),
    }


def _breakable(name: str) -> str:
    def pieces(word: str) -> str:
        return _MAY_BREAK.join(word[start : start + LONGEST_WORD] for start in range(0, len(word), LONGEST_WORD))

    return " ".join(map(pieces, name.split(" ")))
