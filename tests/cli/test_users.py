"""`flask users`: accounts made at the command line can log in; roles by area."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from flask.testing import FlaskCliRunner
from flask_security import verify_password

from passport.registry.accounts import find_account
from passport.registry.audit import entries
from passport.registry.db import Database

PASSWORD = "một mật khẩu dài 2026"


def _create(runner: FlaskCliRunner, email: str = "y.ta@example.vn", password: str = PASSWORD) -> Any:
    args = ["users", "create", email, "--name", "Y tá Mơ", "--password-file", "-"]
    return runner.invoke(args=args, input=password + "\n")


def test_created_granted_listed(runner: FlaskCliRunner, database: Database) -> None:
    assert _create(runner).exit_code == 0
    for where in (["--area", "14638"], ["--area", "37"], ["--national"]):
        done = runner.invoke(args=["users", "grant", "Y.TA@example.vn", "registrar", *where])
        assert done.exit_code == 0, done.stderr
    (listed,) = json.loads(runner.invoke(args=["users", "list", "--json"]).stdout)
    assert (listed["email"], listed["name"], listed["active"]) == ("y.ta@example.vn", "Y tá Mơ", True)
    assert [role["area"] for role in listed["roles"]] == ["14638", "37", None]
    assert "registrar@14638 registrar@37 registrar@*" in runner.invoke(args=["users", "list"]).stdout
    with database.reading() as session:
        told = [entry.action for entry in entries(session)]
    assert told == ["role_granted"] * 3 + ["user_created"]


def test_the_password_is_kept_as_a_hash_that_opens(runner: FlaskCliRunner, database: Database) -> None:
    _create(runner)
    with database.reading() as session:
        stored = find_account(session, "y.ta@example.vn").password
    assert stored is not None
    assert PASSWORD not in stored
    assert verify_password(unicodedata.normalize("NFKD", PASSWORD), stored)  # the form that the login page makes


def test_the_terminal_is_asked_when_no_file_is_named(runner: FlaskCliRunner) -> None:
    args = ["users", "create", "y.ta@example.vn", "--name", "Mơ"]
    done = runner.invoke(args=args, input=f"{PASSWORD}\n{PASSWORD}\n")
    assert done.exit_code == 0
    assert PASSWORD not in done.output


@pytest.mark.parametrize(("email", "password"), [("y.ta@example.vn", "ngắn"), ("y.ta", PASSWORD), ("", PASSWORD)])
def test_a_weak_password_or_no_address_is_wrong_usage(runner: FlaskCliRunner, email: str, password: str) -> None:
    assert _create(runner, email, password).exit_code == 2
    assert json.loads(runner.invoke(args=["users", "list", "--json"]).stdout) == []


@pytest.mark.parametrize("where", [[], ["--area", "37", "--national"], ["--area", "99"]])
def test_a_grant_names_one_area_that_exists(runner: FlaskCliRunner, where: list[str]) -> None:
    _create(runner)
    assert runner.invoke(args=["users", "grant", "y.ta@example.vn", "issuer", *where]).exit_code == 2


def test_unknown_user_and_role(runner: FlaskCliRunner) -> None:
    assert runner.invoke(args=["users", "grant", "y.ta@example.vn", "issuer", "--national"]).exit_code == 2
    assert runner.invoke(args=["users", "grant", "y.ta@example.vn", "owner", "--national"]).exit_code == 2
