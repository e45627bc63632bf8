"""`flask settings`: the table of settings with the values in force."""

from __future__ import annotations

import click

from passport.cli.output import emit_json, emit_table, json_option, told
from passport.config import PREFIX, SETTINGS
from passport.house import current_house


@click.command("settings")
@json_option
@told
def COMMAND(as_json: bool) -> None:  # noqa: N802  # every module of this package exports its command so
    """Prints every setting with the value in force; secrets are masked."""
    settings = current_house().settings
    rows = []
    for setting in SETTINGS:
        value = getattr(settings, setting.name.lower())
        shown = "" if value is None else "••••" if setting.secret and value else str(value)
        rows.append((PREFIX + setting.name, shown, setting.default, setting.help))
    if as_json:
        emit_json([dict(zip(("name", "value", "default", "help"), row, strict=True)) for row in rows])
    else:
        emit_table(("name", "value", "default", "meaning"), rows)
