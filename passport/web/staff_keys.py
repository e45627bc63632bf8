"""Staff: the keys we sign with, the lists we check by, how old each is and what ends next; no people anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from passport.house import House, clock, current_house
from passport.rules.rule import Rule
from passport.trust.keys import Anchor
from passport.trust.signer_records import SignerState, list_signers
from passport.trust.status import format_of, trust_status
from passport.web.staff import BLUEPRINT

ENDING_SHOWN = 10
SOON = timedelta(days=90)  # security T30: an alarm 90, 30 and 7 days before a key ends


@dataclass(frozen=True, slots=True)
class ListAge:
    """A list that verifiers rest on: when it was renewed, and how old it may grow (None: nobody set a limit)."""

    name: str
    updated_at: datetime | None
    days: int | None
    most: int | None

    @property
    def colour(self) -> str:
        """The colour of its tag: red beyond the limit, orange in its last third, grey without a date."""
        if self.days is None:
            return "grey"
        if self.most is None:
            return "green"
        return "red" if self.days > self.most else "orange" if 3 * self.days > 2 * self.most else "green"


@BLUEPRINT.get("/keys")
def keys() -> str:
    """Our signers, the keys we trust, revocations and rules, each with its dates."""
    house, now = current_house(), clock()
    context = house.context
    return render_template(
        "staff/keys.html",
        now=now,
        soon=SOON,
        ages=list_ages(house, now=now),
        signers=list_signers(house.settings.keys_dir),
        state=_state,
        trust=trust_status(context.keyring, now=now, max_age=context.trust_max_age),
        ending=_ending(context.keyring.anchors, now=now),
        format_of=format_of,
        notes=context.revocations.book.notes,
        rules=_rules(context.rules.rules, now=now),
    )


@BLUEPRINT.get("/checkpoint")
def checkpoint() -> str:
    """For the head of a checkpoint: the code that sets its devices up, and whether the lists are fresh."""
    return render_template("staff/checkpoint.html", ages=list_ages(current_house(), now=clock()))


def list_ages(house: House, *, now: datetime) -> list[ListAge]:
    """How old the lists are that a checkpoint rests on."""
    context = house.context

    def age(name: str, updated_at: datetime | None, most: timedelta | None) -> ListAge:
        days = (now - updated_at).days if updated_at else None
        return ListAge(name, updated_at, days, most.days if most else None)

    return [
        age(_("Danh sách khóa tin cậy"), context.keyring.updated_at, context.trust_max_age),
        age(_("Danh sách thu hồi nhận về"), context.revocations.updated_at, context.revocation_max_age),
        age(_("Quy định nhập cảnh các nước"), context.rules.updated_at, None),
    ]


def _state(state: SignerState) -> tuple[str, str]:
    """The state of a signer in words, and the colour of its tag."""
    return {
        SignerState.NEXT: (_("Chờ sử dụng"), "grey"),
        SignerState.ACTIVE: (_("Đang ký"), "green"),
        SignerState.RETIRED: (_("Chỉ để kiểm tra"), "blue"),
        SignerState.WITHDRAWN: (_("Đã thu hồi"), "red"),
    }[state]


def _ending(anchors: Iterable[Anchor], *, now: datetime) -> list[tuple[Anchor, datetime]]:
    """The keys in force that end first."""
    dated = [(a, a.key.not_after) for a in anchors if a.key.withdrawn_at is None and a.key.not_after is not None]
    return sorted((pair for pair in dated if pair[1] > now), key=lambda pair: pair[1])[:ENDING_SHOWN]


def _rules(rules: Iterable[Rule], *, now: datetime) -> list[dict[str, Any]]:
    """For each country: how many rules it has, how many are in force, and the day of the next change."""
    of: dict[str, list[Rule]] = {}
    for rule in rules:
        of.setdefault(rule.country, []).append(rule)
    return [
        {
            "country": country,
            "rules": len(found),
            "in_force": sum(rule.in_force(now) for rule in found),
            "next": min((d for rule in found for d in (rule.valid_from, rule.valid_to) if d > now), default=None),
        }
        for country, found in sorted(of.items())
    ]
