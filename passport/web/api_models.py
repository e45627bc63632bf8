"""The shapes of the API as its OpenAPI document tells them (INTERFACES sections 4 and 5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field

BATCH_LIMIT = 1000  # items
F = TypeVar("F", bound=Callable[..., Any])


class Strict(BaseModel):
    """No unknown fields."""

    model_config = ConfigDict(extra="forbid")


class Bilingual(Strict):
    """One sentence in both languages."""

    vi: str
    en: str


class HolderIn(Strict):
    """Who presents the certificate, as the identity document says."""

    name: str | None = Field(None, max_length=200, examples=["Nguyễn Văn An"])
    born: str | None = Field(None, examples=["1990-01-02"])


class CheckIn(Strict):
    """One check: exactly one of `credential` and `credentials`."""

    credential: str | None = Field(None, description="the text of the code", examples=["HC1:…"])
    credentials: list[str] | None = Field(None, min_length=2, max_length=5, description="texts of one person")
    at: str | None = Field(None, description="clock of the check, RFC 3339 or a date", examples=["2027-01-15"])
    country: str | None = Field(None, pattern="^[A-Za-z]{2}$", description="country of arrival")
    policy: str | None = Field(None, examples=["vn-domestic"])
    holder: HolderIn | None = None
    ref: str | None = Field(None, max_length=200, description="your own reference; it is echoed")


class BatchIn(Strict):
    """Up to 1,000 checks; `at`, `country` and `policy` hold for items that name none."""

    items: list[CheckIn] = Field(min_length=1, max_length=BATCH_LIMIT)
    at: str | None = None
    country: str | None = Field(None, pattern="^[A-Za-z]{2}$")
    policy: str | None = None


class StepOut(BaseModel):
    """One step of the check."""

    step: str
    result: Literal["passed", "failed", "skipped"]
    reason: str | None
    detail: str | None


class VerdictOut(BaseModel):
    """The verdict; `certificate` is null unless key, signature and key usage were good."""

    outcome: Literal["valid", "invalid", "undetermined"]
    reason: str | None
    heading: Literal["valid", "invalid", "rule", "holder", "unread", "undetermined"]
    test: bool | None = None
    message: Bilingual
    advice: Bilingual
    format: str | None = None
    steps: list[StepOut] | None = None
    certificate: dict[str, Any] | None = None
    dose_status: dict[str, Any] | None = None
    rules: dict[str, Any] | None = None
    holder_match: dict[str, Any] | None = None
    lists: dict[str, Any] | None = None
    checked_at: str | None = None
    results: list[dict[str, Any]] | None = Field(None, description="of several credentials: each one's verdict")
    ref: str | None = None


class BatchOut(BaseModel):
    """Verdicts, or problems for malformed items, in the order of the items."""

    results: list[dict[str, Any]]


class SamplesOut(BaseModel):
    """Samples with the verdict that each must get."""

    samples: list[dict[str, Any]]


class ProblemOut(BaseModel):
    """A problem of RFC 9457; never repeats the input."""

    type: str
    title: str
    status: int
    reason: str | None
    message: Bilingual
    advice: Bilingual | None


class PictureIn(Strict):
    """One check of a picture or PDF; the fields beside it are those of a JSON check, the holder's two by themselves."""

    image: bytes = Field(json_schema_extra={"format": "binary"}, description="PNG, JPEG, WebP or PDF")
    at: str | None = None
    country: str | None = None
    policy: str | None = None
    name: str | None = None
    born: str | None = None
    ref: str | None = None


_REFERENCES = "#/components/schemas/{model}"
# The handlers read bodies themselves, so that a malformed item spoils only itself; this tells their shapes.
_BODIES: dict[str, dict[str, type[BaseModel]]] = {
    "/api/v1/verifications": {"application/json": CheckIn, "multipart/form-data": PictureIn},
    "/api/v1/verifications/batch": {"application/json": BatchIn},
}


def complete(spec: dict[str, Any] | str) -> dict[str, Any] | str:
    """Adds to the OpenAPI document what the framework cannot derive: bodies and the API key."""
    assert isinstance(spec, dict)  # text only for the YAML form, which is not used
    components = spec.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    components["securitySchemes"] = {"ApiKey": {"type": "http", "scheme": "bearer", "description": "pk_…"}}
    for path, contents in _BODIES.items():
        body: dict[str, Any] = {}
        for content_type, model in contents.items():
            schema = model.model_json_schema(ref_template=_REFERENCES)
            schemas.update(schema.pop("$defs", {}))
            schemas[model.__name__] = schema
            body[content_type] = {"schema": {"$ref": _REFERENCES.format(model=model.__name__)}}
        spec["paths"][path]["post"]["requestBody"] = {"required": True, "content": body}
    return spec


_SAID = {
    400: "not JSON",
    401: "no key, or one that is not known",
    403: "the key lacks the scope",
    404: "not found",
    413: "body over the limit",
    422: "wrong shape or unknown field",
    429: "too many requests",
}


def documented(summary: str, *, errors: tuple[int, ...] = (), key: bool = False) -> Callable[[F], F]:
    """States the summary, the possible problems and whether a key is needed."""
    responses: dict[int | str, dict[str, str | dict[str, dict[str, Any]]]] = {
        status: {
            "description": _SAID[status],
            "content": {"application/problem+json": {"schema": ProblemOut.model_json_schema()}},
        }
        for status in errors
    }
    mark: Callable[[F], F] = APIBlueprint("doc", __name__).doc(
        summary=summary, responses=responses or None, security="ApiKey" if key else None
    )
    return mark
