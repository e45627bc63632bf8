"""`flask sites`: vaccination sites."""

from __future__ import annotations

import click

from passport.cli.output import NOT_VALID, emit_json, emit_table, json_option, read_input, say, told
from passport.house import clock, current_house
from passport.intake.site_list import COLUMNS, import_sites
from passport.registry.areas import require_area
from passport.registry.sites import list_sites

COMMAND = click.Group("sites", help="Vaccination sites.")


@COMMAND.command("import")
@click.argument("file", metavar="FILE")
@json_option
@told
def import_(file: str, as_json: bool) -> None:
    """Takes a CSV of sites in; rows that cannot be used are told and left out (exit 1)."""
    house, now = current_house(), clock()
    data = read_input(file)
    report = import_sites(house.database, data=data, actor="command line", now=now, today=house.today(now))
    if as_json:
        emit_json(report.as_dict())
    else:
        for row, reason in report.refused:
            say(f"row {row}: {reason}")
        click.echo(f"{report.new} new, {report.known} known, {len(report.refused)} refused")
    if report.refused:
        raise SystemExit(NOT_VALID)


@COMMAND.command("list")
@click.option("--area", metavar="CODE", help="Sites in this area only.")
@json_option
@told
def list_(area: str | None, as_json: bool) -> None:
    """Lists sites by code."""
    house = current_house()
    with house.database.reading() as session:
        within = require_area(session, area, on=house.today(clock())) if area else None
        rows = [(site.code, site.name, site.area.code, site.kind) for site in list_sites(session, area=within)]
    if as_json:
        emit_json([dict(zip(COLUMNS, row, strict=True)) for row in rows])
    else:
        emit_table(COLUMNS, rows)
