"""Staff: a single dose is entered, prefilled from the card and from the dose before; then the next person."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from passport.domain.id_cards import is_id_card, read_id_card
from passport.errors import PassportError, sentence
from passport.house import clock, current_house
from passport.intake.entering import enter_dose
from passport.intake.issues import Severity
from passport.intake.layouts import column_name
from passport.intake.population import check_person
from passport.rules.schedules import VACCINES
from passport.web.language import told
from passport.web.staff import BLUEPRINT, WRITES_LISTS, account, sites_of

PERSON_FIELDS = ("full_name", "birth_date", "sex", "nationality", "id_number", "phone", "commune_code", "employer")
SESSION_FIELDS = ("vaccine", "lot", "dose_number", "dose_kind", "vaccination_date")  # stay for the next person
_LAST = "desk_session"  # site and dose of the last entry; nothing of a person is kept between requests


@BLUEPRINT.post("/reception/dose")
def dose_form() -> str:
    """The form of one dose; the card comes by POST, so that nothing of it stands in an address."""
    return _form(_of_card(request.form.get("card", "")) | _usual(), errors={})


@BLUEPRINT.post("/reception/doses")
def enter() -> ResponseReturnValue:
    """Stores the dose and compares the person with the register; what is refused comes back with its reason."""
    house, now = current_house(), clock()
    typed = {name: request.form.get(name, "") for name in (*PERSON_FIELDS, *SESSION_FIELDS)}
    site = request.form.get("site", "")
    try:
        entry = enter_dose(
            house.database, site_code=site, cells=typed, by=current_user.email, now=now, today=house.today(now)
        )
    except PassportError as error:
        return _form(typed | {"site": site}, errors={"site": told(error.message)}), 422
    if not entry.stored:
        refused = [issue for issue in entry.issues if issue.severity is Severity.REFUSED]
        faults = {issue.column: told(sentence(issue.reason, issue.variant, issue.spoken)) for issue in refused}
        return _form(typed | {"site": site}, errors=faults), 422
    session[_LAST] = {"site": site} | {name: typed[name] for name in SESSION_FIELDS}
    if entry.person_id:
        check_person(house.database, service=house.population, person_id=entry.person_id, now=now)
        flash(_("Đã lưu mũi tiêm."), "success")
        return redirect(url_for("staff.person", person_id=entry.person_id))
    flash(_("Mũi tiêm này đã có trong hồ sơ."))
    return redirect(url_for("staff.reception"))


def _of_card(text: str) -> dict[str, str]:
    """What a card fills in."""
    if not is_id_card(text):
        return {"id_number": text.strip()}
    try:
        card = read_id_card(text)
    except ValueError:
        return {}
    day = card.born.whole
    sex = {"M": "Nam", "F": "Nữ"}[card.sex.value]
    return {
        "full_name": card.full_name,
        "birth_date": f"{day:%d/%m/%Y}" if day else str(card.born),
        "sex": sex,
        "id_number": card.number,
    }


def _usual() -> dict[str, str]:
    """The dose before, or today's first."""
    today = current_house().today(clock())
    usual: dict[str, str] = session.get(_LAST) or {"vaccination_date": f"{today:%d/%m/%Y}"}
    return usual


def _form(values: Mapping[str, str], *, errors: Mapping[str, str]) -> str:
    with current_house().database.reading() as reading:
        sites = [
            (site.code, f"{site.code} – {site.name}") for site in sites_of(reading, account(reading), WRITES_LISTS)
        ]
    choices = {
        "sex": [("Nam", _("Nam")), ("Nữ", _("Nữ"))],
        "vaccine": [(vaccine.name, vaccine.name) for vaccine in VACCINES.values()],
        "dose_number": [(str(number), str(number)) for number in range(1, 6)],
        "dose_kind": [("cơ bản", _("cơ bản")), ("bổ sung", _("bổ sung")), ("nhắc lại", _("nhắc lại"))],
    }
    return render_template(
        "staff/dose.html",
        fields=[(name, told(column_name(name))) for name in (*PERSON_FIELDS, *SESSION_FIELDS)],
        values=values,
        choices=choices,
        sites=sites,
        errors=errors,
    )
