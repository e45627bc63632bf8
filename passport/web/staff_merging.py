"""Staff: records that may be the same are listed, merged, parted, and put back."""

from __future__ import annotations

from itertools import islice

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from passport.errors import PassportError
from passport.house import clock, current_house
from passport.intake.candidates import COMPARED, pieces
from passport.intake.cleaning import undo_correction
from passport.intake.joining import merge_doses, merge_people, split_person, undo_merge
from passport.intake.layouts import column_name
from passport.intake.population import check_person
from passport.registry import duplicates
from passport.web.language import told
from passport.web.staff import BLUEPRINT, account
from passport.web.staff_case import shown_value
from passport.web.staff_cleaning import case_page, chosen_area

PAIRS_SHOWN = 50
IDENTITY = ("full_name", "birth_date", "sex", "id_number")


@BLUEPRINT.get("/cleaning/duplicates")
def duplicate_records() -> str:
    """Pairs of records in an area that may be one person, and pairs of doses that may be one dose."""
    house = current_house()
    first, _comma, second = request.args.get("after", "").partition(",")
    with house.database.reading() as session:
        area = chosen_area(session, account(session), today=house.today(clock()))
        pairs = duplicates.people_pairs(session, area=area, after=(first, second), limit=PAIRS_SHOWN)
        doses = list(islice(duplicates.dose_pairs(session, area=area), PAIRS_SHOWN))
        last = f"{pairs[-1][0].id},{pairs[-1][1].id}" if len(pairs) == PAIRS_SHOWN else None
        return render_template(
            "staff/duplicates.html",
            area=area,
            pairs=pairs,
            doses=doses,
            last=last,
            fields=[(field, told(column_name(field))) for field in COMPARED],
            shown=shown_value,
            pieces=pieces,
        )


@BLUEPRINT.post("/cleaning/<person_id>/merge")
def merge(person_id: str) -> ResponseReturnValue:
    """Merges this record with another; `keep` tells which of the two stays."""
    other, keep = request.form.get("other", ""), request.form.get("keep", "")
    kept, gone = (other, person_id) if keep == other else (person_id, other)
    try:
        merge_people(
            current_house().database,
            kept_id=kept,
            gone_id=gone,
            why=request.form.get("why", ""),
            by=current_user.email,
            now=clock(),
        )
    except PassportError as error:
        return _case(person_id, "merge", error)
    flash(_("Đã gộp hai hồ sơ; có thể hoàn tác tại mục Gộp và tách."), "success")
    return redirect(url_for("staff.cleaning_case", person_id=kept))


@BLUEPRINT.post("/cleaning/<person_id>/split")
def split(person_id: str) -> ResponseReturnValue:
    """Gives the chosen doses to the person whose four fields were typed."""
    house, now = current_house(), clock()
    try:
        done = split_person(
            house.database,
            person_id=person_id,
            dose_ids=request.form.getlist("dose"),
            identity={field: request.form.get(field, "") for field in IDENTITY},
            why=request.form.get("why", ""),
            by=current_user.email,
            now=now,
            today=house.today(now),
        )
    except PassportError as error:
        return _case(person_id, "split", error)
    flash(_("Đã tách mũi tiêm sang hồ sơ này."), "success")
    return redirect(url_for("staff.cleaning_case", person_id=done.gone_id))


@BLUEPRINT.post("/cleaning/doses/merge")
def merge_dose_records() -> ResponseReturnValue:
    """Merges two records of one dose."""
    house, now = current_house(), clock()
    merge_doses(
        house.database,
        kept_id=request.form.get("kept", ""),
        gone_id=request.form.get("gone", ""),
        why=_("Một mũi tiêm nhập hai lần"),
        by=current_user.email,
        now=now,
        today=house.today(now),
    )
    flash(_("Đã gộp hai bản ghi của một mũi tiêm."), "success")
    return redirect(url_for("staff.duplicate_records", area=request.form.get("area", "")))


@BLUEPRINT.post("/cleaning/<person_id>/merges/<int(max=2147483647):merge_id>/undo")
def undo(person_id: str, merge_id: int) -> ResponseReturnValue:
    """Takes a merge or split back."""
    house, now = current_house(), clock()
    try:
        undo_merge(
            house.database,
            merge_id=merge_id,
            why=request.form.get("why", ""),
            by=current_user.email,
            now=now,
            today=house.today(now),
        )
    except PassportError as error:
        return _case(person_id, "undo", error)
    flash(_("Đã hoàn tác."), "success")
    return redirect(url_for("staff.cleaning_case", person_id=person_id))


@BLUEPRINT.post("/cleaning/<person_id>/corrections/<int(max=2147483647):correction_id>/undo")
def take_correction_back(person_id: str, correction_id: int) -> ResponseReturnValue:
    """Puts back what a correction changed, and asks the register anew."""
    house, now = current_house(), clock()
    why = _("Hoàn tác")
    try:
        undo_correction(house.database, correction_id=correction_id, why=why, by=current_user.email, now=now)
        check_person(house.database, service=house.population, person_id=person_id, now=now)
    except PassportError as error:
        return _case(person_id, "corrections", error)
    flash(_("Đã hoàn tác."), "success")
    return redirect(url_for("staff.cleaning_case", person_id=person_id))


def _case(person_id: str, field: str, error: PassportError) -> ResponseReturnValue:
    return case_page(person_id, errors={field: f"{told(error.message)} {told(error.advice)}"}), 422
