"""`flask areas`: the dated catalogue of administrative units."""

from __future__ import annotations

from datetime import datetime

import click

from passport.cli.output import emit_json, emit_table, json_option, told
from passport.house import clock, current_house
from passport.registry.areas import LEVELS, list_areas
from passport.registry.tables import Area

COMMAND = click.Group("areas", help="The dated catalogue of administrative units.")


@COMMAND.command("list")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day to look at; today by default.")
@click.option("--level", type=click.Choice(LEVELS), help="Units of one level only.")
@click.option("--parent", metavar="CODE", help="Units directly beneath this one.")
@json_option
@told
def list_(on: datetime | None, level: str | None, parent: str | None, as_json: bool) -> None:
    """Lists the units in force on a day: codes were re-used under other names on 1 July 2025."""
    house = current_house()
    day = on.date() if on else house.today(clock())
    with house.database.reading() as session:
        rows = [_row(area) for area in list_areas(session, on=day, level=level, parent_code=parent)]
    if as_json:
        emit_json(rows)
    else:
        columns = ("code", "level", "name", "valid_from", "valid_to")
        emit_table(columns, ([row[column] for column in columns] for row in rows))


def _row(area: Area) -> dict[str, str | None]:
    return {
        "code": area.code,
        "level": area.level,
        "name": area.name,
        "valid_from": area.valid_from.isoformat(),
        "valid_to": area.valid_to.isoformat() if area.valid_to else None,
    }
