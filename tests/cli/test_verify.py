"""`flask verify` in all its forms: what it reads, what it prints, how it ends."""

from __future__ import annotations

import json
import socket
from codecs import BOM_UTF8
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import Result
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask

from passport.app import create_app
from passport.cli.verify import LINE_LIMIT
from passport.rendering.qr import qr_png
from passport.trust.keyring import import_keys
from tests.forging import ZONE, Authority, vaccination

NOW = datetime.now(UTC)  # commands read the clock
DAY = timedelta(days=1)
XA = Authority(organisation="DEMO Ministry of XA", not_before=NOW - 700 * DAY, not_after=NOW + 700 * DAY)
STAMPS: dict[Any, Any] = {6: int((NOW - DAY).timestamp()), 4: int((NOW + 364 * DAY).timestamp())}
DOSE_DAY = (NOW.astimezone(ZONE) - 90 * DAY).date().isoformat()
GOOD = XA.code(vaccination(dt=DOSE_DAY), claims=STAMPS)
HALF = XA.code(vaccination(dt=DOSE_DAY, dn=1), claims=STAMPS)
FORGED = XA.code(vaccination(dt=DOSE_DAY), claims=STAMPS, sign=Authority().sign)


@dataclass
class Shell:
    """`flask verify` with its own key folder."""

    app: Flask

    def __call__(self, *arguments: str, stdin: str | bytes | None = None) -> Result:
        with self.app.app_context():
            return self.app.test_cli_runner().invoke(args=["verify", *arguments], input=stdin)

    def json(self, *arguments: str, stdin: str | bytes | None = None) -> list[dict[str, Any]]:
        """The verdicts that a run prints, one a line."""
        return [json.loads(line) for line in self(*arguments, stdin=stdin).stdout.splitlines()]


def shell_for(folder: Path, *, imported_at: datetime) -> Shell:
    import_keys(
        folder / "keys", [("xa.pem", XA.certificate.public_bytes(Encoding.PEM))], production=False, now=imported_at
    )
    app = create_app(
        {
            "PASSPORT_KEYS_DIR": str(folder / "keys"),
            "PASSPORT_INSTANCE_DIR": str(folder / "instance"),
            "PASSPORT_DATABASE_URL": f"sqlite:///{folder / 'absent' / 'passport.db'}",  # a database is not needed
        }
    )
    return Shell(app)


@pytest.fixture
def verify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    shell = shell_for(tmp_path, imported_at=NOW)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    return shell


def test_a_text(verify: Shell) -> None:
    run = verify(GOOD)
    assert run.exit_code == 0
    lines = [line.strip() for line in run.stdout.splitlines()]
    assert lines[:2] == ["HỢP LỆ · VALID", "MẪU THỬ – KHÔNG CÓ GIÁ TRỊ · TEST – NOT FOR USE"]
    assert "The certificate is genuine and in force." in lines
    assert "Compare the name and date of birth with an identity document." in lines
    assert "Nguyễn Văn An · 02/01/1990" in lines
    assert any(line.startswith("Mũi 2/2 · Comirnaty · tiêm ngày ") for line in lines)
    assert any(line.endswith("(90 days before the day of the check)") for line in lines)


def test_nothing_unverified_is_printed(verify: Shell) -> None:
    run = verify(FORGED)
    assert run.exit_code == 1
    assert "KHÔNG HỢP LỆ · NOT VALID" in run.stdout
    assert "bad_signature" in run.stdout
    assert "Nguyễn" not in run.output


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        ([GOOD], 0, None),
        ([GOOD, "--policy", "vn-domestic"], 0, None),
        ([HALF, "--policy", "vn-domestic"], 1, "rule_failed"),
        ([GOOD, "--country", "FR"], 3, "rules_open"),
        ([GOOD, "--at", "2001-01-01"], 1, "not_yet_valid"),
        ([GOOD, "--at", (NOW + 400 * DAY).isoformat()], 1, "expired"),
        ([GOOD, "--name", "Nguyen Van An", "--born", "02/01/1990"], 0, None),
        ([GOOD, "--name", "Trần Văn An"], 1, "holder_differs"),
        ([GOOD, "--born", "1991"], 1, "holder_differs"),
        (["no such file"], 1, "not_a_certificate"),
        ([""], 1, "not_a_certificate"),
        (["x" * 5000], 1, "too_large"),
        (["HC1:\0"], 1, "bad_encoding"),
    ],
)
def test_options_and_exit_codes(verify: Shell, arguments: list[str], code: int, reason: str | None) -> None:
    run = verify(*arguments, "--json")
    assert run.exit_code == code
    assert json.loads(run.stdout)["reason"] == reason
    human = verify(*arguments)
    assert human.exit_code == code
    assert (reason or "VALID") in human.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--lines", GOOD],
        ["--lines", "--name", "A"],
        [GOOD, "--at", "tomorrow"],
        [GOOD, "--country", "Germany"],
        [GOOD, "--policy", "none"],
        [GOOD, "--born", "soon"],
        [GOOD, "--name", ""],
        ["/"],
    ],
)
def test_wrong_usage(verify: Shell, arguments: list[str]) -> None:
    run = verify(*arguments)
    assert run.exit_code == 2
    assert run.stdout == ""
    assert run.stderr


