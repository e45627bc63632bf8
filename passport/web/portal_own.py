"""The citizen's page: a certificate checked for a journey, what was changed in one's record, and who looked at it."""

from __future__ import annotations

from flask import g, render_template, request

from passport.domain.people import Sex
from passport.house import clock, current_house
from passport.issuing import holder
from passport.registry.disclosures import Disclosure, changes_of, disclosures_of
from passport.registry.tables import Person
from passport.rules.schedules import VACCINES
from passport.rules.valuesets import country_name
from passport.verifying.verify import verify
from passport.web import result
from passport.web.language import day, told
from passport.web.language import gettext as _
from passport.web.limits import LIMITER
from passport.web.portal import BLUEPRINT, own_certificate
from passport.web.scanner import Terms

TRIP_LIMIT = "30 per minute"


@BLUEPRINT.get("/record/<certificate_id>/trip")
@LIMITER.limit(TRIP_LIMIT)
def trip(certificate_id: str) -> str:
    """Whether a certificate meets the rules of a country on a day: the verifier's own answer."""
    house, now = current_house(), clock()
    with house.database.reading() as reading:
        certificate = own_certificate(reading, certificate_id)
    context, today = house.context, house.today(now).isoformat()
    terms = Terms.read(request.args, today=today)
    if terms.country is None:
        countries = [("", "–"), *((code, told(country_name(code))) for code in context.rules.countries)]
        errors = {"country": _("Chọn nước đến.")} if "on" in request.args else {}
        return render_template(
            "portal/trip.html",
            certificate=certificate,
            countries=countries,
            form=request.args,
            today=today,
            errors=errors,
        )
    verdict = verify(certificate.text or "", context=context, now=now, at=terms.at, country=terms.country)
    face = result.face(verdict, terms=terms.told(today=today), context=context)
    return render_template("portal/trip_result.html", certificate=certificate, face=face)


@BLUEPRINT.get("/record/history")
def history() -> str:
    """What was changed, when and by which office, and who opened the record for what; no staff by name."""
    house = current_house()
    with house.database.reading() as reading:
        family = holder.family_of(reading, person_id=g.person_id, on=house.today(clock()))
        told_of = [(person, changes_of(reading, person), disclosures_of(reading, person)) for person in family]
    return render_template(
        "portal/history.html", family=told_of, act=_act, who=_who, field=_field, said=_said, offices=_offices
    )


def _offices(offices: tuple[str | None, ...]) -> str:
    named = (name or current_house().settings.issuer_name for name in offices)
    return ", ".join(named) or _("Hệ thống")


def _who(disclosure: Disclosure, person: Person) -> str:
    """Who did it, as whoever is looking knows them: themselves, the child, another guardian, or offices."""
    if disclosure.guardian_id is not None:
        return _("Bạn") if disclosure.guardian_id == g.person_id else _("Người giám hộ")
    if disclosure.action in _BY_HOLDER:
        return _("Bạn") if person.id == g.person_id else _("Người có mã xác thực của trẻ")
    return _offices(disclosure.offices)


def _act(disclosure: Disclosure) -> str:
    """What was done, for people who know nothing of the staff's pages."""
    acts = {
        "record_opened": _("Mở hồ sơ bằng mã xác thực"),
        "child_opened": _("Người giám hộ mở hồ sơ"),
        "guardian_asked": _("Đối chiếu quan hệ giám hộ với dữ liệu dân cư"),
        "person_corrected": _("Sửa thông tin cá nhân"),
        "correction_undone": _("Hoàn lại một lần sửa"),
        "dose_corrected": _("Sửa thông tin mũi tiêm"),
        "register_asked": _("Đối chiếu với dữ liệu dân cư"),
        "passport_seen": _("Xem hộ chiếu"),
        "certificate_issued": _("Cấp chứng nhận"),
        "certificate_revoked": _("Thu hồi chứng nhận"),
        "guardian_linked": _("Liên kết người giám hộ"),
        "guardian_ended": _("Bỏ liên kết người giám hộ"),
    }
    opened = {
        "reception": _("Mở hồ sơ tại bàn tiếp đón"),
        "cleaning": _("Mở hồ sơ để rà soát"),
        "certificate": _("Xem chứng nhận"),
    }
    if disclosure.action == "person_opened":
        return opened.get(disclosure.purpose or "", _("Mở hồ sơ"))
    return acts.get(disclosure.action, _("Rà soát hồ sơ"))


def _field(name: str) -> str:
    """What a field is called."""
    names = {
        "full_name": _("Họ và tên"),
        "birth_date": _("Ngày sinh"),
        "sex": _("Giới tính"),
        "id_number": _("Số CCCD/CMND/Hộ chiếu"),
        "latin_name": _("Họ tên bằng chữ La-tinh"),
        "phone": _("Số điện thoại"),
        "given_on": _("Ngày tiêm"),
        "product": _("Vắc xin"),
        "number": _("Mũi số"),
        "lot": _("Số lô"),
        "identity_state": _("Đối chiếu"),
        "record": _("Hợp nhất hoặc tách hồ sơ"),
    }
    return names.get(name, _("Thông tin khác"))


def _said(field: str, value: str | None) -> str:
    """A value as people read it; ids and words of the house say nothing to them."""
    if value is None or field in _HIDDEN:
        return "–"
    if field in ("birth_date", "given_on"):
        return day(value)
    if field == "sex":
        return _("Nam") if value == Sex.MALE else _("Nữ")
    if field == "product":
        return VACCINES[value].name if value in VACCINES else value
    return value


_BY_HOLDER = frozenset({"record_opened", "guardian_asked"})
_HIDDEN = frozenset({"record", "identity_state", "site_id", "commune_id", "kind"})
