"""The built files: they are the build of their sources, small on the way, and kept by the browser."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from passport.web.assets import asset
from tests.absence import absent
from tests.peers.environments import UNREACHABLE

WEB = Path(__file__).parents[2] / "passport" / "web"
FRONTEND, STATIC = WEB / "frontend", WEB / "static"
SCHEMAS = "../../formats/data"  # from the front end's folder
MANIFEST = json.loads((STATIC / "manifest.json").read_text("utf-8"))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_the_built_files_are_those_of_the_sources() -> None:
    folders = ("scripts", "styles", "images", "licences", SCHEMAS)
    names = ["build.mjs", "package.json", "package-lock.json"]
    for folder in folders:
        files = (path for path in (FRONTEND / folder).rglob("*") if path.is_file())
        names += [f"{folder}/{path.relative_to(FRONTEND / folder).as_posix()}" for path in files]
    lines = (f"{name} {_sha256((FRONTEND / name).read_bytes())}\n" for name in sorted(names))
    assert _sha256("".join(lines).encode()) == MANIFEST["sources"], (
        "run `npm ci && npm run build` in passport/web/frontend"
    )


def test_the_build_is_reproduced(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        absent("npm is not installed")
    copy = tmp_path / "web" / "frontend"
    shutil.copytree(FRONTEND, copy, ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(FRONTEND / SCHEMAS, copy / SCHEMAS)
    install = subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=copy, capture_output=True)
    told = install.stderr.decode("utf-8", "replace")
    if install.returncode and any(word in told for word in UNREACHABLE):
        pytest.skip("npm cannot reach its registry")
    assert install.returncode == 0, told  # a lock that no longer installs is a fault, not an excuse
    subprocess.run([npm, "run", "build"], cwd=copy, capture_output=True, check=True)
    assert json.loads((tmp_path / "web" / "static" / "manifest.json").read_text("utf-8")) == MANIFEST


def test_the_manifest_names_every_file_and_its_hash() -> None:
    files = {
        p.relative_to(STATIC).as_posix(): p for p in STATIC.rglob("*") if p.is_file() and p.name != "manifest.json"
    }
    assert {name: _sha256(path.read_bytes())[:16] for name, path in files.items()} == MANIFEST["files"]


def test_the_lock_holds_hashes_and_no_addresses() -> None:
    lock = (FRONTEND / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    packages = json.loads(lock)["packages"]
    assert all("integrity" in package for name, package in packages.items() if name)


def test_an_asset_is_compressed_and_kept_for_ever(app: APIFlask, client: FlaskClient) -> None:
    with app.test_request_context():
        address = asset("zxing_reader.wasm")
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(answer.data) == (STATIC / "zxing_reader.wasm").read_bytes()
    assert answer.mimetype == "application/wasm"
    assert "immutable" in answer.headers["Cache-Control"]
    plain = client.get(address)
    assert plain.data == (STATIC / "zxing_reader.wasm").read_bytes()
    plain.close()


def test_an_address_without_the_hash_is_asked_again(client: FlaskClient) -> None:
    for address in ("/static/site.css", "/static/site.css?v=old"):
        answer = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Cache-Control"] == "no-cache"


def test_nothing_outside_the_folder_is_served(client: FlaskClient) -> None:
    for name in ("../assets.py", "%2e%2e/assets.py", "missing.css", "fonts"):
        answer = client.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 404
