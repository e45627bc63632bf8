"""The bodies of requests: JSON to the API, read once; how large one may be."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Flask, g, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from passport.web.agency_session import signed_in

BATCH_LIMIT = 1000  # items
GROUP_BYTES = 200 * 1024 * 1024  # 200 pictures of a megabyte each, as telephones send them on
_LARGE = {"agency_own.submit": GROUP_BYTES}


def connect(app: Flask) -> None:
    """Lets signed-in agencies send a group, and lets go of uploads; to be called before anything reads a body."""
    app.before_request(_allow)
    app.teardown_request(_close)


def _allow() -> None:
    if request.endpoint in _LARGE and signed_in() is not None:
        request.max_content_length = _LARGE[request.endpoint]


def _close(_error: BaseException | None) -> None:
    """A large upload lies in a temporary file, which is gone with its handle."""
    request.close()


def json_body() -> Any:
    """What the body says; raises BadRequest when it is not JSON, RequestEntityTooLarge over the limit."""
    if "json_body" not in g:
        try:
            g.json_body = orjson.loads(request.get_data())
        except orjson.JSONDecodeError as error:
            raise BadRequest from error
    return g.json_body


def batch_size() -> int:
    """How many items the batch in the body holds; one for what is no batch and will be refused as such."""
    try:
        body = json_body()
    except (BadRequest, RequestEntityTooLarge):
        return 1
    items = body.get("items") if type(body) is dict else None
    return len(items) if type(items) is list and 1 <= len(items) <= BATCH_LIMIT else 1
