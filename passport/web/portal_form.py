"""The five values as a citizen types them: read, or told field by field what is malformed; never who is on record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from passport.domain.dates import EARLIEST_YEAR, PartialDate
from passport.domain.id_numbers import parse_id_number
from passport.domain.names import FULL_NAME_LIMIT, tidy
from passport.domain.people import Sex
from passport.intake.dates import read_date
from passport.issuing.holder import FiveValues
from passport.web.language import gettext as _

PASSPORT_DIGITS_LEAST = 8  # no passport number of digits alone is shorter; a shorter one lacks digits
_EARLIEST = date(EARLIEST_YEAR, 1, 1)
_T = TypeVar("_T")


def read_five_values(form: Mapping[str, str], *, today: date) -> FiveValues | dict[str, str]:
    """The five values, or by field what is wrong with them in the language of the request."""
    errors: dict[str, str] = {}

    def read(field: str, reader: Callable[[str], _T]) -> _T | None:
        try:
            return reader(tidy(form.get(field, "")))
        except ValueError as fault:
            errors[field] = str(fault)
            return None

    full_name = read("full_name", _name)
    born = read("birth_date", lambda text: _past(text, today, missing=_("Nhập ngày, tháng, năm sinh.")))
    sex = read("sex", _sex)
    id_number = read("id_number", _id_number)
    latest = read("latest_dose", lambda text: _whole(text, today))
    if full_name is None or born is None or sex is None or id_number is None or latest is None:
        return errors
    return FiveValues(full_name=full_name, born=born, sex=sex, id_number=id_number, latest_dose=latest)


def _name(text: str) -> str:
    if not text:
        raise ValueError(_("Nhập họ và tên."))
    if len(text) > FULL_NAME_LIMIT or not text.isprintable():
        raise ValueError(_("Nhập họ và tên như trên giấy tờ tùy thân."))
    return text


def _sex(text: str) -> Sex:
    try:
        return Sex(text)
    except ValueError as error:
        raise ValueError(_("Chọn giới tính.")) from error


def _id_number(text: str) -> str:
    if not text:
        raise ValueError(_("Nhập số định danh hoặc số hộ chiếu."))
    try:
        number = parse_id_number(text, foreigner=True).text
        if number.isdigit() and len(number) < PASSPORT_DIGITS_LEAST:
            raise ValueError("length")
    except ValueError as error:
        raise ValueError(_("Số này không đúng dạng. CCCD có 12 chữ số, CMND có 9 chữ số.")) from error
    return number


def _past(text: str, today: date, *, missing: str) -> PartialDate:
    if not text:
        raise ValueError(missing)
    try:
        day = read_date(text, earliest=_EARLIEST, latest=today).value
        if day.earliest < _EARLIEST:
            raise ValueError("before")
    except ValueError as error:
        raise ValueError(_("Nhập ngày theo dạng ngày/tháng/năm, ví dụ 02/01/1990.")) from error
    if day.earliest > today:
        raise ValueError(_("Ngày này chưa đến."))
    return day


def _whole(text: str, today: date) -> date:
    day = _past(text, today, missing=_("Nhập ngày tiêm mũi gần nhất.")).whole
    if day is None:
        raise ValueError(_("Nhập đủ ngày, tháng và năm tiêm."))
    return day
