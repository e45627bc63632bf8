"""What paper and card say: the eleven fields of Decision 5772/QĐ-BYT and the sentences around them.

Everything here is text for people. `document` and `card` only decide where it stands.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from passport.domain.dates import PartialDate, spoken_day
from passport.errors import Sentence

TITLE = Sentence("HỘ CHIẾU VẮC XIN", "VACCINE PASSPORT")
TEST = Sentence("MẪU THỬ – KHÔNG CÓ GIÁ TRỊ", "TEST – NOT FOR USE")
ISSUED_BY = Sentence("Nơi cấp", "Issued by")
ISSUED_ON = Sentence("Ngày cấp mã", "Code issued on")
SCAN = Sentence("Quét mã để kiểm tra", "Scan to check")
FOLD = Sentence("Gấp theo nét đứt, mặt in ra ngoài", "Fold along the dashed lines, print outwards")
USE = Sentence("Cách sử dụng", "How to use it")
COMPARE = Sentence(
    "Chỉ có giá trị khi xuất trình cùng giấy tờ tùy thân.", "Valid only together with an identity document."
)
_TEXTS = (
    "full_name", "latin_name", "disease", "vaccine", "product", "manufacturer", "identifier", "issuer", "address",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paper:
    """One certificate as it is printed. Days are those of the service's time zone.

    `latin_name` is the name in the machine-readable letters, family and given name parted by `<<`; `code` is the
    text of the QR symbol; `address` is where it can be checked; `test` marks demo and test issuers.
    """

    full_name: str
    latin_name: str
    born: PartialDate
    nationality: Sentence
    disease: str
    number: int
    of: int
    given_on: date
    vaccine: str
    product: str
    manufacturer: str
    identifier: str
    issuer: str
    issued_on: date
    expires_on: date
    code: str
    address: str
    test: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A numbered field of the form: its label and its value, which may read the same in both languages."""

    number: int
    label: Sentence
    value: Sentence


def fields(paper: Paper) -> tuple[Field, ...]:
    """The eleven fields in the order of the form (Decision 5772/QĐ-BYT, annex, section 1)."""

    def same(text: str) -> Sentence:
        return Sentence(text, text)

    labelled = (
        ("Họ và tên", "Full name", same(paper.full_name)),
        ("Ngày, tháng, năm sinh", "Date of birth", spoken_day(paper.born)),
        ("Quốc tịch", "Nationality", paper.nationality),
        ("Bệnh dịch mà chứng nhận nhắm tới", "Disease targeted", same(paper.disease)),
        ("Số mũi tiêm đã nhận", "Number of doses received", same(f"{paper.number}/{paper.of}")),
        ("Ngày tiêm", "Date of vaccination", spoken_day(paper.given_on)),
        ("Liều số", "Dose number", same(str(paper.number))),
        ("Vắc xin", "Vaccine", same(paper.vaccine)),
        ("Sản phẩm vắc xin", "Vaccine product", same(paper.product)),
        ("Nhà cung cấp hoặc sản xuất", "Supplier or manufacturer", same(paper.manufacturer)),
        ("Mã số của chứng nhận", "Certificate identifier", same(paper.identifier)),
    )
    return tuple(Field(place, Sentence(vi, en), value) for place, (vi, en, value) in enumerate(labelled, start=1))


def latin_words(paper: Paper) -> str:
    """The name in Latin letters as it is read: NGUYEN VAN AN."""
    return " ".join(paper.latin_name.replace("<", " ").split())


def expiry(paper: Paper) -> Sentence:
    """Until when the code is good, and that the doses stay good (wording 48)."""
    day = spoken_day(paper.expires_on)
    return Sentence(
        f"Mã QR có hiệu lực đến ngày {day.vi}. Hệ thống tự cấp mã mới trước ngày đó; "
        "các mũi đã tiêm không bị ảnh hưởng.",
        f"The QR code is valid until {day.en}. A new one is issued before then; the doses given are not affected.",
    )


def latin_notice(paper: Paper) -> Sentence:
    """How the name is written in the code (wording 49)."""
    name = latin_words(paper)
    return Sentence(
        f"Họ tên không dấu trên chứng nhận: {name}. Nếu khác với hộ chiếu, hãy gửi phản ánh trước chuyến đi.",
        f"Name in Latin letters on the certificate: {name}. If it differs from your passport, send a report before "
        "you travel.",
    )


def instructions(paper: Paper) -> tuple[Sentence, ...]:
    """What the holder of the folded paper should know."""
    return (
        Sentence(
            "Xuất trình mã QR cùng giấy tờ tùy thân. Người kiểm tra đối chiếu họ tên và ngày sinh.",
            "Show the QR code with your identity document. The name and date of birth are compared.",
        ),
        expiry(paper),
        latin_notice(paper),
        Sentence(
            f"Ai cũng kiểm tra được mã tại {paper.address}. Nội dung in không thay cho việc quét mã.",
            f"Anybody can check the code at {paper.address}. The print does not replace the scan.",
        ),
        Sentence(
            "Không đăng ảnh mã QR lên mạng: ai có ảnh đều đọc được họ tên và ngày sinh.",
            "Do not post a picture of the code: whoever has it can read your name and date of birth.",
        ),
    )


def foot(paper: Paper) -> Sentence:
    """Where to check, and that the paper needs an identity document beside it (wording 51)."""
    return Sentence(
        f"Quét mã tại {paper.address} để kiểm tra. Chứng nhận chỉ có giá trị khi xuất trình cùng giấy tờ tùy thân.",
        f"Scan at {paper.address} to check. Valid only together with an identity document.",
    )


def printable(paper: Paper) -> Paper:
    """`paper` without what has no shape of its own: controls, marks of direction, halves of characters."""

    def shaped(text: str) -> str:
        spaced = "".join(" " if c.isspace() else c for c in unicodedata.normalize("NFC", text))
        return "".join(c for c in spaced if unicodedata.category(c)[0] != "C")

    return _with_texts(paper, shaped)


def in_letters_of(paper: Paper, drawable: Callable[[str], bool]) -> Paper:
    """`paper` with only what a font can draw: a name in another script gives way to its Latin form."""
    foreign = not all(map(drawable, paper.full_name))
    named = replace(paper, full_name=latin_words(paper)) if foreign else paper
    return _with_texts(named, lambda text: "".join(c if drawable(c) else "?" for c in text))


def _with_texts(paper: Paper, change: Callable[[str], str]) -> Paper:
    """`paper` with `change` made to every text that is printed."""
    texts: dict[str, Any] = {name: change(getattr(paper, name)) for name in _TEXTS}
    return replace(paper, nationality=Sentence(change(paper.nationality.vi), change(paper.nationality.en)), **texts)
