"""`flask db`: migrations, by Flask-Alembic, with the exit codes of every command."""

from __future__ import annotations

from typing import Any

import click
from flask_alembic.cli import cli

from passport.cli.output import told
from passport.registry import migrations


class _Migrations(click.Group):
    @told
    def invoke(self, ctx: click.Context) -> Any:
        with migrations.told_apart():
            return super().invoke(ctx)


COMMAND = _Migrations("db", commands=cli.commands, callback=cli.callback, help="Migrations of the service database.")
