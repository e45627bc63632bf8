"""Staff: lists come in, faulty rows are repaired on screen, the head of the site confirms."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security import current_user

from passport.errors import PassportError
from passport.house import clock, current_house
from passport.intake.cleaning import IDENTITY_ROLES
from passport.intake.confirming import confirm_doses
from passport.intake.correcting import correct_row
from passport.intake.headers import columns_of
from passport.intake.importing import import_list, withdraw_import
from passport.intake.layouts import column_name
from passport.intake.population import check_people
from passport.intake.reports import import_report_sheet, list_template
from passport.registry import imports, reports
from passport.registry.accounts import require_role
from passport.registry.doses import confirmable, confirmable_lists
from passport.registry.tables import ImportRow
from passport.rendering.sheets import XLSX
from passport.web.language import current_language, told
from passport.web.staff import BLUEPRINT, READS_PEOPLE, WRITES_LISTS, account, sites_of
from passport.web.staff_jobs import size_of, start_job
from passport.web.staff_roles import PROVIDERS, may

AT_ONCE = 200_000  # bytes, a thousand rows or so; what is larger becomes a job
LISTS_SHOWN = 50
ROWS_SHOWN = 200


@BLUEPRINT.route("/lists", methods=["GET", "POST"])
def lists() -> ResponseReturnValue:
    """The lists that came in, and the form for a new one."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        upload = request.files.get("file")
        if not upload or not upload.filename:
            errors["file"] = _("Chọn tệp danh sách.")
        else:
            house, now = current_house(), clock()
            try:
                if size_of(upload) > AT_ONCE:
                    return redirect(url_for("staff.job", job_id=start_job(upload)))
                report = import_list(
                    house.database,
                    data=upload.read(),
                    file_name=upload.filename,
                    site_code=request.form.get("site", ""),
                    kind=request.form.get("kind", "vaccination"),
                    campaign=request.form.get("campaign") or None,
                    by=current_user.email,
                    now=now,
                    today=house.today(now),
                )
                return redirect(_report_of(report.import_id))
            except PassportError as error:
                errors["file"] = f"{told(error.message)} {told(error.advice)}"
    with current_house().database.reading() as session:
        who = account(session)
        return render_template(
            "staff/lists.html",
            sites=sites_of(session, who, PROVIDERS),
            found=imports.list_imports(session, sites=sites_of(session, who, READS_PEOPLE), by=who, limit=LISTS_SHOWN),
            report_of=_report_of,
            errors=errors,
            form=request.form,
        )


@BLUEPRINT.get("/lists/<int(max=2147483647):import_id>")
def list_report(import_id: int) -> str:
    """What became of a list: its counts, and every row that wants a hand."""
    with current_house().database.reading() as session:
        item = imports.require_import(session, import_id)
        require_role(session, account(session), READS_PEOPLE, item.site.area)
        report = reports.report(session, import_id)
        rows = imports.list_rows(session, import_id, faulty=True, limit=ROWS_SHOWN)
        told_rows = [(row, reports.issues_of(row)) for row in rows]
        unread = [column.title for column in columns_of(item.header) if column.field is None and not column.is_serial]
        return render_template(
            "staff/list_report.html", item=item, report=report, rows=told_rows, title=_title, unread=unread
        )


@BLUEPRINT.get("/lists/template.xlsx")
def empty_list() -> Response:
    """A list without rows: text columns, and choices where a cell has few values."""
    answer = Response(list_template(), content_type=XLSX)
    answer.headers["Content-Disposition"] = 'attachment; filename="danh-sach.xlsx"'
    return answer


