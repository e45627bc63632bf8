"""Staff: lists are handed over and come back, and citizens' reports are answered."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy.orm import Session

from passport.errors import InputError, PassportError, Refused, Sentence
from passport.house import clock, current_house
from passport.intake.answering import ANSWERERS, answer_report, open_picture
from passport.intake.hand_over import export_hand_over
from passport.intake.handed_back import CameBack, import_hand_over
from passport.registry import citizen_reports
from passport.registry.accounts import Account, require_role
from passport.registry.citizen_reports import REFUSAL_WORDS, ReportKind, ReportRefusal
from passport.registry.cleaning_tables import CitizenReport
from passport.registry.report_pictures import picture_numbers
from passport.rendering.photographs import TYPE
from passport.rendering.sheets import XLSX
from passport.web.language import told
from passport.web.staff import BLUEPRINT, READS_PEOPLE, account

ACCEPTED = "accepted"
KIND_WORDS = {
    ReportKind.MISSING_DOSE: Sentence("Thiếu mũi tiêm", "A dose is missing"),
    ReportKind.WRONG_DOSE: Sentence("Sai thông tin mũi tiêm", "A dose is wrong"),
    ReportKind.WRONG_PERSON: Sentence("Sai thông tin cá nhân", "Personal data are wrong"),
    ReportKind.OTHER: Sentence("Nội dung khác", "Something else"),
}


@BLUEPRINT.post("/cleaning/hand-over.xlsx")
def hand_over() -> Response:
    """The hand-over list of an area as a sheet; it is numbered and on record from now on."""
    house, now = current_house(), clock()
    by = current_user.email
    done = export_hand_over(
        house.database, area_code=request.form.get("area", ""), by=by, actor=by, now=now, today=house.today(now)
    )
    return _sheet(done.data, f"hand-over-{done.number or 'empty'}.xlsx")


@BLUEPRINT.route("/cleaning/hand-over", methods=["GET", "POST"])
def handed_back() -> ResponseReturnValue:
    """A corrected list comes in; the rows that still disagree are told, and given as a sheet again."""
    house, now = current_house(), clock()
    errors: dict[str, str] = {}
    came: CameBack | None = None
    if request.method == "POST":
        upload = request.files.get("file")
        if not upload or not upload.filename:
            errors["file"] = _("Chọn tệp danh sách.")
        else:
            try:
                came = import_hand_over(
                    house.database,
                    data=upload.read(),
                    service=house.population,
                    by=current_user.email,
                    now=now,
                    today=house.today(now),
                )
            except PassportError as error:
                errors["file"] = f"{told(error.message)} {told(error.advice)}"
            else:
                if came.data is not None and request.form.get("sheet"):
                    return _sheet(came.data, "hand-over-open.xlsx")
    return render_template("staff/handed_back.html", errors=errors, came=came), 422 if errors else 200


@BLUEPRINT.get("/reports/<number>")
def citizen_report(number: str) -> str:
    """One report of a citizen."""
    return _report_page(number)


@BLUEPRINT.get("/reports/<number>/pictures/<int(max=2147483647):which>")
def report_picture(number: str, which: int) -> Response:
    """A photograph of the paper that came with a report, for whoever settles it."""
    house, now = current_house(), clock()
    shown = open_picture(house.database, number=number, which=which, by=current_user.email, now=now)
    return Response(shown, content_type=TYPE)


@BLUEPRINT.post("/reports/<number>")
def answer(number: str) -> ResponseReturnValue:
    """Accepts a report, or refuses it for one of the official reasons."""
    choice = request.form.get("choice", "")
    if choice not in (ACCEPTED, *ReportRefusal):
        return _report_page(number, errors={"choice": _("Chọn kết quả trả lời.")}), 422
    refusal = None if choice == ACCEPTED else ReportRefusal(choice)
    try:
        done = answer_report(
            current_house().database,
            number=number,
            refusal=refusal,
            answer=request.form.get("answer", ""),
            by=current_user.email,
            now=clock(),
        )
    except InputError as error:
        return _report_page(number, errors={"choice": f"{told(error.message)} {told(error.advice)}"}), 422
    flash(_("Đã trả lời phản ánh số %(number)s.", number=number), "success")
    if refusal is None and done.person_id is not None:
        return redirect(url_for("staff.person", person_id=done.person_id))
    return redirect(url_for("staff.cleaning_queue"))


def _report_page(number: str, *, errors: dict[str, str] | None = None) -> str:
    house = current_house()
    with house.database.reading() as session:
        who, report = account(session), citizen_reports.require_report(session, number)
        require_role(session, who, READS_PEOPLE, report.area)
        choices = [(ACCEPTED, _("Đúng: tiếp nhận và sửa hồ sơ"))]
        choices += [(refusal.value, told(words)) for refusal, words in REFUSAL_WORDS.items()]
        return render_template(
            "staff/citizen_report.html",
            report=report,
            kind=told(KIND_WORDS[ReportKind(report.kind)]),
            refusal=told(REFUSAL_WORDS[ReportRefusal(report.refusal)]) if report.refusal else None,
            choices=choices,
            late=report.state == "open" and report.due_on < house.today(clock()),
            pictures=picture_numbers(session, report) if _settles(session, who, report) else [],
            errors=errors or {},
            form=request.form,
        )


def _settles(session: Session, who: Account, report: CitizenReport) -> bool:
    """Whether a report is this account's to answer."""
    try:
        require_role(session, who, ANSWERERS[ReportKind(report.kind)], report.area)
    except Refused:
        return False
    return True


def _sheet(data: bytes, name: str) -> Response:
    answer_ = Response(data, content_type=XLSX)
    answer_.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer_
