"""Telephone and insurance numbers in the one form they are stored in."""

from __future__ import annotations

import re

# The eleven-digit mobile numbers were converted between 15/09/2018 and 30/06/2019: old prefix, new prefix.
_CONVERTED = {
    "0162": "032", "0163": "033", "0164": "034", "0165": "035", "0166": "036", "0167": "037", "0168": "038",
    "0169": "039", "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078", "0123": "083",
    "0124": "084", "0125": "085", "0127": "081", "0129": "082", "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip
_PUNCTUATION = re.compile(r"[\s.\-()'’]+")
_COUNTRY = re.compile(r"(?:\+|00)?84(?=\d{9,10}$)")
_MOBILE = re.compile(r"0[35789]\d{8}", re.ASCII)
# Decision 1351/QĐ-BHXH: object letters, benefit digit, province, social-insurance number; cards since 2021 bear
# the last ten digits alone.
_INSURANCE = re.compile(r"(?:[A-Z]{2}[1-5]\d{2})?\d{10}")


def read_phone(text: str) -> tuple[str, bool]:
    """The mobile number of ten digits, and whether it had to be repaired (a lost zero, a prefix of before 2018).

    Raises ValueError for anything else, two numbers in one cell among it.
    """
    if _MOBILE.fullmatch(text):
        return text, False
    digits = _COUNTRY.sub("0", _PUNCTUATION.sub("", text.removesuffix(".0")))
    whole = digits if digits.startswith("0") else "0" + digits
    if len(whole) == 11 and whole[:4] in _CONVERTED:
        whole = _CONVERTED[whole[:4]] + whole[4:]
    if not _MOBILE.fullmatch(whole):
        raise ValueError("no mobile number")
    return whole, whole != digits


def read_insurance_number(text: str) -> str:
    """The 15 characters of a card or the ten digits of the social-insurance number; raises ValueError."""
    number = _PUNCTUATION.sub("", text.removesuffix(".0")).upper()
    if not number.isascii() or not _INSURANCE.fullmatch(number):
        raise ValueError("no insurance number")
    return number
