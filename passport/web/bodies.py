"""The JSON body of a request to the API, read once."""

from __future__ import annotations

from typing import Any

import orjson
from flask import g, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

BATCH_LIMIT = 1000  # items


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
