"""The certificate on paper: one A4 page, flat or to be folded, PDF/A-2a and PDF/UA-1, set by typst from
`templates/document`.

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
    return _printed(paper, "certificate")


def folded_pdf(paper: Paper) -> bytes:
    """As `certificate_pdf`, in four quarters of the page that are folded to the size of a pocket."""
    return _printed(paper, "folded")


def _printed(paper: Paper, template: str) -> bytes:
    shaped = texts.printable(paper)
    try:
        return _pdf(shaped, template)
    except typst.TypstError:  # PDF/A refuses a letter that no font has
        return _pdf(texts.in_letters_of(shaped, drawable), template)


def _pdf(paper: Paper, template: str) -> bytes:
    pdf = _compiler(template).compile(
        format="pdf",
        sys_inputs={"paper": json.dumps(_content(paper), ensure_ascii=False), "code": qr_svg(paper.code)},
        pdf_standards=STANDARDS,
        timestamp=datetime.combine(paper.issued_on, time(), UTC),
    )
    assert isinstance(pdf, bytes)  # one file, since no file of output was named
    return pdf


def _compiler(template: str) -> typst.Compiler:
    """This thread's compiler. Text is an argument of each run, so nothing of one paper stays for the next."""
    compilers: dict[str, typst.Compiler] = _thread.__dict__
    if template not in compilers:
        compilers[template] = typst.Compiler(
            TEMPLATES / f"{template}.typ",
            root=TEMPLATES,
            font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FOLDER]),
        )
    return compilers[template]


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
        "compare": texts.COMPARE.as_dict(),
        "fold": texts.FOLD.as_dict(),
        "use": texts.USE.as_dict(),
        "instructions": [notice.as_dict() for notice in texts.instructions(named)],
        "is_test": paper.test,
        "test": texts.TEST.as_dict(),
    }


def _breakable(name: str) -> str:
    def pieces(word: str) -> str:
        return _MAY_BREAK.join(word[start : start + LONGEST_WORD] for start in range(0, len(word), LONGEST_WORD))

    return " ".join(map(pieces, name.split(" ")))
