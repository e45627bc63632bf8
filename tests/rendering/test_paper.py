"""The words of the paper: the eleven fields of the decision, and the sentences of the service in both languages."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest

from passport.domain.dates import PartialDate
from passport.errors import Sentence
from passport.rendering.fonts import drawable
from passport.rendering.paper import Paper, expiry, fields, foot, in_letters_of, latin_notice, printable


def test_the_eleven_fields_stand_in_the_order_of_the_decision(paper: Paper) -> None:
    told = [(field.number, field.label.vi, field.value) for field in fields(paper)]
    assert told == [
        (1, "Họ và tên", Sentence("Nguyễn Thị Quỳnh Hường", "Nguyễn Thị Quỳnh Hường")),
        (2, "Ngày, tháng, năm sinh", Sentence("02/01/1990", "2 January 1990")),
        (3, "Quốc tịch", Sentence("Việt Nam", "Vietnam")),
        (4, "Bệnh dịch mà chứng nhận nhắm tới", Sentence("COVID-19", "COVID-19")),
        (5, "Số mũi tiêm đã nhận", Sentence("2/2", "2/2")),
        (6, "Ngày tiêm", Sentence("18/10/2026", "18 October 2026")),
        (7, "Liều số", Sentence("2", "2")),
        (8, "Vắc xin", Sentence("SARS-CoV-2 mRNA vaccine", "SARS-CoV-2 mRNA vaccine")),
        (9, "Sản phẩm vắc xin", Sentence("Comirnaty", "Comirnaty")),
        (10, "Nhà cung cấp hoặc sản xuất", Sentence("Biontech Manufacturing GmbH", "Biontech Manufacturing GmbH")),
        (11, "Mã số của chứng nhận", Sentence(paper.identifier, paper.identifier)),
    ]


def test_a_birth_year_alone_is_printed_alone(paper: Paper) -> None:
    assert fields(replace(paper, born=PartialDate(1957)))[1].value == Sentence("1957", "1957")
    assert fields(replace(paper, born=PartialDate(1957, 3)))[1].value == Sentence("03/1957", "March 1957")


def test_the_sentences_are_those_of_the_service(paper: Paper) -> None:
    assert expiry(paper).vi == (
        "Mã QR có hiệu lực đến ngày 21/11/2027. Hệ thống tự cấp mã mới trước ngày đó; "
        "các mũi đã tiêm không bị ảnh hưởng."
    )
    assert expiry(paper).en == (
        "The QR code is valid until 21 November 2027. A new one is issued before then; "
        "the doses given are not affected."
    )
    assert latin_notice(paper).vi == (
        "Họ tên không dấu trên chứng nhận: NGUYEN THI QUYNH HUONG. "
        "Nếu khác với hộ chiếu, hãy gửi phản ánh trước chuyến đi."
    )
    assert latin_notice(paper).en == (
        "Name in Latin letters on the certificate: NGUYEN THI QUYNH HUONG. "
        "If it differs from your passport, send a report before you travel."
    )
    assert foot(paper).vi == (
        "Quét mã tại https://example.org/verify để kiểm tra. "
        "Chứng nhận chỉ có giá trị khi xuất trình cùng giấy tờ tùy thân."
    )


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("An\u202e\u2066gnol\u202c", "Angnol"),
        ("An\tBình\r\nCường", "An Bình  Cường"),
        ("A\x00n\x1b[31m", "An[31m"),
        ("A\ud800n", "An"),
        ("Nguyê\u0303n", "Nguyễn"),
    ],
)
def test_what_has_no_shape_is_not_printed(paper: Paper, typed: str, printed: str) -> None:
    assert printable(replace(paper, full_name=typed)).full_name == printed


def test_a_name_in_another_script_gives_way_to_its_latin_form(paper: Paper) -> None:
    shown = in_letters_of(replace(paper, full_name="王伟", latin_name="WANG<<WEI", issuer="Bộ 卫生"), drawable)
    assert (shown.full_name, shown.issuer) == ("WANG WEI", "Bộ ??")
    assert in_letters_of(paper, drawable) == paper


def test_the_shipped_font_draws_every_vietnamese_letter() -> None:
    marks = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    letters = [vowel + mark for vowel in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY" for mark in marks]
    paper_text = "".join(letters) + "đĐ –“”…’"
    composed = unicodedata.normalize("NFC", paper_text)
    assert [c for c in composed if not drawable(c)] == []
    assert not drawable("王")