@BLUEPRINT.get("/lists/<int(max=2147483647):import_id>/report.xlsx")
def list_sheet(import_id: int) -> Response:
    """The held and refused rows in the layout of the list, with a column of reasons."""
    with current_house().database.reading() as session:
        item = imports.require_import(session, import_id)
        require_role(session, account(session), READS_PEOPLE, item.site.area)
        data = import_report_sheet(session, import_id=import_id, language=current_language())
    answer = Response(data, content_type=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="list-{import_id}-report.xlsx"'
    return answer


@BLUEPRINT.route("/lists/<int(max=2147483647):import_id>/rows/<int(max=2147483647):row>", methods=["GET", "POST"])
def repair(import_id: int, row: int) -> ResponseReturnValue:
    """One row as typed, to be corrected on screen; the same checks run again."""
    house, now = current_house(), clock()
    if request.method == "POST":
        cells = {name.removeprefix("cell:"): text for name, text in request.form.items() if name.startswith("cell:")}
        correct_row(
            house.database,
            import_id=import_id,
            row=row,
            cells=cells,
            by=current_user.email,
            now=now,
            today=house.today(now),
        )
    with house.database.reading() as session:
        item = imports.require_import(session, import_id)
        require_role(session, account(session), READS_PEOPLE, item.site.area)
        found = imports.find_row(session, import_id=import_id, row=row)
        if found is None:
            return redirect(url_for("staff.list_report", import_id=import_id))
        issues = reports.issues_of(found)
        if request.method == "POST" and not _open(found):
            flash(_("Dòng %(row)s đã được sửa và lưu.", row=row), "success")
            return redirect(url_for("staff.list_report", import_id=import_id))
        faulty = {issue.column: told(issue.message) for issue in issues if issue.column and issue.severity != "warned"}
        return render_template("staff/repair.html", item=item, row=found, issues=issues, faulty=faulty, title=_title)


@BLUEPRINT.post("/lists/<int(max=2147483647):import_id>/withdraw")
def withdraw(import_id: int) -> ResponseReturnValue:
    """Takes an unconfirmed list back."""
    withdraw_import(current_house().database, import_id=import_id, by=current_user.email, now=clock())
    flash(_("Đã rút lại danh sách."), "success")
    return redirect(url_for("staff.lists"))


@BLUEPRINT.post("/population")
def check_population() -> ResponseReturnValue:
    """Asks the population register about everybody who waits in the areas of this account."""
    house = current_house()
    now = clock()
    with house.database.reading() as session:
        who = account(session)
        codes = {site.area.code for site in sites_of(session, who, (*WRITES_LISTS, *IDENTITY_ROLES))}
    checked = sum(
        check_people(
            house.database, service=house.population, area=code, by=current_user.email, now=now, today=house.today(now)
        ).checked
        for code in sorted(codes)
    )
    flash(ngettext("Đã đối chiếu %(num)s người.", "Đã đối chiếu %(num)s người.", checked), "success")
    return redirect(request.referrer or url_for("staff.desk"))


@BLUEPRINT.route("/confirm", methods=["GET", "POST"])
def confirm() -> ResponseReturnValue:
    """The doses that wait for the site's word, and the word."""
    house = current_house()
    if request.method == "POST":
        done = confirm_doses(
            house.database,
            site_code=request.form.get("site", ""),
            import_id=request.form.get("list", type=int),
            by=current_user.email,
            now=clock(),
        )
        flash(ngettext("Đã xác nhận %(num)s mũi tiêm.", "Đã xác nhận %(num)s mũi tiêm.", done.confirmed), "success")
        return redirect(url_for("staff.confirm"))
    with house.database.reading() as session:
        who = account(session)
        waiting = [
            (site, len(confirmable(session, site=site, by=who)), confirmable_lists(session, site=site, by=who))
            for site in sites_of(session, who, ("confirmer",))
        ]
        return render_template("staff/confirm.html", waiting=waiting)


def _report_of(import_id: int) -> str:
    """Where this member of staff sees what became of a list: whoever only provides lists sees no person."""
    return url_for("staff.list_report" if may("list_report") else "staff.provider", import_id=import_id)


def _open(row: ImportRow) -> bool:
    return (row.outcome == "refused" or row.held) and not row.settled


def _title(column: str | None) -> str:
    return told(column_name(column)) if column else ""
