"""No library's exception crosses a boundary: rubbish brings out PassportError alone, and nothing opens a socket."""

from __future__ import annotations

import contextlib
import socket
from datetime import UTC, datetime
from typing import Any

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passport.errors import PassportError
from passport.formats.table import FORMATS, detect
from passport.intake.sheets import read_sheet
from passport.rendering.pdf_pages import pages
from passport.rendering.reading import read_codes
from passport.trust.anchors import parse_keys

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
PREFIXES = ["", "HC1:", "HC1:NCF", "shc:/", "shc:/567629595326546034602925", "NZCP:/1/", "{", '{"data":{', "eyJ"]


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prefix=st.sampled_from(PREFIXES), rest=st.text(max_size=300))
def test_texts(prefix: str, rest: str) -> None:
    for module in (detect, *(f.open for f in FORMATS.values())):
        with contextlib.suppress(PassportError):
            module(prefix + rest)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400))
def test_files(data: bytes) -> None:
    for start in (
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"PK\x03\x04",
        b"RIFF\x00\x00\x00\x00WEBP",
    ):
        with contextlib.suppress(PassportError):
            read_codes(start + data)
        with contextlib.suppress(pypdfium2.PdfiumError):  # what the child of read_codes tells
            list(pages(b"%PDF-1.7\n" + data))
        with contextlib.suppress(PassportError):
            list(read_sheet(start + data, file_name="list.xlsx").rows)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_key_files(data: bytes) -> None:
    for start in (b"", b"-----BEGIN CERTIFICATE-----\n", b'{"keys":[', b"[{", b"\x30\x82"):
        with contextlib.suppress(PassportError):
            parse_keys(start + data, source="rubbish", issuer=None, kid=None, withdrawn=False, now=NOW)
