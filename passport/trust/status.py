"""How the key ring stands: how many keys, of which countries, how old, and what ends next."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from passport.domain.verdict import utc_text
from passport.trust.keyring import Keyring
from passport.trust.keys import Anchor


def trust_status(keyring: Keyring, *, now: datetime, max_age: timedelta) -> dict[str, Any]:
    """The state of the ring as JSON types; keys that ended or were withdrawn are counted apart."""
    live = [a for a in keyring.anchors if a.key.withdrawn_at is None and not _ended(a, now)]
    age = None if keyring.updated_at is None else now - keyring.updated_at
    return {
        "keys": len(keyring.keys),
        "authorities": sum(a.authority for a in keyring.anchors),
        "withdrawn": sum(a.key.withdrawn_at is not None for a in keyring.anchors),
        "expired": sum(_ended(a, now) for a in keyring.anchors),
        "countries": dict(sorted(Counter(a.key.country or "?" for a in live if not a.authority).items())),
        "next_expiry": _next_expiry(live),
        "updated_at": utc_text(keyring.updated_at),
        "age_days": None if age is None else age.days,
        "max_age_days": max_age.days,
        "stale": age is not None and age > max_age,
    }


def format_of(anchor: Anchor) -> str:
    """The format that a key is mostly met in: by its certificate, its usage, or the kind of issuer it is bound to."""
    key = anchor.key
    if key.barcode_signer or anchor.authority:
        return "vdsnc"  # only there a credential carries a certificate that an authority can vouch for
    if key.issuer is not None and key.issuer.startswith("did:"):
        return "nzcp"
    if key.issuer is not None and key.issuer.startswith("https:"):
        return "shc"
    return "hc1"


def _ended(anchor: Anchor, now: datetime) -> bool:
    return anchor.key.not_after is not None and anchor.key.not_after < now


def _next_expiry(live: list[Anchor]) -> dict[str, str | None]:
    ends: dict[str, list[datetime]] = {}
    for anchor in live:
        ends.setdefault(format_of(anchor), []).extend([anchor.key.not_after] if anchor.key.not_after else [])
    return {name: utc_text(min(dates, default=None)) for name, dates in sorted(ends.items())}
