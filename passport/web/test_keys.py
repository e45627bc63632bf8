"""Keys that every visitor may take to try the API: they check samples of the demo issuer only, and end after a day.

A test key carries its end and a seal over it, so nothing is stored and every process of the server knows it. In
production there are neither samples nor test keys.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from flask import current_app

from passport.demo import samples
from passport.domain.verdict import JointVerdict, Verdict
from passport.errors import Refusal, Refused
from passport.house import clock, current_house

PREFIX = "pk_test_"
LIFE = timedelta(days=1)
SCOPES = ("verify", "verify:batch")
_END_BYTES = 5  # seconds since 1970 until the year 36812
_DRAWN_BYTES = 8  # so that no two keys are the same
_SEAL_BYTES = 16


def offered() -> bool:
    """Whether this installation gives test keys away."""
    return not current_house().settings.production


def make_test_key() -> tuple[str, datetime]:
    """A new test key, and when it ends."""
    ends = clock().replace(microsecond=0) + LIFE
    told = int(ends.timestamp()).to_bytes(_END_BYTES) + secrets.token_bytes(_DRAWN_BYTES)
    return PREFIX + _text(told + _seal(told)), ends


def is_test_key(key: str) -> bool:
    """Whether `key` is a test key of this installation that has not ended."""
    if not key.startswith(PREFIX) or not offered():
        return False
    text = key.removeprefix(PREFIX)
    try:
        whole = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    told, seal = whole[:-_SEAL_BYTES], whole[-_SEAL_BYTES:]
    if not hmac.compare_digest(seal, _seal(told)) or _text(whole) != text:  # one key has one text
        return False
    return clock() < datetime.fromtimestamp(int.from_bytes(told[:_END_BYTES]), UTC)


def require_samples(texts: Iterable[str], verdict: Verdict | JointVerdict) -> None:
    """Raises Refused (samples_only) unless all that was checked is a sample or signed by a test issuer."""
    known = {sample.credential for sample in samples.load(current_house().settings.instance_dir)}
    verdicts = verdict.results if isinstance(verdict, JointVerdict) else (verdict,)
    if not all(one.test for one in verdicts) and not set(texts) <= known:
        raise Refused(Refusal.SAMPLES_ONLY)


def _text(whole: bytes) -> str:
    return base64.urlsafe_b64encode(whole).rstrip(b"=").decode()


def _seal(told: bytes) -> bytes:
    pepper: str = current_app.config["TEST_KEY_PEPPER"]
    return hmac.new(pepper.encode(), told, hashlib.sha256).digest()[:_SEAL_BYTES]
