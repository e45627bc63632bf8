"""What it means to be revoked, for one certificate or for a range of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from passport.domain.verdict import utc_text
from passport.formats.uvci import normalise

TEXT_LIMIT = 200  # characters of an issuer, a key id or the beginning of an identifier


@dataclass(frozen=True, slots=True)
class Revoked:
    """That something is revoked: since when, where it is known, and whether a newer certificate took its place."""

    at: datetime | None
    replaced: bool


@dataclass(frozen=True, slots=True)
class Range:
    """All certificates that agree with everything given here; at least one of the first three must be given.

    `issuer` is compared with the issuer's name and with its country, `identifier_prefix` with the beginning of the
    normalised identifier (which names the site); `issued_from` is inclusive, `issued_until` exclusive.
    """

    issuer: str | None = None
    key_id: str | None = None
    identifier_prefix: str | None = None
    issued_from: datetime | None = None
    issued_until: datetime | None = None

    def covers(
        self,
        *,
        identifier: str | None,
        country: str | None,
        key_id: str,
        issuer: str | None,
        issued_at: datetime | None,
    ) -> bool:
        """Whether a certificate lies in the range; one without a time of issue lies in every span of time."""
        return (
            (self.issuer is None or self.issuer in (issuer, country))
            and (self.key_id is None or self.key_id == key_id)
            and (self.identifier_prefix is None or normalise(identifier or "").startswith(self.identifier_prefix))
            and (self.issued_from is None or issued_at is None or issued_at >= self.issued_from)
            and (self.issued_until is None or issued_at is None or issued_at < self.issued_until)
        )

    def as_dict(self) -> dict[str, Any]:
        """The range as JSON types."""
        return {
            "issuer": self.issuer,
            "key_id": self.key_id,
            "identifier_prefix": self.identifier_prefix,
            "issued_from": utc_text(self.issued_from),
            "issued_until": utc_text(self.issued_until),
        }

    @classmethod
    def from_dict(cls, members: Any) -> Range:
        """The range that `as_dict` wrote; raises ValueError for anything else and for one without bounds."""
        if not isinstance(members, dict):
            raise ValueError("not a range of certificates")
        read = cls(
            issuer=_text(members, "issuer"),
            key_id=_text(members, "key_id"),
            identifier_prefix=normalise(_text(members, "identifier_prefix") or "") or None,
            issued_from=_instant(members, "issued_from"),
            issued_until=_instant(members, "issued_until"),
        )
        if not (read.issuer or read.key_id or read.identifier_prefix):
            raise ValueError("a range names an issuer, a key or the beginning of identifiers")
        return read


def write_range(revoked_range: Range, revoked: Revoked) -> dict[str, Any]:
    """A range with its time, as it stands in the book and in our signed list."""
    return {"range": revoked_range.as_dict(), "at": utc_text(revoked.at)}


def read_range(entry: Any) -> tuple[Range, Revoked]:
    """What `write_range` wrote; raises ValueError for anything else."""
    try:
        return Range.from_dict(entry["range"]), Revoked(at=instant(entry["at"]), replaced=False)
    except (KeyError, TypeError) as error:
        raise ValueError("not a range of certificates") from error


def instant(text: str) -> datetime:
    """An instant with its zone; raises ValueError for anything else."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment


def _text(members: Mapping[str, Any], name: str) -> str | None:
    value = members.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > TEXT_LIMIT):
        raise ValueError(f"{name} is not a text of at most {TEXT_LIMIT} characters")
    return value


def _instant(members: Mapping[str, Any], name: str) -> datetime | None:
    text = _text(members, name)
    return None if text is None else instant(text)
