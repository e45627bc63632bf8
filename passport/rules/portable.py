"""Rules, policies, vaccines and names as JSON types, for a verifier that has none of these files: the browser's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from passport.domain.verdict import utc_text
from passport.rules.policies import POLICIES, Policy
from passport.rules.rule import Rule
from passport.rules.schedules import EU_PRODUCTS, PRIMARY_DOSES, VACCINES, spoken_names
from passport.rules.valuesets import countries, names, rule_value_sets


def portable_rules(rules: Iterable[Rule], *, since: datetime) -> list[dict[str, Any]]:
    """The rules that hold at some clock from `since` on, in their order; of single regions none, as in a check."""
    return [_rule(rule) for rule in rules if not rule.region and rule.valid_to > since]


def portable_policies() -> list[dict[str, Any]]:
    """Every version of every policy."""
    return [_policy(policy) for policy in POLICIES]


def portable_vaccines() -> dict[str, Any]:
    """What the dose status and the explaining of rules ask of the vaccine catalogue."""
    return {
        "catalogue": {
            vaccine.key: {"mp": vaccine.mp, "vp": vaccine.vp, "ma": vaccine.ma, "codes": vaccine.codes}
            for vaccine in VACCINES.values()
        },
        "spoken": {name: vaccine.mp for name, vaccine in spoken_names().items()},
        "eu_products": EU_PRODUCTS,
        "primary_doses": PRIMARY_DOSES,
    }


def portable_names() -> dict[str, Any]:
    """What codes mean, and the codes of each value set that rules may read."""
    return {"names": names(), "countries": countries(), "value_sets": rule_value_sets()}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.identifier,
        "type": rule.type,
        "country": rule.country,
        "kind": rule.kind,
        "valid_from": utc_text(rule.valid_from),
        "valid_to": utc_text(rule.valid_to),
        "logic": None if rule.fault else rule.logic,
        "description": rule.description,
        "fault": rule.fault,
    }


def _policy(policy: Policy) -> dict[str, Any]:
    return {
        "name": policy.name,
        "country": policy.country,
        "title": policy.title.as_dict(),
        "valid_from": utc_text(policy.valid_from),
        "valid_to": utc_text(policy.valid_to),
        "require": policy.require,
        "min_days": policy.min_days,
        "max_days": policy.max_days,
        "products": None if policy.products is None else sorted(policy.products),
    }
