"""Identity and telephone numbers as linkage compares them: digits alone, or the word for what they are not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from passport.domain.id_numbers import PROVINCES, IdKind, parse_id_number
from passport.intake.contacts import read_phone
from passport.intake.linkage.cells import in_digits, seen

_ROUNDED = "00000"  # what a spreadsheet leaves behind the six digits it kept
_FRACTION = re.compile(r"(?<=\d)[.,]00?$")  # of a program that took the number for a quantity
_EXPONENT = re.compile(r"(\d)[.,](\d+)E\+?(\d+)", re.IGNORECASE | re.ASCII)
_ADDED = re.compile(r"[\W_]|số|so|cccd|cmnd|cmtnd|cmt", re.IGNORECASE)  # around a number: signs, and what it is
_WHOLE = re.compile(r"(?<!\d)\d{12}(?!\d)|(?<!\d)\d{9}(?!\d)", re.ASCII)
_NO_DIGIT = re.compile(r"\D")
_PHONE_DIGITS = 11
_PHONE_ENDS = re.compile(r"[^\d\s+().-]+|\s-+\s")  # between two numbers, or a number and words
_NEAR = range(10, 14)  # typed digits that may be a CCCD with up to two wrong ones
_WIDTHS = {7: 9, 8: 9, 10: 12, 11: 12}  # what a spreadsheet leaves of a number that began with noughts


class IdState(StrEnum):
    """What a typed number is worth."""

    VALID = "V"
    UNUSABLE = "U"  # damaged: it speaks neither for nor against anybody, except by being near
    FOREIGN = "F"  # a passport's: its holder may not be in the register
    MISSING = "M"


class IdForms(NamedTuple):
    """One number: `cccd` and `cmnd` when it is whole, `digits` as typed for the comparison of near ones."""

    cccd: str = ""
    cmnd: str = ""
    digits: str = ""
    state: IdState = IdState.MISSING


def id_forms(text: str) -> IdForms:
    """The forms of a number as typed. Lost leading noughts come back; lost digits are never guessed."""
    text = _FRACTION.sub("", seen(text).strip())
    if not text or text == "-":
        return IdForms()
    try:
        return _read(text)
    except ValueError as error:
        bare = _unfolded(text) if str(error) == "exponent" else _alone(text)
    return _damaged(bare)


def _read(text: str) -> IdForms:
    number = parse_id_number(text)
    if number.kind is IdKind.CCCD:
        return _cccd(number.text)
    if number.kind is IdKind.CMND:
        return IdForms(cmnd=number.text, digits=number.text, state=IdState.VALID)
    return IdForms(state=IdState.FOREIGN)


def _unfolded(text: str) -> str:
    """All digits of a number with an exponent, nothing where only some of them are told."""
    told = _EXPONENT.fullmatch(text)
    return told[1] + told[2] if told and len(told[2]) == int(told[3]) else ""


def _alone(text: str) -> str:
    """A number without the words and signs around it; of an old and a new one in one cell the new one."""
    whole = sorted(_WHOLE.findall(text), key=len)
    if len({len(number) for number in whole}) == len(whole) > 0:
        return str(whole[-1])
    bare = in_digits(_ADDED.sub("", text))
    return bare if bare.isdigit() and bare.isascii() else ""


def _cccd(digits: str) -> IdForms:
    if digits.endswith(_ROUNDED):
        return IdForms(state=IdState.UNUSABLE)
    return IdForms(digits, "", digits, IdState.VALID)


def _damaged(bare: str) -> IdForms:
    if not bare or len(set(bare)) == 1 or bare.endswith(_ROUNDED):
        return IdForms(state=IdState.UNUSABLE)
    if len(bare) in (9, 12):
        return _read(bare)
    whole = bare.zfill(_WIDTHS.get(len(bare), 0))
    if len(whole) == 12 and bare[0] != "0" and whole[:3] in PROVINCES:
        return IdForms(cccd=whole, digits=whole, state=IdState.VALID)
    if len(whole) == 9 and bare[0] != "0":
        return IdForms(cmnd=whole, digits=whole, state=IdState.VALID)
    return IdForms(digits=bare if len(bare) in _NEAR else "", state=IdState.UNUSABLE)


def phone_form(text: str) -> str:
    """The mobile number of ten digits that a cell holds, the first of several, empty for anything else."""
    for part in _phones(seen(text)):
        try:
            return read_phone(part)[0]
        except ValueError:
            pass
    return ""


def _phones(text: str) -> Iterator[str]:
    yield text
    digits = _NO_DIGIT.sub("", in_digits(text))
    if len(digits) <= _PHONE_DIGITS:
        yield digits
    yield from _PHONE_ENDS.split(text)
