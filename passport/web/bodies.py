"""The bodies of requests: JSON to the API, read once; how large one may be."""

from __future__ import annotations

import json
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
            g.json_body = read_json(request.get_data())
        except ValueError as error:
            raise BadRequest from error
    return g.json_body


def read_json(data: bytes | str) -> Any:
    """The JSON in `data`; raises ValueError when it is none, or says one thing twice.

    What stands deeper in it and says one thing twice becomes a `Contradiction`, which no field takes for its value:
    so an item of a batch spoils only itself.
    """
    orjson.loads(data)  # which takes no NaN, no half characters and no nesting without end, but the last of two keys
    try:
        value = json.loads(data, object_pairs_hook=_object)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if isinstance(value, Contradiction):
        raise ValueError("a duplicate key")
    return value


class Contradiction:
    """A JSON object with a duplicate key: which of the two was meant, readers disagree about."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Contradiction:
    members = dict(pairs)
    return members if len(members) == len(pairs) else Contradiction()


def batch_size() -> int:
    """How many items the batch in the body holds; one for what is no batch and will be refused as such."""
    try:
        body = json_body()
    except (BadRequest, RequestEntityTooLarge):
        return 1
    items = body.get("items") if type(body) is dict else None
    return len(items) if type(items) is list and 1 <= len(items) <= BATCH_LIMIT else 1
