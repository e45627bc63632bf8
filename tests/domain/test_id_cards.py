"""The code of an identity card: seven fields, whole or refused."""

from __future__ import annotations

import pytest

from passport.domain.dates import PartialDate
from passport.domain.id_cards import is_id_card, read_id_card
from passport.domain.people import Sex

CARD = "037090001234|161234567|Nguyễn Văn An|02011990|Nam|Xã Kim Sơn, Ninh Bình|15052021"


def test_a_card() -> None:
    card = read_id_card(CARD)
    assert (card.number, card.old_number, card.full_name) == ("037090001234", "161234567", "Nguyễn Văn An")
    assert (card.born, card.sex) == (PartialDate(1990, 1, 2), Sex.MALE)


def test_a_card_without_an_old_number() -> None:
    card = read_id_card("037190001234||Trần Thị Bình|31121990|Nữ||15052021")
    assert card.old_number is None
    assert card.sex is Sex.FEMALE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "037090001234",
        CARD + "|",
        CARD.replace("037090001234", "03709000123"),
        CARD.replace("02011990", "30021990"),
        CARD.replace("02011990", "1990"),
        CARD.replace("Nguyễn Văn An", " "),
        CARD.replace("|Nam|", "|M|"),
    ],
)
def test_what_is_no_whole_card(text: str) -> None:
    with pytest.raises(ValueError, match=r"card|missing|day|month"):
        read_id_card(text)


def test_the_shape_alone() -> None:
    assert is_id_card(CARD)
    assert is_id_card(CARD.replace("02011990", "soon"))
    assert not is_id_card("HC1:" + CARD)
