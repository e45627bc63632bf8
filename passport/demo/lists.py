"""The sample lists: dirty as real ones are, with every fault planted on purpose and dates relative to today."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import xlsxwriter

from passport.demo.people import KIM_SON, TUA_CHUA, SamplePerson, invent_people
from passport.domain.coverage import AgeGroup

SEED = 20260101
STATION_KIM_SON, STATION_TUA_CHUA, MOBILE_TUA_CHUA = "KS-TYT-01", "TC-TYT-01", "TC-LD-01"
CAMPAIGN = "Chiến dịch mẫu"
COUNTED_BY = "Số liệu mẫu, không có thật"  # as the source of every count
# How many people of each age group there are: few, so that the sample people are a part of them that is seen.
_INVENTED = {
    KIM_SON.code: (14, 12, 60, 24),
    TUA_CHUA.code: (10, 8, 40, 12),
    "37": (18, 15, 80, 32),
    "11": (14, 12, 56, 18),
}
_ELSEWHERE = (4, 3, 20, 6)
SITES = (
    (STATION_KIM_SON, "Trạm Y tế xã Kim Sơn (mẫu)", KIM_SON.code, "station"),
    (STATION_TUA_CHUA, "Trạm Y tế xã Tủa Chùa (mẫu)", TUA_CHUA.code, "station"),
    (MOBILE_TUA_CHUA, "Đội tiêm lưu động Tủa Chùa (mẫu)", TUA_CHUA.code, "mobile"),
)
COLUMNS = (
    "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD/CMND/Hộ chiếu", "Số điện thoại", "Mã xã", "Địa chỉ",
    "Nhóm đối tượng", "Loại vắc xin", "Số lô", "Mũi số", "Loại liều", "Ngày tiêm",
)  # fmt: skip
ATTENDANCE_COLUMNS = ("Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD/CMND/Hộ chiếu", "Mã xã", "Mũi dự kiến")
WARD_COLUMNS = (
    "STT", "Họ và tên", "Ngày sinh", "Giới tính", "Nhóm đối tượng", "Đơn vị công tác", "Số điện thoại", "CMT/CCCD",
    "Số thẻ BHYT", "Tỉnh", "Mã tỉnh", "Huyện", "Mã huyện", "Xã", "Mã xã", "Địa bàn/tổ", "Địa chỉ",
    "Loại vắc xin", "Ngày giờ", "Số lô", "Địa điểm", "Loại vắc xin", "Ngày giờ", "Số lô", "Địa điểm", "Ghi chú",
)  # fmt: skip
_KINDS = {1: "cơ bản", 2: "cơ bản", 3: "nhắc lại"}
# Places among the people of Kim Sơn.
TWO_DOSES, BOOSTED, ONE_DOSE = 13, 1, 36
IN_CAPITALS = 19  # typed in capitals at first, and corrected after the certificate was issued
UNREGISTERED = 31  # the register does not know the number
MISSPELT = 37  # one dose only, and the name typed wrong
# Places among the people of Tủa Chùa whose identity must be cleaned; each of them has one dose on the ward's list.
WITHOUT_NUMBER, LETTER_IN_NUMBER, OTHER_NAME, UNDER_TWO_NUMBERS = 20, 21, 22, 23
OLD_NUMBER = "040123456"  # the CMND under which the last of them got the second dose
FIRST_DOSE, SECOND_DOSE, BOOSTER = 230, 200, 60  # days before today


@dataclass(frozen=True, slots=True)
class SampleList:
    """One file and how it is imported."""

    file_name: str
    data: bytes
    site: str
    kind: str  # vaccination or attendance


@dataclass(frozen=True, slots=True)
class DoseRow:
    """One row of a list, as typed."""

    person: SamplePerson
    vaccine: str
    lot: str
    number: int
    given_on: date
    typed: tuple[tuple[str, str], ...] = ()  # column → what was typed instead of what is true

    def cells(self) -> dict[str, str]:
        """The row's cells by column."""
        p = self.person
        true = (
            p.full_name, shown(p.born), "Nam" if p.sex == "M" else "Nữ", p.id_number, p.phone, p.commune.code,
            p.address, "10", self.vaccine, self.lot, str(self.number), _KINDS[self.number], shown(self.given_on),
        )  # fmt: skip
        return dict(zip(COLUMNS, true, strict=True)) | dict(self.typed)


def shown(day: date) -> str:
    """A date as Vietnamese lists write it."""
    return day.strftime("%d/%m/%Y")


def misspelt(person: SamplePerson) -> str:
    """The name as the mobile team heard it."""
    return person.full_name.rsplit(" ", 1)[0] + " Bửu"


