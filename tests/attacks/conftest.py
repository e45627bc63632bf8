"""What every attack runs under: no socket may be opened, and nothing may be written to the key folder."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from passport.verifying.context import Context
from tests.forging import Authority, context_of


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a socket was opened")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "create_connection", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)


@pytest.fixture(scope="session")
def xa() -> Authority:
    """A trusted issuer with an elliptic key."""
    return Authority()


@pytest.fixture(scope="session")
def xr() -> Authority:
    """A trusted issuer with an RSA key."""
    return Authority(country="XR", organisation="Ministry of XR", algorithm="PS256")


@pytest.fixture
def context(tmp_path: Path, xa: Authority, xr: Authority) -> Context:
    """Trusts both."""
    return context_of([xa.anchor(), xr.anchor()], folder=tmp_path)
