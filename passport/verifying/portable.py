"""What a check rests on beside keys and revocations, for the verifier in the browser (docs/scanner.md)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from passport.domain.verdict import utc_text
from passport.errors import Sentence, verdict_sentences
from passport.rules.portable import portable_names, portable_policies, portable_rules, portable_vaccines
from passport.verifying.context import Context
from passport.verifying.holder import VIETNAMESE
from passport.verifying.saying import COMPARE, GENUINE

PAST = timedelta(days=31)  # how far back the clock of a check by country may be set; a checkpoint asks about today


def portable(context: Context, *, now: datetime) -> dict[str, Any]:
    """The rules of countries with all that judges and tells by them, as JSON types.

    Rules that ended before `since` are left out: a check by country at a clock before it is `rules_open` there.
    """
    since = now - PAST
    return {
        "updated_at": utc_text(context.rules.updated_at),
        "since": utc_text(since),
        "rules": portable_rules(context.rules.rules, since=since),
        "policies": portable_policies(),
        "vaccines": portable_vaccines(),
        **portable_names(),
        "sentences": {**verdict_sentences(), "valid": _both(GENUINE, COMPARE)},
        "family_names": sorted(VIETNAMESE),
        "zone": context.zone.key,
        "trust_max_age": int(context.trust_max_age.total_seconds()),
        "revocation_max_age": int(context.revocation_max_age.total_seconds()),
        "icvp_claim": context.icvp_claim,
    }


def _both(message: Sentence, advice: Sentence) -> dict[str, str]:
    return {
        "message_vi": message.vi,
        "message_en": message.en,
        "advice_vi": advice.vi,
        "advice_en": advice.en,
    }
