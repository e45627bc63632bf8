"""`flask db`: migrations as the operator runs them."""

from __future__ import annotations

from pathlib import Path

from flask.testing import FlaskCliRunner
from sqlalchemy import inspect

from passport.app import create_app
from passport.registry import migrations
from passport.registry.db import Database


def test_down_up_and_check(runner: FlaskCliRunner, database: Database) -> None:
    assert runner.invoke(args=["db", "check"]).exit_code == 0
    assert runner.invoke(args=["db", "downgrade", "base"]).exit_code == 0
    try:
        assert inspect(database.engine).get_table_names() == ["alembic_version"]
        assert not migrations.migrated(database.engine)
        bare = runner.invoke(args=["db", "check"])
        assert (bare.exit_code, bare.stdout) == (1, "Changes detected.\n")
    finally:
        done = runner.invoke(args=["db", "upgrade"])
    assert done.exit_code == 0, done.output
    assert migrations.migrated(database.engine)


def test_an_unknown_revision_is_wrong_usage(runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["db", "upgrade", "9999"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "9999" in done.stderr


def test_a_server_that_is_away_is_one_line(tmp_path: Path) -> None:
    app = create_app(
        {
            "PASSPORT_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/nothing",
            "PASSPORT_INSTANCE_DIR": str(tmp_path),
            "PASSPORT_KEYS_DIR": str(tmp_path / "keys"),
        }
    )
    with app.app_context():
        done = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (3, "", 1)
