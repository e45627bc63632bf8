"""Invented households of a register extract: couples, children, twins and namesakes in communes.

Names are drawn by how common their words are, so that namesakes arise as they do among real people.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from passport.demo.people import make_id_number
from passport.domain.id_numbers import CMND_LAST_BIRTH_YEAR, PROVINCES

_FAMILIES = (
    "Nguyễn*31 Trần*11 Lê*9 Phạm*7 Huỳnh*3 Hoàng*3 Phan*4 Vũ*3 Võ*2 Đặng*2 Bùi*2 Đỗ*2 Hồ*1 Ngô*1 Dương*1 Lý*1 Đoàn*1"
    " Trịnh*1 Mai*1 Tạ*1 Lương*1 Đinh*1 Trương*1 Cao*1 Hà*1 Đào*1 Lâm*1 Vàng*1 Giàng*1 Thào*1"
)
_MIDDLES = {
    "M": "Văn*20 Đức*4 Hữu*4 Minh*5 Quang*4 Xuân*3 Công*3 Đình*4 Thành*3 Ngọc*3 Quốc*3 Hoàng*2 Anh*1 Bá*1 Duy*2 Gia*2",
    "F": "Thị*30 Ngọc*6 Thu*4 Thanh*4 Kim*3 Mỹ*2 Bích*2 Phương*3 Minh*2 Khánh*1 Thùy*2 Diệu*1 Hồng*3 Quỳnh*1 Bảo*1",
}
_GIVEN = {
    "M": "An Bình Cường Dũng Hải Hùng Hưng Khánh Long Nam Phúc Quân Sơn Thắng Tuấn Tuân Việt Hòa Thụy Đạt Kiên Trường"
    " Anh Ánh Bảo Chiến Chung Công Cảnh Đại Đông Đức Giang Hà Hào Hiếu Hiển Hoàng Huy Khải Khang Khoa Lâm Linh Lộc Lợi"
    " Lực Mạnh Minh Nghĩa Ngọc Nhân Nhật Phong Phú Phương Quang Quý Sáng Tài Tâm Tân Thái Thành Thiện Thịnh Thọ Tiến"
    " Toàn Trí Trung Tú Tùng Tường Vinh Vũ Vương Sang Thuận Duy Định",
    "F": "Ánh Anh Bích Chi Diệp Hằng Hương Hường Lan Loan Linh Mai Nga Oanh Phượng Phương Quỳnh Thảo Trang Tuyết Uyên"
    " Vân Yến Thủy Thúy Thùy Bình Châu Cúc Dung Duyên Đào Giang Hà Hạnh Hậu Hiền Hiếu Hoa Hòa Hoài Hồng Huệ Huyền Khánh"
    " Liên Loan Lý Ly Mỹ My Minh Ngân Ngọc Nguyệt Nhi Nhung Như Ninh Nương Phúc Quyên Sen Tâm Thanh Thu Thơ Thoa Thơm"
    " Trâm Trinh Trúc Tú Tươi Vy Xuân Xuyến Yên Nguyên Đoan",
}
_TWINS = [
    ("Anh", "Ánh"), ("Hùng", "Hưng"), ("Lan", "Loan"), ("Tuấn", "Tuân"), ("Long", "Lộc"), ("Thủy", "Thúy"),
    ("Phương", "Phượng"), ("Hương", "Hường"), ("Minh", "Mạnh"), ("Ngọc", "Ngà"), ("Hiền", "Hiển"), ("Hải", "Hà"),
]  # fmt: skip
_PLACES = (
    "An Bình Cẩm Châu Đại Đông Đồng Gia Hòa Hưng Kim Khánh Lạc Lai Long Lương Mỹ Minh Nam Nghĩa Ninh Phú Phúc Quang"
    " Quảng Sơn Tân Tây Thành Thạch Thanh Thượng Tiên Trung Trường Văn Vĩnh Xuân Yên Hải Hồng Giao Hợp Lộc Thịnh Tiến"
).split()
_START = date(1932, 1, 1)


def _weighted(text: str) -> list[str]:
    pairs = (word.partition("*") for word in text.split())
    return [word for word, _, weight in pairs for _ in range(int(weight or 1))]


_FAMILY_DRAW = _weighted(_FAMILIES)
_MIDDLE_DRAW = {sex: _weighted(text) for sex, text in _MIDDLES.items()}
# The words in front are the common ones.
_GIVEN_DRAW = {
    sex: [word for n, word in enumerate(text.split()) for _ in range(max(1, 12 - n // 6))]
    for sex, text in _GIVEN.items()
}


@dataclass(frozen=True, slots=True)
class Place:
    """A commune and its province, each with its code."""

    code: str
    name: str
    province: str
    province_code: str


@dataclass(slots=True)
class Citizen:
    """One invented person of a register."""

    person_id: str
    full_name: str
    born: date
    sex: str
    cccd: str
    cmnd: str
    phone: str
    household: str
    place: Place
    status: str = "alive"
    registered: bool = True


@dataclass(frozen=True, slots=True)
class Traps:
    """What makes a population hard: people who are missing from the register, twins, large communes."""

    missing: float = 0.02
    twins: float = 0.02
    commune_size: int = 8_000
    deceased: float = 0.008
    unregistered: float = 0.004


NORMAL = Traps()
HARD = Traps(missing=0.15, twins=0.25, commune_size=30_000)


def invent_households(draw: random.Random, *, people: int, traps: Traps, today: date) -> Iterator[list[Citizen]]:
    """Households until `people` are in the register; who is missing from it comes along with `registered` false."""
    places = _places(draw, max(2, people // traps.commune_size))
    made = number = 0
    while made < people:
        number += 1
        household = _household(draw, number, draw.choice(places), traps, today)
        for citizen in household:
            chance = draw.random()
            citizen.registered = chance >= traps.missing
            if chance > 1 - traps.deceased:
                citizen.status = "deceased"
            elif chance > 1 - traps.deceased - traps.unregistered:
                citizen.status = "unregistered"
        made += sum(citizen.registered for citizen in household)
        yield household


def _places(draw: random.Random, count: int) -> list[Place]:
    codes = sorted(PROVINCES)
    provinces = {code: f"{draw.choice(_PLACES)} {draw.choice(_PLACES)}" for code in codes}
    return [
        Place(f"{1000 + 7 * n:05d}", f"{draw.choice(_PLACES)} {draw.choice(_PLACES)}", provinces[code], code)
        for n in range(count)
        for code in [codes[n * len(codes) // count]]
    ]


def _household(draw: random.Random, number: int, place: Place, traps: Traps, today: date) -> list[Citizen]:
    phones = [f"0{draw.choice('35789')}{draw.randrange(10**8):08d}" for _ in range(2)]
    household = f"H{number:08d}"

    def citizen(name: str, born: date, sex: str) -> Citizen:
        own = phones[len(members) % 2]
        old = born.year <= CMND_LAST_BIRTH_YEAR - 5 and draw.random() < 0.8
        return Citizen(
            person_id=f"P{number:08d}{len(members)}",
            full_name=name,
            born=born,
            sex=sex,
            cccd=make_id_number(place.province_code, born, sex, draw.randrange(1_000_000)),
            cmnd=f"{draw.randrange(10**9):09d}" if old else "",
            phone="" if draw.random() < 0.1 else own,
            household=household,
            place=place,
        )

    members: list[Citizen] = []
    family = draw.choice(_FAMILY_DRAW)
    husband = _START + timedelta(days=draw.randrange((today.year - 22 - _START.year) * 365))
    wife = min(husband + timedelta(days=draw.randrange(-1500, 3000)), today - timedelta(days=19 * 365))
    members.append(citizen(_name(draw, family, "M"), husband, "M"))
    if draw.random() < 0.9:
        members.append(citizen(_name(draw, draw.choice(_FAMILY_DRAW), "F"), wife, "F"))
    born = wife + timedelta(days=365 * 20 + draw.randrange(2500))
    for _ in range(draw.choice((0, 1, 1, 2, 2, 2, 3))):
        if born >= today:
            break
        sex = draw.choice("MF")
        name = _name(draw, family, sex)
        members.append(citizen(name, born, sex))
        if draw.random() < traps.twins:
            other = sex if draw.random() < 0.7 else "F" if sex == "M" else "M"
            name = _twin_name(draw, name, sex) if other == sex else _name(draw, family, other)
            members.append(citizen(name, born, other))
        born += timedelta(days=400 + draw.randrange(1600))
    return [one for n, one in enumerate(members) if one.full_name not in {other.full_name for other in members[:n]}]


def _name(draw: random.Random, family: str, sex: str) -> str:
    middle = draw.choice(_MIDDLE_DRAW[sex])
    if draw.random() < 0.25:
        middle += " " + draw.choice(_MIDDLE_DRAW[sex])
    return f"{family} {middle} {draw.choice(_GIVEN_DRAW[sex])}"


def _twin_name(draw: random.Random, name: str, sex: str) -> str:
    """A name for the second of two of one sex: the middle name as a rule the same, the given names often alike."""
    first, _, given = name.rpartition(" ")
    alike = [b if given == a else a for a, b in _TWINS if given in (a, b)]
    return f"{first} {alike[0] if alike else draw.choice(_GIVEN_DRAW[sex])}"
