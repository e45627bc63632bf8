"""The command line: one module a group, each with its `COMMAND`; registered here and nowhere else."""

from __future__ import annotations

import importlib
import pkgutil

import click
from flask import Flask


def register(app: Flask) -> None:
    """Adds the command of every module of this package to `flask`."""
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        command = getattr(importlib.import_module(f"{__name__}.{module.name}"), "COMMAND", None)
        if isinstance(command, click.Command):
            app.cli.add_command(command)
