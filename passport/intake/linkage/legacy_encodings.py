"""Vietnamese text of before Unicode, shown in the wrong letters: TCVN3, VNI for Windows, UTF-8 read as Latin.

Old files keep the bytes of a font. Each table turns them into Unicode; which one is right shows in the words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

# TCVN 5712:1993 VN3: one byte a letter; fonts of capitals show the same bytes as capitals.
TCVN3 = str.maketrans(
    "¸µ¶·¹¨¾»¼½Æ©ÊÇÈÉË®ÐÌÎÏÑªÕÒÓÔÖÝ×ØÜÞãßáâä«èåæçé¬íêëìîóïñòô\u00adøõö÷ùýúûüþ¡¢§£¤¥¦",
    "áàảãạăắằẳẵặâấầẩẫậđéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵĂÂĐÊÔƠƯ",
)
SIGNS_OF_TCVN3 = frozenset(chr(c) for c in TCVN3 if not chr(c).isalpha())  # they are letters nowhere else

# VNI for Windows: a base letter and then one for its marks; five letters stand alone.
_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT, _ROOF, _BREVE, _HORN = "\u0301\u0300\u0309\u0303\u0323\u0302\u0306\u031b"
VNI_MARKS = {
    "ù": _ACUTE, "ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ï": _DOT,
    "â": _ROOF, "á": _ROOF + _ACUTE, "à": _ROOF + _GRAVE, "å": _ROOF + _HOOK, "ã": _ROOF + _TILDE, "ä": _ROOF + _DOT,
    "ê": _BREVE, "é": _BREVE + _ACUTE, "è": _BREVE + _GRAVE, "ú": _BREVE + _HOOK, "ü": _BREVE + _TILDE,
    "ë": _BREVE + _DOT,
}  # fmt: skip
VNI_ALONE = {"ñ": "đ", "ô": "o" + _HORN, "ö": "u" + _HORN, "æ": "i" + _HOOK, "ó": "i" + _TILDE, "ò": "i" + _DOT,
              "î": "y" + _DOT}  # fmt: skip

# UTF-8 read as Windows-1252: its letters beyond Latin-1, and as they are the five codes that it leaves free.
_WINDOWS = str.maketrans("€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ", "\x80\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8e"
    "\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9e\x9f")  # fmt: skip


def in_utf8(text: str) -> str:
    """What UTF-8 says that was read as Latin; any other `text` as it is, for it cannot be UTF-8."""
    try:
        return text.translate(_WINDOWS).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def readings(text: str) -> Iterator[str]:
    """`text` as each of the old encodings would have it; the caller chooses."""
    yield text.translate(TCVN3)
    yield _vni(text)


def _vni(text: str) -> str:
    out: list[str] = []
    for character in text.lower():
        before = out[-1][0] if out else ""
        if before and before in "aeouy\u01a1\u01b0" and character in VNI_MARKS and len(out[-1]) <= 2:
            out[-1] += VNI_MARKS[character]
        else:
            out.append(VNI_ALONE.get(character, character))
    return unicodedata.normalize("NFC", "".join(out))
