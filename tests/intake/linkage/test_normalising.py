"""What was typed, in the forms that linkage compares. The old encodings are spelled out, not made by our tables."""

from __future__ import annotations

import unicodedata
from datetime import date

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from passport.intake.linkage.normalise_ids import IdState, id_forms, phone_form
from passport.intake.linkage.normalise_names import in_unicode, name_forms, place_key
from passport.intake.linkage.normalise_values import day_forms, place_form, sex_form
from passport.intake.linkage.preparing import WHOLE_ID, WHOLE_PHONE
from passport.intake.linkage.syllables import is_syllable

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    "typed",
    [
        "Nguyễn Văn Hòa",
        "NGUYỄN VĂN HOÀ",
        "  nguyễn   văn\thoà ",
        unicodedata.normalize("NFD", "Nguyễn Văn Hòa"),
        "NguyÔn V¨n Hßa",  # TCVN3
        "Nguyeãn Vaên Hoøa",  # VNI for Windows
        "NGUYEÃN VAÊN HOØA",
        "Nguyeenx Vawn Hoaf",  # Telex keys
        "Nguye64n Va8n Hoa2",  # VNI keys
        "Nguyá»…n VÄƒn HÃ²a",  # UTF-8 read as Latin
        "Nguyễn Văn Hòa (con)",
        "Ngu\u200byễn Văn Hòa\ufeff",  # of no width
        "Nguyễn VănHòa",
    ],
)
def test_one_name_however_it_was_written(typed: str) -> None:
    forms = name_forms(typed)
    assert (forms.plain, forms.marked) == ("nguien van hoa", "nguie6n4 va8n hoa2")
    assert (forms.family, forms.middle, forms.initials, forms.given, forms.given_marked) == (
        "nguien", "van", "v", "hoa", "hoa2",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Trần Thị Hồng", "TrÇn ThÞ Hång"),
        ("Đỗ Đức Hưởng", "§ç §øc H\u00adëng"),
        ("Trần Thị Hồng", "Traàn Thò Hoàng"),
        ("Nguyễn Đức", "NGUYEÃN ÑÖÙC"),
        ("Dương Nữ", "Döông Nöõ"),
        ("Đặng Hà Cờ", "Ä\x90áº·ng HÃ\xa0 Cá»\x9d"),  # with the codes that Windows-1252 leaves free
        ("Chu Diệu Tâm", "Chu Diá»‡u TÃ¢m"),  # its pieces are words too
        ("Mai Hoá", "Mai Ho¸"),
        ("An Thảo", "An Th¶o"),
        ("Trần Hồng Ân", "TRÇN HåNG ¢N"),
        ("Trương Hường Đô", "Truwowng Huwowngf Ddoo"),
        ("Lê Mỹ Lý", "Lê Mĩ Lí"),
        ("Quách Thị Quý", "Quách Thị Quí"),
        ("Đặng Thúy", "Ðặng Thuý"),  # the Icelandic letter looks alike
        ("Nguyễn Thị Thùy", "Ng. Thị Thuỳ"),
        ("H'Hen Niê", "H’Hen Niê"),
    ],
)
def test_spellings_of_one_sound(one: str, other: str) -> None:
    assert name_forms(one).marked == name_forms(other).marked


