"""Step 10 of a check: is this certificate the named person's?

What a clerk types and what an issuer wrote rarely agree letter by letter: marks are lost, letters become those of
the machine-readable zone (ICAO Doc 9303 part 3), the given name comes first, middle names are left out, long
names are cut off. Each of these is accepted and told; another name is never a near one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from passport.domain.certificate import Holder
from passport.domain.dates import PartialDate
from passport.domain.names import fold, tidy, transliterate
from passport.domain.verdict import HolderMatch
from passport.errors import InputError, Refusal, Sentence

NAME_LIMIT = 200  # characters typed; both parts of a certificate together hold at most 160
_MRZ_LIMIT = (
    37  # letters left of a name field of 39 (VDS-NC, TD3) once its separators are single and trailing ones gone
)
_PART_LIMIT = 79  # letters left of a part of 80 (EU DCC schema 1.3) once a trailing separator is gone

_SEPARATORS = re.compile(r"[\s<,;./_\-‐‑–]+")
_APOSTROPHES = re.compile("['’‘`´ʼ＇]")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")  # grave, acute, tilde, hook, dot below
_DAY_FIRST = re.compile(r"(?:(\d{1,2})/)?(\d{1,2})/(\d{4})", re.ASCII)

# Words of bookings and of some issuers that are no part of a name (dgca `DR<`; “first/last name unknown”).
_TITLES = frozenset({"DR", "PROF", "MR", "MRS", "MS", "MISS", "MSTR"})
_NO_NAME = frozenset({"FNU", "LNU", "XXX", "UNKNOWN"})

# Where the family name stands here, the given name is the last word and what lies between may be left out;
# elsewhere the first given name is the one that counts. Kinh, Hoa, Khmer, Thái and Mông family names.
VIETNAMESE = frozenset(
    """AN AU BACH BAN BANH BE BUI CA CAM CAN CAO CHAU CHE CHU CU CUNG DAM DANG DANH DAO DAU DIEP DINH DO DOAN DONG
    DUONG GIANG GIAP HA HAN HANG HAU HO HOA HOANG HONG HUA HUYNH KHUAT KHUONG KIEU KIM LA LAI LAM LANG LAO LAU LE LI
    LIEU LO LU LUC LUONG LUU LY MA MAC MAI MUA NGHIEM NGO NGUYEN NHAM NINH NONG ONG PHAM PHAN PHI PHO PHUNG PHUONG
    QUACH QUAN QUANG SAM SON SUNG TA TANG TAO THACH THAI THAN THAO TIEU TO TON TONG TRAN TRIEU TRINH TRUONG TU TUONG
    UNG VANG VI VIEN VO VU VUONG VUU""".split()
)

_WHY = {
    "no_marks": Sentence("Họ tên trùng khi viết không dấu.", "The name agrees when written without marks."),
    "order": Sentence("Họ tên có đủ các chữ nhưng khác thứ tự.", "The words of the name stand in another order."),
    "middle": Sentence("Tên đệm bị thiếu hoặc viết tắt.", "A middle name is missing or abbreviated."),
    "cut": Sentence("Họ tên dài bị cắt bớt ở cuối.", "The name is long and was cut off."),
    "single": Sentence("Người này chỉ có một tên.", "The person has one name only."),
    "part": Sentence("Mới nhập một phần họ tên.", "Only a part of the name was entered."),
    "other": Sentence("Họ tên là của người khác.", "The name is another person's."),
    "born_part": Sentence(
        "Ngày sinh chỉ biết một phần; phần đã biết trùng nhau.",
        "Only a part of the birth date is known; that part agrees.",
    ),
    "born_none": Sentence("Chứng nhận không ghi ngày sinh.", "The certificate states no birth date."),
    "born_other": Sentence("Ngày sinh khác.", "The birth date differs."),
}

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HolderQuery:
    """Whose certificate it should be, as typed from a booking or an identity document."""

    name: str | None = None
    born: PartialDate | None = None

    @classmethod
    def read(cls, *, name: str | None, born: str | None) -> HolderQuery:
        """Checks what was typed; the birth date as YYYY[-MM[-DD]] or [[dd/]mm/]yyyy.

        Raises InputError (bad_option) naming the field that is blank, too long or no date.
        """
        if name is not None:
            name = tidy(name)
            if not name or len(name) > NAME_LIMIT:
                raise InputError(Refusal.BAD_OPTION, "name")
        return cls(name=name, born=_read_born(born) if born is not None else None)


def match(query: HolderQuery, holder: Holder) -> HolderMatch:
    """How what was typed compares with the certificate's holder; what was not given is None.

    `different` in either part means another person; `near` and `consistent` are told and left to the eye.
    """
    name, name_why = _match_name(query.name, holder) if query.name is not None else (None, None)
    born, born_why = _match_born(query.born, holder.born) if query.born is not None else (None, None)
    reasons = [_WHY[why] for why in (name_why, born_why) if why]
    said = Sentence(" ".join(r.vi for r in reasons), " ".join(r.en for r in reasons)) if reasons else None
    return HolderMatch(name=name, born=born, why=said)


def _read_born(text: str) -> PartialDate:
    text = text.strip()
    day_first = _DAY_FIRST.fullmatch(text)
    try:
        if day_first is None:
            return PartialDate.parse(text)
        day, month, year = day_first.groups()
        return PartialDate(int(year), int(month), int(day) if day else None)
    except ValueError as error:
        raise InputError(Refusal.BAD_OPTION, "born") from error


def _match_born(typed: PartialDate, stated: PartialDate | None) -> tuple[str, str | None]:
    if stated is None:
        return "consistent", "born_none"
    if typed == stated:
        return "exact", None
    return ("consistent", "born_part") if typed.consistent(stated) else ("different", "born_other")


def _match_name(typed: str, holder: Holder) -> tuple[str, str | None]:
    family, given = holder.family_name or "", holder.given_name or ""
    if not family and not given:
        family, given = holder.transliterated.family, holder.transliterated.given
    if _spelling(typed) & (_spelling(f"{family} {given}") | _spelling(f"{given} {family}")):
        return "exact", None
    written = (_latin(typed), _bare(typed))
    stated = tuple(_forms(holder))
    if any(_same_letters(words, form) for words in written for form in stated):
        return "same_transliteration", "no_marks"
    for why, near in _NEAR:
        if any(near(words, form) for words in written for form in stated):
            return "near", why
    only_part = any(words and set(words) < {*f, *g} for words in written for f, g in stated)
    return "different", "part" if only_part else "other"


def _spelling(text: str) -> set[str]:
    """The name with its marks, words run together as Chinese writes them.

    Twice: as it stands, and with the tone behind its word, since hòa and hoà are one spelling.
    """
    words = [unicodedata.normalize("NFD", word.casefold()) for word in _split(text)]
    behind = ("".join(sorted(word, key=_TONES.__contains__)) for word in words)
    return {"".join(words), "".join(behind)} - {""}


def _forms(holder: Holder) -> Iterator[tuple[Words, Words]]:
    """Family and given words of the holder in Latin letters: the issuer's own, ours, and without marks only.

    A form that lacks a part which the certificate states would agree with half a name, so it is left out.
    """
    family, given = holder.family_name or "", holder.given_name or ""
    own = holder.transliterated
    for form in (
        (_latin(own.family), _latin(own.given)),
        (_latin(family), _latin(given)),
        (_bare(family), _bare(given)),
    ):
        if bool(form[0]) >= bool(family) and bool(form[1]) >= bool(given):
            yield form


def _split(text: str) -> list[str]:
    # Input methods of East Asia type Latin letters in full width.
    words = _SEPARATORS.split(unicodedata.normalize("NFKC", _APOSTROPHES.sub("", text)))
    return [word for word in words if any(c.isalnum() for c in word)]


def _latin(text: str) -> Words:
    """The words in the letters of a machine-readable zone; none at all when one of them has no such form."""
    words = tuple(transliterate(word) for word in _split(text))
    return words if all(words) else ()


def _bare(text: str) -> Words:
    """The words with their marks taken off; none at all when that does not leave plain letters."""
    words = tuple(fold(word).upper() for word in _split(text))
    return words if all(word.isascii() for word in words) else ()


def _same_letters(typed: Words, form: tuple[Words, Words]) -> bool:
    """The same letters whatever the word breaks, family name first or last."""
    family, given = ("".join(part) for part in form)
    return "".join(typed) in {family + given, given + family} - {""}


def _same_words(typed: Words, form: tuple[Words, Words]) -> bool:
    """All the words in another order, titles apart."""
    words = sorted([*form[0], *form[1]])
    return len(words) > 1 and sorted(typed) == words


def _cut_off(typed: Words, form: tuple[Words, Words]) -> bool:
    """One of the two is the other one cut off at a length limit of the formats."""
    family, given = ("<".join(part) for part in form)
    name = "<".join(typed)
    for first, second in ((family, given), (given, family)):
        full = "<".join(part for part in (first, second) if part)
        shorter, longer = sorted((name, full), key=len)
        if len(shorter) >= _MRZ_LIMIT and longer.startswith(shorter):
            return True
        if len(first) >= _PART_LIMIT and name.startswith(first) and name.endswith(second):
            return True
    return False


def _missing_middle(typed: Words, form: tuple[Words, Words]) -> bool:
    """Family name and the given name that counts agree; between them one side has fewer words, or initials."""
    family, given = form
    if not given:  # the whole name in one field
        family, given = family[:1], family[1:]
    elif not family:
        family, given = given[:1], given[1:]
    stated = tuple(word for word in (*family, *given) if word not in _TITLES)
    words = tuple(word for word in typed if word not in _TITLES)
    if len(stated) < 2 or len(words) < 2 or not given:
        return False
    vietnamese = stated[0] in VIETNAMESE
    counts = given[-1] if vietnamese else next((word for word in given if word not in _TITLES), "")
    turns = (0, 1) if vietnamese else range(len(words))
    for turn in turns:
        turned = words[len(words) - turn :] + words[: len(words) - turn]
        if turned[0] != stated[0] or (turned[-1] != counts if vietnamese else counts not in turned):
            continue
        if _within(turned, stated) or _within(stated, turned):
            return True
    return False


def _within(fewer: Sequence[str], more: Sequence[str]) -> bool:
    """Whether `fewer` is `more` with words left out or shortened to an initial, in the same order."""
    rest = iter(more)
    return all(any(word == other or (len(word) == 1 and other[0] == word) for other in rest) for word in fewer)


def _one_name(typed: Words, form: tuple[Words, Words]) -> bool:
    """A person of one name, whom bookings give it twice or a filler beside it."""
    stated = set(form[0] + form[1])
    return len(stated) == 1 and stated <= set(typed) <= stated | _NO_NAME | _TITLES


_NEAR: tuple[tuple[str, Callable[[Words, tuple[Words, Words]], bool]], ...] = (
    ("order", _same_words),
    ("cut", _cut_off),
    ("middle", _missing_middle),
    ("single", _one_name),
)
