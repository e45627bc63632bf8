"""Pages and drawings compressed on their way, where nobody can learn from their length.

A page holds secrets (its token, people's names) beside what its address says. A foreign site that makes a browser ask
again and again could guess the one by the other from compressed lengths (BREACH). So what a foreign site asked for
with the visitor's cookies, and what answers a form, travels as it is.
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

_KINDS = {"text/html", "image/svg+xml"}
_OWN = {"same-origin", "none"}  # Sec-Fetch-Site: our own page, the visitor's own hand (Fetch Metadata)
_LEAST = 1024  # bytes; less fits one packet anyway


def connect(app: Flask) -> None:
    """Compresses answers; files of the build are looked after where they are served."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype not in _KINDS or response.direct_passthrough or "Content-Encoding" in response.headers:
        return response
    response.vary.update(("Accept-Encoding", "Sec-Fetch-Site", "Cookie"))
    if _harmless() and request.accept_encodings["gzip"] and len(response.get_data()) >= _LEAST:
        response.set_data(gzip.compress(response.get_data(), compresslevel=6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _harmless() -> bool:
    return request.method == "GET" and (not request.cookies or request.headers.get("Sec-Fetch-Site") in _OWN)
