"""Staff: an attendance list beside what was entered; whoever only provided it sees counts and faulty numbers."""

from __future__ import annotations

from flask import Response, render_template, request
from sqlalchemy.orm import Session

from passport.errors import InputError, Refusal, RowReason
from passport.house import current_house
from passport.intake.reconciling import STANDING_WORDS, Reconciliation, Standing, reconcile, reconciliation_sheet
from passport.registry import imports, reports
from passport.registry.accounts import require_role
from passport.registry.tables import Import
from passport.rendering.sheets import XLSX
from passport.web.language import current_language
from passport.web.staff import BLUEPRINT, READS_PEOPLE, account

SHOWN = 200  # findings on one page; the sheet holds all
_NUMBER_FAULTS = (RowReason.MISSING_ID, RowReason.BAD_ID, RowReason.ID_DISAGREES)


@BLUEPRINT.get("/lists/<int(max=2147483647):import_id>/reconciliation")
def reconciliation(import_id: int) -> str:
    """Present and entered, present and not entered, entered and not on the list, twice."""
    with current_house().database.reading() as session:
        found = _reconciled(session, import_id)
        standing = _standing()
        shown = [finding for finding in found.findings if finding.standing is standing][:SHOWN]
        return render_template(
            "staff/reconciliation.html",
            item=found.list_import,
            counts=found.counts(),
            words=STANDING_WORDS,
            standing=standing,
            shown=shown,
            limit=SHOWN,
        )


@BLUEPRINT.get("/lists/<int(max=2147483647):import_id>/reconciliation.xlsx")
def reconciliation_file(import_id: int) -> Response:
    """All findings as a sheet."""
    with current_house().database.reading() as session:
        data = reconciliation_sheet(_reconciled(session, import_id), language=current_language())
    answer = Response(data, content_type=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="list-{import_id}-reconciliation.xlsx"'
    return answer


@BLUEPRINT.get("/lists/<int(max=2147483647):import_id>/provider")
def provider(import_id: int) -> str:
    """What a company or school may know of its own list: counts and faulty numbers, nobody's vaccination."""
    with current_house().database.reading() as session:
        item = imports.require_import(session, import_id)
        who = account(session)
        if item.created_by_id != who.id:  # a list of another company is none of a company's business
            require_role(session, who, READS_PEOPLE, item.site.area)
        counts = reconcile(session, import_id).counts_for_provider()
        return render_template(
            "staff/provider.html", item=item, counts=counts, words=STANDING_WORDS, faults=_faulty(session, item)
        )


def _reconciled(session: Session, import_id: int) -> Reconciliation:
    item = imports.require_import(session, import_id)
    require_role(session, account(session), READS_PEOPLE, item.site.area)
    return reconcile(session, import_id)


def _standing() -> Standing:
    try:
        return Standing(request.args.get("standing", Standing.NOT_ENTERED.value))
    except ValueError as error:
        raise InputError(Refusal.BAD_OPTION, "standing") from error


def _faulty(session: Session, item: Import) -> list[tuple[int, str, reports.RowIssue]]:
    """The rows whose identity number is missing or faulty, with the name as typed."""
    return [
        (row.row, row.cells.get("full_name", ""), issue)
        for row in imports.list_rows(session, item.id, faulty=True, limit=None)
        for issue in reports.issues_of(row)
        if issue.reason in _NUMBER_FAULTS
    ]
