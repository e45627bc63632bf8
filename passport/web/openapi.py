"""The OpenAPI document: what each call takes and answers, told beside the call and put together here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from apiflask import APIBlueprint
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from passport.web.api_shapes import ProblemOut
from passport.web.errors import PROBLEM
from passport.web.examples import answers, requests
from passport.web.job_models import IMPORT_ID, JOB_ID
from passport.web.record_models import CERTIFICATE_ID, PERSON_ID

F = TypeVar("F", bound=Callable[..., Any])
_SCHEMA = "#/components/schemas/{model}"
_ALWAYS = (401, 503)
_SAID = {
    400: "not JSON",
    401: "the key is missing or not known",
    403: "the key lacks the scope, or the account it acts for the role in that area",
    404: "not found",
    409: "refused in its present state, or the same request is still being answered",
    413: "body over the limit",
    422: "wrong shape or unknown field",
    429: "too many requests; Retry-After tells when to try again",
    503: "something needed is away",
}
_HEADERS = {
    "RateLimit-Policy": (
        "quota and window in seconds of the caller; a batch counts as its items",
        '"client";q=1200;w=60',
    ),
    "RateLimit": ("what remains of the quota and the seconds until it is whole again", '"client";r=1199;t=58'),
    "Retry-After": ("seconds to wait", "12"),
}
_PARAMETERS = {
    "person_id": PERSON_ID,
    "certificate_id": CERTIFICATE_ID,
    "job_id": JOB_ID,
    "import_id": IMPORT_ID,
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "of your choice, new for each write: the same request under it within 24 hours is done only once",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}


@dataclass(frozen=True, slots=True)
class _Call:
    """What the document says of one call beside its address."""

    answer: type[BaseModel]
    errors: tuple[int, ...]
    bodies: Mapping[str, type[BaseModel]]
    anonymous: bool
    idempotent: bool
    query: Mapping[str, Mapping[str, Any]]
    status: int


_CALLS: dict[str, _Call] = {}


def documented(
    summary: str,
    *,
    answer: type[BaseModel],
    errors: tuple[int, ...] = (),
    bodies: Mapping[str, type[BaseModel]] | None = None,
    anonymous: bool = False,
    idempotent: bool = False,
    tag: str | None = None,
    query: Mapping[str, Mapping[str, Any]] | None = None,
    status: int = 200,
) -> Callable[[F], F]:
    """States what a call answers, its problems, the bodies it takes by content type and whether it needs a key.

    `query` names the parameters of the address, none of them required, each with its schema.
    """

    def mark(view: F) -> F:
        _CALLS[view.__name__] = _Call(answer, errors, bodies or {}, anonymous, idempotent, query or {}, status)
        marked: F = APIBlueprint("doc", __name__).doc(
            summary=summary, operation_id=view.__name__, tags=[tag] if tag else None
        )(view)
        return marked

    return mark


def complete(spec: dict[str, Any] | str) -> dict[str, Any] | str:
    """Fills the framework's list of addresses with shapes, problems, headers, keys and examples."""
    assert isinstance(spec, dict)  # text only for the YAML form, which is not used
    spec["components"] = {
        "schemas": _schemas(),
        "securitySchemes": {"ApiKey": {"type": "http", "scheme": "bearer", "description": "pk_…"}},
        "headers": {
            name: {"description": said, "schema": {"type": "string"}, "example": example}
            for name, (said, example) in _HEADERS.items()
        },
    }
    for operations in spec["paths"].values():
        for operation in operations.values():
            _complete(operation, _CALLS[operation["operationId"]])
    return spec


def _complete(operation: dict[str, Any], call: _Call) -> None:
    operation["security"] = [*([{}] if call.anonymous else []), {"ApiKey": []}]
    for parameter in operation["parameters"]:
        parameter["schema"] = {"type": "string", "pattern": f"^{_PARAMETERS[parameter['name']]}$"}
    operation["parameters"] += [
        {"name": name, "in": "query", "schema": dict(schema)} for name, schema in call.query.items()
    ]
    if call.idempotent:
        operation["parameters"].append(_IDEMPOTENCY_KEY)
    if call.bodies:
        content = {kind: _content(model, requests(model)) for kind, model in call.bodies.items()}
        operation["requestBody"] = {"required": True, "content": content}
    good = {"description": "done", "content": {"application/json": _content(call.answer, answers(call.answer))}}
    responses = {call.status: good} | {
        status: {"description": _SAID[status], "content": {PROBLEM: _content(ProblemOut, {})}}
        for status in sorted({*_ALWAYS, *call.errors})
    }
    for status, response in responses.items():
        response["headers"] = {
            name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS if status == 429 or "Limit" in name
        }
    operation["responses"] = {str(status): response for status, response in responses.items()}


def _content(model: type[BaseModel], examples: Mapping[str, Any]) -> dict[str, Any]:
    schema = {"schema": {"$ref": _SCHEMA.format(model=model.__name__)}}
    return schema | ({"examples": dict(examples)} if examples else {})


def _schemas() -> dict[str, Any]:
    models = {ProblemOut} | {model for call in _CALLS.values() for model in (call.answer, *call.bodies.values())}
    _, told = models_json_schema(
        [(model, "validation") for model in sorted(models, key=lambda model: model.__name__)], ref_template=_SCHEMA
    )
    schemas: dict[str, Any] = _without_defaults(told["$defs"])
    return schemas


def _without_defaults(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_defaults(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _without_defaults(part) for name, part in schema.items() if name != "default"}
