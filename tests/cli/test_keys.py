"""`flask keys`: a signer's life by commands, and that nothing secret is ever printed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from passport.app import create_app
from passport.house import current_house
from passport.registry.audit import AuditEntry
from passport.registry.db import Database
from passport.trust.anchors import parse_keys


def _json(runner: FlaskCliRunner, *args: str) -> Any:
    done = runner.invoke(args=["keys", *args, "--json"])
    assert done.exit_code == 0, done.stderr
    assert "PRIVATE" not in done.output
    return json.loads(done.stdout)


def test_create_rotate_withdraw(runner: FlaskCliRunner, database: Database) -> None:
    first = _json(runner, "create")
    coming = _json(runner, "create")
    assert (first["state"], coming["state"]) == ("active", "next")
    assert not first["test"]
    assert _json(runner, "rotate")["kid"] == coming["kid"]
    assert [row["state"] for row in _json(runner, "list")] == ["retired", "active"]
    assert _json(runner, "withdraw", coming["kid"].upper())["state"] == "withdrawn"
    with database.reading() as session:
        actions = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions == ["signer_created", "signer_created", "signer_rotated", "signer_withdrawn"]


def test_rotate_makes_the_next_one_where_none_waits(runner: FlaskCliRunner) -> None:
    made = runner.invoke(args=["keys", "rotate"])
    assert made.exit_code == 0
    assert "No next signer waited" in made.stderr
    rotated = _json(runner, "rotate")
    states = {row["kid"]: row["state"] for row in _json(runner, "list")}
    assert states.pop(rotated["kid"]) == "active"
    assert list(states.values()) == ["retired"]


def test_demo_keys_begin_two_years_back(runner: FlaskCliRunner) -> None:
    made = _json(runner, "create", "--demo")
    assert made["test"]
    assert datetime.fromisoformat(made["not_before"]) < datetime.now(UTC) - timedelta(days=729)
    assert _json(runner, "rotate")["test"]


def test_a_list_for_people_warns_of_an_end(runner: FlaskCliRunner) -> None:
    _json(runner, "create", "--days", "60")
    done = runner.invoke(args=["keys", "list"])
    assert done.exit_code == 0
    assert done.stdout.startswith("kid\tstate\ttest\t")
    assert "ends in 59 days" in done.stderr


@pytest.mark.parametrize(("form", "count"), [("pem", 3), ("dsc", 2), ("jwks", 2)])
def test_export_is_what_others_import(runner: FlaskCliRunner, now: datetime, form: str, count: int) -> None:
    kids = [_json(runner, "create")["kid"] for _ in range(3)]
    _json(runner, "withdraw", kids[0])
    done = runner.invoke(args=["keys", "export", "--format", form])
    parsed = parse_keys(done.stdout_bytes, source="-", issuer="https://vn.example", kid=None, withdrawn=False, now=now)
    assert parsed.refused == []
    assert len(parsed.anchors) == count
    if form != "jwks":
        assert {a.key.key_id for a in parsed.anchors if not a.authority} == set(kids[1:])


def test_export_of_one_key_to_a_file(runner: FlaskCliRunner, tmp_path: Path) -> None:
    kids = [_json(runner, "create")["kid"] for _ in range(2)]
    target = tmp_path / "out.json"
    done = runner.invoke(args=["keys", "export", kids[1], "--format", "dsc", "-o", str(target)])
    assert done.exit_code == 0
    assert len(json.loads(target.read_bytes())) == 1


@pytest.mark.parametrize("args", [("withdraw", "00"), ("export", "00"), ("create", "--days", "0"), ("nothing",)])
def test_wrong_usage(runner: FlaskCliRunner, args: tuple[str, ...]) -> None:
    assert runner.invoke(args=["keys", *args]).exit_code == 2


@pytest.fixture
def production(tmp_path: Path) -> Flask:
    for name in ("secret", "passphrase"):
        (tmp_path / name).write_bytes(b"0" * 64)
        (tmp_path / name).chmod(0o600)
    return create_app(
        {
            "PASSPORT_ENVIRONMENT": "production",
            "PASSPORT_DATABASE_URL": f"sqlite:///{tmp_path / 'passport.db'}",
            "PASSPORT_KEYS_DIR": str(tmp_path / "keys"),
            "PASSPORT_SECRET_KEY_FILE": str(tmp_path / "secret"),
            "PASSPORT_KEY_PASSPHRASE_FILE": str(tmp_path / "passphrase"),
            "PASSPORT_POPULATION_URL": "https://population.example",
        }
    )


def test_production_makes_real_keys_only(production: Flask) -> None:
    with production.app_context():
        runner = production.test_cli_runner()
        refused = runner.invoke(args=["keys", "create", "--demo"])
        assert refused.exit_code == 1
        assert "demo_in_production" in refused.stderr
        made = runner.invoke(args=["keys", "create", "--json"])
        assert made.exit_code == 0
        assert "Not audited" in made.stderr
        assert not json.loads(made.stdout)["test"]
        assert not (current_house().settings.keys_dir / "passphrase").exists()
