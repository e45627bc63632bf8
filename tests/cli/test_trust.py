"""`flask trust`: shapes, exit codes and what goes where; it needs no database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from passport.app import create_app
from passport.house import clock, current_house
from passport.registry.audit import AuditEntry
from passport.registry.db import Database
from passport.trust import publishing
from passport.trust.keyring import Keyring
from passport.trust.signers import create_signer


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[FlaskCliRunner]:
    """Runs commands where no database was ever made."""
    app = create_app(
        {
            "PASSPORT_DATABASE_URL": f"sqlite:///{tmp_path / 'never.db'}",
            "PASSPORT_INSTANCE_DIR": str(tmp_path / "instance"),
            "PASSPORT_KEYS_DIR": str(tmp_path / "keys"),
        }
    )
    with app.app_context():
        yield app.test_cli_runner()
        current_house().database.engine.dispose()
    assert not (tmp_path / "never.db").exists()


@pytest.fixture
def ministry(tmp_path: Path) -> Path:
    """The certificate of an authority XA, and its own authority's, in one file."""
    record = create_signer(
        tmp_path / "xa", country="XA", issuer_name="Ministry of XA", passphrase=b"xa", now=clock(), test=False
    )
    path = tmp_path / "xa.pem"
    path.write_bytes(publishing.pem([record]))
    return path


def _json(runner: FlaskCliRunner, *args: str, code: int = 0) -> Any:
    done = runner.invoke(args=["trust", *args, "--json"])
    assert done.exit_code == code, done.stderr
    return json.loads(done.stdout)


def test_import_list_status_remove_without_a_database(bare: FlaskCliRunner, ministry: Path) -> None:
    taken = _json(bare, "import", str(ministry))
    assert set(taken) == {"added", "known", "refused"}
    assert [set(added) for added in taken["added"]] == [{"kid", "country", "not_after"}] * 2
    again = _json(bare, "import", str(ministry))
    assert (again["added"], len(again["known"])) == ([], 2)

    rows = _json(bare, "list")
    assert [(row["country"], row["authority"], row["own"]) for row in rows] == [
        ("XA", False, False),
        ("XA", True, False),
    ]
    assert rows[0]["kinds"] == ["vaccination"]
    state = _json(bare, "status")
    assert (state["keys"], state["authorities"], state["countries"]) == (1, 1, {"XA": 1})
    assert (state["age_days"], state["stale"]) == (0, False)
    assert state["next_expiry"]["hc1"] == rows[0]["not_after"]

    assert _json(bare, "remove", rows[0]["kid"]) == {"removed": [rows[0]["kid"]]}
    assert _json(bare, "status")["keys"] == 0
    assert bare.invoke(args=["trust", "remove", rows[0]["kid"]]).exit_code == 2


def test_tables_for_people(bare: FlaskCliRunner, ministry: Path) -> None:
    bare.invoke(args=["trust", "import", str(ministry)])
    listed = bare.invoke(args=["trust", "list"])
    assert listed.stdout.splitlines()[0].startswith("kid\tcountry\tname")
    assert "Ministry of XA" in listed.stdout
    status = bare.invoke(args=["trust", "status"])
    assert "countries\tXA:1" in status.stdout


def test_an_empty_ring(bare: FlaskCliRunner) -> None:
    assert _json(bare, "list") == []
    state = _json(bare, "status")
    assert (state["keys"], state["updated_at"], state["stale"]) == (0, None, False)


def test_refused_keys_exit_with_1_and_the_rest_goes_in(bare: FlaskCliRunner, ministry: Path, tmp_path: Path) -> None:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    bad = tmp_path / "public.pem"
    bad.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    taken = _json(bare, "import", str(bad), str(ministry), code=1)
    assert len(taken["added"]) == 2
    (refused,) = taken["refused"]
    assert set(refused) == {"source", "reason"}
    assert "--issuer" in refused["reason"]
    bound = _json(bare, "import", str(bad), "--issuer", "https://a.example", "--kid", "AABB")
    assert bound["added"] == [{"kid": "aabb", "country": None, "not_after": None}]


def test_wrong_usage(bare: FlaskCliRunner, ministry: Path) -> None:
    for args in (("import",), ("import", "no such file"), ("import", str(ministry), "--kid", "xyz"), ("remove", "00")):
        done = bare.invoke(args=["trust", *args])
        assert (done.exit_code, done.stdout) == (2, "")


def test_from_stdin_and_withdrawn(bare: FlaskCliRunner, ministry: Path) -> None:
    done = bare.invoke(args=["trust", "import", "-", "--withdrawn", "--json"], input=ministry.read_bytes())
    assert done.exit_code == 0
    assert "Not audited" in done.stderr
    assert _json(bare, "status")["withdrawn"] == 2
    keyring = Keyring.load(current_house().settings.keys_dir, production=True)
    assert all(key.withdrawn_at for key in keyring.keys)


def test_imports_and_removals_are_audited(runner: FlaskCliRunner, database: Database, ministry: Path) -> None:
    kid = _json(runner, "import", str(ministry))["added"][0]["kid"]
    _json(runner, "remove", kid)
    with database.reading() as session:
        entries = [(e.action, e.subject) for e in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert entries == [("keys_trusted", "XA"), ("keys_removed", kid)]


def test_arguments_and_names_of_files_that_are_not_utf8(bare: FlaskCliRunner, ministry: Path, tmp_path: Path) -> None:
    done = bare.invoke(args=["trust", "import", str(ministry), "--issuer", "B\udcff"])
    assert (done.exit_code, done.stderr.split(":")[0]) == (2, "bad_option")
    odd = tmp_path / "xa\udcff.pem"
    odd.write_bytes(b"no key")
    (refused,) = _json(bare, "import", str(odd), code=1)["refused"]
    assert refused["source"].endswith("xa\ufffd.pem")
