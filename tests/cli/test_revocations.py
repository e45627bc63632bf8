"""`flask revocations`: lists in, lists out, ranges; imports need no database."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from passport.house import current_house
from passport.registry.audit import AuditEntry
from passport.registry.db import Database
from passport.trust.jwk import thumbprint_of
from passport.trust.own_revocations import record_own
from passport.trust.revocation import Revocations, Revoked
from passport.trust.signer_records import list_signers

UVCI = "URN:UVCI:01:VN:KIMSON/ABCDEF#K"


def _keys_dir() -> Path:
    return current_house().settings.keys_dir


def _check(**asked: Any) -> Revoked | None:
    certificate: dict[str, Any] = {
        "identifier": UVCI,
        "country": "VN",
        "stated_country": None,
        "signature": bytes(64),
        "algorithm": "ES256",
        "key_id": "0011223344556677",
        "issuer": None,
        "issued_at": datetime(2026, 11, 20, tzinfo=UTC),
        "rid": None,
    }
    return Revocations.load(_keys_dir()).check(**(certificate | asked))


def _json(runner: FlaskCliRunner, *args: str, code: int = 0) -> Any:
    done = runner.invoke(args=["revocations", *args, "--json"])
    assert done.exit_code == code, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def write(tmp_path: Path):
    def write(name: str, document: object) -> str:
        path = tmp_path / name
        path.write_text(json.dumps(document))
        return str(path)

    return write


def test_import_and_list(runner: FlaskCliRunner, database: Database, write) -> None:
    plain = write("plain.json", [UVCI.lower(), "another"])
    smart = write("smart.json", {"kid": "k", "method": "rid", "ctr": 3, "rids": ["r", "?"]})
    report = _json(runner, "import", plain, smart, "--issuer", "https://a.example", code=1)
    assert (report["added"], report["known"]) == (3, 0)
    assert [refused["source"] for refused in report["refused"]] == [f"{smart} rids[1]"]
    assert _check() is not None
    assert _check(identifier=None, key_id="k", rid="r") is not None

    told = _json(runner, "list")
    assert (told["own"], told["imported"], told["version"]) == (0, 3, 2)
    assert [(note["format"], note["entries"]) for note in told["lists"]] == [("identifiers", 2), ("smart", 1)]
    table = runner.invoke(args=["revocations", "list"])
    assert table.stdout.startswith("format\tissuer")
    assert "3 imported hashes" in table.stderr
    with database.reading() as session:
        assert list(session.scalars(select(AuditEntry.action))) == ["revocations_imported"]


def test_rubbish_and_missing_files(runner: FlaskCliRunner, write) -> None:
    assert _json(runner, "import", write("a.json", {"a": 1}), code=1)["added"] == 0
    assert runner.invoke(args=["revocations", "import", "no such file"]).exit_code == 2
    assert _json(runner, "list")["version"] == 0


@pytest.mark.parametrize("form", ["signed", "dcc"])
def test_what_is_exported_others_take(runner: FlaskCliRunner, now: datetime, tmp_path: Path, form: str) -> None:
    runner.invoke(args=["keys", "create"])
    record_own(_keys_dir(), identifier=UVCI, at=now, replaced=True)
    target = tmp_path / "list"
    done = runner.invoke(args=["revocations", "export", "--format", form, "-o", str(target)])
    assert done.exit_code == 0, done.stderr
    if form == "dcc":
        assert set(json.loads(target.read_bytes())) == {"country", "expires", "kid", "hashType", "entries"}
    assert _json(runner, "import", str(target))["added"] == 1


def test_another_installation_takes_our_list_once_it_trusts_our_key(
    runner: FlaskCliRunner, now: datetime, tmp_path: Path
) -> None:
    signed, key = tmp_path / "list", tmp_path / "key.pem"
    runner.invoke(args=["keys", "create"])
    record_own(_keys_dir(), identifier=UVCI, at=now, replaced=True)
    runner.invoke(args=["revocations", "export", "-o", str(signed)])
    runner.invoke(args=["keys", "export", "-o", str(key)])
    shutil.rmtree(_keys_dir())  # what is left is another installation
    assert _json(runner, "import", str(signed), code=1)["added"] == 0
    assert runner.invoke(args=["trust", "import", str(key)]).exit_code == 0
    assert _json(runner, "import", str(signed))["added"] == 1


def test_smart_export_names_the_active_key(runner: FlaskCliRunner, now: datetime) -> None:
    none = runner.invoke(args=["revocations", "export", "--format", "smart"])
    assert none.exit_code == 1
    assert "no_active_signer" in none.stderr
    runner.invoke(args=["keys", "create"])
    record_own(_keys_dir(), identifier=UVCI, at=now, replaced=False)
    done = runner.invoke(args=["revocations", "export", "--format", "smart"])
    told = json.loads(done.stdout)
    assert (len(told["kid"]), told["method"], told["ctr"], len(told["rids"])) == (43, "rid", 1, 1)


def test_ranges(runner: FlaskCliRunner, database: Database) -> None:
    done = runner.invoke(
        args=["revocations", "add", "--identifiers", "01:VN:KIMSON/", "--from", "2026-11-19", "--until", "2026-11-21"]
    )
    assert done.exit_code == 0, done.stderr
    assert _check() is not None
    assert _check(issued_at=datetime(2026, 11, 20, tzinfo=UTC) + timedelta(days=1)) is None
    assert _check(identifier="URN:UVCI:01:VN:TUACHUA/A#B") is None
    (told,) = _json(runner, "list")["ranges"]
    assert told["range"]["identifier_prefix"] == "01:VN:KIMSON/"
    with database.reading() as session:
        assert list(session.scalars(select(AuditEntry.action))) == ["range_revoked"]


def test_a_range_by_key_holds_under_every_id_of_the_key(runner: FlaskCliRunner) -> None:
    runner.invoke(args=["keys", "create"])
    (record,) = list_signers(_keys_dir())
    done = runner.invoke(args=["revocations", "add", "--key", record.key_id.upper()])
    assert done.exit_code == 0, done.stderr
    assert {told["range"]["key_id"] for told in _json(runner, "list")["ranges"]} == {
        record.key_id,
        thumbprint_of(record.certificate),
    }
    assert _check(key_id=record.key_id) is not None


@pytest.mark.parametrize("args", [(), ("--from", "2026-01-01"), ("--issuer", "VN", "--from", "yesterday")])
def test_ranges_without_bounds_or_with_bad_times(runner: FlaskCliRunner, args: tuple[str, ...]) -> None:
    assert runner.invoke(args=["revocations", "add", *args]).exit_code == 2
    assert _json(runner, "list")["ranges"] == []


def test_what_no_file_can_hold_is_refused_before_it_is_written(runner: FlaskCliRunner, write) -> None:
    """A range with half a character was written down, and after it no certificate could be checked any more."""
    half, kept = "B\udcff", write("list.json", ["a"])
    for option in ("--issuer", "--key", "--identifiers"):
        done = runner.invoke(args=["revocations", "add", option, half])
        assert (done.exit_code, done.stderr.split(":")[0]) == (2, "bad_option")
    assert runner.invoke(args=["revocations", "import", kept, "--issuer", half]).exit_code == 2
    assert (_json(runner, "list")["ranges"], _json(runner, "list")["imported"]) == ([], 0)
