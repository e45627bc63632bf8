"""Staff: who acts for a child, linked at the desk by the papers that were shown."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from passport.errors import InputError
from passport.house import clock, current_house
from passport.intake.guardianship import end_guardian, link_guardian
from passport.registry import people
from passport.registry.guardians import guardians_of, is_minor
from passport.web.staff import BLUEPRINT, READS_PEOPLE, account


@BLUEPRINT.get("/people/<person_id>/guardians")
def guardians(person_id: str) -> str:
    """Who acts for this child."""
    return _page(person_id)


@BLUEPRINT.post("/people/<person_id>/guardians")
def link(person_id: str) -> ResponseReturnValue:
    """Lets whoever has the number that was typed act for this child."""
    house, now = current_house(), clock()
    try:
        link_guardian(
            house.database,
            child_id=person_id,
            number=request.form.get("number", ""),
            paper=request.form.get("paper", ""),
            by=current_user.email,
            now=now,
            today=house.today(now),
        )
    except InputError:
        told = _("Nhập số của một người đã thành niên có trong hồ sơ, và giấy tờ đã xem.")
        return _page(person_id, errors={"number": told}), 422
    flash(_("Đã liên kết người giám hộ."), "success")
    return redirect(url_for("staff.guardians", person_id=person_id))


@BLUEPRINT.post("/people/<person_id>/guardians/<guardian_id>/end")
def unlink(person_id: str, guardian_id: str) -> ResponseReturnValue:
    """Ends what a guardian may do for this child."""
    end_guardian(
        current_house().database, child_id=person_id, guardian_id=guardian_id, by=current_user.email, now=clock()
    )
    flash(_("Đã bỏ liên kết người giám hộ."), "success")
    return redirect(url_for("staff.guardians", person_id=person_id))


def _page(person_id: str, *, errors: dict[str, str] | None = None) -> str:
    house = current_house()
    with house.database.reading() as session:
        child = people.require_person(session, person_id)
        people.require_role_for(session, account(session), READS_PEOPLE, child)
        return render_template(
            "staff/guardians.html",
            child=child,
            minor=is_minor(child, on=house.today(clock())),
            guardians=guardians_of(session, person_id),
            errors=errors or {},
            form=request.form,
        )
