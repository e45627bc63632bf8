"""Words that were left as keys of Telex typing, finished as the typist meant them: Nguyeenx is Nguyễn."""

from __future__ import annotations

import unicodedata

from passport.intake.linkage.syllables import is_syllable

_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_SHAPES = (("dd", "đ"), ("uow", "ươ"), ("aa", "â"), ("ee", "ê"), ("oo", "ô"), ("aw", "ă"), ("ow", "ơ"), ("w", "ư"))
_SHAPED, _VOWELS = "ăâêôơư", "aăâeêioôơuưy"
_BARE = str.maketrans("ăâđêôơư", "aadeoou")


def finished(name: str) -> str:
    """The name with every word finished that cannot be one and can be read as keys; the others stay as they are."""
    return " ".join(_word(word) for word in name.split(" "))


def _word(word: str) -> str:
    letters, tone = "", ""
    lower = word.lower()
    if not lower.isascii() or not lower.isalpha() or is_syllable(lower):
        return word
    for key in lower:
        if key in _TONES and any(letter in _VOWELS for letter in letters):
            tone = _TONES[key]
        else:
            letters += key
    for keys, letter in _SHAPES:
        letters = letters.replace(keys, letter)
    if not is_syllable(letters.translate(_BARE)):
        return word
    whole = unicodedata.normalize("NFC", _toned(letters, tone))
    return whole.upper() if word.isupper() else whole.capitalize() if word[0].isupper() else whole


def _toned(word: str, tone: str) -> str:
    """The tone over the letter where the older spelling has it: hòa, thủy, toàn."""
    if not tone:
        return word
    start = next(i for i, letter in enumerate(word) if letter in _VOWELS)
    if word[:2] in ("qu", "gi") and word[2:3] and word[2] in _VOWELS:
        start = 2
    end = next((i for i in range(start, len(word)) if word[i] not in _VOWELS), len(word))
    shaped = [i for i in range(start, end) if word[i] in _SHAPED]
    if shaped:
        at = shaped[-1]
    elif end < len(word) or end - start == 1:
        at = end - 1
    else:
        at = start + (end - start == 3)
    return word[: at + 1] + tone + word[at + 1 :]
