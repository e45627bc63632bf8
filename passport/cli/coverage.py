"""`flask coverage`: who is vaccinated, by age group and dose, against how many people there are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import orjson

from passport.cli.output import (
    ID,
    NOT_VALID,
    emit_json,
    emit_table,
    json_option,
    read_input,
    say,
    told,
    write_output,
)
from passport.domain.coverage import GROUP_NAMES, STEP_NAMES, TARGET, AreaRow, Coverage
from passport.errors import InputError, Refusal
from passport.house import House, clock, current_house
from passport.intake.coverage import Asked, freeze_report, outward_figures, printed, require_asked
from passport.intake.denominators import import_counts
from passport.registry.areas import require_area
from passport.registry.coverage import coverage
from passport.registry.coverage_reports import list_reports, require_report
from passport.registry.coverage_tables import FrozenReport
from passport.rendering.coverage_report import report_pdf, report_sheet

_DAY = click.DateTime(["%Y-%m-%d"])
_COLUMNS = ("area", "age group", "dose", "covered", "verified", "population", "rate", "needed", "note")
_ENDINGS = (".pdf", ".xlsx", ".json")
language_option = click.option(
    "--lang", "language", type=click.Choice(["vi", "en"]), default="vi", help="Language of a file; vi by default."
)
output_option = click.option(
    "-o", "output", metavar="FILE", help="Write .pdf, .xlsx or .json; small cells are hidden there."
)


@click.group("coverage", invoke_without_command=True)
@click.option("--area", metavar="CODE", help="A province, district or commune; the whole country by default.")
@click.option("--on", type=_DAY, metavar="DATE", help="The day to count; ages are those on it. Today by default.")
@click.option("--since", type=_DAY, metavar="DATE", help="An earlier day to tell the change from.")
@click.option("--target", type=float, default=TARGET, help=f"Per cent to reach; {TARGET:g} by default.")
@click.option("--compare", is_flag=True, help="Count the area above as well.")
@click.option("--freeze", is_flag=True, help="Store the report under a number; needs --by.")
@click.option("--by", metavar="USER", help="The acting member of staff (e-mail), with --freeze.")
@output_option
@language_option
@json_option
@click.pass_context
@told
def COMMAND(  # noqa: N802  # every module here exports its command so
    ctx: click.Context,
    area: str | None,
    on: datetime | None,
    since: datetime | None,
    target: float,
    compare: bool,
    freeze: bool,
    by: str | None,
    output: str | None,
    language: str,
    as_json: bool,
) -> None:
    """Coverage of an area by age group and dose, against its population."""
    if ctx.invoked_subcommand is not None:
        return
    house, now = current_house(), clock()
    today = house.today(now)
    asked = Asked(area, on.date() if on else today, target, since.date() if since else None, compare)
    require_asked(on=asked.on, target=target, since=asked.since, today=today)
    _require_ending(output)
    if freeze:
        if not by:
            raise InputError(Refusal.BAD_OPTION, "--freeze: --by says who")
        report = freeze_report(house.database, asked=asked, by=by, now=now, today=today)
        say(f"report {report.id}, SHA-256 {report.sha256}")
        _give(house, report.figures, report, output=output, language=language, as_json=as_json)
        return
    _answer(house, asked, output=output, language=language, as_json=as_json)


@COMMAND.group("population")
def _population() -> None:
    """How many people there are, as counts of a day."""


@_population.command("import")
@click.argument("file", metavar="FILE")
@json_option
@told
def import_(file: str, as_json: bool) -> None:
    """Takes in counts (CSV or XLSX: area_code, age_group, count, as_of, source); exit 1 when rows were refused."""
    house, now = current_house(), clock()
    report = import_counts(
        house.database,
        data=read_input(file),
        file_name=Path(file).name,
        actor="command line",
        now=now,
        today=house.today(now),
    )
    if as_json:
        emit_json(report.as_dict())
    else:
        for row, column, reason in report.refused:
            say(f"row {row}, {column}: {reason}")
        click.echo(f"{report.stored} stored, {report.known} known, {len(report.refused)} refused")
    if report.refused:
        raise SystemExit(NOT_VALID)


@COMMAND.command("reports")
@json_option
@told
def reports(as_json: bool) -> None:
    """Lists the frozen reports, the latest first."""
    with current_house().database.reading() as session:
        rows = [
            (report.id, report.area.code if report.area else None, report.on.isoformat(), report.made_by, report.sha256)
            for report in list_reports(session, areas=[None])
        ]
    columns = ("number", "area", "on", "made_by", "sha256")
    if as_json:
        emit_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        emit_table(columns, rows)


@COMMAND.command("show")
@click.argument("number", type=ID)
@output_option
@language_option
@told
def show(number: int, output: str | None, language: str) -> None:
    """Gives a frozen report as it was: JSON on stdout, or a file."""
    house = current_house()
    _require_ending(output)
    with house.database.reading() as session:
        report = require_report(session, number)
    _give(house, report.figures, report, output=output, language=language, as_json=output is None)


def _answer(house: House, asked: Asked, *, output: str | None, language: str, as_json: bool) -> None:
    """The table as it leaves the house in a file or as JSON, and as it is on the terminal."""
    with house.database.reading() as session:
        place = require_area(session, asked.area, on=asked.on) if asked.area else None
        if output or as_json:
            figures = outward_figures(session, area=place, asked=asked)
            _give(house, figures, None, output=output, language=language, as_json=as_json)
            return
        table = coverage(
            session, area=place, on=asked.on, target=asked.target, since=asked.since, compare=asked.compare
        )
    _print(table)


def _require_ending(output: str | None) -> None:
    if output is not None and Path(output).suffix not in _ENDINGS:
        raise InputError(Refusal.BAD_OPTION, f"-o: a file that ends in {', '.join(_ENDINGS)}")


def _give(
    house: House,
    figures: dict[str, Any],
    report: FrozenReport | None,
    *,
    output: str | None,
    language: str,
    as_json: bool,
) -> None:
    if output is not None:
        makers = {
            ".pdf": lambda: report_pdf(
                figures,
                frozen=printed(report, zone=house.settings.timezone) if report else None,
                issuer=house.settings.issuer_name,
                language=language,
            ),
            ".xlsx": lambda: report_sheet(figures, language=language),
            ".json": lambda: orjson.dumps(figures),
        }
        write_output(makers[Path(output).suffix](), output)
    if as_json:
        emit_json(figures)


def _print(table: Coverage) -> None:
    say(f"doses given up to {table.on}, ages on {table.on}, target {table.target:g} %")
    rows = [table.total, *table.units, *(row for row in (table.elsewhere, table.parent) if row)]
    emit_table(_COLUMNS, (line for row in rows for line in _lines(row, table.target)))
    if table.unlisted:
        say(f"{len(table.unlisted)} communes without a denominator for every age group")
    if table.placeless:
        say(f"{table.placeless} vaccinated people without a commune on record")


def _lines(row: AreaRow, target: float) -> Iterable[tuple[object, ...]]:
    for cell in row.cells:
        yield (
            f"{row.code or ''} {row.name}".strip(),
            GROUP_NAMES[cell.group].en,
            STEP_NAMES[cell.step].en,
            cell.covered,
            cell.verified,
            cell.base.count if cell.base else None,
            cell.rate,
            cell.needed(target),
            cell.flag.value if cell.flag else None,
        )