def test_files(verify: Shell, tmp_path: Path) -> None:
    files = {
        "text.txt": GOOD.encode() + b"\r\n",
        "bom.txt": b"\xef\xbb\xbf" + GOOD.encode(),
        "code.png": qr_png(GOOD),
        "empty": b"",
        "noise.png": b"\x89PNG\r\n\x1a\n rubbish",
        "broken.pdf": b"%PDF-1.7 rubbish",
        "large": b"\xff" * 11_000_000,
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    verdicts = verify.json(*(str(tmp_path / name) for name in files), "--json")
    assert [verdict["reason"] for verdict in verdicts] == [
        None,
        None,
        None,
        "not_a_certificate",
        "unreadable_image",
        "unreadable_image",
        "too_large",
    ]
    run = verify(str(tmp_path / "text.txt"), str(tmp_path / "code.png"))
    assert f"{tmp_path / 'code.png'}:" in run.stdout


def test_a_file_of_several_cards_gets_one_verdict_as_by_the_api(verify: Shell, tmp_path: Path) -> None:
    file = tmp_path / "cards.smart-health-card"
    file.write_text(json.dumps({"verifiableCredential": ["eyJ.a.b", "eyJ.c.d"]}))
    (verdict,) = verify.json(str(file), "--json")
    (line,) = verify.json("--lines", stdin=json.dumps({"credential": file.read_text()}))
    assert verdict["reason"] == line["reason"] == "bad_encoding"


def test_stdin(verify: Shell) -> None:
    assert verify("-", stdin=GOOD).exit_code == 0
    assert verify("-", stdin=qr_png(GOOD)).exit_code == 0
    assert verify("-", stdin="rubbish").exit_code == 1


def test_the_gravest_ends_the_run(verify: Shell) -> None:
    assert verify(GOOD, GOOD).exit_code == 0
    assert verify(GOOD, HALF, "--policy", "vn-domestic").exit_code == 1
    assert verify(FORGED, GOOD, "--country", "FR").exit_code == 1
    assert verify(GOOD, HALF, "--country", "FR").exit_code == 3


def test_lines_are_answered_one_by_one_in_order(verify: Shell) -> None:
    requests: list[tuple[Any, str | None]] = [
        ({"credential": GOOD, "ref": "one"}, None),
        ("not JSON", "not_a_certificate"),
        ("", "not_a_certificate"),
        ({"credential": FORGED}, "bad_signature"),
        ({"credential": GOOD, "unknown": 1}, "not_a_certificate"),
        ({"credential": 5}, "not_a_certificate"),
        ([], "not_a_certificate"),
        ('{"credential": "a", "credential": "b"}', "not_a_certificate"),
        ("[" * 100_000, "not_a_certificate"),
        ('{"credential": "\\ud800"}', "not_a_certificate"),
        ("\x00\x01", "not_a_certificate"),
        ({"credential": "x" * (LINE_LIMIT // 2)}, "too_large"),
        ('{"credential": "' + "x" * (3 * LINE_LIMIT) + '"}', "too_large"),
        ({"credentials": [GOOD, HALF], "policy": "vn-domestic", "ref": "joint"}, None),
        ({"credential": HALF, "policy": "vn-domestic"}, "rule_failed"),
        ({"credential": GOOD, "holder": {"name": "Nguyễn An"}, "at": "2001-01-01"}, "not_yet_valid"),
        ({"credential": GOOD}, None),
    ]
    lines = [line if isinstance(line, str) else json.dumps(line) for line, _ in requests]
    run = verify("--lines", stdin="\n".join(lines))
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert [answer["reason"] for answer in answers] == [reason for _, reason in requests]
    assert run.exit_code == 1
    assert answers[0]["ref"] == "one"
    assert "ref" not in answers[3]
    assert answers[13]["ref"] == "joint"
    assert len(answers[13]["results"]) == 2
    assert "line 5: unknown field" in run.stderr


def test_lines_take_bytes_of_any_kind(verify: Shell) -> None:
    run = verify("--lines", stdin=b'\xff\xfe\n{"credential": "\xc3\xa9"}\n')
    assert [json.loads(line)["reason"] for line in run.stdout.splitlines()] == ["not_a_certificate"] * 2


def test_a_byte_order_mark_before_the_lines_is_no_part_of_them(verify: Shell) -> None:
    run = verify("--lines", stdin=BOM_UTF8 + json.dumps({"credential": GOOD, "ref": "one"}).encode())
    (answer,) = map(json.loads, run.stdout.splitlines())
    assert (answer["outcome"], answer["ref"]) == ("valid", "one")


def test_options_are_the_defaults_of_lines(verify: Shell) -> None:
    lines = [{"credential": HALF}, {"credential": GOOD}, {"credential": GOOD, "country": "FR"}]
    answers = verify.json("--lines", "--policy", "vn-domestic", stdin="\n".join(map(json.dumps, lines)))
    assert [answer["reason"] for answer in answers] == ["rule_failed", None, "rules_open"]


def test_no_lines_are_no_fault(verify: Shell) -> None:
    run = verify("--lines", stdin="")
    assert (run.exit_code, run.stdout) == (0, "")


def test_old_lists_cannot_decide(tmp_path: Path) -> None:
    verify = shell_for(tmp_path, imported_at=NOW - 30 * DAY)
    run = verify(GOOD)
    assert run.exit_code == 3
    assert "CHƯA KIỂM TRA ĐƯỢC · COULD NOT BE CHECKED" in run.stdout
    assert "16 days overdue" in run.stdout


def test_the_command_is_registered() -> None:
    from passport.cli import verify as module

    assert isinstance(module.COMMAND, click.Command)
    assert module.COMMAND.name == "verify"
