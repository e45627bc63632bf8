"""`flask doses`: the site answers for its doses."""

from __future__ import annotations

import click

from passport.cli.output import ID, by_option, emit_json, json_option, say, told
from passport.errors import sentence
from passport.house import clock, current_house
from passport.intake.confirming import confirm_doses

COMMAND = click.Group("doses", help="Doses on record.")


@COMMAND.command("confirm")
@click.option("--site", required=True, metavar="CODE", help="The site that gave the doses.")
@click.option("--import", "import_id", type=ID, metavar="ID", help="Only the doses of this list.")
@by_option
@json_option
@told
def confirm(site: str, import_id: int | None, by: str, as_json: bool) -> None:
    """Confirms the doses of a site that others entered and whose people are verified."""
    done = confirm_doses(current_house().database, site_code=site, import_id=import_id, by=by, now=clock())
    if as_json:
        emit_json({"confirmed": done.confirmed, "left": {way.value: count for way, count in done.left.items()}})
        return
    say(f"{done.confirmed} doses confirmed")
    for way, count in done.left.items():
        say(f"{count} not confirmed: {sentence(way).en}")
