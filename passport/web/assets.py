"""Styles, fonts and scripts: built by `frontend/`, served compressed and kept by the browser for ever.

A page asks for a file with a piece of its hash, so a new build is a new address.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from mimetypes import guess_type
from pathlib import Path

from flask import Flask, Response, request, send_from_directory, url_for
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

from passport.house import EXTENSION

_STATIC = Path(__file__).parent / "static"
_COMPRESSIBLE = {".css", ".js", ".json", ".svg", ".txt", ".wasm"}
_FOR_EVER = "public, max-age=31536000, immutable"


def connect(app: Flask) -> None:
    """Serves the built files, and gives templates `asset()`, `settings` and the component macros."""
    app.view_functions["static"] = serve
    app.jinja_env.globals.update(asset=asset, settings=app.extensions[EXTENSION].settings)
    app.jinja_env.loader = ChoiceLoader(
        [
            app.jinja_env.loader,  # type: ignore[list-item]  # Flask always sets one
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )


def asset(name: str) -> str:
    """The address of a built file; raises KeyError for a file that the build does not write."""
    return url_for("static", filename=name, v=_hashes()[name])


@cache
def _hashes() -> dict[str, str]:
    files: dict[str, str] = json.loads((_STATIC / "manifest.json").read_text("utf-8"))["files"]
    return files


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress((_STATIC / name).read_bytes(), mtime=0)


def serve(filename: str) -> Response:
    """A built file, compressed where the browser takes it so."""
    known = _hashes().get(filename)
    if known and Path(filename).suffix in _COMPRESSIBLE and request.accept_encodings["gzip"]:
        response = Response(_compressed(filename), mimetype=guess_type(filename)[0])
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = send_from_directory(_STATIC, filename)
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = _FOR_EVER if known and request.args.get("v") == known else "no-cache"
    return response
