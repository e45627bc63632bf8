"""Names in the forms that linkage compares, all ASCII: without marks, with marks as digits, in parts.

Unicode ends here, so that both engines of the rules read the same letters. Marks are written behind their letter
and the tone behind the word as people type without a Vietnamese keyboard: `Hoà` and `Hòa` are both `hoa2`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from passport.domain.names import transliterate
from passport.intake.linkage.cells import seen
from passport.intake.linkage.legacy_encodings import SIGNS_OF_TCVN3, in_utf8, readings
from passport.intake.linkage.syllables import is_syllable

_TONES = {"\u0301": "1", "\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
_SHAPES = {"\u0302": "6", "\u031b": "7", "\u0306": "8"}
_BY_DIGIT = {digit: mark for mark, digit in (_TONES | _SHAPES).items()}
_TELEX_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_TELEX_SHAPES = {
    "aa": "a\u0302", "ee": "e\u0302", "oo": "o\u0302", "aw": "a\u0306", "ow": "o\u031b", "uw": "u\u031b",
}  # fmt: skip
_ASIDE = re.compile(r"\([^)]*\)?|\[[^\]]*\]?")
_APOSTROPHES = re.compile(r"['’ʼ`´‘]")
_BREAKS = re.compile(r"[^\w\u0300-\u036f]+|_")
_SMALL = "".join(c for c in map(chr, range(ord("a"), ord("ỹ") + 1)) if c.islower())
_RUN_ON = re.compile(rf"(?<=\w[{_SMALL}])(?=[A-ZĐ][{_SMALL}])")  # NguyễnVăn
_VOWELS = "aeiouyươ"
WORDS_KEPT = 100_000  # words whose spelling is remembered; names repeat a few thousand
_UNUSUAL = ("", "")
_ABBREVIATED = {"ng": "nguyễn", "ngu": "nguyễn", "nguy": "nguyễn", "ngn": "nguyễn"}  # nobody else shortens so


class NameForms(NamedTuple):
    """One name: every form is empty when no letter of it is Latin."""

    plain: str  # words without marks, i and y as one
    marked: str  # the same with marks as digits; equal to `plain` when the name was typed without any
    ordered: str  # the words of `plain` in order of the alphabet
    family: str  # the first word
    middle: str  # what stands between; empty for two words
    initials: str  # of the words between
    given: str  # the last word
    given_marked: str


def name_forms(text: str) -> NameForms:
    """The forms of a name as typed: old encodings read, half-typed words finished, one spelling for each sound."""
    words = [_usual(word) for word in text.split()]
    if _UNUSUAL in words:
        words = [spelled for word in _words(text) if (spelled := _spell(word))[0]]
    if not words:
        return NameForms("", "", "", "", "", "", "", "")
    plain = [word for word, _ in words]
    middle = plain[1:-1]
    return NameForms(
        " ".join(plain),
        " ".join([marked for _, marked in words]),
        " ".join(sorted(plain)),
        plain[0],
        " ".join(middle),
        "".join([word[0] for word in middle]),
        plain[-1],
        words[-1][1],
    )


def place_key(text: str) -> str:
    """The words and numbers of a place's name without marks, read as a name is."""
    return " ".join(word.lstrip("0") if word.isascii() and word.isdigit() else _spell(word)[0] for word in _words(text))


def in_unicode(text: str) -> str | None:
    """What a name says that was typed in TCVN3 or VNI or decoded wrongly, None where that is not sure.

    It is sure where every word is Vietnamese in the other reading, and not as it stands.
    """
    words = _words(text)
    return " ".join(words).title() if words != _split(text) and all(map(_is_vietnamese, words)) else None


@lru_cache(maxsize=WORDS_KEPT)
def _usual(word: str) -> tuple[str, str]:
    """A word as typed, spelled, where it reads the same whatever stands beside it; `_UNUSUAL` for any other."""
    bare = unicodedata.normalize("NFC", word).lower()
    return _spell(bare) if bare.isalpha() and _is_vietnamese(bare) else _UNUSUAL


def _words(text: str) -> list[str]:
    if text.isascii():
        return _split(text)
    text = in_utf8(seen(text))
    words = _split(text)
    if all(map(_is_vietnamese, words)) and SIGNS_OF_TCVN3.isdisjoint(text):
        return words
    return max([words, *map(_split, readings(text))], key=_likeness)  # the first of equals: as it stands


def _split(text: str) -> list[str]:
    bare = _RUN_ON.sub(" ", unicodedata.normalize("NFC", seen(text))).lower()
    if not bare.replace(" ", "").isalpha():
        bare = _BREAKS.sub(" ", _APOSTROPHES.sub("", _ASIDE.sub(" ", bare)))
    return bare.split()


def _likeness(words: list[str]) -> tuple[int, int]:
    """How Vietnamese words are, and how many letters they keep: other readings lose those that are no letters there."""
    syllables = sum(map(_is_vietnamese, words))
    return 2 * syllables - len(words), sum(map(len, words))


@lru_cache(maxsize=WORDS_KEPT)
def _is_vietnamese(word: str) -> bool:
    decomposed = unicodedata.normalize("NFD", word.replace("đ", "d").replace("ð", "d"))
    bare = "".join(c for c in decomposed if c not in _TONES and c not in _SHAPES)
    return is_syllable(bare) and sum(c in _TONES for c in decomposed) <= 1


@lru_cache(maxsize=WORDS_KEPT)
def _spell(word: str) -> tuple[str, str]:
    """A word without and with its marks, after repair where no Vietnamese word reads so."""
    if not _is_vietnamese(word):
        word = _ABBREVIATED.get(word) or _finish(word)
    decomposed = unicodedata.normalize("NFD", word.replace("ð", "đ"))
    tone = "".join(_TONES[c] for c in decomposed if c in _TONES)[:1]
    plain: list[str] = []
    marked: list[str] = []
    for c in decomposed:
        if c in _SHAPES:
            marked.append(_SHAPES[c])
        elif (letter := _letter(c, plain[-1] if plain else "")) is not None:
            plain.append(letter)
            marked.append(letter + ("9" if c == "đ" else ""))
    bare = "".join(plain)
    return bare, ("".join(marked) + tone) if bare else ""


def _letter(c: str, before: str) -> str | None:
    """The letters `a-z` of one character, None for a mark or a digit."""
    if c == "đ":
        return "d"
    if c == "y" and before != "a":  # Mỹ and Mĩ, Quý and Quí are one; Mai and May are two
        return "i"
    if c.isascii():
        return c if c.isalpha() else None
    return None if unicodedata.combining(c) else transliterate(c).lower().replace("<", "")


def _finish(word: str) -> str:
    """A word that was left as keys of Telex or VNI typing, with its marks; the word itself when that is none."""
    return next((finished for finished in (_telex(word), _vni_keys(word)) if _is_vietnamese(finished)), word)


def _telex(word: str) -> str:
    letters, tone = "", ""
    for c in word:
        if c in _TELEX_TONES and any(vowel in letters for vowel in _VOWELS):
            tone = _TELEX_TONES[c]
        else:
            letters += c
    letters = letters.replace("dd", "đ").replace("uow", "ươ")
    for keys, letter in _TELEX_SHAPES.items():
        letters = letters.replace(keys, letter)
    return letters.replace("w", "ư") + tone


def _vni_keys(word: str) -> str:
    letters, tone = "", ""
    for c in word:
        if c == "9":
            letters = letters.replace("d", "đ", 1)
        elif c in "12345":
            tone = _BY_DIGIT[c]
        else:
            letters += _BY_DIGIT.get(c, c)
    return letters + tone
