"""Holder match: what is typed at a desk against what an issuer wrote."""

from __future__ import annotations

import pytest

from passport.domain.certificate import Holder
from passport.domain.dates import PartialDate
from passport.domain.names import Transliterated, transliterate
from passport.errors import InputError
from passport.verifying.holder import HolderQuery, match


def holder(family: str | None, given: str | None, born: str | None = "1990-01-02", mrz: str | None = None) -> Holder:
    if mrz is None:
        letters = Transliterated(transliterate(family or ""), transliterate(given or ""))
    else:
        letters = Transliterated(*mrz.split("<<"))
    return Holder(family, given, letters, PartialDate.parse(born) if born else None)


AN = holder("Nguyễn", "Văn An")
LONG = holder("Wolfeschlegelsteinhausenbergerdorff", "Maximilian Alexander")


NAMES = [
    # marks, case, normal form, place of the tone
    ("Nguyễn Văn An", AN, "exact"),
    ("NGUYỄN VĂN AN", AN, "exact"),
    ("Nguye\u0302\u0303n Va\u0306n An", AN, "exact"),
    ("  nguyễn   văn an ", AN, "exact"),
    ("Lê Hoà", holder("Lê", "Hòa"), "exact"),
    ("Nguyen Van An", AN, "same_transliteration"),
    ("NGUYEN<<VAN<AN", AN, "same_transliteration"),
    ("NGUYEN/VAN AN", AN, "same_transliteration"),
    ("NGUYEN VANAN", AN, "same_transliteration"),
    ("ＮＧＵＹＥＮ　ＶＡＮ　ＡＮ", AN, "same_transliteration"),  # full width
    ("Dang Thi Huong", holder("Đặng", "Thị Hương"), "same_transliteration"),
    # order
    ("Văn An Nguyễn", AN, "exact"),
    ("Van An Nguyen", AN, "same_transliteration"),
    ("Nguyen, Van An", AN, "same_transliteration"),
    ("An Van Nguyen", AN, "near"),
    # missing and abbreviated middle names, on either side
    ("Nguyễn An", AN, "near"),
    ("An Nguyen", AN, "near"),
    ("Nguyễn V. An", AN, "near"),
    ("NGUYEN VAN AN MR", AN, "near"),
    ("Trần Thị Bích Ngọc", holder("Trần", "Ngọc"), "near"),
    ("Tran Ngoc", holder("Trần", "Thị Bích Ngọc"), "near"),
    ("Anna Schmidt", holder("Schmidt", "Anna Maria"), "near"),
    ("Schmidt Anna", holder("Schmidt", "Anna Maria"), "near"),
    ("Anna M Schmidt", holder("Schmidt", "Anna Maria"), "near"),
    ("Maria García", holder("García López", "María José"), "near"),
    ("Juan García López", holder("García", "Juan"), "near"),
    ("Dr. Anna Schmidt", holder("Schmidt", "Anna"), "near"),
    # other people
    ("Nguyễn Văn", AN, "different"),
    ("Nguyễn", AN, "different"),
    ("An", AN, "different"),
    ("Nguyễn Văn Anh", AN, "different"),
    ("Nguyễn Văn An Bình", AN, "different"),
    ("Trần Văn An", AN, "different"),
    ("Maria Schmidt", holder("Schmidt", "Anna Maria"), "different"),
    ("Schmidt", holder("Schmidt", "Anna Maria"), "different"),
    ("!!!", AN, "different"),
    ("<script>alert(1)</script>", AN, "different"),
    # transliterations
    ("Muller", holder("Müller", "Jürgen"), "different"),
    ("Jurgen Muller", holder("Müller", "Jürgen"), "same_transliteration"),
    ("JUERGEN MUELLER", holder("Müller", "Jürgen"), "same_transliteration"),
    ("Soeren Soerensen", holder("Sørensen", "Søren"), "same_transliteration"),
    ("Søren", holder("Sørensen", "Søren"), "different"),
    ("Conor O'Brien", holder("O’Brien", "Conor"), "exact"),
    ("Conor O Brien", holder("O’Brien", "Conor"), "exact"),
    ("Ivan Petrov", holder("Петров", "Иван"), "same_transliteration"),
    ("Петров Иван", holder("Петров", "Иван"), "exact"),
    ("王小明", holder("王", "小明", mrz="WANG<<XIAOMING"), "exact"),
    ("王 小明", holder("王", "小明", mrz="WANG<<XIAOMING"), "exact"),
    ("Wang Xiaoming", holder("王", "小明", mrz="WANG<<XIAOMING"), "same_transliteration"),
    ("Xiao Ming Wang", holder("王", "小明", mrz="WANG<<XIAOMING"), "same_transliteration"),
    ("Anna", holder("王", "Anna", mrz="<<ANNA"), "different"),
    ("Wang Anna", holder(None, None, mrz="WANG<<ANNA"), "exact"),
    # one name only
    ("Sukarno", holder(None, "Sukarno"), "exact"),
    ("Sukarno", holder("Sukarno", None), "exact"),
    ("Sukarno Sukarno", holder("Sukarno", None), "near"),
    ("FNU Sukarno", holder("Sukarno", None), "near"),
    ("Sukarno Hatta", holder("Sukarno", None), "different"),
    ("Nguyễn An", holder(None, "Nguyễn Văn An"), "near"),
    ("Nguyễn An", holder("Nguyễn Văn An", None), "near"),
    # cut off at 39 letters and at 80
    ("WOLFESCHLEGELSTEINHAUSENBERGERDORFF<<MAX", LONG, "near"),
    ("WOLFESCHLEGELSTEINHAUSENBERGERDORFF<<MAY", LONG, "different"),
    ("WOLFE MAX", LONG, "different"),
    ("Anna " + "Abcd " * 20, holder("Abcd " * 16, "Anna"), "near"),
    ("Abcd " * 20 + "Anna", holder("Abcd " * 16, "Anna"), "near"),
    ("Abcd " * 20 + "Berta", holder("Abcd " * 16, "Anna"), "different"),
]


