"""One business rule of a country, as the EU exchanges it: JSON of rule schema 1.0."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from passport.domain.certificate import Kind
from passport.errors import Reason, TrustError
from passport.rules.certlogic import evaluate, is_truthy
from passport.rules.moments import read_moment
from passport.rules.wellformed import validate

ACCEPTANCE, INVALIDATION = "Acceptance", "Invalidation"
ENGINE = "CERTLOGIC"
ENGINE_VERSION = (1, 3, 3)  # of the specification that `certlogic` follows; rules for a later one may need more
TEXT_LIMIT = 2_000  # characters of one description; the longest of the public test data has 258
_GENERAL = "General"
_KINDS: Mapping[str, Kind | None] = {
    _GENERAL: None,
    "Vaccination": Kind.VACCINATION,
    "Test": Kind.TEST,
    "Recovery": Kind.RECOVERY,
}
_IDENTIFIER = re.compile(r"[A-Z]{2,3}-[A-Z]{2}-[0-9]{1,6}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,2}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a rule, in force from `valid_from` until before `valid_to`.

    `kind` is the only kind of certificate that it looks at, None for every kind. `document` is the JSON it was
    read from. `fault` says why it cannot be evaluated here; such a rule is kept and open, since a country judged by
    the rest of its rules would be green for what that rule may forbid.
    """

    identifier: str
    type: str
    country: str
    region: str | None
    version: tuple[int, ...]
    kind: Kind | None
    valid_from: datetime
    valid_to: datetime
    logic: Any
    description: str
    document: Mapping[str, Any]
    fault: str | None

    @property
    def key(self) -> tuple[str, tuple[int, ...]]:
        """What tells it from every other rule: identifier and version."""
        return self.identifier, self.version

    def in_force(self, at: datetime) -> bool:
        """Whether the rule holds at the clock `at`."""
        return self.valid_from <= at < self.valid_to

    def looks_at(self, kind: Kind) -> bool:
        """Whether certificates of that kind must meet the rule."""
        return self.kind is None or self.kind is kind

    def met(self, data: Mapping[str, Any]) -> bool:
        """Whether `data`, payload and external parameters, meet the rule.

        Raises TrustError (rules_open) when that cannot be told; a value that is neither true nor falsy tells nothing.
        """
        if self.fault is not None:
            raise TrustError(Reason.RULES_OPEN, f"{self.identifier}: {self.fault}")
        value = evaluate(self.logic, data)
        if value is not True and is_truthy(value):
            raise TrustError(Reason.RULES_OPEN, f"{self.identifier}: not a yes or no")
        return value is True


def read_rule(document: Any) -> Rule:
    """The rule in a JSON object, with its `fault` when it is for another engine or its logic is malformed.

    Raises ValueError in words for anything else that is missing or malformed.
    """
    if not isinstance(document, dict):
        raise ValueError("not a rule")
    identifier = _text(document, "Identifier", _IDENTIFIER)
    type_ = _text(document, "Type")
    if type_ not in (ACCEPTANCE, INVALIDATION):
        raise ValueError(f"Type: neither {ACCEPTANCE} nor {INVALIDATION}")
    kind = _text(document, "CertificateType")
    if kind not in _KINDS:
        raise ValueError("CertificateType: none of the four")
    valid_from, valid_to = (_instant(document, name) for name in ("ValidFrom", "ValidTo"))
    return Rule(
        identifier=identifier,
        type=type_,
        country=_text(document, "Country", _COUNTRY),
        region=_text(document, "Region") if document.get("Region") else None,
        version=_version(document, "Version"),
        kind=_KINDS[kind],
        valid_from=valid_from,
        valid_to=valid_to,
        logic=document.get("Logic"),
        description=_description(document.get("Description")),
        document=document,
        fault=_fault(document),
    )


def _text(document: Mapping[str, Any], name: str, form: re.Pattern[str] | None = None) -> str:
    value = document.get(name)
    if not isinstance(value, str) or (form and not form.fullmatch(value)):
        raise ValueError(f"{name}: missing or malformed")
    return value


def _version(document: Mapping[str, Any], name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in _text(document, name, _VERSION).split("."))


def _fault(document: Mapping[str, Any]) -> str | None:
    """Why the logic of a rule cannot be evaluated here."""
    if _text(document, "Engine") != ENGINE or _version(document, "EngineVersion") > ENGINE_VERSION:
        return "Engine: not CertLogic, or a later version than is known here"
    if _version(document, "SchemaVersion")[0] != 1:
        return "SchemaVersion: not 1"
    issues = validate(document.get("Logic"))
    return f"Logic: {issues[0].message}" if issues else None


def _instant(document: Mapping[str, Any], name: str) -> datetime:
    try:
        return read_moment(_text(document, name))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{name}: not a date with time") from error


def _description(texts: Any) -> str:
    """The English description, else the first."""
    try:
        told = {entry["lang"]: entry["desc"] for entry in texts}
        text = told.get("en") or next(iter(told.values()), "")
    except (TypeError, KeyError) as error:
        raise ValueError("Description: malformed") from error
    if not isinstance(text, str) or len(text) > TEXT_LIMIT:
        raise ValueError("Description: malformed")
    return text
