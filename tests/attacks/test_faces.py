"""Attacks on the faces of the verifier: harvesting by its API, markup in names, pictures that are none
(reference/security T10, T15, T19)."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from PIL import Image

from passport.house import EXTENSION
from passport.registry.clients import SCOPES, create_client
from passport.rendering.qr import qr_png
from passport.web.limits import LIMITER
from tests.serving import Codes, application, trusted_codes

ONE = "/api/v1/verifications"
VERDICT = {
    "outcome", "reason", "heading", "test", "message", "advice", "format", "steps", "certificate", "dose_status",
    "rules", "holder_match", "lists", "checked_at",
}  # fmt: skip
HOLDER = {"name", "family_name", "given_name", "transliterated", "born"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faces")


@pytest.fixture(scope="module")
def codes(folder: Path) -> Codes:
    return trusted_codes(folder / "keys")


@pytest.fixture(scope="module")
def app(folder: Path, codes: Codes, sqlite_template: Path) -> APIFlask:
    app = application(folder, sqlite_template)
    app.config["WTF_CSRF_ENABLED"] = False  # test_routes looks after the tokens
    return app


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    LIMITER.reset()
    return app.test_client()


def headers(app: APIFlask, *scopes: str) -> dict[str, str]:
    with app.extensions[EXTENSION].database.transaction() as session:
        _client, key = create_client(session, name="Agency", scopes=scopes, now=datetime.now(UTC))
    return {"Authorization": f"Bearer {key}"}


# T10


@pytest.mark.parametrize("scopes", [(), ("verify",), SCOPES], ids=["stranger", "verify", "everything"])
def test_a_verdict_holds_no_more_for_any_scope(
    app: APIFlask, client: FlaskClient, codes: Codes, scopes: tuple[str, ...]
) -> None:
    asked = headers(app, *scopes) if scopes else {}
    verdict = client.post(ONE, json={"credential": codes.valid}, headers=asked).get_json()
    assert verdict.keys() == VERDICT
    assert verdict["certificate"]["holder"].keys() == HOLDER
    assert client.post(ONE, json={"credential": codes.forged}, headers=asked).get_json()["certificate"] is None


@pytest.mark.parametrize("query", [{"name": "Nguyễn Văn An"}, {"id": "URN:UVCI:01:XA:MOH/8H3K2M9QWZ#T"}])
def test_nobody_is_looked_up_by_name_or_identifier(app: APIFlask, client: FlaskClient, query: dict[str, str]) -> None:
    asked = headers(app, "verify", "verify:batch")
    assert client.post(ONE, json=query, headers=asked).status_code == 422
    assert client.get(ONE, query_string=query, headers=asked).status_code == 405
    nobody = "0" * 32
    for path in (f"people/{nobody}", f"people/{nobody}/doses", f"certificates/{nobody}"):
        assert client.get(f"/api/v1/{path}", headers=asked).status_code == 403
        assert client.get(f"/api/v1/{path}").status_code == 401


# T15


def test_markup_in_a_name_stays_text(client: FlaskClient, codes: Codes) -> None:
    page = client.post("/verify", data={"credential": codes.markup})
    text = page.get_data(as_text=True)
    assert 'data-outcome="valid"' in text
    assert "&lt;b&gt;An&lt;/b&gt;" in text
    assert "<b>An</b>" not in text
    assert "<img src=x" not in text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"


# T19


def _saved(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(out, kind)
    return out.getvalue()


def _huge_png() -> bytes:
    """A PNG of a few bytes that claims ten thousand million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


PICTURES = {
    "nothing": b"",
    "a picture of another kind": _saved("GIF"),
    "a bitmap": _saved("BMP"),
    "a drawing with a script": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a page named picture": b"<html><script>alert(1)</script></html>",
    "half a picture": qr_png("HC1:A")[:60],
    "a picture that unfolds": _huge_png(),
    "a magic number alone": b"\xff\xd8\xff\xe0",
    "a container of pictures": b"RIFF\xff\xff\xff\xffWEBPVP8 ",
}


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
@pytest.mark.parametrize("name", ["a.png", "../../etc/passwd", "a.svg"])
def test_what_is_no_picture_has_its_verdict(client: FlaskClient, picture: bytes, name: str) -> None:
    form = {"image": (io.BytesIO(picture), name)}
    answer = client.post(ONE, data=form, content_type="multipart/form-data")
    verdict = answer.get_json()
    assert (answer.status_code, verdict["outcome"], verdict["certificate"]) == (200, "invalid", None)
    assert verdict["reason"] in ("unreadable_image", "too_large")
    assert name not in answer.get_data(as_text=True)
