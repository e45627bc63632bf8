"""What citizens type: read, or told field by field what is malformed; never who is on record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import TypeVar

from werkzeug.datastructures import FileStorage

from passport.domain.dates import EARLIEST_YEAR, PartialDate
from passport.domain.id_numbers import parse_id_number
from passport.domain.mailbox import is_mailbox
from passport.domain.names import FULL_NAME_LIMIT, tidy
from passport.domain.people import Child, Sex
from passport.errors import Reason, TrustError
from passport.intake.answering import TOLD_LIMIT, Filing
from passport.intake.contacts import read_phone
from passport.intake.dates import read_date
from passport.intake.reporting import PICTURES
from passport.issuing.delivery import Gateways
from passport.issuing.holder import FiveValues
from passport.registry.citizen_reports import ReportKind
from passport.rendering.photographs import clean_photograph
from passport.rendering.pictures import IMAGE_BYTES
from passport.web.language import gettext as _

PASSPORT_DIGITS_LEAST = 8  # no passport number of digits alone is shorter; a shorter one lacks digits
_EARLIEST = date(EARLIEST_YEAR, 1, 1)
_T = TypeVar("_T")


def read_five_values(form: Mapping[str, str], *, today: date) -> FiveValues | dict[str, str]:
    """The five values, or by field what is wrong with them in the language of the request."""
    fields = _Fields(form)
    full_name = fields.read("full_name", _name)
    born = fields.read("birth_date", lambda text: _past(text, today, missing=_("Nhập ngày, tháng, năm sinh.")))
    sex = fields.read("sex", _sex)
    id_number = fields.read("id_number", _id_number)
    latest = fields.read("latest_dose", lambda text: _whole(text, today))
    if full_name is None or born is None or sex is None or id_number is None or latest is None:
        return fields.errors
    return FiveValues(full_name=full_name, born=born, sex=sex, id_number=id_number, latest_dose=latest)


def read_child(form: Mapping[str, str], *, today: date) -> Child | dict[str, str]:
    """Which child somebody means, or by field what is wrong in the language of the request."""
    fields = _Fields(form)
    full_name = fields.read("full_name", _name)
    born = fields.read("birth_date", lambda text: _past(text, today, missing=_("Nhập ngày, tháng, năm sinh.")))
    id_number = fields.read("id_number", _id_number)
    if full_name is None or born is None or id_number is None:
        return fields.errors
    return Child(full_name=full_name, born=born, id_number=id_number)


def read_report(
    form: Mapping[str, str],
    *,
    files: Sequence[FileStorage],
    communes: Collection[str],
    gateways: Gateways,
    today: date,
) -> tuple[Filing, list[bytes]] | dict[str, str]:
    """A report and its pictures, or by field what is wrong with it in the language of the request."""
    fields = _Fields(form)
    kind = fields.read("kind", _kind)
    full_name = fields.read("full_name", _name)
    born = fields.read("birth_date", lambda text: _past(text, today, missing=_("Nhập ngày, tháng, năm sinh.")))
    commune = fields.read("commune", lambda code: _commune(code, communes))
    told = fields.read("told", _told)
    pictures = fields.read("pictures", lambda _text: _pictures(files))
    contact = fields.read("contact", lambda text: _contact(text, gateways))
    if kind is None or full_name is None or born is None or commune is None or told is None or contact is None:
        return fields.errors
    if pictures is None:
        return fields.errors
    mail = "@" in contact
    filing = Filing(
        kind=kind,
        told=told,
        full_name=full_name,
        born=born,
        area_code=commune,
        phone=None if mail else contact,
        email=contact if mail else None,
    )
    return filing, pictures


class _Fields:
    """A form that is read field by field, and what is wrong with it."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self._form = form
        self.errors: dict[str, str] = {}

    def read(self, field: str, reader: Callable[[str], _T]) -> _T | None:
        """What `reader` makes of a field; None, with its complaint kept, when it raises ValueError."""
        try:
            return reader(tidy(self._form.get(field, "")))
        except ValueError as fault:
            self.errors[field] = str(fault)
            return None


def _kind(text: str) -> ReportKind:
    try:
        return ReportKind(text)
    except ValueError as error:
        raise ValueError(_("Chọn điều cần phản ánh.")) from error


def _commune(code: str, communes: Collection[str]) -> str:
    if code not in communes:
        raise ValueError(_("Chọn xã, phường nơi ở."))
    return code


def _told(text: str) -> str:
    if not text:
        raise ValueError(_("Ghi điều bị sai và thông tin đúng."))
    if len(text) > TOLD_LIMIT:
        raise ValueError(_("Viết không quá %(most)s ký tự.", most=TOLD_LIMIT))
    return text


def _pictures(files: Sequence[FileStorage]) -> list[bytes]:
    if len(files) > PICTURES:
        raise ValueError(_("Chọn không quá %(most)s ảnh.", most=PICTURES))
    return [_picture(file) for file in files]


def _picture(file: FileStorage) -> bytes:
    try:
        return clean_photograph(file.stream.read(IMAGE_BYTES + 1))
    except TrustError as error:
        if error.reason is Reason.TOO_LARGE:
            most = IMAGE_BYTES // 1_000_000
            raise ValueError(_("Ảnh quá lớn. Chọn ảnh dưới %(most)s MB, hoặc chụp lại.", most=most)) from error
        raise ValueError(_("Không đọc được ảnh. Chọn ảnh JPEG, PNG hoặc WebP còn nguyên vẹn.")) from error


def _contact(text: str, gateways: Gateways) -> str:
    if "@" in text:
        if not is_mailbox(text):
            raise ValueError(_("Địa chỉ thư điện tử không đúng dạng."))
        contact = text
    else:
        try:
            contact, _repaired = read_phone(text)
        except ValueError as error:
            raise ValueError(_("Nhập số điện thoại di động hoặc địa chỉ thư điện tử.")) from error
    if not gateways.carry(contact):
        ways = {True: _("Hiện chỉ gửi được mã tới số điện thoại."), False: _("Hiện chỉ gửi được mã tới thư điện tử.")}
        raise ValueError(ways["@" in contact])
    return contact


def _name(text: str) -> str:
    if not text:
        raise ValueError(_("Nhập họ và tên."))
    if len(text) > FULL_NAME_LIMIT:
        raise ValueError(_("Viết không quá %(most)s ký tự.", most=FULL_NAME_LIMIT))
    if not text.isprintable():
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
        if str(error) == "no_such_day":
            raise ValueError(_("Ngày này không có thật. Hãy kiểm tra lại ngày, tháng và năm.")) from error
        raise ValueError(_("Nhập ngày theo dạng ngày/tháng/năm, ví dụ 02/01/1990.")) from error
    if day.earliest > today:
        raise ValueError(_("Ngày này chưa đến."))
    return day


def _whole(text: str, today: date) -> date:
    day = _past(text, today, missing=_("Nhập ngày tiêm mũi gần nhất.")).whole
    if day is None:
        raise ValueError(_("Nhập đủ ngày, tháng và năm tiêm."))
    return day
