"""Anybody reports what is wrong, on record or not, and follows the report by its number; each time a code goes to the
number that the report gave. No page tells whether anybody is on record, or whose a case number is.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from passport.house import clock, current_house
from passport.intake import reporting
from passport.registry.areas import list_areas
from passport.registry.citizen_reports import REFUSAL_WORDS, ReportRefusal
from passport.registry.report_pictures import KEPT, picture_numbers
from passport.registry.tables import Area
from passport.rendering.pictures import IMAGE_BYTES
from passport.tasks.queue import current_queue
from passport.web import access
from passport.web.language import gettext as _
from passport.web.language import told
from passport.web.limits import LIMITER
from passport.web.portal import pepper, typed_code, wrong_code
from passport.web.portal_form import read_report

BLUEPRINT = Blueprint("report", __name__, url_prefix="/certificate/report")
access.declare(BLUEPRINT, access.Audience.PUBLIC)

# Per address, since each question may send a message to a number that somebody typed; a code has limits of its own.
SEND_LIMIT = "10 per 10 minutes"
ENTER_LIMIT = "30 per minute"
_VISIT = "report"  # in the session: the id of the code


@BLUEPRINT.route("", methods=["GET", "POST"])
@LIMITER.limit(SEND_LIMIT, methods=["POST"])
def form() -> ResponseReturnValue:
    """Where somebody lives, then what is wrong; a code goes to the number or address they give."""
    house, now = current_house(), clock()
    today = house.today(now)
    house.gateways.require()
    with house.database.reading() as reading:
        provinces = list_areas(reading, on=today, level="province")
        province = next((area for area in provinces if area.code == request.values.get("province")), None)
        communes = list_areas(reading, on=today, parent_code=province.code) if province else []
    if province is None:
        errors = {"province": _("Chọn tỉnh, thành phố nơi ở.")} if "province" in request.values else {}
        return render_template("portal/report_place.html", provinces=_choices(provinces), errors=errors)
    page: dict[str, Any] = {
        "province": province,
        "communes": _choices(communes),
        "form": request.form,
        "errors": {},
        "limits": {"pictures": reporting.PICTURES, "megabytes": IMAGE_BYTES // 1_000_000, "days": KEPT.days},
    }
    if request.method == "GET":
        return render_template("portal/report.html", **page)
    files = [file for file in request.files.getlist("pictures") if file.filename]
    read = read_report(
        request.form,
        files=files,
        communes={area.code for area in communes},
        gateways=house.gateways,
        today=today,
    )
    if isinstance(read, dict):
        return render_template("portal/report.html", **page | {"errors": read, "sent_pictures": bool(files)})
    filing, pictures = read
    session[_VISIT] = reporting.ask_to_report(
        house.database, filing=filing, pictures=pictures, pepper=pepper(), now=now
    )
    current_queue().put_messages()
    return redirect(url_for("report.code"), 303)


@BLUEPRINT.route("/follow", methods=["GET", "POST"])
@LIMITER.limit(SEND_LIMIT, methods=["POST"])
def follow() -> ResponseReturnValue:
    """The number of a case; a code goes to whoever filed it, if anybody did."""
    house = current_house()
    house.gateways.require()
    typed = "".join(request.form.get("number", "").split())
    if request.method == "GET":
        return render_template("portal/report_follow.html", errors={}, form={})
    if not (typed.isascii() and typed.isdigit()):
        errors = {"number": _("Nhập số phản ánh, gồm 8 chữ số.")}
        return render_template("portal/report_follow.html", errors=errors, form=request.form)
    session[_VISIT] = reporting.ask_to_follow(house.database, number=typed, pepper=pepper(), now=clock())
    current_queue().put_messages()
    return redirect(url_for("report.code"), 303)


@BLUEPRINT.route("/code", methods=["GET", "POST"])
@LIMITER.limit(ENTER_LIMIT, methods=["POST"])
def code() -> ResponseReturnValue:
    """The code; a right one files the report, or opens the one that was asked for."""
    code_id = session.get(_VISIT)
    if code_id is None:
        return redirect(url_for("report.form"), 303)
    if request.method == "GET":
        return render_template("portal/report_code.html", errors={})
    typed, house, now = typed_code(), current_house(), clock()
    if typed is None:
        return render_template("portal/report_code.html", errors={"code": _("Nhập mã gồm 6 chữ số.")})
    right, left = reporting.enter(
        house.database, code_id=code_id, code=typed, pepper=pepper(), now=now, today=house.today(now)
    )
    if not right:
        return render_template("portal/report_code.html", errors={"code": wrong_code(left)})
    return redirect(url_for("report.case"), 303)


@BLUEPRINT.get("/case")
def case() -> ResponseReturnValue:
    """The report: its number, by when it is answered, or the answer with its reason."""
    code_id = session.get(_VISIT, "")
    with current_house().database.reading() as reading:
        report = reporting.report_opened_by(reading, code_id=code_id, now=clock())
        if report is None:
            flash(_("Phiên làm việc đã kết thúc. Nhập số phản ánh để xem lại."))
            return redirect(url_for("report.follow"), 303)
        refusal = told(REFUSAL_WORDS[ReportRefusal(report.refusal)]) if report.refusal else None
        pictures = len(picture_numbers(reading, report))
        return render_template("portal/report_case.html", report=report, refusal=refusal, pictures=pictures)


@BLUEPRINT.post("/leave")
def leave() -> ResponseReturnValue:
    """Ends the visit, here and for every copy of the session."""
    reporting.close(current_house().database, code_id=session.pop(_VISIT, ""))
    flash(_("Đã thoát."))
    return redirect(url_for("report.follow"), 303)


def _choices(areas: list[Area]) -> list[tuple[str, str]]:
    return [("", "–"), *((area.code, area.name) for area in areas)]
