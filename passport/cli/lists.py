"""`flask lists`: lists come in, are reported on, and are taken back."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from passport.cli.output import (
    ID,
    NOT_VALID,
    by_option,
    emit_json,
    emit_json_with,
    emit_table,
    json_option,
    read_input,
    say,
    told,
    write_output,
)
from passport.house import clock, current_house
from passport.intake.importing import ROLES, Progress, import_list, withdraw_import
from passport.intake.reconciling import Standing, reconcile, reconciliation_sheet
from passport.intake.reports import import_report_sheet, list_template
from passport.registry import reports
from passport.registry.reports import ImportReport

COMMAND = click.Group("lists", help="Vaccination and attendance lists.")


@COMMAND.command("template")
@click.option("-o", "output", default="-", metavar="FILE.xlsx", help="Where to write it; - is stdout.")
@told
def template(output: str) -> None:
    """Writes an empty list with text columns and choices."""
    write_output(list_template(), output)


@COMMAND.command("import")
@click.argument("file")
@click.option("--site", required=True, metavar="CODE", help="The site that gave the doses.")
@click.option("--kind", type=click.Choice(list(ROLES)), default="vaccination", show_default=True)
@click.option("--campaign", metavar="NAME", help="The campaign the list belongs to.")
@by_option
@json_option
@told
def import_(file: str, site: str, kind: str, campaign: str | None, by: str, as_json: bool) -> None:
    """Brings in a list: XLSX, XLS or CSV. Exit 1 when rows were refused."""
    house, now = current_house(), clock()
    report = import_list(
        house.database,
        data=path if (path := Path(file)).is_file() else read_input(file),  # a file is read as a stream
        file_name=path.name,
        site_code=site,
        kind=kind,
        campaign=campaign,
        by=by,
        now=now,
        today=house.today(now),
        progress=_progress if sys.stderr.isatty() else None,
    )
    _tell(report, as_json=as_json)


@COMMAND.command("report")
@click.argument("import_id", metavar="ID", type=ID)
@click.option(
    "-o", "output", metavar="FILE.xlsx", help="Writes the held and refused rows, to correct and import again."
)
@click.option("--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Of the reasons.")
@json_option
@told
def report(import_id: int, output: str | None, language: str, as_json: bool) -> None:
    """Tells what became of a list."""
    with current_house().database.reading() as session:
        if output is not None:
            write_output(import_report_sheet(session, import_id=import_id, language=language), output)
            return
        _tell(reports.report(session, import_id), as_json=as_json)


@COMMAND.command("reconcile")
@click.argument("import_id", metavar="ID", type=ID)
@click.option("-o", "output", metavar="FILE.xlsx", help="Writes every finding as a sheet.")
@click.option("--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Of the sheet.")
@json_option
@told
def reconcile_(import_id: int, output: str | None, language: str, as_json: bool) -> None:
    """Holds an attendance list against what was entered. Exit 1 unless everything agrees."""
    with current_house().database.reading() as session:
        found = reconcile(session, import_id)
        if output is not None:
            write_output(reconciliation_sheet(found, language=language), output)
        findings = [finding.as_dict() for finding in found.findings]
    counts = {standing.value: count for standing, count in found.counts().items()}
    if as_json:
        emit_json({"import": import_id, "counts": counts, "findings": findings})
    elif output is None:
        emit_table(
            ("standing", "row", "full_name", "birth_date", "doses"),
            ((f["standing"], f["row"], f["full_name"], f["birth_date"], len(f["doses"])) for f in findings),
        )
    say(", ".join(f"{count} {name}" for name, count in counts.items()))
    if len(findings) > counts[Standing.ENTERED.value]:
        raise SystemExit(NOT_VALID)


@COMMAND.command("withdraw")
@click.argument("import_id", metavar="ID", type=ID)
@by_option
@told
def withdraw(import_id: int, by: str) -> None:
    """Takes back a list of which nothing is confirmed."""
    removed = withdraw_import(current_house().database, import_id=import_id, by=by, now=clock())
    say(f"list {import_id} is withdrawn; {removed} doses went with it")


def _progress(progress: Progress) -> None:
    end = progress.done == progress.total
    click.echo(f"\r{progress.done} of {progress.total} rows, {progress.refused} refused ", err=True, nl=end)


def _tell(report: ImportReport, *, as_json: bool) -> None:
    if as_json:
        emit_json_with(report.counts(), "issues", (issue.as_dict() for issue in report.issues))
    else:
        emit_table(
            ("row", "column", "severity", "reason", "message"),
            ((i.row, i.column, i.severity, i.reason.value, i.message.vi) for i in report.issues),
        )
        say(
            f"list {report.import_id}: {report.rows} rows, {report.new} new ({report.held} held), "
            f"{report.known} known, {report.refused} refused"
            + (f"; {report.left_out} lines that are nobody's left out" if report.left_out else "")
        )
    if report.refused:
        raise SystemExit(NOT_VALID)