def sample_people(today: date) -> tuple[list[SamplePerson], list[SamplePerson]]:
    """The invented people of Kim Sơn (40) and Tủa Chùa (34)."""
    # The year alone decides ages, so that the same people come out all year round.
    day = date(today.year, 1, 1)
    kim_son = list(invent_people(seed=SEED, commune=KIM_SON, today=day, count=40))
    return kim_son, list(invent_people(seed=SEED, commune=TUA_CHUA, today=day, count=34))


def kim_son_rows(today: date) -> list[DoseRow]:
    """The station's list of Kim Sơn: two doses for 36 people, boosters for 12, one dose only for 4; ten faults."""
    people, _ = sample_people(today)
    rows = []
    for index, person in enumerate(people):
        vaccine, lot = ("AstraZeneca", "ABV5300") if index % 3 else ("Comirnaty (Pfizer)", "FE8163")
        doses = 1 if index >= 36 else 3 if index < 12 else 2
        for number, days in ((1, FIRST_DOSE), (2, SECOND_DOSE), (3, BOOSTER))[:doses]:
            given = "Comirnaty (Pfizer)" if number == 3 else vaccine
            rows.append(DoseRow(person, given, "FG3716" if number == 3 else lot, number, today - timedelta(days=days)))
    faults = {
        14: (("Ngày sinh", "30/02/1975"),),  # refused: no such day
        40: (("Loại vắc xin", "Vắc xin cúm mùa"),),  # refused: not in the catalogue
        61: (("Ngày tiêm", shown(today + timedelta(days=9))),),  # refused: in the future
        86: (("Số CCCD/CMND/Hộ chiếu", ""),),  # held: no number
        87: (("Số CCCD/CMND/Hộ chiếu", "0370981"),),  # held: malformed
        0: (("Số CCCD/CMND/Hộ chiếu", rows[0].person.id_number[1:]),),  # repaired: Excel took the leading zero
        50: (("Họ và tên", rows[50].person.full_name.upper()),),  # the same person in capitals
        52: (("Loại vắc xin", "AZ"),),  # an abbreviation that is known
        85: (("Họ và tên", misspelt(people[MISSPELT])),),  # the register will say wrong
    }
    return [replace(row, typed=faults.get(index, ())) for index, row in enumerate(rows)]


def mobile_session_rows(today: date) -> list[DoseRow]:
    """Yesterday's mobile session at Tủa Chùa, not yet imported: 8 first doses with six faults in them."""
    _, people = sample_people(today)
    day = today - timedelta(days=1)
    rows = [DoseRow(person, "Vero Cell", "B202601", 1, day) for person in people[26:34]]
    faults: dict[int, tuple[tuple[str, str], ...]] = {
        0: (("Số CCCD/CMND/Hộ chiếu", ""),),
        1: (("Ngày sinh", "31/04/1988"),),
        2: (("Loại vắc xin", "Vero Xeo"),),
        3: (("Ngày tiêm", shown(today + timedelta(days=1))),),
        4: (("Giới tính", "?"),),
        5: (("Số CCCD/CMND/Hộ chiếu", "1.23E+11"),),
    }
    return [replace(row, typed=faults.get(index, ())) for index, row in enumerate(rows)]


def sample_lists(today: date) -> list[SampleList]:
    """The lists that `make run` imports, in order; attendance first."""
    _, tua_chua = sample_people(today)
    present_kim_son = [(row.person, row.number) for row in kim_son_rows(today)]
    present_tua_chua = [(person, number) for person in tua_chua[:26] for number in (1, 2)]
    return [
        SampleList("kim-son-doi-tuong.csv", _attendance(present_kim_son), STATION_KIM_SON, "attendance"),
        SampleList("tua-chua-doi-tuong.csv", _attendance(present_tua_chua), STATION_TUA_CHUA, "attendance"),
        SampleList("kim-son-tram-y-te.xlsx", dose_list(kim_son_rows(today)), STATION_KIM_SON, "vaccination"),
        SampleList("tua-chua-26-cot.xlsx", _ward_list(tua_chua[:24], today), STATION_TUA_CHUA, "vaccination"),
    ]


def mobile_session(today: date) -> SampleList:
    """The list that a nurse imports on the page."""
    data = dose_list(mobile_session_rows(today))
    return SampleList("tua-chua-doi-luu-dong.xlsx", data, MOBILE_TUA_CHUA, "vaccination")


def further_person(today: date) -> SamplePerson:
    """One more invented person of Kim Sơn, on none of the lists of today."""
    *_, last = invent_people(seed=SEED, commune=KIM_SON, today=date(today.year, 1, 1), count=41)
    return last


