"""A list of codes in, the same list out with the result beside each; nothing of it is kept."""

from __future__ import annotations

from pathlib import PurePath

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from passport.domain.verdict import JointVerdict, Verdict
from passport.errors import PassportError
from passport.house import clock, current_house
from passport.intake.travellers import CODES_MOST, CodeList, read_codes_list
from passport.rendering.sheets import CSV, XLSX, SheetColumn, TextSheet, text_book, text_csv
from passport.verifying.request import CheckRequest, answer
from passport.web.agency_desk import trip_choices
from passport.web.agency_own import BLUEPRINT, require_batches, shown_name, spend_checks
from passport.web.agency_session import the_agency
from passport.web.language import gettext as _
from passport.web.language import told
from passport.web.published import count
from passport.web.scanner import Terms
from passport.web.use import counted_for

RESULT = ("outcome", "reason", "message")  # the titles of the columns that are added; programs read them


@BLUEPRINT.get("/list")
def list_form() -> str:
    """The form for a list of codes."""
    require_batches()
    return _form(Terms(), {})


@BLUEPRINT.post("/list")
def check_list() -> ResponseReturnValue:
    """The list with its results as a file of the same kind."""
    require_batches()
    today = current_house().today(clock())
    terms = Terms.read(request.form, today=today.isoformat())
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return _form(terms, {"file": _("Chọn tệp danh sách.")}), 422
    try:
        codes = read_codes_list(upload.read(), file_name=upload.filename, today=today)
    except PassportError as error:
        return _form(terms, {"file": f"{told(error.message)} {told(error.advice)}"}), 422
    spend_checks(len(codes.rows))
    verdicts = [count(verdict) for verdict in _checked(codes, terms)]
    counted_for(the_agency().id, verdicts)
    return _file(codes, verdicts, name=PurePath(shown_name(upload.filename)).stem)


def _checked(codes: CodeList, terms: Terms) -> list[Verdict | JointVerdict]:
    context, now = current_house().context, clock()
    checks = (
        CheckRequest((row.credential,), at=terms.at, country=terms.country, policy=terms.policy, holder=row.holder)
        for row in codes.rows
    )
    return [answer(check, context=context, now=now) for check in checks]


def _file(codes: CodeList, verdicts: list[Verdict | JointVerdict], *, name: str) -> Response:
    rows = [
        [*row.cells, verdict.outcome.value, verdict.reason.value if verdict.reason else "", told(verdict.message)]
        for row, verdict in zip(codes.rows, verdicts, strict=True)
    ]
    titles = [*codes.titles, *RESULT]
    if codes.delimiter is not None:
        data = text_csv([*codes.above, titles, *rows], delimiter=codes.delimiter)
        return _download(data, CSV, f"{name}-result.csv")
    above = [" ".join(cell for cell in line if cell) for line in codes.above]
    columns = [SheetColumn(title) for title in titles]
    return _download(text_book([TextSheet(_("Kết quả"), columns, rows, above)]), XLSX, f"{name}-result.xlsx")


def _download(data: bytes, content_type: str, name: str) -> Response:
    response = Response(data, content_type=content_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _form(terms: Terms, errors: dict[str, str]) -> str:
    return render_template(
        "agency/list.html",
        terms=terms,
        errors=errors,
        most=CODES_MOST,
        **trip_choices(),
    )
