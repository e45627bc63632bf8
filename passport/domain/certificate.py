"""The statement itself: a `Draft` that may be signed, a `Certificate` whose signature was believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from passport.domain.dates import PartialDate
from passport.domain.names import Transliterated


class Kind(StrEnum):
    """What a certificate states."""

    VACCINATION = "vaccination"
    TEST = "test"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Holder:
    """The person a certificate is about, as the issuer wrote the name."""

    family_name: str | None
    given_name: str | None
    transliterated: Transliterated
    born: PartialDate | None

    @property
    def name(self) -> str:
        """Family and given name in one line, family name first."""
        return " ".join(part for part in (self.family_name, self.given_name) if part) or str(self.transliterated)


@dataclass(frozen=True, slots=True)
class DoseStatement:
    """What a certificate says of one dose, in codes (EU DCC value sets; CVX and ICD-11 where formats use them)."""

    disease: str
    vaccine: str | None
    product: str | None
    manufacturer: str | None
    number: int | None
    of: int | None
    date: date | None
    country: str | None
    lot: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A vaccination statement that passed every check of issuing; only `issuing.drafting` makes one."""

    identifier: str
    issuer_country: str
    issuer_name: str
    holder: Holder
    dose: DoseStatement
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Certificate:
    """A statement whose key, signature and key usage were good; made by a format after the check, never before.

    `key_id` is lower-case hexadecimal for key hashes and the text itself for textual ids. `payload` is the
    content as the format decodes it, for rules that are written against it. `happened_on` is the latest day of
    which it tells as past: a dose, a sample, a first positive result. `stated_country` is the country where that
    was, as the statement says. `not_before` is told apart from the time of issue by few; `protects_from` and
    `protects_until` are the first and the last day of protection, where the content itself tells or implies them.
    """

    format: str
    kind: Kind
    identifier: str | None
    issuer: str | None
    country: str | None
    key_id: str
    issued_at: datetime | None
    expires_at: datetime | None
    holder: Holder
    doses: tuple[DoseStatement, ...]
    payload: dict[str, Any]
    happened_on: date | None = None
    stated_country: str | None = None
    not_before: datetime | None = None
    protects_from: date | None = None
    protects_until: date | None = None
