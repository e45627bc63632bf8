"""`Idempotency-Key` on writes: whoever lost the answer sends the same again and gets the first answer.

Only what was done is kept. A request that was refused changed nothing, so it is judged anew when it comes again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Response, request

from passport.errors import InputError, Refusal
from passport.house import clock, current_house
from passport.registry import idempotency
from passport.web.callers import calling_client

P = ParamSpec("P")
HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(r"[!-~]{1,255}")


def idempotent(view: Callable[P, Response]) -> Callable[P, Response]:
    """Does a write once for each key that a client sends with it; without a key it is done as often as it is sent.

    To stand beneath `needs`. Raises InputError (bad_option) for a key that is none, (other_request) for one that
    came with another request, Refused (in_progress) while the same request is still being answered.
    """

    @wraps(view)
    def once(*args: P.args, **kwargs: P.kwargs) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return view(*args, **kwargs)
        if not _KEY.fullmatch(key):
            raise InputError(Refusal.BAD_OPTION, HEADER)
        client_id, database = calling_client().id, current_house().database
        with database.transaction() as session:
            known = idempotency.begin(session, client_id=client_id, key=key, request_hash=_request_hash(), at=clock())
        if known is not None:
            return Response(known.body, known.status, {REPLAYED: "true"}, content_type="application/json")
        try:
            response = view(*args, **kwargs)
        except BaseException:
            with database.transaction() as session:
                idempotency.forget(session, client_id=client_id, key=key)
            raise
        done = idempotency.Answer(response.status_code, response.get_data(as_text=True))
        with database.transaction() as session:
            idempotency.finish(session, client_id=client_id, key=key, answer=done)
        return response

    return once


def _request_hash() -> bytes:
    return hashlib.sha256(b"\0".join((request.method.encode(), request.path.encode(), request.get_data()))).digest()
