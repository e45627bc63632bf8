"""`flask clients`: keys with scopes, a limit of their own, and an account they act for."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskCliRunner

from passport.house import current_house
from passport.registry import audit
from passport.registry.accounts import create_account
from passport.registry.clients import CHECKS_PER_MINUTE, find_client


@pytest.mark.usefixtures("app")
def test_a_client_is_made_with_its_limit_and_account_and_ended(runner: FlaskCliRunner) -> None:
    database = current_house().database
    with database.transaction() as session:
        create_account(session, email="officer@example.vn", name="Officer", password_hash=None)
    usual = json.loads(runner.invoke(args=["clients", "create", "Agency", "--scope", "verify", "--json"]).stdout)
    args = ["clients", "create", "Registry", "--scope", "registry:read", "--scope", "issue"]
    given = runner.invoke(args=[*args, "--limit", "50", "--acting", "officer@example.vn", "--json"])
    acting = json.loads(given.stdout)
    assert set(acting) == {"id", "key"}
    listed = json.loads(runner.invoke(args=["clients", "list", "--json"]).stdout)
    assert {(c["name"], c["limit"], c["acting"]) for c in listed} == {
        ("Agency", CHECKS_PER_MINUTE, None),
        ("Registry", 50, "officer@example.vn"),
    }
    assert usual["key"] not in json.dumps(listed)
    assert "officer@example.vn" in runner.invoke(args=["clients", "list"]).stdout
    assert runner.invoke(args=["clients", "revoke", acting["id"]]).exit_code == 0
    with database.reading() as session:
        assert find_client(session, key=acting["key"]) is None
        assert find_client(session, key=usual["key"]) is not None
        told = [entry.action for entry in audit.entries(session, subject=acting["id"])]
    assert told == ["client_revoked", "client_created"]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    "more",
    [["--limit", "0"], ["--limit", "9999999999"], ["--acting", "nobody@example.vn"], ["--scope", "everything"]],
)
def test_a_client_that_cannot_be_is_wrong_usage(runner: FlaskCliRunner, more: list[str]) -> None:
    refused = runner.invoke(args=["clients", "create", "Agency", "--scope", "verify", *more])
    assert refused.exit_code == 2
    assert json.loads(runner.invoke(args=["clients", "list", "--json"]).stdout) == []


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("name", ["", " ", "x" * 121])
def test_a_client_has_a_name_that_the_database_can_hold(runner: FlaskCliRunner, name: str) -> None:
    assert runner.invoke(args=["clients", "create", name, "--scope", "verify"]).exit_code == 2
