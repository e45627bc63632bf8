"""`flask db`: migrations as the operator runs them."""

from __future__ import annotations

from flask.testing import FlaskCliRunner
from sqlalchemy import inspect

from passport.registry import migrations
from passport.registry.db import Database


def test_down_up_and_check(runner: FlaskCliRunner, database: Database) -> None:
    assert runner.invoke(args=["db", "check"]).exit_code == 0
    assert runner.invoke(args=["db", "downgrade", "base"]).exit_code == 0
    try:
        assert inspect(database.engine).get_table_names() == ["alembic_version"]
        assert not migrations.migrated(database.engine)
    finally:
        done = runner.invoke(args=["db", "upgrade"])
    assert done.exit_code == 0, done.output
    assert migrations.migrated(database.engine)
