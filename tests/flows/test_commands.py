"""The whole line from commands alone: a list becomes certificates that `flask verify` accepts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from passport.demo import lists
from passport.house import current_house
from tests.installed import installation

STAFF = (
    ("nurse@hospital.example", "registrar"),
    ("head@hospital.example", "confirmer"),
    ("officer@hospital.example", "issuer"),
    ("approver@hospital.example", "approver"),
)


class Shell:
    """Runs commands one after the other in a folder of files."""

    def __init__(self, runner: FlaskCliRunner) -> None:
        self._runner = runner

    def __call__(self, *words: str | Path, code: int = 0, stdin: str | None = None) -> str:
        done = self._runner.invoke(args=[str(word) for word in words], input=stdin)
        assert done.exit_code == code, f"{words}: {done.exit_code}\n{done.output}\n{done.stderr}"
        return done.stdout


@pytest.fixture
def shell(tmp_path: Path, sqlite_template: Path) -> Iterator[Shell]:
    shutil.copyfile(sqlite_template, tmp_path / "passport.db")
    app = installation(tmp_path)
    with app.app_context():
        yield Shell(app.test_cli_runner())
        current_house().database.engine.dispose()


def test_a_list_becomes_certificates(shell: Shell, tmp_path: Path) -> None:
    today = current_house().today(datetime.now(UTC))
    session = lists.mobile_session(today)
    files = {"sites.csv": lists.sites(), "register.csv": lists.population(today), session.file_name: session.data}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)

    assert json.loads(shell("areas", "list", "--level", "province", "--json"))
    shell("keys", "create", "--demo")
    shell("sites", "import", tmp_path / "sites.csv")
    for email, role in STAFF:
        shell("users", "create", email, "--name", role, "--password-file", "-", stdin="a long enough passphrase\n")
        shell("users", "grant", email, role, "--national")
    nurse, head, officer, approver = (email for email, _role in STAFF)

    shell("population", "load", tmp_path / "register.csv")
    report = json.loads(
        shell("lists", "import", tmp_path / session.file_name, "--site", session.site, "--by", nurse, "--json", code=1)
    )
    assert report["rows"] == report["new"] + report["known"] + report["refused"] == 8
    assert (report["refused"], report["held"]) == (4, 2)
    again = json.loads(
        shell("lists", "import", tmp_path / session.file_name, "--site", session.site, "--by", nurse, "--json", code=1)
    )
    assert (again["new"], again["known"], again["refused"]) == (0, 4, 4)
    shell("lists", "report", str(report["import"]), "-o", tmp_path / "faults.xlsx")
    assert (tmp_path / "faults.xlsx").read_bytes().startswith(b"PK")

    shell("doses", "confirm", "--site", session.site, "--by", head)  # none: nobody is verified yet
    shell("population", "check")
    shell("doses", "confirm", "--site", session.site, "--by", nurse, code=1)
    shell("doses", "confirm", "--site", session.site, "--by", head)
    shell("certificates", "approve", "1", "--by", approver, code=2)  # nothing was proposed
    proposed = shell("certificates", "propose", "--area", "03217", "--by", officer)
    assert "1" in proposed
    shell("certificates", "approve", "1", "--by", officer, code=1)
    shell("certificates", "approve", "1", "--by", approver)

    person = lists.mobile_session_rows(today)[6].person
    (found,) = json.loads(shell("people", "find", "--id", person.id_number, "--json"))["people"]
    (certificate,) = (certificate["id"] for certificate in found["certificates"])
    shell("certificates", "show", certificate, "--format", "pdf", "-o", tmp_path)
    (paper,) = tmp_path.glob("*.pdf")
    verdict = json.loads(shell("verify", paper, "--json", "--name", person.full_name, "--born", str(person.born)))
    assert verdict["outcome"] == "valid"
    assert verdict["test"] is True
    assert verdict["holder_match"]["name"] == "exact"
    shell("verify", paper, "--policy", "vn-domestic", code=1)  # one of two doses

    shell("certificates", "revoke", certificate, "--reason", "sample", "--by", officer)
    revoked = json.loads(shell("verify", paper, "--json", code=1))
    assert revoked["reason"] == "revoked"
    shell("audit", "verify")


def test_what_needs_no_database_runs_without_one(tmp_path: Path) -> None:
    app = installation(tmp_path)
    with app.app_context():
        shell = Shell(app.test_cli_runner())
        assert json.loads(shell("verify", "HC1:rubbish", "--json", code=1))["reason"] == "bad_encoding"
        shell("trust", "list")
        shell("rules", "list")
        assert not (tmp_path / "passport.db").exists()
        shell("people", "find", "--name", "An", code=3)
        current_house().database.engine.dispose()
