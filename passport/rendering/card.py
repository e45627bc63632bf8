"""The certificate as a picture for a telephone: one column, the QR symbol as large as whole pixels a module allow."""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image, ImageDraw, ImageFont

from passport.errors import Sentence
from passport.rendering import paper as texts
from passport.rendering.fonts import Weight, drawable, font
from passport.rendering.paper import Field, Paper
from passport.rendering.qr import qr_image

WIDTH = 1080  # pixels, the width of common telephone screens
MARGIN = 64
TALLEST = 4000  # the drawing board; the card is cut where its text ends
_INK, _BODY, _QUIET, _HAIR, _ALARM, _TINT = "#0b3a53", "#12212a", "#55656f", "#b5c6cf", "#b3261e", "#eccbc8"
_BAND = 76  # height of the stripes on a test card


def certificate_png(paper: Paper) -> bytes:
    """The card as PNG, 1080 pixels wide; a name that the font cannot draw is given in its Latin form."""
    shown = texts.in_letters_of(texts.printable(paper), drawable)
    card = _Card()
    if shown.test:
        card.stripes()
    _head(card, shown)
    card.picture(_symbol(shown.code))
    _doses(card, shown)
    for sentence in (texts.expiry(shown), texts.foot(shown)):
        card.both(sentence)
    card.space(16)
    if shown.test:
        card.stripes()
    return card.png()


def _head(card: _Card, paper: Paper) -> None:
    card.space(44)
    card.text(texts.TITLE.vi, Weight.BOLD, 64, _INK)
    card.text(texts.TITLE.en, Weight.REGULAR, 34, _INK)
    card.text(f"{texts.ISSUED_BY.vi} / {texts.ISSUED_BY.en}: {paper.issuer}", Weight.REGULAR, 26, _QUIET)
    card.rule()
    card.text(paper.full_name, Weight.SEMIBOLD, 60)
    card.text(texts.latin_words(paper), Weight.REGULAR, 30, _QUIET)
    card.space(8)
    card.field(texts.fields(paper)[1], size=48)


def _doses(card: _Card, paper: Paper) -> None:
    told = texts.fields(paper)
    card.rule()
    for left, right in zip(told[2:10:2], told[3:10:2], strict=True):
        card.pair(left, right)
    card.field(told[10], size=28)
    card.rule()


def _symbol(text: str) -> Image.Image:
    single = qr_image(text, module_pixels=1)
    return single.resize((single.width * ((WIDTH - MARGIN) // single.width),) * 2, Image.Resampling.NEAREST)


class _Card:
    """A drawing board that is filled from the top down."""

    def __init__(self) -> None:
        self._image = Image.new("RGB", (WIDTH, TALLEST), "white")
        self._draw = ImageDraw.Draw(self._image)
        self._y = 0

    def png(self) -> bytes:
        """What was drawn, cut below it."""
        out = io.BytesIO()
        self._image.crop((0, 0, WIDTH, min(self._y, TALLEST))).save(out, "PNG")
        return out.getvalue()

    def space(self, pixels: int) -> None:
        self._y += pixels

    def text(self, words: str, weight: Weight, size: int, color: str = _BODY) -> None:
        """Words across the card, broken into lines where they must."""
        self._y = self._lines(words, weight, size, color, x=MARGIN, y=self._y, width=WIDTH - 2 * MARGIN)

    def both(self, sentence: Sentence) -> None:
        """A sentence in both languages, the second smaller."""
        self.text(sentence.vi, Weight.REGULAR, 28)
        self.text(sentence.en, Weight.REGULAR, 26, _QUIET)
        self.space(18)

    def field(self, field: Field, *, size: int) -> None:
        """A labelled value across the card."""
        self._y = self._field(field, size, x=MARGIN, width=WIDTH - 2 * MARGIN) + 22

    def pair(self, left: Field, right: Field) -> None:
        """Two labelled values side by side."""
        width = WIDTH // 2 - MARGIN - 16
        ends = [self._field(left, 32, x=MARGIN, width=width), self._field(right, 32, x=WIDTH // 2 + 16, width=width)]
        self._y = max(ends) + 22

    def picture(self, image: Image.Image) -> None:
        self._image.paste(image, ((WIDTH - image.width) // 2, self._y))
        self._y += image.height

    def rule(self) -> None:
        self.space(20)
        self._draw.line((MARGIN, self._y, WIDTH - MARGIN, self._y), fill=_HAIR, width=2)
        self.space(24)

    def stripes(self) -> None:
        """The band across a test card."""
        top, bottom = self._y, self._y + _BAND
        for x in range(-_BAND, WIDTH, 48):
            self._draw.polygon(((x, bottom), (x + _BAND, top), (x + _BAND + 24, top), (x + 24, bottom)), fill=_TINT)
        words, lettering = f"{texts.TEST.vi}   {texts.TEST.en}", font(Weight.BOLD, 32)
        half = lettering.getlength(words) / 2 + 16
        self._draw.rectangle((WIDTH / 2 - half, top + 12, WIDTH / 2 + half, bottom - 12), fill="white")
        self._draw.text((WIDTH / 2, (top + bottom) / 2), words, font=lettering, fill=_ALARM, anchor="mm")
        self._y = bottom

    def _field(self, field: Field, size: int, *, x: int, width: int) -> int:
        label = f"{field.number}. {field.label.vi} / {field.label.en}"
        y = self._lines(label, Weight.REGULAR, 22, _QUIET, x=x, y=self._y, width=width)
        y = self._lines(field.value.vi, Weight.SEMIBOLD, size, _BODY, x=x, y=y, width=width)
        if field.value.en != field.value.vi:
            y = self._lines(field.value.en, Weight.REGULAR, 26, _QUIET, x=x, y=y, width=width)
        return y

    def _lines(self, words: str, weight: Weight, size: int, color: str, *, x: int, y: int, width: int) -> int:
        lettering = font(weight, size)
        for line in _wrapped(words, lettering, width):
            self._draw.text((x, y), line, font=lettering, fill=color)
            y += round(size * 1.32)
        return y


def _wrapped(words: str, lettering: ImageFont.FreeTypeFont, width: int) -> Iterator[str]:
    """Lines of at most `width` pixels; a word that is longer than a line is broken."""
    line = ""
    for word in words.split():
        longer = f"{line} {word}" if line else word
        if lettering.getlength(longer) <= width:
            line = longer
            continue
        if line:
            yield line
        while lettering.getlength(word) > width:
            fits = max(n for n in range(1, len(word)) if n == 1 or lettering.getlength(word[:n]) <= width)
            yield word[:fits]
            word = word[fits:]
        line = word
    if line:
        yield line
