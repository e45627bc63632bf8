"""Named policies that a checkpoint chooses, judged over the dose status; their text is `data/policies.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from passport.domain.certificate import DoseStatement
from passport.domain.verdict import DoseStatus, Why
from passport.errors import InputError, Reason, Refusal, Sentence, TrustError
from passport.rules.schedules import against_covid, product_of
from passport.rules.valuesets import names

USUAL_SERIES = 2  # doses; what is asked for where no product tells


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a policy, in force from `valid_from` until before `valid_to` (None: until further notice).

    `require` is the least status, complete or boosted. `min_days` holds for a primary series only; `max_days`
    for the last dose, whatever it was; `products` are EU product codes, None where all are accepted.
    """

    name: str
    country: str
    title: Sentence
    valid_from: datetime
    valid_to: datetime | None
    require: str
    min_days: int | None
    max_days: int | None
    products: frozenset[str] | None


def _policy(row: Mapping[str, Any]) -> Policy:
    return Policy(
        name=row["name"],
        country=row["country"],
        title=Sentence(**row["title"]),
        valid_from=datetime.fromisoformat(row["valid_from"]),
        valid_to=datetime.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        require=row["require"],
        min_days=row["min_days"],
        max_days=row["max_days"],
        products=frozenset(row["products"]) if row["products"] else None,
    )


_DATA = json.loads((Path(__file__).parent / "data" / "policies.json").read_text("utf-8"))
POLICIES: tuple[Policy, ...] = tuple(_policy(row) for row in _DATA["policies"])


def policy_in_force(name: str, *, at: datetime, on: date) -> Policy:
    """The version of the policy `name` at the clock `at`, which is the day `on` where the check takes place.

    Raises InputError (bad_option) for a name that is no policy, TrustError (rules_open) when none of its versions
    is in force then.
    """
    versions = [policy for policy in POLICIES if policy.name == name]
    if not versions:
        known = ", ".join(sorted({policy.name for policy in POLICIES}))
        raise InputError(Refusal.BAD_OPTION, f"no such policy; there are {known}")
    for policy in versions:
        if policy.valid_from <= at and (policy.valid_to is None or at < policy.valid_to):
            return policy
    raise _open(versions[0], on, "no version of the policy is in force")


def judge(
    policy_name: str, status: DoseStatus, doses: Sequence[DoseStatement], *, at: datetime, on: date
) -> DoseStatus:
    """`status` with the answer of a policy: whether it is met, and if not why and from when.

    `doses` are those that `status` was told of. Raises what `policy_in_force` raises, and TrustError (rules_open)
    when the policy counts days and the last dose has no date.
    """
    policy = policy_in_force(policy_name, at=at, on=on)
    why = _doses(policy, status) or _product(policy, status, doses) or _days(policy, status, on)
    return replace(status, policy=policy.name, meets_policy=why is None, why=why)


def _doses(policy: Policy, status: DoseStatus) -> Why | None:
    if status.status == "boosted" or status.status == policy.require:
        return None
    number = status.number or 0
    needed = (status.of or USUAL_SERIES) + (policy.require == "boosted")
    return Why("doses", {"number": number, "of": max(needed, number + 1)})


def _product(policy: Policy, status: DoseStatus, doses: Sequence[DoseStatement]) -> Why | None:
    """Only the last dose is asked: showing an older certificate as well must never make the answer worse."""
    if policy.products is None:
        return None
    products = {product_of(dose) for dose in against_covid(doses) if dose.date == status.last_dose}
    if products & policy.products:
        return None
    code = next(iter(products), None) or ""
    return Why("product", {"product": names()["product"].get(code, code), "country": policy.country})


def _days(policy: Policy, status: DoseStatus, on: date) -> Why | None:
    least = policy.min_days if status.status == "complete" else None
    if least is None and policy.max_days is None:
        return None
    if status.days_since is None or status.last_dose is None:
        raise _open(policy, on, "the last dose has no date")
    if least is not None and status.days_since < least:
        met_from = status.last_dose + timedelta(days=least)
        return Why("too_soon", {"days": status.days_since, "min": least, "date": met_from.isoformat()})
    if policy.max_days is not None and status.days_since > policy.max_days:
        return Why("too_long", {"days": status.days_since, "max": policy.max_days})
    return None


def _open(policy: Policy, on: date, detail: str) -> TrustError:
    return TrustError(Reason.RULES_OPEN, detail, values={"country": policy.country, "date": on.isoformat()})
