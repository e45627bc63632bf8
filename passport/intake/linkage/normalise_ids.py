"""Identity and telephone numbers as linkage compares them: digits alone, or the word for what they are not."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from passport.domain.id_numbers import PROVINCES, IdKind, parse_id_number
from passport.intake.contacts import read_phone

_PUNCTUATION = re.compile(r"[\s.,\-'’`_\u00a0]+")
_ROUNDED = "00000"  # what a spreadsheet leaves behind the six digits it kept
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
    text = text.strip().removesuffix(".0")
    if not text or text == "-":
        return IdForms()
    try:
        number = parse_id_number(text)
    except ValueError as error:
        return _damaged(_PUNCTUATION.sub("", text), exponent=str(error) == "exponent")
    if number.kind is IdKind.CCCD:
        return _cccd(number.text)
    if number.kind is IdKind.CMND:
        return IdForms(cmnd=number.text, digits=number.text, state=IdState.VALID)
    return IdForms(state=IdState.FOREIGN)


def _cccd(digits: str) -> IdForms:
    if digits.endswith(_ROUNDED):
        return IdForms(state=IdState.UNUSABLE)
    return IdForms(digits, "", digits, IdState.VALID)


def _damaged(bare: str, *, exponent: bool) -> IdForms:
    if exponent or not bare.isdigit() or not bare.isascii() or len(set(bare)) == 1 or bare.endswith(_ROUNDED):
        return IdForms(state=IdState.UNUSABLE)
    whole = bare.zfill(_WIDTHS.get(len(bare), 0))
    if len(whole) == 12 and bare[0] != "0" and whole[:3] in PROVINCES:
        return IdForms(cccd=whole, digits=whole, state=IdState.VALID)
    if len(whole) == 9 and bare[0] != "0":
        return IdForms(cmnd=whole, digits=whole, state=IdState.VALID)
    return IdForms(digits=bare if len(bare) in _NEAR else "", state=IdState.UNUSABLE)


def phone_form(text: str) -> str:
    """The mobile number of ten digits that a cell holds, empty for anything else."""
    try:
        return read_phone(text)[0]
    except ValueError:
        return ""
