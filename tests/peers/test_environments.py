"""The environments of the verifiers of others: locked by hashes, without addresses, and told why one is absent."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from tests.peers.environments import HERE, Environment, NotInstalled, run

ROOT = Path(__file__).parents[2]


def test_the_locks_hold_hashes_and_no_addresses() -> None:
    lock = (HERE / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    assert all("integrity" in package for name, package in json.loads(lock)["packages"].items() if name)
    requirements = (HERE / "requirements.txt").read_text("utf-8")
    assert "://" not in requirements
    assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[a-z])", requirements.strip()))


def test_the_service_locks_none_of_them() -> None:
    """They are other people's programs under other licences, and run as processes of their own."""
    ours = "\n".join((ROOT / folder / "requirements.txt").read_text("utf-8") for folder in ("", "tests"))
    for line in (HERE / "requirements.in").read_text("utf-8").split():
        name, _, version = line.partition("==")
        assert version
        assert not re.search(rf"^{name}==", ours, re.MULTILINE)


def test_installed_once(tmp_path: Path) -> None:
    lock, installs = tmp_path / "lock", []

    def install() -> None:
        installs.append(lock.read_text())
        (tmp_path / "there").mkdir(exist_ok=True)

    environment = Environment("one", (lock,), tmp_path / "there", install, ())
    lock.write_text("first")
    assert not environment.ready
    environment.prepare()
    environment.prepare()
    assert environment.ready
    lock.write_text("second")
    assert not environment.ready
    environment.prepare()
    assert installs == ["first", "second"]


@pytest.mark.parametrize(
    ("told", "excused"), [("npm error code ENOTFOUND", True), ("npm error code EINTEGRITY", False)]
)
def test_only_a_registry_out_of_reach_is_an_excuse(told: str, excused: bool) -> None:
    with pytest.raises(NotInstalled) as absent:
        run(sys.executable, "-c", f"raise SystemExit({told!r})")
    assert absent.value.excused is excused
