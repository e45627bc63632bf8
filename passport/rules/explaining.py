"""Why a rule is not met, found by asking it again: later, earlier, with another product, with more doses.

Countries write rules as they like, so their text cannot be read for a reason; but what makes a rule pass tells
what it lacked (reference/wording 25-28).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from passport.domain.certificate import Certificate, Kind
from passport.domain.verdict import DoseStatus, Why
from passport.errors import TrustError
from passport.rules.rule import Rule
from passport.rules.schedules import VACCINES, against_covid, product_of
from passport.rules.valuesets import names

DAYS_AHEAD = 400  # how far ahead a rule is asked; published rules let nobody wait a year
DAYS_AFTER = 2_000  # the oldest dose that a rule is asked about; published rules accept 365 days at most
STEP_DAYS = 7  # published rules accept a vaccination for months
MORE_DOSES = 3
_WIDELY_ACCEPTED = ("pfizer", "astrazeneca", "janssen")
_OTHER = Why("other")
# What is told first when rules fail for several reasons: waiting helps only where nothing else is wrong.
_ORDER = ("doses", "product", "too_long", "other", "too_soon")

_Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked again, and about whom."""

    data: _Data
    status: DoseStatus
    days: int
    product: str | None
    country: str
    on: date


def explain(
    failed: Sequence[Rule],
    *,
    among: Sequence[Rule],
    data: _Data,
    certificate: Certificate,
    status: DoseStatus,
    on: date,
) -> Why:
    """Why the rules `failed` on the day `on`, one reason for all, with what its sentence needs.

    `too_soon` names the first day on which all rules `among` are met. A reason that none of the four sentences
    tells is `other`, and so are all of tests and recoveries, whose rules are not about doses.
    """
    if certificate.kind is not Kind.VACCINATION or status.days_since is None:
        return _OTHER
    latest = next(dose for dose in against_covid(certificate.doses) if dose.date == status.last_dose)
    asked = _Asked(data, status, status.days_since, product_of(latest), data["external"]["countryCode"], on)
    reasons = [_reason(rule, asked) for rule in failed]
    first = min(reasons, key=lambda why: _ORDER.index(why.kind))
    return _waiting(among, asked) or _OTHER if first.kind == "too_soon" else first


def _reason(rule: Rule, asked: _Asked) -> Why:
    """The probes in the order in which they explain best: a series that was only begun before anything else."""
    probes: list[Callable[[Sequence[Rule], _Asked], Why | None]] = [_waiting, _too_long, _product, _doses]
    if asked.status.status == "partial":
        probes.insert(0, _doses)
    return next((why for probe in probes if (why := probe([rule], asked))), _OTHER)


def _doses(rules: Sequence[Rule], asked: _Asked) -> Why | None:
    number = asked.status.number or 0
    for more in range(1, MORE_DOSES + 1):
        enough, of = number + more, asked.status.of or 0
        for sd in (max(of, enough), of):  # 3/3, or 2/1 after a series of one
            if _all_met(rules, _with_entry(asked.data, dn=enough, sd=sd)):
                return Why("doses", {"number": number, "of": enough})
    return None


def _waiting(rules: Sequence[Rule], asked: _Asked) -> Why | None:
    later = _first(range(1, DAYS_AHEAD + 1), lambda days: _all_met(rules, _on(asked, days)))
    if later is None:
        return None
    met_from = asked.on + timedelta(days=later)
    return Why("too_soon", {"days": asked.days, "min": asked.days + later, "date": met_from.isoformat()})


def _too_long(rules: Sequence[Rule], asked: _Asked) -> Why | None:
    ages = range(min(asked.days - 1, DAYS_AFTER), -1, -1)
    age = _first(ages, lambda age: _all_met(rules, _on(asked, age - asked.days)))
    return None if age is None else Why("too_long", {"days": asked.days, "max": age})


def _first(days: range, met: Callable[[int], bool]) -> int | None:
    """The first of `days` on which a rule is met: found in steps, then day by day back to where that began."""
    place = next((place for place in range(0, len(days), STEP_DAYS) if met(days[place])), None)
    if place is None:
        return None
    while place > 0 and met(days[place - 1]):
        place -= 1
    return days[place]


def _product(rules: Sequence[Rule], asked: _Asked) -> Why | None:
    for vaccine in (VACCINES[key] for key in _WIDELY_ACCEPTED):
        if _all_met(rules, _with_entry(asked.data, mp=vaccine.mp, vp=vaccine.vp, ma=vaccine.ma)):
            product = asked.product or ""
            return Why("product", {"product": names()["product"].get(product, product), "country": asked.country})
    return None


def _on(asked: _Asked, days: int) -> _Data:
    """The data on another day, at 00:00Z: what a check for that day is asked with (INTERFACES section 4)."""
    clock = datetime.combine(asked.on + timedelta(days=days), time(), UTC)
    return {**asked.data, "external": {**asked.data["external"], "validationClock": clock.isoformat()}}


def _with_entry(data: _Data, **changes: Any) -> _Data:
    payload = copy.deepcopy(data["payload"])
    for entry in payload.get("v") or ():
        entry.update(changes)
    return {**data, "payload": payload}


def _all_met(rules: Iterable[Rule], data: _Data) -> bool:
    try:
        return all(rule.met(data) for rule in rules)
    except TrustError:
        return False
