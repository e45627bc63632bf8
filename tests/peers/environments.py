"""Installs the verifiers of others, each lock into a folder of its own: Node's packages here, Python's in a .venv.

They are other people's programs under other licences: the service never imports them, the tests ask them as
processes (`asking`). They are installed where their registries can be reached and Node is there; elsewhere their
tests skip with the reason. A lock that cannot be installed although its registry answers is a failure in CI.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
# How npm and pip say that nobody answered.
UNREACHABLE = (
    "ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH",
    "ERR_SOCKET_TIMEOUT", "Failed to establish a new connection", "NewConnectionError", "ConnectTimeoutError",
    "ReadTimeoutError", "Connection refused", "Connection reset",
)  # fmt: skip


class NotInstalled(Exception):
    """Why an environment is absent; `excused` where this machine cannot have it."""

    def __init__(self, why: str, *, excused: bool) -> None:
        super().__init__(why)
        self.excused = excused


@dataclass(frozen=True, slots=True)
class Environment:
    """One locked set of programs: what locks it, where it lies, how it is installed, and what runs a program in it."""

    name: str
    locks: tuple[Path, ...]
    folder: Path
    install: Callable[[], None]
    program: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Whether it was installed whole from these very locks."""
        stamp = self._stamp
        return stamp.exists() and stamp.read_text("ascii") == self._digest()

    def prepare(self) -> None:
        """Installs it when absent; raises NotInstalled."""
        if not self.ready:
            self.install()
            self._stamp.write_text(self._digest(), "ascii")

    @property
    def _stamp(self) -> Path:
        return self.folder / ".installed"

    def _digest(self) -> str:
        return hashlib.sha256(b"".join(lock.read_bytes() for lock in self.locks)).hexdigest()


def _install_node() -> None:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise NotInstalled("Node and npm are not on this machine", excused=True)
    run(npm, "ci", "--no-audit", "--no-fund", "--fetch-retries=1")


def _install_python() -> None:
    shutil.rmtree(PYTHON.folder, ignore_errors=True)
    run(sys.executable, "-m", "venv", "--without-pip", str(PYTHON.folder))
    pip = (sys.executable, "-m", "pip", "--python", PYTHON.program[0], "--disable-pip-version-check", "--retries=1")
    run(*pip, "install", "--quiet", "--no-compile", "--no-deps", "--require-hashes", "-r", str(PYTHON.locks[0]))


def run(*command: str) -> None:
    """Runs an installer; raises NotInstalled, excused where its registry did not answer."""
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode:
        told = done.stdout + done.stderr
        if any(sign in told for sign in UNREACHABLE):
            raise NotInstalled("the registry cannot be reached", excused=True)
        raise NotInstalled(told[-800:], excused=False)


NODE = Environment(
    name="Node",
    locks=(HERE / "package-lock.json", HERE / "package.json", HERE / ".npmrc"),
    folder=HERE / "node_modules",
    install=_install_node,
    program=("node", str(HERE / "judging.mjs")),
)
PYTHON = Environment(
    name="Python",
    locks=(HERE / "requirements.txt",),
    folder=HERE / ".venv",
    install=_install_python,
    program=(str(HERE / ".venv" / "bin" / "python"), str(HERE / "judging.py")),
)


def main() -> int:
    """Prepares both at once; says what is absent and why. 1 in CI, when that is not the machine's fault."""
    spoilt = False
    with ThreadPoolExecutor(2) as threads:
        runs = {environment: threads.submit(environment.prepare) for environment in (NODE, PYTHON)}
    for environment, run in runs.items():
        if isinstance(why := run.exception(), NotInstalled):
            print(f"verifiers of others on {environment.name}: {why}, so their tests skip", file=sys.stderr)
            spoilt |= not why.excused
        else:
            run.result()
    return int(spoilt and bool(os.environ.get("CI")))


if __name__ == "__main__":
    raise SystemExit(main())
