"""`flask areas list`."""

from __future__ import annotations

import json
from typing import Any

from flask.testing import FlaskCliRunner

from passport.registry import migrations
from passport.registry.db import Database


def _json(runner: FlaskCliRunner, *args: str) -> Any:
    done = runner.invoke(args=["areas", "list", "--json", *args])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_today_there_are_34_provinces_and_no_districts(runner: FlaskCliRunner) -> None:
    assert len(_json(runner, "--level", "province")) == 34
    assert _json(runner, "--level", "district") == []


def test_a_day_of_2022_has_the_units_of_2022(runner: FlaskCliRunner) -> None:
    communes = _json(runner, "--on", "2022-08-23", "--parent", "376")
    assert len(communes) == 25
    assert {
        "code": "14638",
        "level": "commune",
        "name": "Xã Ân Hòa",
        "valid_from": "2021-01-01",
        "valid_to": "2025-06-30",
    } in communes


def test_a_table_for_people(runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["areas", "list", "--parent", "11"])
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0].split("\t") == ["code", "level", "name", "valid_from", "valid_to"]
    assert "03226\tcommune\tXã Sín Chải\t2025-07-01\t" in done.stdout


def test_an_unknown_parent_is_wrong_usage(runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["areas", "list", "--parent", "376"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "376" in done.stderr


def test_a_database_that_is_not_migrated_says_what_to_run(runner: FlaskCliRunner, database: Database) -> None:
    migrations.downgrade(database.engine)
    try:
        done = runner.invoke(args=["areas", "list"])
    finally:
        migrations.upgrade(database.engine)
    assert done.exit_code == 3
    assert "flask db upgrade" in done.stderr
