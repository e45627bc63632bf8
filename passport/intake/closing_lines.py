"""Lines of a list that are nobody's: totals, place and date, signatures, headings of hamlets.

A line with anything of a person's (a number in the list, a sex, the digits of a date or of a number) is always a row,
whatever else stands in it; what is left out is told with its text, so that no person is lost unseen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field

from passport.domain.names import fold, tidy
from passport.intake.cells import Cell

TAIL_LIMIT = 30  # lines beneath a signature that no word betrays: blanks, names of who signed
TEXT_LIMIT = 200  # characters of a line that are told

_DIGITS = 4  # a year; the least that a date, a number or a telephone has
_OF_A_PERSON = ("birth_date", "vaccination_date", "id_number", "insurance_number", "phone")
_SEXES = ("nam", "nu", "male", "female", "m", "f")
_SERIAL = re.compile(r"\d{1,7}(?:[.,]0+|[.)])?")
_HEADING = re.compile(r"[IVX]{1,5}[.)]?")

# With their marks, for Tống Công Minh is a person and tổng cộng is not; without marks only where figures follow.
_TOTAL = re.compile(
    r"(?:tổng (?:cộng|số)|cộng)(?:$|[ :;.…(\d].*)"
    r"|tong (?:cong|so) ?(?:$|[:;.…(\d].*)"
    r"|(?:ấn định |an dinh )?(?:danh sách|danh sach)(?: này| nay)? (?:có|co|gồm|gom) .*"
    r"|(?:bằng chữ|ghi chú|nơi nhận|bang chu|noi nhan) ?:.*"
    r"|total ?(?:$|[:(\d].*)"
)
_SIGNED = re.compile(
    r"nguoi (?:lap|ghi|tong hop|bao cao|kiem tra|giao|nhan|nop)(?: (?:bieu|bang|danh sach|phieu|bao cao|so lieu))?"
    r"|(?:truong tram|tram truong|(?:pho )?giam doc|(?:pho )?hieu truong)(?: .{1,60})?"
    r"|thu truong(?: (?:don vi|co quan))?|(?:pho )?chu tich(?: (?:ubnd|uy ban).*)?|dai dien (?:don vi|cong ty)"
    r"|(?:tm|kt|tl|tuq) (?:ubnd|uy ban|chu tich|giam doc|truong|hieu truong|thu truong|ban|so|trung tam|lanh dao)\b.*"
    r"|(?:dai dien )?lanh dao(?: don vi)?|ke toan(?: truong)?|xac nhan(?: cua)? .{3,60}|ky(?: va)? (?:ten|ghi ro)\b.*"
    r"|cong an (?:xa|phuong|thi tran|cap xa|huyen|tinh|thon)\b.*|tram y te\b.*"
    r"|can bo (?:lap|tong hop|phu trach|y te|tiem chung)\b.*"
)
_DATED = re.compile(r"(?:.{1,60}, ?)ngày [\d.… _]+tháng [\d.… _]+năm [\d.… _]+")


def nobodys_lines(rows: Iterable[tuple[int, Mapping[str, Cell]]], *, serials: Set[str]) -> dict[int, str]:
    """The lines that are nobody's, by their number, with what stands in them; `serials` are columns that only number.

    A line says so itself; beneath a signature also what names nobody's data down to the end of the sheet.
    """
    found = _Found()
    for number, cells in rows:
        if tells_person(cells, serials=serials):
            found.begin_anew(numbered=any(_SERIAL.fullmatch(cells[key].text.strip()) for key in serials & cells.keys()))
        else:
            found.take(number, cells, serials)
    return found.all()


def tells_person(cells: Mapping[str, Cell], *, serials: Set[str]) -> bool:
    """Whether something of a person stands in a line."""
    return any(_is_personal(key, cell.text, serials) for key, cell in cells.items())


def _is_personal(key: str, text: str, serials: Set[str]) -> bool:
    if key in serials:
        return _SERIAL.fullmatch(text.strip()) is not None
    if key.startswith(_OF_A_PERSON):
        return sum(map(str.isdigit, text)) >= _DIGITS and not _DATED.fullmatch(_marked(text))
    return key == "sex" and fold(text) in _SEXES


@dataclass(slots=True)
class _Found:
    """What was found so far, and the lines since a signature that only the end of the sheet can judge."""

    certain: dict[int, str] = field(default_factory=dict)
    headings: dict[int, str] = field(default_factory=dict)
    tail: dict[int, str] = field(default_factory=dict)
    signed: bool = False
    numbered: bool = False  # people have numbers in this list, so that I and II are none of theirs

    def begin_anew(self, *, numbered: bool) -> None:
        self.tail.clear()
        self.signed = False
        self.numbered = self.numbered or numbered

    def take(self, number: int, cells: Mapping[str, Cell], serials: Set[str]) -> None:
        if signed := _speaks(cells, _is_signature):
            self.signed = True
        if signed or _speaks(cells, _is_total):
            self.certain[number] = _line(cells)
        elif _is_heading(cells, serials):
            self.headings[number] = _line(cells)
        elif self.signed and len(self.tail) <= TAIL_LIMIT:
            self.tail[number] = _line(cells)

    def all(self) -> dict[int, str]:
        tail = self.tail if len(self.tail) <= TAIL_LIMIT else {}
        return self.certain | (self.headings if self.numbered else {}) | tail


def _speaks(cells: Mapping[str, Cell], says: Callable[[str], bool]) -> bool:
    """Whether a line says so where a list names the person, or in any cell where nobody is named."""
    texts = [tidy(cell.text) for cell in cells.values()]
    if "full_name" in cells:
        texts = [texts[0], tidy(cells["full_name"].text)]
    return any(says(text) for text in texts)


def _is_total(text: str) -> bool:
    return _TOTAL.fullmatch(_marked(text)) is not None


def _is_signature(text: str) -> bool:
    words = re.sub(r"[\W_]+", " ", fold(text)).strip()
    return _SIGNED.fullmatch(words) is not None or _DATED.fullmatch(_marked(text)) is not None


def _is_heading(cells: Mapping[str, Cell], serials: Set[str]) -> bool:
    """`II | Thôn Tây`: a part of the list begins."""
    numbered = [key for key in cells if key in serials]
    return len(cells) == 2 and len(numbered) == 1 and _HEADING.fullmatch(tidy(cells[numbered[0]].text)) is not None


def _marked(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().strip("-–*• ")


def _line(cells: Mapping[str, Cell]) -> str:
    return " · ".join(text for cell in cells.values() if (text := tidy(cell.text)))[:TEXT_LIMIT]
