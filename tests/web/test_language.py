"""Every sentence of the pages exists in both languages, once, with the same gaps; templates hold no loose words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages import pofile
from babel.messages.extract import extract_from_dir
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(p for p in (ROOT / "templates").rglob("*.html") if "document" not in p.parts)
CATALOGUES = sorted((ROOT / "passport" / "web" / "translations" / "en").glob("*.po"))
# Only the first text counts: Vietnamese has one form.
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": None}
GAP = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
NEWER_MARKS = re.compile(r"\b\w*(?:oà|oá|oả|oã|oạ|oè|oé|oẻ|oẽ|oẹ|uỳ|uý|uỷ|uỹ|uỵ)\b", re.IGNORECASE)
NAMES = {"Tiếng Việt", "OpenAPI"}  # the same in both languages


def _used() -> Iterator[tuple[str, str]]:
    folders = (
        (ROOT / "templates", "**.html", "jinja2.ext:babel_extract"),
        (ROOT / "passport" / "web", "**.py", "python"),
    )
    for folder, pattern, method in folders:
        found = extract_from_dir(
            folder,
            method_map=[(pattern, method)],
            keywords=KEYWORDS,
            options_map={pattern: {"newstyle_gettext": "true"}},
        )
        for name, line, message, _comments, _context in found:
            yield (message if isinstance(message, str) else message[0]), f"{name}:{line}"


def _english() -> Iterator[tuple[str, tuple[str, ...], Path]]:
    for path in CATALOGUES:
        with path.open("rb") as file:
            for message in pofile.read_po(file, locale="en"):
                if message.id:
                    told = (message.string,) if isinstance(message.string, str) else tuple(message.string)
                    yield (message.id if isinstance(message.id, str) else message.id[0]), told, path


def test_every_sentence_has_its_english() -> None:
    known = {vi for vi, _told, _path in _english()}
    assert {vi: where for vi, where in _used() if vi not in known} == {}


def test_no_english_without_a_use_and_none_twice() -> None:
    used = {vi for vi, _where in _used()}
    told = Counter(vi for vi, _told, _path in _english())
    assert {vi for vi in told if vi not in used} == set()
    assert {vi for vi, count in told.items() if count > 1} == set()


def test_english_has_the_gaps_of_the_vietnamese() -> None:
    for vi, told, path in _english():
        for en in told:
            assert en, f"{path.name}: {vi}"
            assert set(GAP.findall(vi)) == set(GAP.findall(en)), f"{path.name}: {vi}"


def test_vietnamese_is_composed_and_marks_tones_the_older_way() -> None:
    for vi, where in _used():
        assert vi == unicodedata.normalize("NFC", vi), where
        assert not [word for word in NEWER_MARKS.findall(vi) if not word.lower().startswith("qu")], f"{where}: {vi}"


class _Loose(HTMLParser):
    """Collects the words that stand in a page outside Jinja's marks."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.code = 0
        self.feed("".join(value for _line, kind, value in Environment().lex(source) if kind == "data"))

    def handle_data(self, data: str) -> None:
        if not self.code:
            self.words += re.findall(r"[^\W\d_]{2,}", data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.code += tag == "code"
        for name, value in attrs:
            if name in ("alt", "title", "aria-label", "placeholder"):
                self.handle_data(value or "")

    def handle_endtag(self, tag: str) -> None:
        self.code -= tag == "code"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "templates")))
def test_a_template_holds_no_loose_words(path: Path) -> None:
    source = path.read_text("utf-8")
    assert set(_Loose(source).words) <= NAMES
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    told = {
        id(text)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in KEYWORDS
        for text in call.find_all(nodes.Const)
    }
    strings = {c.value for c in tree.find_all(nodes.Const) if id(c) not in told and isinstance(c.value, str)}
    assert {text for text in strings if re.search(r"[^\W\d_a-zA-Z]", text)} <= NAMES
