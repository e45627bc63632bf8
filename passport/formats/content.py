"""The content of a believed credential: its shape against the schema of its format, its dates as dates."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson

from passport.domain.dates import PartialDate
from passport.errors import Reason, TrustError

_DATE_WITH_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T.*)?")  # other ISO 8601 forms are in no format


@cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    path = Path(__file__).parent / "data" / f"{schema}.schema.json"
    return jsonschema_rs.Draft202012Validator(json.loads(path.read_text("utf-8")))


def check(value: Any, *, schema: str) -> None:
    """Raises TrustError (bad_content) naming the place, never the value, where `value` breaks data/`schema`."""
    try:
        orjson.dumps(value)  # the schema looks only at what it names
        error = next(_validator(schema).iter_errors(value), None)
    except orjson.JSONEncodeError as odd:  # bytes, or keys that are no text, where CBOR allowed them
        raise TrustError(Reason.BAD_CONTENT, "content that JSON cannot hold") from odd
    if error is not None:
        place = "/".join(str(step) for step in error.instance_path)
        raise TrustError(Reason.BAD_CONTENT, f"{place or 'the whole'}: not as {schema} asks")


def day(text: str) -> date:
    """The day in a date or a date with time; raises TrustError (bad_content) when there is no such day."""
    match = _DATE_WITH_TIME.fullmatch(text)
    try:
        return date.fromisoformat(match[1] if match else "")
    except ValueError as error:
        raise TrustError(Reason.BAD_CONTENT, "a day that does not exist") from error


def born(text: str | None) -> PartialDate | None:
    """A birth date that may be partial, None when it is not told; raises TrustError (bad_content)."""
    if not text or not text.strip():
        return None
    match = _DATE_WITH_TIME.fullmatch(text)
    try:
        return PartialDate.parse(match[1] if match else text)
    except ValueError as error:
        raise TrustError(Reason.BAD_CONTENT, "a birth date that does not exist") from error


def moment(seconds: Any) -> datetime:
    """The instant of a NumericDate (RFC 7519 section 2); raises TrustError (bad_content)."""
    if type(seconds) not in (int, float) or not math.isfinite(seconds):
        raise TrustError(Reason.BAD_CONTENT, "a time that is no number of seconds")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise TrustError(Reason.BAD_CONTENT, "a time out of range") from error


def require_after_birth(born: PartialDate | None, *days: date | None) -> None:
    """Raises TrustError (bad_content) when one of `days` lies before the birth."""
    if born is not None and any(told is not None and told < born.earliest for told in days):
        raise TrustError(Reason.BAD_CONTENT, "a day before the birth")
