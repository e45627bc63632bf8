"""Names: one form to store, one to compare, and the Latin letters of ICAO Doc 9303 part 3 section 6."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

FULL_NAME_LIMIT = 80  # characters; the EU DCC schema allows 80 for each part
_SPACES = re.compile(r"\s+")

# ICAO Doc 9303 part 3, section 6 A (Latin), B (Arabic) and C (Cyrillic): the letters that are not an ASCII
# letter with a mark. Marks of the others fall away with their decomposition.
_LATIN = {
    "Đ": "D", "Ð": "D", "Þ": "TH", "ß": "SS", "ẞ": "SS", "Æ": "AE", "Œ": "OE", "Ø": "OE", "Ł": "L", "Ħ": "H",
    "ı": "I", "Ĳ": "IJ", "Ŋ": "N", "Ŧ": "T", "ĸ": "Q", "Ə": "E", "Ä": "AE", "Ö": "OE", "Ü": "UE", "Å": "AA",
    "Ơ": "O", "Ư": "U", "Ñ": "N",
}  # fmt: skip
_CYRILLIC = {
    "А": "A", "Б": "B", "В": "V", "Г": "G", "Д": "D", "Е": "E", "Ж": "ZH", "З": "Z", "И": "I", "І": "I", "К": "K",
    "Л": "L", "М": "M", "Н": "N", "О": "O", "П": "P", "Р": "R", "С": "S", "Т": "T", "У": "U", "Ф": "F", "Ы": "Y",
    "Э": "E",
    "Ё": "E", "Й": "I", "Х": "KH", "Ц": "TS", "Ч": "CH", "Ш": "SH", "Щ": "SHCH", "Ъ": "IE", "Ь": "", "Ю": "IU",
    "Я": "IA", "Ґ": "G", "Є": "IE", "Ї": "I", "Ў": "U", "Ђ": "D", "Ѓ": "G", "Ј": "J", "Љ": "LJ", "Њ": "NJ",
    "Ќ": "K", "Џ": "DZ", "Ѕ": "DZ",
}  # fmt: skip
_ARABIC = {
    "ء": "XE", "آ": "XAA", "أ": "XAE", "ؤ": "U", "إ": "I", "ئ": "XI", "ا": "A", "ب": "B", "ة": "XTA", "ت": "T",
    "ث": "XTH", "ج": "J", "ح": "XH", "خ": "XKH", "د": "D", "ذ": "XDH", "ر": "R", "ز": "Z", "س": "S", "ش": "XSH",
    "ص": "XSS", "ض": "XDZ", "ط": "XTT", "ظ": "XZZ", "ع": "E", "غ": "G", "ف": "F", "ق": "Q", "ك": "K", "ل": "L",
    "م": "M", "ن": "N", "ه": "H", "و": "W", "ى": "XAY", "ي": "Y", "پ": "P", "چ": "XCH", "ژ": "XZH", "ک": "XKK",
    "گ": "XGG", "ی": "XYE",
}  # fmt: skip
_LETTERS = _LATIN | _CYRILLIC | _ARABIC


@dataclass(frozen=True, slots=True)
class Transliterated:
    """Family and given name in the letters of a passport's machine-readable zone, `<` between words."""

    family: str
    given: str

    def __str__(self) -> str:
        return f"{self.family}<<{self.given}" if self.family and self.given else self.family or self.given


@lru_cache(maxsize=16_384)  # lists repeat their words, and each name is compared several times
def tidy(text: str) -> str:
    """The form that is stored: NFC, one space between words, none around."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """The form that is compared and searched: no marks, no case, đ as d, one space between words."""
    if text.isascii():
        return " ".join(text.lower().split())
    marked = unicodedata.normalize("NFD", text).casefold().replace("đ", "d").replace("ð", "d")
    bare = "".join(c for c in marked if not unicodedata.combining(c))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", bare)).strip()


def transliterate(text: str) -> str:
    """`text` in `A-Z` and `<` (EU DCC `fnt`/`gnt`, at most 80); empty when no letter of it has a Latin form.

    German umlauts become AE OE UE as on passports; apostrophes fall away, hyphens part words.
    """
    upper = unicodedata.normalize("NFC", text.replace("ß", "ẞ")).upper()
    out: list[str] = []
    for character in upper:
        if character in _LETTERS:
            out.append(_LETTERS[character])
        elif character.isspace() or character in "-–‐‑<.,":
            out.append("<")
        else:
            bases = (c for c in unicodedata.normalize("NFD", character) if not unicodedata.combining(c))
            out.extend(_LETTERS.get(c, c if "A" <= c <= "Z" else "") for c in bases)
    return re.sub("<+", "<", "".join(out)).strip("<")[:FULL_NAME_LIMIT].rstrip("<")


def split_full_name(full_name: str) -> tuple[str, str]:
    """Family and given name of `full_name` where nobody recorded them apart; one word gives ("", word).

    Vietnamese names begin with the family name; what follows, middle names included, is the given name
    on passports and in certificates.
    """
    words = tidy(full_name).split(" ")
    if len(words) == 1:
        return "", words[0]
    return words[0], " ".join(words[1:])
