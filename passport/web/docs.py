"""For programmers: the OpenAPI document as a page.

The document is rendered here because the usual viewers need inline styles, which the content policy forbids.
"""

from __future__ import annotations

import json
from typing import Any, cast

from apiflask import APIFlask
from flask import Blueprint, current_app, render_template

from passport.house import current_house
from passport.web import access

BLUEPRINT = Blueprint("docs", __name__)
access.declare(BLUEPRINT, access.Audience.PUBLIC)


@BLUEPRINT.get("/api/docs")
def api_docs() -> str:
    """Every call with its fields, answers and a line for curl."""
    spec = cast(dict[str, Any], cast(APIFlask, current_app).spec)
    calls = [
        {
            "method": method.upper(),
            "path": path,
            **operation,
            "fields": [*_parameters(operation), *_fields(spec, operation)],
            "requests": _examples(operation.get("requestBody", {})),
            "answers": _examples(_done(operation)),
        }
        for path, operations in spec["paths"].items()
        for method, operation in operations.items()
        if method in ("get", "post")
    ]
    return render_template("docs/api.html", calls=calls, base=current_house().settings.base_url)


def _parameters(operation: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (p["name"], f"{p['schema']['type']} ({p['in']})", p.get("description", "")) for p in operation["parameters"]
    ]


def _done(operation: dict[str, Any]) -> dict[str, Any]:
    """What a call that was done answers: 200, or 202 where a job goes on with it."""
    answer: dict[str, Any] = next(told for status, told in operation["responses"].items() if status.startswith("2"))
    return answer


def _fields(spec: dict[str, Any], operation: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Name, type and meaning of each field of the body, whichever of its forms it belongs to."""
    bodies = operation.get("requestBody", {}).get("content", {})
    body = bodies.get("application/json") or bodies.get("multipart/form-data", {})
    forms = _forms(spec, body.get("schema", {}))
    found: dict[str, tuple[str, str, str]] = {}
    for name, field in (item for form in forms for item in form.get("properties", {}).items()):
        if kind := _type(spec, field):
            found[name] = (name, kind, _said(spec, field))
    return list(found.values())


def _examples(message: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Name, summary and text of each example of a body."""
    examples = message.get("content", {}).get("application/json", {}).get("examples", {})
    return [
        (name, example["summary"], json.dumps(example["value"], ensure_ascii=False, indent=1))
        for name, example in examples.items()
    ]


def _forms(spec: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The forms that a value may take: the schema itself, or each of its alternatives."""
    whole = _resolved(spec, schema)
    return [form for option in whole["anyOf"] for form in _forms(spec, option)] if "anyOf" in whole else [whole]


def _said(spec: dict[str, Any], field: dict[str, Any]) -> str:
    told = (part.get("description") for part in (field, *_forms(spec, field)))
    return next((description for description in told if description), "")


def _resolved(spec: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    return spec["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema


def _type(spec: dict[str, Any], field: dict[str, Any]) -> str:
    kinds = (str(form.get("type", "object")) for form in _forms(spec, field))
    return ", ".join(dict.fromkeys(kind for kind in kinds if kind != "null"))
