"""Doses: what was given, and how far the record of it has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DoseKind(StrEnum):
    """The kind of dose on the confirmation form of Decision 43/QĐ-BYT; never derived from the ordinal."""

    PRIMARY = "primary"  # liều cơ bản
    ADDITIONAL = "additional"  # liều bổ sung
    BOOSTER = "booster"  # liều nhắc lại


class DoseState(StrEnum):
    """The road of a dose record: entered, its person verified, confirmed by the site, in a certificate."""

    HELD = "held"
    ENTERED = "entered"
    VERIFIED = "verified"
    CONFIRMED = "confirmed"
    ISSUED = "issued"


@dataclass(frozen=True, slots=True)
class Dose:
    """One dose given: `product` is a key of the vaccine catalogue, `number` its ordinal in the person's life."""

    product: str
    number: int
    kind: DoseKind
    given_on: date
    lot: str | None = None
