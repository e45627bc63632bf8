"""Identity numbers as lists carry them: CCCD (12 digits), the old CMND (9 digits) and passports.

A CCCD is `PPP G YY NNNNNN`: place of birth registration, century with sex, birth year, serial; it has no check
digit (Decree 137/2015 article 13, Circular 59/2021). A CMND says nothing about its holder.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from passport.domain.dates import PartialDate
from passport.domain.people import Sex

# The 63 provinces of birth registration. The merger of 2025 renumbered no card, so the table stays for ever.
PROVINCES = frozenset(
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042"
    " 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087"
    " 089 091 092 093 094 095 096".split()
)
CMND_LAST_BIRTH_YEAR = 2007  # a CMND was given from the age of 14, and none after the CCCD replaced it in 2021

_PUNCTUATION = re.compile(r"[\s.\-'’`_]+")
_WHOLE_NUMBER = re.compile(r"(\d+)[.,]0+")  # what a program writes that took the number for a quantity
_EXPONENT = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_ROUNDED = "00000"  # what follows the six digits that a spreadsheet shows of a long number
_CITIZEN_PASSPORT = re.compile(r"[A-Z]\d{7,8}")
_PASSPORT = re.compile(r"[A-Z0-9]{5,9}")  # ICAO Doc 9303: at most nine characters in the machine-readable zone


class IdKind(StrEnum):
    """Which document a number stands on."""

    CCCD = "cccd"
    CMND = "cmnd"
    PASSPORT = "passport"


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A well-formed number, without the spaces and dots it was typed with."""

    text: str
    kind: IdKind

    @property
    def province(self) -> str | None:
        """The code of the place where the birth was registered; only a CCCD tells it."""
        return self.text[:3] if self.kind is IdKind.CCCD else None

    @property
    def birth_year(self) -> int | None:
        """The birth year that a CCCD tells."""
        if self.kind is not IdKind.CCCD:
            return None
        return 1900 + 100 * (int(self.text[3]) // 2) + int(self.text[4:6])

    @property
    def sex(self) -> Sex | None:
        """The sex that a CCCD tells."""
        if self.kind is not IdKind.CCCD:
            return None
        return Sex.FEMALE if int(self.text[3]) % 2 else Sex.MALE

    def __str__(self) -> str:
        return self.text


def parse_id_number(text: str, *, foreigner: bool = False) -> IdNumber:
    """The number that `text` holds; nine digits are a CMND, of a `foreigner` a passport.

    Raises ValueError with one word for what is wrong: `exponent` (a spreadsheet rounded it), `same_digits`,
    `length` or `characters`. An unknown province is no fault: citizens born abroad carry a country's code.
    """
    bare = _bare(text)
    if _EXPONENT.fullmatch(bare):
        raise ValueError("exponent")
    if bare.isdigit():
        if len(set(bare)) == 1:
            raise ValueError("same_digits")
        if len(bare) == 12:
            return IdNumber(bare, IdKind.CCCD)
        if len(bare) == 9 and not foreigner:
            return IdNumber(bare, IdKind.CMND)
    if (_PASSPORT if foreigner else _CITIZEN_PASSPORT).fullmatch(bare):
        return IdNumber(bare, IdKind.PASSPORT)
    raise ValueError("length" if bare.isdigit() else "characters")


def repair_id_number(text: str, *, born: PartialDate, sex: Sex) -> IdNumber | None:
    """The number whose leading zeros a spreadsheet dropped, or None where that is not certain.

    Ten and eleven digits become a CCCD only when province, birth year and sex then all agree; eight digits
    become a CMND only for people old enough to have had one.
    """
    bare = _bare(text)
    if not bare.isdigit() or len(set(bare)) == 1 or bare.endswith(_ROUNDED):
        return None
    if len(bare) in (10, 11):
        number = IdNumber(bare.zfill(12), IdKind.CCCD)
        return number if number.province in PROVINCES and disagreement(number, born=born, sex=sex) is None else None
    if len(bare) == 8 and born.year <= CMND_LAST_BIRTH_YEAR:
        return IdNumber(bare.zfill(9), IdKind.CMND)
    return None


def disagreement(number: IdNumber, *, born: PartialDate, sex: Sex) -> str | None:
    """`birth_date` or `sex` when the number says another one than the record, None when nothing contradicts."""
    if number.birth_year is not None and number.birth_year != born.year:
        return "birth_date"
    if number.sex is not None and number.sex is not sex:
        return "sex"
    return None


def mask(number: str) -> str:
    """The number as it is shown: `037*****1234`."""
    head, tail = len(number) // 4, len(number) // 3
    return number[:head] + "*" * (len(number) - head - tail) + number[len(number) - tail :]


def _bare(text: str) -> str:
    if text.isascii() and text.isdigit():
        return text
    wide = unicodedata.normalize("NFKC", text).strip()
    whole = _WHOLE_NUMBER.fullmatch(wide)
    bare = whole.group(1) if whole else _PUNCTUATION.sub("", wide) if not _EXPONENT.fullmatch(wide) else wide
    return bare.upper() if bare.isascii() else "?"
