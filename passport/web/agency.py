"""The API for programs, above all travel agencies: checks one by one, in batches, and from pictures (INTERFACES 5).

A hostile or oversized credential is no error: it is a verdict. Errors are problem+json and never repeat the input.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from os import cpu_count
from typing import Any

import orjson
from apiflask import APIBlueprint
from flask import Response, request

from passport.demo import samples
from passport.domain.verdict import JointVerdict, Verdict
from passport.errors import InputError, PassportError, Refusal
from passport.house import clock, current_house
from passport.verifying.context import Context
from passport.verifying.request import CheckRequest, answer, parse_defaults, parse_request
from passport.verifying.verify import verify_image
from passport.web import access
from passport.web.api_requests import BatchIn, CheckIn, PictureIn
from passport.web.api_verdicts import BatchOut, CheckOut, SamplesOut
from passport.web.bodies import BATCH_LIMIT, json_body, read_json
from passport.web.callers import caller, needs, require_known
from passport.web.errors import problem_of
from passport.web.openapi import documented
from passport.web.published import count
from passport.web.test_keys import require_samples
from passport.web.use import counted_for

BLUEPRINT = APIBlueprint("agency", __name__, url_prefix="/api/v1", tag="Verification")
access.declare(BLUEPRINT, access.Audience.CLIENT)

_FORM_FIELDS = ("at", "country", "policy", "ref", "holder", "name", "born")
# The signature check leaves the interpreter lock, so both cores work on one batch.
_POOL = ThreadPoolExecutor(max_workers=cpu_count() or 1, thread_name_prefix="verify")

BLUEPRINT.before_request(require_known)


def json_answer(data: Any) -> Response:
    """An answer in JSON."""
    return Response(orjson.dumps(data), content_type="application/json")


@BLUEPRINT.post("/verifications")
@documented(
    "Check one certificate, or two to five of one person together",
    answer=CheckOut,
    bodies={"application/json": CheckIn, "multipart/form-data": PictureIn},
    errors=(400, 403, 413, 422, 429),
    anonymous=True,
)
@needs("verify", anonymous=True)
def verify_one() -> Response:
    """The verdict, 200 whatever the outcome."""
    context = current_house().context
    if request.mimetype == "multipart/form-data":
        return json_answer(_of_picture(context))
    return json_answer(told_check(parse_request(json_body()), context=context))


def _of_picture(context: Context) -> dict[str, Any]:
    """A picture or PDF with the same fields beside it; the holder is JSON, or two fields `name` and `born`."""
    parts = [*request.form.items(multi=True), *request.files.items(multi=True)]
    names = [name for name, _part in parts]
    if not set(names) <= {*_FORM_FIELDS, "image"} or len(names) > len(set(names)):
        raise InputError(Refusal.BAD_OPTION, "unknown or repeated field")
    if "image" not in request.files:
        raise InputError(Refusal.BAD_OPTION, "image")
    fields: dict[str, Any] = request.form.to_dict()
    if "holder" in fields:
        fields["holder"] = _json_field(fields["holder"])
    alone = {name: fields.pop(name) for name in ("name", "born") if name in fields}
    check = parse_request({"credential": "", **fields})
    if alone:
        check = replace(check, holder=parse_request({"credential": "", "holder": alone}).holder)
    verdict = verify_image(
        request.files["image"].read(),
        context=context,
        now=clock(),
        at=check.at,
        country=check.country,
        policy=check.policy,
        holder=check.holder,
    )
    return _given(verdict, check)


def _json_field(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError as error:
        raise InputError(Refusal.BAD_OPTION, "holder") from error


@BLUEPRINT.post("/verifications/batch")
@documented(
    "Check up to 1,000 certificates",
    answer=BatchOut,
    bodies={"application/json": BatchIn},
    errors=(400, 403, 413, 422, 429),
)
@needs("verify:batch")
def verify_batch() -> Response:
    """One verdict an item in their order; a malformed item gives a problem in its place and spoils only itself."""
    body = json_body()
    if type(body) is not dict or not body.keys() <= {"items", "at", "country", "policy"}:
        raise InputError(Refusal.BAD_OPTION, "body")
    items = body.get("items")
    if type(items) is not list or not 1 <= len(items) <= BATCH_LIMIT:
        raise InputError(Refusal.BAD_OPTION, "items")
    defaults = parse_defaults(body)
    context = current_house().context
    answers = _POOL.map(lambda item: _answered(item, defaults, context, clock()), items)
    return json_answer({"results": [_one_of_many(answered) for answered in answers]})


_Answered = tuple[CheckRequest, Verdict | JointVerdict] | PassportError


def _answered(item: Any, defaults: CheckRequest, context: Context, now: datetime) -> _Answered:
    """What an item of a batch asks and its verdict, or why it is no check."""
    try:
        check = parse_request(item, defaults=defaults)
    except PassportError as error:
        return error
    return check, answer(check, context=context, now=now)


def _one_of_many(answered: _Answered) -> dict[str, Any]:
    try:
        if isinstance(answered, PassportError):
            raise answered
        check, verdict = answered
        return _given(verdict, check)
    except PassportError as error:
        return problem_of(error)


def told_check(check: CheckRequest, *, context: Context) -> dict[str, Any]:
    """The verdict on a check as the API tells it; raises Refused (samples_only) for a test key."""
    return _given(answer(check, context=context, now=clock()), check)


def _given(verdict: Verdict | JointVerdict, check: CheckRequest) -> dict[str, Any]:
    """A verdict as it leaves the house: counted, with the caller's own reference."""
    who = caller()
    if who.tries:
        require_samples(check.credentials, verdict)
    if who.client is not None:
        counted_for(who.client.id, [verdict])
    return count(verdict).as_dict() | ({"ref": check.ref} if check.ref is not None else {})


@BLUEPRINT.get("/samples")
@documented(
    "One credential for each reason, from the demo issuer, with the expected verdict",
    answer=SamplesOut,
    anonymous=True,
)
def list_samples() -> Response:
    """The samples; empty in production, where no demo issuer is trusted."""
    settings = current_house().settings
    known = () if settings.production else samples.load(settings.instance_dir)
    return json_answer({"samples": [sample.as_dict() for sample in known]})