@pytest.mark.parametrize(("typed", "stated", "expected"), NAMES)
def test_names(typed: str, stated: Holder, expected: str) -> None:
    found = match(HolderQuery.read(name=typed, born=None), stated)
    assert found.name == expected
    assert found.born is None
    assert (found.why is None) == (expected == "exact")


@pytest.mark.parametrize(
    ("typed", "stated", "expected"),
    [
        ("1990-01-02", "1990-01-02", "exact"),
        ("02/01/1990", "1990-01-02", "exact"),
        ("2/1/1990", "1990-01-02", "exact"),
        ("1990", "1990", "exact"),
        ("1990-01-02", "1990", "consistent"),
        ("1990", "1990-01-02", "consistent"),
        ("01/1990", "1990-01-02", "consistent"),
        ("1990-01-02", None, "consistent"),
        ("1990-02-01", "1990-01-02", "different"),
        ("1991", "1990-01-02", "different"),
        ("1990-02", "1990-01", "different"),
    ],
)
def test_births(typed: str, stated: str | None, expected: str) -> None:
    found = match(HolderQuery.read(name=None, born=typed), holder("Nguyễn", "Văn An", born=stated))
    assert found.born == expected
    assert found.name is None
    assert (found.why is None) == (expected == "exact")


def test_reasons_are_told_in_words() -> None:
    found = match(HolderQuery.read(name="Nguyen An", born="1990"), AN)
    assert found.why is not None
    assert found.why.vi == "Tên đệm bị thiếu hoặc viết tắt. Ngày sinh chỉ biết một phần; phần đã biết trùng nhau."
    assert found.why.en == (
        "A middle name is missing or abbreviated. Only a part of the birth date is known; that part agrees."
    )
    part = match(HolderQuery.read(name="Nguyễn Văn", born=None), AN)
    assert part.why is not None
    assert part.why.en == "Only a part of the name was entered."


@pytest.mark.parametrize("name", ["", "   ", "A" * 201])
def test_unusable_names(name: str) -> None:
    with pytest.raises(InputError) as caught:
        HolderQuery.read(name=name, born=None)
    assert caught.value.detail == "name"


@pytest.mark.parametrize(
    "born", ["", "soon", "1990-13-01", "30/02/1990", "31/12/90", "1990-1-2", "0000", "١٩٩٠/01", "١٩٩٠"]
)
def test_unusable_births(born: str) -> None:
    with pytest.raises(InputError) as caught:
        HolderQuery.read(name=None, born=born)
    assert caught.value.detail == "born"