@pytest.mark.parametrize(
    ("one", "other"), [("Trần Anh", "Trần Ánh"), ("Lê Mai", "Lê May"), ("Vũ Hùng", "Vũ Hưng"), ("Đỗ Điệp", "Đỗ Diệp")]
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert name_forms(one).marked != name_forms(other).marked


@pytest.mark.parametrize("typed", ["TrÇn V¨n Hïng", "Traàn Vaên Huøng", "TRAÀN VAÊN HUØNG", "Tráº§n VÄƒn HÃ¹ng"])
def test_a_name_in_an_old_code_is_told_in_unicode(typed: str) -> None:
    assert in_unicode(typed) == "Trần Văn Hùng"


@pytest.mark.parametrize(
    "typed", ["Trần Văn Hùng", "Tran Hung", "H'Ƀĭa Ayǔn", "A Blŏng", "Vừ A Dính", "François Müller"]
)
def test_a_name_in_unicode_stays(typed: str) -> None:
    assert in_unicode(typed) is None


def test_a_word_of_the_language_is_never_repaired() -> None:
    assert name_forms("Lo Van Lương").plain == "lo van luong"
    assert name_forms("Nguyen Thi Hoa").marked == "nguien thi hoa"  # no marks: nothing is known of them
    assert not any(map(is_syllable, ("nguyeenx", "thij", "hoaf", "vawn", "", "w")))


def test_foreign_and_empty_names() -> None:
    assert name_forms("Müller Jürgen").plain == "muller jurgen"
    assert name_forms("Łukasz Wałęsa").plain == "lukasz walesa"
    assert name_forms("").plain == name_forms("123 ...").plain == ""


@pytest.mark.parametrize(
    ("typed", "cccd", "cmnd", "state"),
    [
        ("037090012345", "037090012345", "", IdState.VALID),
        (" 037 090 012 345 ", "037090012345", "", IdState.VALID),
        ("037.090.012.345", "037090012345", "", IdState.VALID),
        ("'037090012345", "037090012345", "", IdState.VALID),
        ("37090012345", "037090012345", "", IdState.VALID),  # the nought is lost
        ("1090012345", "001090012345", "", IdState.VALID),
        ("37090012345.0", "037090012345", "", IdState.VALID),
        ("37090012345.00", "037090012345", "", IdState.VALID),
        ("3.7090012345E10", "037090012345", "", IdState.VALID),  # every digit is there
        ("3.709001234E10", "", "", IdState.UNUSABLE),
        ("\u200b037090012345\ufeff", "037090012345", "", IdState.VALID),
        ("Số CCCD: 037 090 012 345", "037090012345", "", IdState.VALID),
        ("CMND 164523478 cấp 2010", "", "164523478", IdState.VALID),
        ("‘037090012345;", "037090012345", "", IdState.VALID),
        ("037–090–012–345", "037090012345", "", IdState.VALID),
        ("O3709OOl2345", "037090012345", "", IdState.VALID),
        ("164523478 - 037090012345", "037090012345", "", IdState.VALID),
        ("037090012345/037190012345", "", "", IdState.UNUSABLE),  # of whom?
        ("DN4370123456789", "", "", IdState.UNUSABLE),  # of an insurance card
        ("164523478", "", "164523478", IdState.VALID),
        ("12345678", "", "012345678", IdState.VALID),
        ("3.70900E+10", "", "", IdState.UNUSABLE),
        ("37090000000", "", "", IdState.UNUSABLE),  # six digits survived: the rest is not guessed
        ("037090000000", "", "", IdState.UNUSABLE),
        ("03709001234", "", "", IdState.UNUSABLE),  # a digit is missing, who knows which
        ("0912345678", "", "", IdState.UNUSABLE),  # a telephone number
        ("99090012345", "", "", IdState.UNUSABLE),  # no such province
        ("111111111111", "", "", IdState.UNUSABLE),
        ("không có", "", "", IdState.UNUSABLE),
        ("B1234567", "", "", IdState.FOREIGN),
        ("", "", "", IdState.MISSING),
        ("-", "", "", IdState.MISSING),
    ],
)
def test_numbers(typed: str, cccd: str, cmnd: str, state: IdState) -> None:
    forms = id_forms(typed)
    assert (forms.cccd, forms.cmnd, forms.state) == (cccd, cmnd, state)


@pytest.mark.parametrize(
    "typed",
    [
        "0912345678", "+84912345678", "84912345678", "0084 912 345 678", "912345678", "0912.345.678",
        "0912345678/0987654321", "0912345678 - 0987654321", "ĐT: 0912345678", "0912345678 (con)", "‘0912345678",
        "\u200b0912345678", "O9l2345678", "0912,345,678",
    ],
)  # fmt: skip
def test_phones(typed: str) -> None:
    assert phone_form(typed) == "0912345678"
    assert phone_form("02293123456") == phone_form("") == phone_form("1234567890123") == ""


def test_what_the_engine_takes_for_whole_is_its_own_form() -> None:
    numbers = [
        "037090012345", "164523478", "111111111111", "111111111", "037090100000", "164500000", "37090012345", "",
        "03709001234a", "\u0660\u0663709001234", "037090012345 ", "-37090012345", "0370900123456", "000000000001",
    ]  # fmt: skip
    phones = ["0912345678", "0112345678", "+84912345678", "091234567", "09123456789", "\u06609123456780", ""]
    with duckdb.connect() as connection:

        def whole(values: list[str], when: str) -> set[str]:
            found = connection.execute(f"SELECT raw FROM (SELECT unnest(?) AS raw) WHERE {when}", [values])
            return {raw for (raw,) in found.fetchall()}

        of_ids, of_phones = whole(numbers, WHOLE_ID), whole(phones, WHOLE_PHONE)
    assert of_ids == {number for number in numbers if number and number in id_forms(number)[:2]}
    for number in of_ids:
        cccd, cmnd = (number, "") if len(number) == 12 else ("", number)
        assert id_forms(number) == (cccd, cmnd, number, IdState.VALID)
    assert of_phones == {phone for phone in phones if phone_form(phone) == phone != ""}


@pytest.mark.parametrize(
    ("typed", "day", "swapped"),
    [
        ("05/02/1990", "19900205", "19900502"),
        ("1990-02-05", "19900205", "19900502"),
        ("1990-02-05 00:00:00", "19900205", "19900502"),
        ("5.2.1990", "19900205", "19900502"),
        ("32909", "19900205", "19900502"),  # a spreadsheet's serial number
        ("32909.0", "19900205", "19900502"),
        ("25/02/90", "19900225", ""),
        ("02/25/1990", "19900225", ""),
        ("1990", "19900000", ""),
        ("02/1990", "19900200", ""),
        ("'05/02/1990", "19900205", "19900502"),
        ("\u200b05–02–1990", "19900205", "19900502"),
        ("05\\02\\1990", "19900205", "19900502"),
        ("05/02/199O", "19900205", "19900502"),
        ("5021990", "19900205", "19900502"),  # the nought is lost
        ("sinh năm 1990", "19900000", ""),
        ("xx/xx/1990", "19900000", ""),
        ("1990 - 1991", "", ""),
        ("5/6/21", "", ""),  # of 1921 or 2021
        ("05/02/1790", "", ""),
        ("05/02/2030", "", ""),
        ("31/02/1990", "19900000", ""),  # no such day: the year stays
        ("không rõ", "", ""),
    ],
)
def test_birth_dates(typed: str, day: str, swapped: str) -> None:
    forms = day_forms(typed, today=TODAY)
    assert (forms.day, forms.swapped, forms.year) == (day, swapped, day[:4])


def test_sexes_and_places() -> None:
    assert [sex_form(t) for t in ("Nam", "NỮ", "nu", "M", "f", "0", "1", "?", "")] == [
        "M", "F", "F", "M", "F", "0", "1", "", "",
    ]  # fmt: skip
    assert [sex_form(t) for t in ("Nữ.", "N÷", "Nöõ", "Nuwx", "nữ\u200b", "Nam (M)", "2", "Nam/Nữ")] == [
        "F", "F", "F", "F", "F", "M", "2", "",
    ]  # fmt: skip
    assert {place_form(t) for t in ("Xã Kim Sơn", "xa kim son", "KIM SƠN", "X. Kim Sơn")} == {"kim son"}
    assert place_form("Phường 05") == place_form("P. 5") != place_form("Phường 6")
    assert place_form("P12") == place_form("P.12") == place_form("F12") == place_form("Phường 12") != place_form("P13")
    assert place_form("TPHCM") == place_form("TP.HCM") == place_form("Thành phố Hồ Chí Minh")
    assert place_form("014638") == place_form("14638") == "14638"
    assert place_form("TP. Hồ Chí Minh") == place_form("Thành phố Hồ Chí Minh") == "ho chi minh"


@given(st.text(max_size=20))
@example("Xã ¹")  # a digit for Unicode, none for ASCII
@example("\u0663")
def test_forms_of_anything_are_ascii(text: str) -> None:
    forms = [*name_forms(text), *id_forms(text), phone_form(text), *day_forms(text, today=TODAY)]
    assert all(form.isascii() for form in [*forms, sex_form(text), place_form(text), place_key(text)])
