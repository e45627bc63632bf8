"""The signed lists as several processes of one installation hand them out."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from apiflask import APIFlask
from cryptography.hazmat.primitives.serialization import Encoding

from passport.codecs import deflate, jws
from passport.trust.keyring import import_keys
from passport.trust.passphrase import read_passphrase
from passport.trust.signers import create_signer
from passport.web import published
from tests.forging import Authority
from tests.serving import application

HALF_PAST_NINE = datetime.now(UTC).replace(hour=9, minute=30, second=0, microsecond=250_000) + timedelta(days=1)
MINUTE = timedelta(minutes=1)


def _read(app: APIFlask) -> dict[str, Any]:
    """What the three lists say, without their signatures."""
    texts = app.test_client().get("/trust/bundle").get_json()
    tokens = {name: jws.parse(text) for name, text in texts.items()}
    return {
        name: [token.header, orjson.loads(deflate.inflate_raw(token.payload, limit=2**24))]
        for name, token in tokens.items()
    }


def _dates(lists: dict[str, Any]) -> set[datetime]:
    return {datetime.fromtimestamp(payload["iat"], UTC) for _header, payload in lists.values()}


def test_all_processes_over_one_key_folder_seal_the_same_lists_and_no_change_is_older(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at(now: datetime) -> None:
        monkeypatch.setattr(published, "clock", lambda: now)

    def changed(now: datetime) -> None:
        """Dates what was written since the last time."""
        for path in keys.rglob("*.*"):
            if path.stat().st_mtime_ns != dated.get(path):
                os.utime(path, (now.timestamp(), now.timestamp()))
                dated[path] = path.stat().st_mtime_ns

    keys = tmp_path / "keys"
    dated: dict[Path, int] = {}
    one = application(tmp_path, sqlite_template)
    other = application(tmp_path, sqlite_template)
    passphrase, issuer = read_passphrase(keys, file=None, production=False), Authority()
    create_signer(keys, country="VN", issuer_name="M", passphrase=passphrase, now=HALF_PAST_NINE, test=True)
    changed(HALF_PAST_NINE)

    at(HALF_PAST_NINE + 5 * MINUTE)
    first = _read(one)
    assert _dates(first) == {HALF_PAST_NINE.replace(microsecond=0)}
    at(HALF_PAST_NINE + 20 * MINUTE)  # the other one starts later
    assert _read(other) == first == _read(one)

    at(HALF_PAST_NINE + 40 * MINUTE)
    hourly = _read(other)
    assert _dates(hourly) == {HALF_PAST_NINE.replace(hour=10, minute=0, microsecond=0)}
    at(HALF_PAST_NINE + 50 * MINUTE)
    assert _read(one) == hourly

    pem = issuer.certificate.public_bytes(Encoding.PEM)
    import_keys(keys, [("x.pem", pem)], production=False, now=HALF_PAST_NINE + 52 * MINUTE)
    changed(HALF_PAST_NINE + 52 * MINUTE)
    at(HALF_PAST_NINE + 53 * MINUTE)
    newer = _read(one)
    assert _dates(newer) == {(HALF_PAST_NINE + 52 * MINUTE).replace(microsecond=0)}
    assert len(newer["trust"][1]["keys"]) == len(hourly["trust"][1]["keys"]) + 1
    at(HALF_PAST_NINE + 80 * MINUTE)
    assert _read(other) == newer
