"""`flask rules`: exit codes, what goes where, and the trail of imports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from passport.app import create_app
from passport.registry import migrations
from passport.registry.audit import AuditEntry
from passport.registry.db import Database
from passport.rules.rulesets import DEMO_RULES, RuleStore
from tests.rules.making import document


@pytest.fixture
def application(tmp_path: Path) -> Flask:
    return create_app(
        {
            "PASSPORT_DATABASE_URL": f"sqlite:///{tmp_path / 'passport.db'}",
            "PASSPORT_KEYS_DIR": str(tmp_path / "keys"),
            "PASSPORT_SECRET_KEY_FILE": str(secret(tmp_path)),
        }
    )


def secret(folder: Path) -> Path:
    path = folder / "secret"
    path.write_bytes(b"0" * 64)
    path.chmod(0o600)
    return path


@pytest.fixture
def runner(application: Flask) -> Iterator[FlaskCliRunner]:
    with application.app_context():  # as `flask` itself does
        yield application.test_cli_runner()


def test_importing_listing_and_trying_without_a_database(runner: FlaskCliRunner, tmp_path: Path) -> None:
    taken = runner.invoke(args=["rules", "import", str(DEMO_RULES), "--json"])
    assert taken.exit_code == 0
    added = json.loads(taken.stdout)["added"]
    assert [rule["id"] for rule in added] == ["GR-XA-0001", "VR-XA-0001", "VR-XA-0002", "VR-XA-0003"]
    assert "Not audited" in taken.stderr
    assert not (tmp_path / "passport.db").exists()
    assert RuleStore.load(tmp_path / "keys").countries == ("XA",)

    listed = runner.invoke(args=["rules", "list", "--json"])
    assert listed.exit_code == 0
    rows = json.loads(listed.stdout)
    assert [row["in_force"] for row in rows] == [True] * 4
    assert rows[0]["kind"] is None
    assert rows[1] | {"description": ""} == {
        "id": "VR-XA-0001",
        "version": "1.0.0",
        "country": "XA",
        "type": "Acceptance",
        "kind": "vaccination",
        "valid_from": "2021-06-01T00:00:00Z",
        "valid_to": "2100-01-01T00:00:00Z",
        "in_force": True,
        "fault": None,
        "description": "",
    }
    plain = runner.invoke(args=["rules", "list"])
    assert plain.stdout.splitlines()[1].startswith("XA\tGR-XA-0001\t1.0.0\tAcceptance")

    tried = runner.invoke(args=["rules", "test", str(DEMO_RULES)])
    assert tried.exit_code == 0
    assert tried.stdout.splitlines()[-1] == "14 passed, 0 failed"


def test_an_import_into_a_migrated_database_is_audited(
    application: Flask, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    database = Database.at(f"sqlite:///{tmp_path / 'passport.db'}")
    migrations.upgrade(database.engine)
    taken = runner.invoke(args=["rules", "import", str(DEMO_RULES)])
    assert taken.exit_code == 0
    assert "Not audited" not in taken.stderr
    assert "4 added, 0 known, 0 refused" in taken.stderr
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
    database.engine.dispose()
    assert (entry.action, entry.subject, entry.detail["added"]) == ("rules_imported", "XA", 4)


def test_a_refused_rule_is_exit_code_1_and_the_others_go_in(runner: FlaskCliRunner, tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    file.write_text(json.dumps([document(), document("VR-XB-0002", Logic={"or": []})]), "utf-8")
    taken = runner.invoke(args=["rules", "import", str(file), "--json"])
    assert taken.exit_code == 1
    report = json.loads(taken.stdout)
    assert [rule["id"] for rule in report["added"]] == ["VR-XB-0001"]
    assert report["refused"] == [{"source": str(file), "reason": 'Logic: unrecognised operator: "or"'}]


def test_a_failing_case_is_exit_code_1(runner: FlaskCliRunner, tmp_path: Path) -> None:
    folder = tmp_path / "VR-XB-0001"
    (folder / "tests").mkdir(parents=True)
    (folder / "rule.json").write_text(json.dumps(document()), "utf-8")
    case = {"name": "never", "payload": {}, "external": {}, "expected": False}
    (folder / "tests" / "test001.json").write_text(json.dumps(case), "utf-8")
    tried = runner.invoke(args=["rules", "test", str(tmp_path)])
    assert tried.exit_code == 1
    assert tried.stdout.splitlines() == [
        "VR-XB-0001 test001.json never: passed, expected otherwise",
        "0 passed, 1 failed",
    ]
    as_json = json.loads(runner.invoke(args=["rules", "test", str(tmp_path), "--json"]).stdout)
    assert (as_json["passed"], as_json["failed"]) == (0, 1)
    assert as_json["problems"][0]["rule"] == "VR-XB-0001"


@pytest.mark.parametrize("command", ["import", "test"])
def test_a_path_that_is_not_there_is_exit_code_2(runner: FlaskCliRunner, tmp_path: Path, command: str) -> None:
    answer = runner.invoke(args=["rules", command, str(tmp_path / "nowhere")])
    assert answer.exit_code == 2
    assert "nowhere" in answer.stderr
    assert answer.stdout == ""
