"""How mobile teams type a person: the errors of real lists, each with its share.

The catalogue: no number, somebody else's, rounded or cut by a spreadsheet, the old one; names without marks, in old
encodings, half typed, cut, turned round; dates as serials, swapped, the year alone; one telephone for a team.
"""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass
from datetime import date

from passport.demo.linkage_people import Citizen
from passport.domain.names import fold
from passport.intake.linkage.legacy_encodings import TCVN3, VNI_ALONE, VNI_MARKS

_SERIAL_START = date(1899, 12, 30)
_TONES = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
_TELEX = {"ă": "aw", "â": "aa", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw", "đ": "dd"}
_VNI_TONES = {"\u0301": "1", "\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
_VNI_KEYS = {"ă": "a8", "â": "a6", "ê": "e6", "ô": "o6", "ơ": "o7", "ư": "u7", "đ": "d9"}
_LATE = {"òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ", "ùy": "uỳ", "úy": "uý", "ủy": "uỷ", "ũy": "uỹ",
         "ụy": "uỵ", "òe": "oè", "óe": "oé"}  # fmt: skip
_TO_TCVN3 = {unicode: byte for byte, unicode in TCVN3.items()}
_TO_VNI = {marks: letter for letter, marks in VNI_MARKS.items()}
_TO_VNI_ALONE = {unicodedata.normalize("NFC", marks): letter for letter, marks in VNI_ALONE.items()}
_KEYS = "qwertyuiopasdfghjklzxcvbnm"
MISREAD = ("Bửu", "Bảo"), ("Thu", "Thư"), ("Lan", "Lam"), ("Hà", "Hạ"), ("Nga", "Ngà"), ("Sơn", "Sớn")


@dataclass(frozen=True, slots=True)
class Shares:
    """How often the errors that matter most occur."""

    no_id: float = 0.08
    other_id: float = 0.012
    no_marks: float = 0.18


NORMAL_SHARES = Shares()
HARD_SHARES = Shares(no_id=0.35, other_id=0.08, no_marks=0.5)


def type_person(
    draw: random.Random, citizen: Citizen, *, others: list[Citizen], household: list[Citizen], team_phone: str,
    shares: Shares,
) -> list[str]:  # fmt: skip
    """id_no, full_name, dob, sex, phone, commune and province as somebody typed them."""
    return [
        _id(draw, citizen, others, household, shares),
        _name(draw, citizen.full_name, shares),
        _dob(draw, citizen.born),
        _sex(draw, citizen.sex),
        _phone(draw, citizen, others, team_phone),
        *_place(draw, citizen, others),
    ]


def _id(
    draw: random.Random, citizen: Citizen, others: list[Citizen], household: list[Citizen], shares: Shares
) -> str:  # fmt: skip
    chance = draw.random()
    if chance < shares.no_id:
        return draw.choice(("", "", "", "-", "không có"))
    chance = draw.random()
    if chance < shares.other_id:
        return draw.choice((household[0], household[min(1, len(household) - 1)], *household, draw.choice(others))).cccd
    number = citizen.cmnd if citizen.cmnd and draw.random() < 0.07 else citizen.cccd
    if chance > 0.97:
        return _digit_wrong(draw, number)
    if chance > 0.92:
        return number.lstrip("0")
    if chance > 0.915:
        return f"{float(number):.5E}"
    if chance > 0.89:
        return draw.choice(
            (" ".join((number[:3], number[3:6], number[6:])), "'" + number, number[:6] + "." + number[6:])
        )
    return number


def _digit_wrong(draw: random.Random, number: str) -> str:
    at = draw.randrange(len(number) - 1)
    how = draw.random()
    if how < 0.5:
        return number[:at] + draw.choice("0123456789") + number[at + 1 :]
    if how < 0.75:
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    return number[:at] + number[at + 1 :] if how < 0.9 else number[:at] + number[at] + number[at:]


def _name(draw: random.Random, name: str, shares: Shares) -> str:
    chance = draw.random()
    if chance < 0.03:
        name = _misspelt(draw, name)
    elif chance < 0.05:
        words = name.split()
        name = " ".join([words[0], *(word[0] + draw.choice(("", ".")) for word in words[1:-1]), words[-1]])
    elif chance < 0.07:
        words = name.split()
        del words[draw.randrange(1, len(words) - 1)]
        name = " ".join(words)
    elif chance < 0.08:
        words = name.split()
        name = " ".join(words[-1:] + words[:-1])
    elif chance < 0.085:
        for a, b in MISREAD:
            name = name.replace(a, b) if a in name else name.replace(b, a)
    if draw.random() < 0.2:
        name = name.upper()
    return _written(draw, name, shares)


def _misspelt(draw: random.Random, name: str) -> str:
    at = draw.randrange(1, len(name))
    how = draw.random()
    if how < 0.4:
        return name[:at] + draw.choice(_KEYS) + name[at + 1 :]
    if how < 0.7:
        return name[:at] + name[at + 1 :]
    return (
        name[:at] + draw.choice(_KEYS) + name[at:]
        if how < 0.85
        else name[: at - 1] + name[at : at + 1] + name[at - 1] + name[at + 1 :]
    )


def _written(draw: random.Random, name: str, shares: Shares) -> str:
    """The same name in the letters that a keyboard, a font or a file made of it."""
    if draw.random() < shares.no_marks:
        bare = fold(name)
        return bare.upper() if name.isupper() else bare.title()
    chance = draw.random()
    if chance < 0.05:
        return unicodedata.normalize("NFD", name)
    if chance < 0.12:
        for early, late in _LATE.items():
            name = name.replace(early, late)
        return name
    if chance < 0.14:
        return name.replace("ý", "í").replace("ỹ", "ĩ").replace("ỳ", "ì")
    if chance < 0.15:
        return name.replace("Đ", draw.choice("DÐ"))
    if chance < 0.16:
        return name.lower().translate(_TO_TCVN3)
    if chance < 0.167:
        return _vni_font(name)
    if chance < 0.18:
        return _keys(name, _TELEX, _TONES) if draw.random() < 0.8 else _keys(name, _VNI_KEYS, _VNI_TONES)
    if chance < 0.2:
        words = name.split()
        at = draw.randrange(len(words))
        words[at] = fold(words[at]).title()
        return " ".join(words)
    return name


def _vni_font(name: str) -> str:
    out = []
    for letter in unicodedata.normalize("NFC", name.lower()):
        if letter in _TO_VNI_ALONE:
            out.append(_TO_VNI_ALONE[letter])
            continue
        base, marks = unicodedata.normalize("NFD", letter)[:1], unicodedata.normalize("NFD", letter)[1:]
        horn = "\u031b" in marks
        base = _TO_VNI_ALONE[unicodedata.normalize("NFC", base + "\u031b")] if horn else base
        marks = "".join(sorted(marks.replace("\u031b", ""), key=lambda mark: mark not in "\u0302\u0306"))
        out.append(base + _TO_VNI.get(marks, ""))
    return "".join(out)


def _keys(name: str, letters: dict[str, str], tones: dict[str, str]) -> str:
    words = []
    for word in name.lower().split():
        tone = "".join(tones[c] for c in unicodedata.normalize("NFD", word) if c in tones)
        bare = "".join(c for c in unicodedata.normalize("NFD", word) if c not in tones)
        words.append("".join(letters.get(c, c) for c in unicodedata.normalize("NFC", bare)) + tone)
    return " ".join(words).title()


def _dob(draw: random.Random, born: date) -> str:
    chance = draw.random()
    if chance < 0.01:
        return ""
    if chance < (0.1 if born.year < 1955 else 0.02):
        return str(born.year) if draw.random() < 0.6 else f"01/01/{born.year}"
    if chance > 0.985 and born.day <= 12:
        return f"{born.month:02d}/{born.day:02d}/{born.year}"
    if chance > 0.96:
        born = _other_day(draw, born)
    how = draw.random()
    if how < 0.55:
        return f"{born.day:02d}/{born.month:02d}/{born.year}"
    if how < 0.8:
        return born.isoformat()
    if how < 0.9:
        return f"{born.day}/{born.month}/{born.year}"
    if how < 0.94:
        return str((born - _SERIAL_START).days)
    if how < 0.96 and born.year >= 1930:
        return f"{born.day:02d}/{born.month:02d}/{born.year % 100:02d}"
    return f"{born.day:02d}{draw.choice('-.')}{born.month:02d}{draw.choice('-.')}{born.year}"


def _other_day(draw: random.Random, born: date) -> date:
    """The same date with one part mistyped."""
    part = draw.choice(("day", "month", "year"))
    if part == "year":
        return born.replace(year=born.year + draw.choice((-10, -1, 1)), day=min(born.day, 28))
    if part == "month":
        return born.replace(month=draw.randrange(1, 13), day=min(born.day, 28))
    return born.replace(day=draw.randrange(1, 29))


def _sex(draw: random.Random, sex: str) -> str:
    chance = draw.random()
    if chance < 0.02:
        return ""
    if chance < 0.03:
        sex = "F" if sex == "M" else "M"
    words = ("Nam", "nam", "NAM", "M") if sex == "M" else ("Nữ", "nữ", "Nu", "F")
    return words[min(3, draw.randrange(12))]


def _phone(draw: random.Random, citizen: Citizen, others: list[Citizen], team_phone: str) -> str:
    chance = draw.random()
    if chance < 0.08 or not citizen.phone:
        return ""
    if chance < 0.13:
        return draw.choice(others).phone
    if chance < 0.15:
        return team_phone
    if chance < 0.2:
        return f"0{draw.choice('35789')}{draw.randrange(10**8):08d}"
    if chance < 0.25:
        return draw.choice(("+84", "84")) + citizen.phone[1:]
    return citizen.phone[1:] if chance < 0.29 else citizen.phone


def _place(draw: random.Random, citizen: Citizen, others: list[Citizen]) -> list[str]:
    place = draw.choice(others).place if draw.random() < 0.04 else citizen.place
    chance = draw.random()
    if chance < 0.03:
        return ["", place.province]
    name = fold(place.name).title() if chance < 0.2 else place.name
    return [("Xã " if chance > 0.6 else "") + name, "" if chance > 0.97 else place.province]
