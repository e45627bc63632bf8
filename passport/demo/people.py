"""One seeded generator of invented people for the demo, the tests and the benchmarks.

Everybody it makes is marked by the address “dữ liệu mẫu” (sample data). Names are drawn from lists of common
words, numbers from the seed; any likeness is chance.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

MARK = "dữ liệu mẫu"

_KINH_FAMILIES = "Nguyễn Trần Lê Phạm Hoàng Phan Vũ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đoàn Trịnh Mai Tạ Lương Đinh".split()
_KINH_MIDDLE = {"M": "Văn Đức Hữu Minh Quang Xuân Công Đình Thành".split(), "F": "Thị Ngọc Thu Thanh Kim Mỹ".split()}
_KINH_GIVEN = {
    "M": "An Bình Cường Dũng Hải Hùng Khánh Long Nam Phúc Quân Sơn Thắng Tuấn Việt Hòa Thụy Đạt Kiên Trường".split(),
    "F": "Ánh Bích Chi Diệp Hằng Hương Lan Linh Mai Nga Oanh Phượng Quỳnh Thảo Trang Tuyết Uyên Vân Yến Thủy".split(),
}
_HMONG_FAMILIES = "Giàng Sùng Thào Vàng Mùa Hạng Lầu Lý Cứ Chang Tráng Ly".split()
_HMONG_MIDDLE = {"M": ["A"], "F": ["Thị"]}
_HMONG_GIVEN = {
    "M": "Dơ Páo Chứ Tủa Sình Dế Lử Vừ Chống Khua Nếnh Tếnh Giả Phềnh".split(),
    "F": "Mỷ Dua Súa Chù Máy Dợ Sông Pàng Và Xua Mo Dí Ma Sầu".split(),
}


@dataclass(frozen=True, slots=True)
class Commune:
    """Where invented people live: the commune's code of today, the province that registers births, the naming."""

    code: str
    name: str
    birth_province: str
    hmong: bool = False


KIM_SON = Commune("14638", "Kim Sơn", "037")
TUA_CHUA = Commune("03217", "Tủa Chùa", "011", hmong=True)


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """An invented person as the population register would hold them."""

    full_name: str
    born: date
    sex: str  # M or F
    id_number: str
    phone: str
    commune: Commune

    @property
    def address(self) -> str:
        """An address that says what it is."""
        return f"Thôn Mẫu, xã {self.commune.name} ({MARK})"


def invent_people(*, seed: int, commune: Commune, today: date, count: int) -> Iterator[SamplePerson]:
    """`count` different invented people of `commune`, aged 18 to 85 on `today`; the same seed gives the same people."""
    draw = random.Random(f"{seed}/{commune.code}")  # noqa: S311  # invented data, not a secret
    taken: set[str] = set()
    while len(taken) < count:
        person = _invent(draw, commune, today)
        if person.id_number in taken:
            continue
        taken.add(person.id_number)
        yield person


def _invent(draw: random.Random, commune: Commune, today: date) -> SamplePerson:
    sex = draw.choice("MF")
    families, middle, given = (
        (_HMONG_FAMILIES, _HMONG_MIDDLE, _HMONG_GIVEN) if commune.hmong else (_KINH_FAMILIES, _KINH_MIDDLE, _KINH_GIVEN)
    )
    name = f"{draw.choice(families)} {draw.choice(middle[sex])} {draw.choice(given[sex])}"
    born = today - timedelta(days=draw.randrange(18 * 366, 85 * 365))
    return SamplePerson(
        full_name=name,
        born=born,
        sex=sex,
        id_number=make_id_number(commune.birth_province, born, sex, draw.randrange(1_000_000)),
        phone=f"0{draw.choice('35789')}{draw.randrange(10**8):08d}",
        commune=commune,
    )


def make_id_number(province: str, born: date, sex: str, serial: int) -> str:
    """A 12-digit personal number `PPP G YY NNNNNN` that agrees with birth date and sex."""
    century = (born.year - 1900) // 100 * 2 + (1 if sex == "F" else 0)
    return f"{province}{century}{born.year % 100:02d}{serial:06d}"
