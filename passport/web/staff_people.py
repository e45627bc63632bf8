"""Staff: people are found, and their records corrected; a correction brings a new certificate for the old one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from passport.domain.dates import PartialDate
from passport.domain.doses import DoseState
from passport.errors import InputError, PassportError, Refusal
from passport.house import clock, current_house
from passport.intake.cleaning import CONTACT_FIELDS, correct_person
from passport.intake.population import check_person
from passport.intake.sighting import sight_passport
from passport.issuing.revoke import misnaming, needs_another, replace_certificates
from passport.registry import identities, merging, people
from passport.registry.doses import state_of
from passport.registry.tables import Person
from passport.rules.schedules import VACCINES
from passport.web.language import told
from passport.web.staff import BLUEPRINT, READS_PEOPLE, account, areas_of, identity_words, remember_opened
from passport.web.staff_roles import may

PEOPLE_SHOWN = 50


def correctable() -> list[tuple[str, str]]:
    """The fields an officer may correct, with their names."""
    return [
        ("full_name", _("Họ và tên")),
        ("birth_date", _("Ngày sinh")),
        ("sex", _("Giới tính")),
        ("id_number", _("Số CCCD/CMND/Hộ chiếu")),
        ("latin_name", _("Họ tên bằng chữ La-tinh")),
        ("phone", _("Số điện thoại")),
    ]


@BLUEPRINT.get("/people")
def find_people() -> str:
    """People by number, name or birth date, in the areas of the account."""
    number, name, born = (request.args.get(field, "").strip() for field in ("id_number", "name", "born"))
    errors: dict[str, str] = {}
    found: list[Person] = []
    with current_house().database.reading() as session:
        who = account(session)
        try:
            day = typed_date(born) if born else None
        except InputError as error:
            errors["born"] = told(error.message)
        else:
            if number or name or day:
                for area in areas_of(who, READS_PEOPLE):
                    found += people.search_people(
                        session, id_number=number or None, name=name or None, born=day, area=area, limit=PEOPLE_SHOWN
                    )
        asked = bool(number or name or born)
        return render_template(
            "staff/people.html", found=found, asked=asked, errors=errors, form=request.args, identity=identity_words
        )


@BLUEPRINT.get("/people/<person_id>")
def person(person_id: str) -> ResponseReturnValue:
    """One person: the record, the doses with what blocks them, the certificates, what was ever corrected."""
    with current_house().database.reading() as session:
        merged_into = merging.successor_of(session, person_id)
    if merged_into is not None:
        return redirect(url_for("staff.person", person_id=merged_into))
    page = _page(person_id)
    remember_opened([person_id], purpose="record")
    return page


@BLUEPRINT.post("/people/<person_id>")
def correct(person_id: str) -> ResponseReturnValue:
    """Corrects one field; the register is asked anew, and certificates that misname the person are replaced."""
    house, now = current_house(), clock()
    field, value, why = (request.form.get(name, "").strip() for name in ("field", "value", "why"))
    if not why:
        return _page(person_id, errors={"why": _("Ghi lý do sửa.")}), 422
    if field not in dict(correctable()):
        raise InputError(Refusal.BAD_OPTION, "field")
    try:
        correct_person(
            house.database,
            person_id=person_id,
            field=field,
            value=value,
            why=why,
            by=current_user.email,
            now=now,
            today=house.today(now),
        )
        check_person(house.database, service=house.population, person_id=person_id, now=now)
    except PassportError as error:
        return _page(person_id, errors={"value": f"{told(error.message)} {told(error.advice)}"}), 422
    return _replaced(person_id, why=why, done=_("Đã sửa."))


@BLUEPRINT.post("/people/<person_id>/passport")
def sight(person_id: str) -> ResponseReturnValue:
    """Records that the officer saw the passport of a foreigner."""
    number, house = request.form.get("number", ""), current_house()
    try:
        sight_passport(house.database, person_id=person_id, number=number, by=current_user.email, now=clock())
    except InputError as error:
        return _page(person_id, errors={"number": f"{told(error.message)} {told(error.advice)}"}), 422
    flash(_("Đã ghi nhận hộ chiếu; danh tính đã được xác nhận."), "success")
    return redirect(url_for("staff.person", person_id=person_id))


@BLUEPRINT.post("/people/<person_id>/certificates")
def reissue(person_id: str) -> ResponseReturnValue:
    """Replaces certificates that misname a person whom somebody else has corrected."""
    return _replaced(person_id, why=_("Cấp lại theo hồ sơ đã sửa"), done="")


def _replaced(person_id: str, *, why: str, done: str) -> ResponseReturnValue:
    """Tells what became of the certificates after a correction, which itself is on record whatever they say."""
    house, now = current_house(), clock()
    try:
        replaced = replace_certificates(
            house.database,
            person_id=person_id,
            reason=why,
            by=current_user.email,
            now=now,
            issuer=house.issuer(now=now),
        )
    except PassportError as error:
        flash(f"{done} {told(error.message)} {told(error.advice)}".strip())
    else:
        news = _("Chứng nhận cũ được thay thế bằng bản mới.") if replaced else _("Chứng nhận không cần thay thế.")
        flash(f"{done} {news}".strip(), "success")
    return redirect(url_for("staff.person", person_id=person_id))


def typed_date(text: str) -> PartialDate:
    """A date as people type it: dd/mm/yyyy, mm/yyyy, yyyy, or ISO; raises InputError (bad_option)."""
    parts = text.replace("-", "/").replace(".", "/").split("/")
    iso = "-".join(parts if len(parts[0]) == 4 else reversed([part.zfill(2) for part in parts]))
    try:
        return PartialDate.parse(iso)
    except ValueError as error:
        raise InputError(Refusal.BAD_OPTION, _("ngày/tháng/năm")) from error


def dose_words(state: DoseState) -> tuple[str, str]:
    """A dose's state in words, and the colour of its tag."""
    return {
        DoseState.HELD: (_("Chờ rà soát"), "orange"),
        DoseState.ENTERED: (_("Đã nhập"), "blue"),
        DoseState.VERIFIED: (_("Đã đối chiếu"), "blue"),
        DoseState.CONFIRMED: (_("Đã xác nhận"), "blue"),
        DoseState.ISSUED: (_("Đã cấp chứng nhận"), "green"),
    }[state]


def _product(key: str) -> str:
    vaccine = VACCINES.get(key)
    return vaccine.name if vaccine else key


def _page(person_id: str, *, errors: dict[str, str] | None = None) -> str:
    with current_house().database.reading() as session:
        found, who = people.require_person(session, person_id), account(session)
        people.require_role_for(session, who, READS_PEOPLE, found)
        outdated = misnaming(session, found)
        return render_template(
            "staff/person.html",
            person=found,
            identity=identity_words(found.identity_state),
            doses=[(dose, _product(dose.product), dose_words(state_of(dose))) for dose in found.doses],
            corrections=identities.corrections_of(session, found),
            outdated=outdated,
            needs_another=needs_another(session, found, who, outdated),
            names=dict(correctable()),
            fields=[(field, name) for field, name in correctable() if field in CONTACT_FIELDS or may("sight")],
            errors=errors or {},
            form=request.form,
        )
