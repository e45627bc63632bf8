"""For agencies and their programmers: what the API offers, and its OpenAPI document as a page.

The document is rendered here because the usual viewers need inline styles, which the content policy forbids.
"""

from __future__ import annotations

from typing import Any, cast

from apiflask import APIFlask
from flask import Blueprint, current_app, render_template

from passport.house import current_house
from passport.web import access

BLUEPRINT = Blueprint("docs", __name__)
access.declare(BLUEPRINT, access.Audience.PUBLIC)


@BLUEPRINT.get("/agency")
def agency() -> str:
    """What an agency can do here, with lines that work."""
    return render_template("docs/agency.html", base=current_house().settings.base_url)


@BLUEPRINT.get("/api/docs")
def api_docs() -> str:
    """Every call with its fields, answers and a line for curl."""
    spec = cast(dict[str, Any], cast(APIFlask, current_app).spec)
    calls = [
        {"method": method.upper(), "path": path, **operation, "fields": _fields(spec, operation)}
        for path, operations in spec["paths"].items()
        for method, operation in operations.items()
        if method in ("get", "post")
    ]
    return render_template("docs/api.html", calls=calls, base=current_house().settings.base_url)


def _fields(spec: dict[str, Any], operation: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Name, type and meaning of each field of the body."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = _resolved(spec, content.get("schema", {}))
    return [
        (name, _type(spec, field), field.get("description", "")) for name, field in schema.get("properties", {}).items()
    ]


def _resolved(spec: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    return spec["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema


def _type(spec: dict[str, Any], field: dict[str, Any]) -> str:
    options = [_resolved(spec, option) for option in field.get("anyOf", [field])]
    return ", ".join(str(option.get("type", "object")) for option in options if option.get("type") != "null")
