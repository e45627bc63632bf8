"""`flask audit`: exit codes, and a head that can be kept outside."""

from __future__ import annotations

import json
from datetime import datetime

from flask.testing import FlaskCliRunner
from sqlalchemy import update

from passport.registry.audit import AuditHead, record
from passport.registry.db import Database


def _record(database: Database, now: datetime, times: int) -> None:
    with database.transaction() as session:
        for number in range(times):
            record(session, actor="a@example.vn", action="test", subject=str(number), at=now)


def test_whole_and_its_head(runner: FlaskCliRunner, database: Database, now: datetime) -> None:
    assert runner.invoke(args=["audit", "verify"]).stdout == "whole: 0 entries\n"
    _record(database, now, 3)
    head = runner.invoke(args=["audit", "head"]).stdout.strip()
    assert head.startswith("3:")
    told = json.loads(runner.invoke(args=["audit", "head", "--json"]).stdout)
    assert head == f"{told['entry']}:{told['hash']}"
    _record(database, now, 1)
    done = runner.invoke(args=["audit", "verify", "--head", head, "--json"])
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"whole": True, "first_bad": None, "entries": 4})


def test_a_broken_chain_names_the_entry(runner: FlaskCliRunner, database: Database, now: datetime) -> None:
    _record(database, now, 2)
    head = runner.invoke(args=["audit", "head"]).stdout.strip()
    with database.transaction() as session:
        session.execute(update(AuditHead).values(hash="0" * 64))
    done = runner.invoke(args=["audit", "verify"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "entry 2" in done.stderr
    other = head[:-1] + ("0" if head[-1] != "0" else "1")
    assert runner.invoke(args=["audit", "verify", "--head", other]).exit_code == 1


def test_a_head_that_is_none_is_wrong_usage(runner: FlaskCliRunner) -> None:
    assert runner.invoke(args=["audit", "verify", "--head", "3"]).exit_code == 2
