"""The QR code of the Vietnamese identity card: seven fields split by `|`, read at a desk and never kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from passport.domain.dates import PartialDate
from passport.domain.names import tidy
from passport.domain.people import Sex

FIELDS = 7  # number|old number|name|birth date|sex|address|date of issue
_NUMBER = re.compile(r"[0-9]{9}|[0-9]{12}")
_DAY = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
_SEXES = {"nam": Sex.MALE, "nữ": Sex.FEMALE}


@dataclass(frozen=True, slots=True)
class IdCard:
    """What a card says of its holder; the old nine-digit number where it names one."""

    number: str
    old_number: str | None
    full_name: str
    born: PartialDate
    sex: Sex


def is_id_card(text: str) -> bool:
    """Whether `text` is shaped like the code of an identity card."""
    fields = text.split("|")
    return len(fields) == FIELDS and _NUMBER.fullmatch(fields[0].strip()) is not None


def read_id_card(text: str) -> IdCard:
    """The card in `text`; raises ValueError when it is none or tells an impossible date or no name."""
    if not is_id_card(text):
        raise ValueError("not the code of an identity card")
    number, old, name, born, sex, _address, _issued = (tidy(field) for field in text.split("|"))
    day = _DAY.fullmatch(born)
    told = _SEXES.get(sex.casefold())
    if not name or day is None or told is None:
        raise ValueError("name, birth date or sex is missing")
    whole = date(int(day[3]), int(day[2]), int(day[1]))
    return IdCard(number, old if _NUMBER.fullmatch(old) else None, name, PartialDate.of(whole), told)
