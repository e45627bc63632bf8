"""One request for a check, as the API and `flask verify --lines` take it (INTERFACES section 5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypedDict

from passport.domain.verdict import JointVerdict, Verdict
from passport.errors import InputError, Refusal, TrustError
from passport.formats.table import split
from passport.rendering.pdf_reading import looks_like_pdf
from passport.rules.policies import POLICIES
from passport.verifying.context import Context
from passport.verifying.holder import HolderQuery
from passport.verifying.several import CREDENTIALS_LEAST, CREDENTIALS_MOST, verify_several
from passport.verifying.verify import verify, verify_image

CARDS_MOST = 20  # in one file; more would cost more than a second to compare
REF_LIMIT = 200  # characters of the caller's own reference, which is echoed
AT_YEARS = range(1970, 2200)  # no certificate was or will be valid outside; keeps every zone's arithmetic in range

_FIELDS = frozenset({"credential", "credentials", "at", "country", "policy", "holder", "ref"})
_HOLDER_FIELDS = frozenset({"name", "born"})
_AT = re.compile(
    r"\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)
# Told as it came: nothing that breaks a line or is no character. What is assigned changes with each Unicode version.
_NOT_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_POLICIES = frozenset(policy.name for policy in POLICIES)


class Terms(TypedDict):
    """What a check is made for; None where nothing was asked."""

    at: datetime | None
    country: str | None
    policy: str | None
    holder: HolderQuery | None


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """A request whose every field has the right type; the credentials themselves are only text yet."""

    credentials: tuple[str, ...]
    joint: bool = False  # `credentials` was given: they are one person's, judged together
    at: datetime | None = None
    country: str | None = None
    policy: str | None = None
    holder: HolderQuery | None = None
    ref: str | None = None

    def terms(self) -> Terms:
        """What each of its credentials is judged by."""
        return {"at": self.at, "country": self.country, "policy": self.policy, "holder": self.holder}


def parse_at(text: str) -> datetime:
    """The clock of a check: RFC 3339, without a zone UTC, a plain date 00:00 UTC.

    Raises InputError (bad_option) for anything else and for years in which no certificate can be valid.
    """
    try:
        if not _AT.fullmatch(text):
            raise ValueError("not RFC 3339")
        moment = datetime.fromisoformat(text.upper())
        if moment.year not in AT_YEARS:
            raise ValueError("out of range")
    except ValueError as error:
        raise InputError(Refusal.BAD_OPTION, "at") from error
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def parse_country(text: str) -> str:
    """The alpha-2 code of a country of arrival, in capitals; raises InputError (bad_option)."""
    if not _COUNTRY.fullmatch(text):
        raise InputError(Refusal.BAD_OPTION, "country")
    return text.upper()


def parse_policy(text: str) -> str:
    """The name of a policy of the house; raises InputError (bad_option)."""
    if text not in _POLICIES:
        raise InputError(Refusal.BAD_OPTION, "policy")
    return text


def parse_request(body: Any, *, defaults: CheckRequest | None = None) -> CheckRequest:
    """The request in one JSON object; `defaults` gives `at`, `country` and `policy` of a whole batch.

    Raises InputError (bad_option) whose detail names the field that is unknown, missing or of the wrong type and
    never repeats what it held.
    """
    if type(body) is not dict:
        raise InputError(Refusal.BAD_OPTION, "body")
    if not body.keys() <= _FIELDS:
        raise InputError(Refusal.BAD_OPTION, "unknown field")
    credentials, joint = _credentials(body)
    ref = _text(body, "ref")
    if ref is not None and (len(ref) > REF_LIMIT or _NOT_TEXT.search(ref)):
        raise InputError(Refusal.BAD_OPTION, "ref")
    own = parse_defaults(body)
    usual = defaults or own
    return CheckRequest(
        credentials=credentials,
        joint=joint,
        at=own.at or usual.at,
        country=own.country or usual.country,
        policy=own.policy or usual.policy,
        holder=_holder(body.get("holder")),
        ref=ref,
    )


def parse_defaults(body: Mapping[str, Any]) -> CheckRequest:
    """The `at`, `country` and `policy` of a request, or beside the `items` of a batch; raises as `parse_request`."""
    at, country, policy = (_text(body, name) for name in ("at", "country", "policy"))
    return CheckRequest(
        credentials=(),
        at=parse_at(at) if at is not None else None,
        country=parse_country(country) if country is not None else None,
        policy=parse_policy(policy) if policy is not None else None,
    )


def answer(request: CheckRequest, *, context: Context, now: datetime) -> Verdict | JointVerdict:
    """The verdict on the one credential of `request`, or on its several ones together; never raises.

    A file of several cards is one credential whose cards are judged together, answered as one verdict.
    """
    cards = request.credentials if request.joint else _cards(request.credentials[0])
    if len(cards) > 1:
        together = verify_several(cards, context=context, now=now, **request.terms())
        return together if request.joint else together.spoken()
    return verify(cards[0], context=context, now=now, **request.terms())


def answer_file(data: bytes, request: CheckRequest, *, context: Context, now: datetime) -> Verdict:
    """The verdict on what an uploaded file holds, text, picture or PDF, under the terms of `request`; never raises."""
    text = _text_in(data)
    if text is not None:
        verdict = answer(replace(request, credentials=(text,), joint=False), context=context, now=now)
        assert isinstance(verdict, Verdict)  # one credential, however many cards
        return verdict
    return verify_image(data, context=context, now=now, **request.terms())


def _text_in(data: bytes) -> str | None:
    """The text of a file; None for a PDF and for what is not UTF-8, which is taken for a picture."""
    if looks_like_pdf(data):
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _cards(text: str) -> tuple[str, ...]:
    """The cards of a file that holds several but not too many; else the text itself, of which the verdict tells."""
    try:
        cards = split(text)
    except TrustError:
        return (text,)
    return cards if len(cards) <= CARDS_MOST else (text,)


def _text(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and type(value) is not str:
        raise InputError(Refusal.BAD_OPTION, name)
    return value


def _credentials(body: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    one, several = _text(body, "credential"), body.get("credentials")
    if (one is None) == (several is None):
        raise InputError(Refusal.BAD_OPTION, "credential")
    if one is not None:
        return (one,), False
    if type(several) is not list or not CREDENTIALS_LEAST <= len(several) <= CREDENTIALS_MOST:
        raise InputError(Refusal.BAD_OPTION, "credentials")
    if any(type(text) is not str for text in several):
        raise InputError(Refusal.BAD_OPTION, "credentials")
    return tuple(several), True


def _holder(value: Any) -> HolderQuery | None:
    if value is None:
        return None
    if type(value) is not dict or not value or not value.keys() <= _HOLDER_FIELDS:
        raise InputError(Refusal.BAD_OPTION, "holder")
    return HolderQuery.read(name=_text(value, "name"), born=_text(value, "born"))
