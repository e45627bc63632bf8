"""The API for programs, above all travel agencies: checks one by one, in batches, and from pictures (INTERFACES 5).

A hostile or oversized credential is no error: it is a verdict. Errors are problem+json and never repeat the input.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from typing import Any

import orjson
from apiflask import APIBlueprint
from flask import Response, g, request
from flask_limiter.util import get_remote_address

from passport.demo import samples
from passport.errors import InputError, PassportError, Refusal, Sentence
from passport.house import clock, current_house
from passport.registry.clients import find_client
from passport.verifying.context import Context
from passport.verifying.request import CheckRequest, answer, parse_defaults, parse_request
from passport.verifying.verify import verify_image
from passport.web import access
from passport.web.api_models import BATCH_LIMIT, BatchOut, SamplesOut, VerdictOut, documented
from passport.web.errors import problem, problem_response, status_of
from passport.web.limits import LIMITER
from passport.web.published import count

BLUEPRINT = APIBlueprint("agency", __name__, url_prefix="/api/v1", tag="Verification")
access.declare(BLUEPRINT, access.Audience.CLIENT)

ANONYMOUS_LIMIT = "30 per minute"  # per address, so that the page works without a login (INTERFACES section 5)
CLIENT_LIMIT = "1200 per minute"
_FORM_FIELDS = ("at", "country", "policy", "ref")
_NO_KEY = Sentence("Cần khóa truy cập hợp lệ.", "A valid API key is needed.")
_NO_SCOPE = Sentence("Khóa truy cập không có quyền này.", "The key lacks the scope for this.")
_NOT_JSON = Sentence("Nội dung không phải JSON.", "The body is not JSON.")
# The signature check leaves the interpreter lock, so both cores work on one batch.
_POOL = ThreadPoolExecutor(max_workers=cpu_count() or 1, thread_name_prefix="verify")


def _caller() -> str:
    client = g.get("client")
    return f"client:{client.id}" if client else f"address:{get_remote_address()}"


def _limit() -> str:
    return CLIENT_LIMIT if g.get("client") else ANONYMOUS_LIMIT


@BLUEPRINT.before_request
def _authenticate() -> Response | None:
    """Finds the client of a key; a key that is not known is refused rather than taken for a stranger."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return None
    with current_house().database.reading() as session:
        g.client = find_client(session, key=key.strip()) if scheme.lower() == "bearer" else None
    if g.client is None:
        return problem_response(problem(401, _NO_KEY))
    return None


def _needs(scope: str, *, anonymous: bool = False) -> Response | None:
    client = g.get("client")
    if client is None:
        return None if anonymous else problem_response(problem(401, _NO_KEY))
    return None if scope in client.scopes else problem_response(problem(403, _NO_SCOPE))


def _json(data: Any) -> Response:
    return Response(orjson.dumps(data), content_type="application/json")


def _body() -> Any:
    try:
        return orjson.loads(request.get_data())
    except orjson.JSONDecodeError:
        return _UNREADABLE


_UNREADABLE = object()


@BLUEPRINT.post("/verifications")
@BLUEPRINT.output(VerdictOut)
@documented("Check one certificate, or two to five of one person together", errors=(400, 401, 403, 413, 422, 429))
@LIMITER.limit(_limit, key_func=_caller)
def verify_one() -> Response:
    """The verdict, 200 whatever the outcome."""
    refusal = _needs("verify", anonymous=True)
    if refusal is not None:
        return refusal
    context = current_house().context
    if request.mimetype == "multipart/form-data":
        return _picture(context)
    body = _body()
    if body is _UNREADABLE:
        return problem_response(problem(400, _NOT_JSON))
    return _json(_told(parse_request(body), context=context))


def _picture(context: Context) -> Response:
    """A picture or PDF with the same fields beside it; the holder's fields are `name` and `born`."""
    unknown = (request.form.keys() | request.files.keys()) - {*_FORM_FIELDS, "image", "name", "born"}
    if unknown or "image" not in request.files:
        raise InputError(Refusal.BAD_OPTION, "unknown field" if unknown else "image")
    fields: dict[str, Any] = {k: v for k in _FORM_FIELDS if (v := request.form.get(k))}
    holder = {k: v for k in ("name", "born") if (v := request.form.get(k))}
    check = parse_request({"credential": "", **fields} | ({"holder": holder} if holder else {}))
    verdict = verify_image(
        request.files["image"].read(),
        context=context,
        now=clock(),
        at=check.at,
        country=check.country,
        policy=check.policy,
        holder=check.holder,
    )
    return _json(count(verdict).as_dict() | ({"ref": check.ref} if check.ref is not None else {}))


@BLUEPRINT.post("/verifications/batch")
@BLUEPRINT.output(BatchOut)
@documented("Check up to 1,000 certificates", errors=(400, 401, 403, 413, 422, 429), key=True)
@LIMITER.limit(_limit, key_func=_caller)
def verify_batch() -> Response:
    """One verdict an item in their order; a malformed item gives a problem in its place and spoils only itself."""
    refusal = _needs("verify:batch")
    if refusal is not None:
        return refusal
    body = _body()
    if body is _UNREADABLE:
        return problem_response(problem(400, _NOT_JSON))
    if type(body) is not dict or not body.keys() <= {"items", "at", "country", "policy"}:
        raise InputError(Refusal.BAD_OPTION, "body")
    items = body.get("items")
    if type(items) is not list or not 1 <= len(items) <= BATCH_LIMIT:
        raise InputError(Refusal.BAD_OPTION, "items")
    defaults = parse_defaults(body)
    context = current_house().context
    return _json({"results": list(_POOL.map(lambda item: _one_of_many(item, defaults, context), items))})


def _one_of_many(item: Any, defaults: CheckRequest, context: Context) -> dict[str, Any]:
    try:
        return _told(parse_request(item, defaults=defaults), context=context)
    except PassportError as error:
        return problem(status_of(error), error.message, reason=error.reason.value, advice=error.advice)


def _told(check: CheckRequest, *, context: Context) -> dict[str, Any]:
    verdict = count(answer(check, context=context, now=clock())).as_dict()
    return verdict | ({"ref": check.ref} if check.ref is not None else {})


@BLUEPRINT.get("/samples")
@BLUEPRINT.output(SamplesOut)
@documented("One credential for each reason, from the demo issuer, with the expected verdict")
def list_samples() -> Response:
    """The samples; empty in production, where no demo issuer is trusted."""
    settings = current_house().settings
    known = () if settings.production else samples.load(settings.instance_dir)
    return _json({"samples": [sample.as_dict() for sample in known]})
