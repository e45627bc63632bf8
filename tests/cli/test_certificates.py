"""`flask certificates`: the whole way of a batch from commands alone, and every form in which one is shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner
from sqlalchemy import update

from passport.cli import viewing
from passport.domain.people import IdentityState
from passport.registry import audit
from passport.registry.db import Database
from passport.registry.tables import Certificate
from passport.rendering.reading import read_codes
from tests.issuing.conftest import APPROVER, KIM_SON, NURSE, PASSPHRASE, PROPOSER, ZONE, Office, open_office


@dataclass
class Desk:
    """Runs the commands on a house with staff and a signer."""

    runner: FlaskCliRunner
    office: Office

    def run(self, *args: str) -> Result:
        return self.runner.invoke(args=["certificates", *args])

    def told(self, *args: str, code: int = 0) -> Any:
        done = self.run(*args, "--json")
        assert done.exit_code == code, done.stderr
        return json.loads(done.stdout)

    def propose(self) -> str:
        return str(self.told("propose", "--area", KIM_SON, "--by", PROPOSER)["batch"])

    def certificate(self) -> Any:
        """The one certificate of the house, as `show` tells it; its person is made first."""
        self.office.dose(self.office.person())
        self.told("approve", self.propose(), "--by", APPROVER)
        (row,) = self.office.certificates()
        return json.loads(self.run("show", row.id).stdout)


@pytest.fixture
def desk(runner: FlaskCliRunner, database: Database, tmp_path: Path) -> Desk:
    now = datetime.now(UTC).replace(microsecond=0)  # commands read the clock
    office = open_office(database, tmp_path / "keys", now=now, today=now.astimezone(ZONE).date())
    passphrase = tmp_path / "keys" / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_bytes(PASSPHRASE)
    return Desk(runner, office)


def test_proposed_approved_issued_and_shown(desk: Desk) -> None:
    for number in range(2):
        desk.office.dose(desk.office.person(id_number=f"03719000000{number}"))
    proposed = desk.told("propose", "--area", KIM_SON, "--by", PROPOSER)
    assert (proposed["doses"], proposed["own"]) == (2, 0)
    run = desk.told("approve", str(proposed["batch"]), "--by", APPROVER)
    assert run == {"batch": proposed["batch"], "issued": 2, "refused": {}, "open": 0}
    assert len(desk.office.certificates(state="issued")) == 2


def test_on_a_terminal_the_drawn_ones_are_shown_and_a_yes_is_asked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.office.dose(desk.office.person())
    batch = desk.propose()
    monkeypatch.setattr(viewing, "at_a_terminal", lambda: True)
    refused = desk.runner.invoke(args=["certificates", "approve", batch, "--by", APPROVER], input="n\n")
    assert refused.exit_code == 1
    assert " · 1990-01-02 · dose 1/2 Pfizer " in refused.stderr
    assert desk.office.certificates() == []
    done = desk.runner.invoke(args=["certificates", "approve", batch, "--by", APPROVER], input="y\n")
    assert done.exit_code == 0
    assert done.stdout.startswith("batch\t")
    with desk.office.database.reading() as session:
        (approved,) = audit.entries(session, action="batch_approved")
    assert approved.detail == {"viewed": 1}


def test_a_script_is_asked_nothing_and_the_trail_says_that_none_was_viewed(desk: Desk) -> None:
    desk.certificate()
    with desk.office.database.reading() as session:
        (approved,) = audit.entries(session, action="batch_approved")
    assert approved.detail == {"viewed": 0}


def test_a_table_for_people_tells_the_same(desk: Desk) -> None:
    desk.office.dose(desk.office.person())
    batch = desk.propose()
    assert desk.run("approve", batch, "--by", APPROVER).stdout == f"batch\tissued\trefused\topen\n{batch}\t1\t\t0\n"


def test_refused_members_are_told_with_exit_1(desk: Desk) -> None:
    first, second = desk.office.person(), desk.office.person(id_number="037190000002")
    for person_id in (first, second):
        desk.office.dose(person_id)
    batch = desk.propose()
    desk.office.set_person(first, identity_state=IdentityState.WRONG.value)
    run = desk.told("approve", batch, "--by", APPROVER, code=1)
    assert (run["issued"], run["refused"]) == (1, {"identity_unverified": 1})
    desk.office.set_person(first, identity_state=IdentityState.VERIFIED.value)
    issued = desk.told("issue", "--person", first, "--by", PROPOSER)
    assert issued["identifier"].startswith("URN:UVCI:01:VN:KS01/")
    assert len(desk.office.certificates(state="issued")) == 2


@pytest.mark.parametrize(
    ("args", "code", "reason"),
    [
        (("propose", "--area", KIM_SON, "--by", PROPOSER), 1, "nothing_to_propose"),
        (("propose", "--area", KIM_SON, "--by", NURSE), 1, "not_permitted"),
        (("propose", "--area", "99999", "--by", PROPOSER), 2, "unknown_area_code"),
        (("propose", "--area", KIM_SON, "--by", "nobody@example.vn"), 2, "unknown_account"),
        (("approve", "7", "--by", APPROVER), 2, "unknown_batch"),
        (("issue", "--person", "0" * 32, "--by", PROPOSER), 2, "unknown_person"),
        (("revoke", "URN:UVCI:01:VN:NONE", "--reason", "x", "--by", APPROVER), 2, "unknown_certificate"),
        (("show", "URN:UVCI:01:VN:NONE"), 2, "unknown_certificate"),
    ],
)
def test_what_is_refused_is_one_clear_line(desk: Desk, args: tuple[str, ...], code: int, reason: str) -> None:
    done = desk.run(*args)
    assert (done.exit_code, done.stdout) == (code, "")
    assert done.stderr.startswith(f"{reason}: ")
    assert done.stderr.count("\n") == 1


def test_who_proposed_does_not_approve(desk: Desk) -> None:
    desk.office.dose(desk.office.person())
    done = desk.run("approve", desk.propose(), "--by", PROPOSER)
    assert done.exit_code == 1
    assert done.stderr.startswith("not_permitted: ")


def test_own_entries_are_said(desk: Desk) -> None:
    desk.office.dose(desk.office.person())
    desk.office.dose(desk.office.person(id_number="037190000002"), by=PROPOSER)
    done = desk.run("propose", "--area", KIM_SON, "--by", PROPOSER, "--json")
    assert json.loads(done.stdout)["doses"] == 1
    assert done.stderr == f"1 left out: entered by {PROPOSER}\n"


def test_revoked_by_its_identifier(desk: Desk) -> None:
    shown = desk.certificate()
    told = desk.told("revoke", shown["identifier"], "--reason", "cấp nhầm", "--by", APPROVER)
    assert told["id"] == shown["id"]
    after = json.loads(desk.run("show", shown["id"], "--format", "json").stdout)
    assert (after["state"], after["reason"], after["revoked_at"]) == ("revoked", "cấp nhầm", told["revoked_at"])
    assert desk.run("revoke", shown["id"], "--reason", "x", "--by", APPROVER).exit_code == 1


def test_what_ends_soon_is_renewed(desk: Desk) -> None:
    desk.certificate()
    assert desk.told("renew") == {"renewed": 0, "refused": {}}
    with desk.office.database.transaction() as session:
        session.execute(update(Certificate).values(expires_at=desk.office.now + timedelta(days=3)))
    assert desk.told("renew") == {"renewed": 1, "refused": {}}
    with desk.office.database.transaction() as session:
        session.execute(update(Certificate).values(expires_at=desk.office.now + timedelta(days=3)))
    (person_id,) = {row.person_id for row in desk.office.certificates()}
    desk.office.set_person(person_id, identity_state=IdentityState.WRONG.value)
    assert desk.told("renew", code=1) == {"renewed": 0, "refused": {"identity_unverified": 1}}


def test_the_key_that_signs_now_is_not_renewed(desk: Desk) -> None:
    shown = desk.certificate()
    done = desk.run("renew", "--key", shown["key_id"])
    assert done.exit_code == 2
    assert done.stderr.startswith("bad_option: ")
    assert desk.told("renew", "--key", "00" * 8) == {"renewed": 0, "refused": {}}


def test_shown_on_stdout_in_every_form(desk: Desk) -> None:
    shown = desk.certificate()
    text = shown["text"]
    assert text.startswith("HC1:")
    assert desk.run("show", shown["id"], "--format", "text").stdout == f"{text}\n"
    for form in ("pdf", "png", "qr-png"):
        assert read_codes(desk.run("show", shown["id"], "--format", form).stdout_bytes) == [text]
    assert desk.run("show", shown["id"], "--format", "qr-svg").stdout.startswith("<svg")


def test_written_into_a_folder_in_every_form(desk: Desk, tmp_path: Path) -> None:
    shown = desk.certificate()
    folder = tmp_path / "out" / "here"
    done = desk.run("show", shown["identifier"], "-o", str(folder))
    assert (done.exit_code, done.stdout) == (0, "")
    assert sorted(path.name.removeprefix(shown["id"]) for path in folder.iterdir()) == [
        "-qr.png", "-qr.svg", ".json", ".pdf", ".png", ".txt",
    ]  # fmt: skip
    assert read_codes((folder / f"{shown['id']}.pdf").read_bytes()) == [shown["text"]]
    desk.run("show", shown["id"], "--format", "text", "-o", str(tmp_path / "one"))
    assert [path.name for path in (tmp_path / "one").iterdir()] == [f"{shown['id']}.txt"]


def test_a_folder_that_cannot_be_made_is_wrong_usage(desk: Desk, tmp_path: Path) -> None:
    shown = desk.certificate()
    (tmp_path / "file").write_text("in the way")
    done = desk.run("show", shown["id"], "-o", str(tmp_path / "file"))
    assert done.exit_code == 2
    assert done.stderr.startswith("bad_option: ")