def list_of_long_ago(today: date, *, person: SamplePerson) -> SampleList:
    """Two doses of one person, given two and one months before `today`."""
    rows = [DoseRow(person, "AstraZeneca", "ABV4001", n, today - timedelta(days=d)) for n, d in ((1, 90), (2, 30))]
    return SampleList("kim-son-nam-truoc.xlsx", dose_list(rows), STATION_KIM_SON, "vaccination")


def population(today: date) -> bytes:
    """The extract of the register that the stand-in answers from: everybody but one, under their true names."""
    kim_son, tua_chua = sample_people(today)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow("person_id cccd cmnd full_name dob sex phone household commune province status".split())
    for index, p in enumerate([*kim_son, *tua_chua, further_person(today)]):
        if index == UNREGISTERED:
            continue
        row = (
            f"P{index:04d}",
            p.id_number,
            "",
            p.full_name,
            p.born,
            p.sex,
            p.phone,
            f"H{index // 4:04d}",
            p.commune.code,
        )
        writer.writerow([*row, p.commune.birth_province[1:], "alive"])
    return out.getvalue().encode()


def sites() -> bytes:
    """The sample sites as `flask sites import` reads them."""
    return _csv(("site_code", "name", "area_code", "kind"), SITES)


def population_counts(today: date, *, provinces: Iterable[str]) -> bytes:
    """Invented counts of the sample communes and of `provinces`, as `flask coverage population import` reads them."""
    counts = dict.fromkeys(provinces, _ELSEWHERE) | _INVENTED
    as_of = today - timedelta(days=120)
    return _csv(
        ("area_code", "age_group", "count", "as_of", "source"),
        (
            (code, group.value, count, as_of, COUNTED_BY)
            for code, numbers in counts.items()
            for group, count in zip(AgeGroup, numbers, strict=True)
        ),
    )


def dose_list(rows: Iterable[DoseRow]) -> bytes:
    """Rows as an XLSX list of one dose a row, all cells text."""
    return workbook(COLUMNS, ([row.cells()[column] for column in COLUMNS] for row in rows))


def workbook(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A sheet whose every cell is text."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False}
    ) as book:
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet("Danh sách")
        for number, row in enumerate([columns, *rows]):
            for column, value in enumerate(row):
                sheet.write_string(number, column, value, text)
    return out.getvalue()


def _ward_list(people: Sequence[SamplePerson], today: date) -> bytes:
    """The 26-column ward layout: title rows above, one person a row, two doses."""
    place = "Nhà văn hóa (mẫu)"
    rows: list[Sequence[str]] = [("DANH SÁCH NGƯỜI ĐÃ TIÊM VẮC XIN (DỮ LIỆU MẪU)",), (), WARD_COLUMNS]
    told = [*enumerate(people), (UNDER_TWO_NUMBERS, people[UNDER_TWO_NUMBERS])]
    for number, (index, p) in enumerate(told, start=1):
        again = number > len(people)
        first, second = (
            ["Vero Cell", shown(today - timedelta(days=days)), "B202512", place] if given else ["", "", "", ""]
            for days, given in ((FIRST_DOSE, not again), (SECOND_DOSE, again or index < WITHOUT_NUMBER))
        )
        name, id_number = _as_heard(index, p, again=again)
        rows.append((
            str(number), name, shown(p.born), "Nam" if p.sex == "M" else "Nữ", "10", "", p.phone, id_number,
            "", "Điện Biên", "11", "", "", "Xã Tủa Chùa", p.commune.code, "", p.address, *first, *second, "",
        ))  # fmt: skip
    return workbook(rows[0], rows[1:])


def _as_heard(index: int, person: SamplePerson, *, again: bool) -> tuple[str, str]:
    """Name and number as the ward's list has them: a fault for each class of cases to clean."""
    if again:
        return person.full_name, OLD_NUMBER
    numbers = {WITHOUT_NUMBER: "", LETTER_IN_NUMBER: f"O{person.id_number[1:]}"}  # the letter for the digit
    return misspelt(person) if index == OTHER_NAME else person.full_name, numbers.get(index, person.id_number)


def _attendance(present: Iterable[tuple[SamplePerson, int]]) -> bytes:
    return _csv(
        ATTENDANCE_COLUMNS,
        (
            (p.full_name, shown(p.born), "Nam" if p.sex == "M" else "Nữ", p.id_number, p.commune.code, n)
            for p, n in present
        ),
    )


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue().encode("utf-8-sig")
