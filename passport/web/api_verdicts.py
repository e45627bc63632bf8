"""The shapes of verdicts in the API (INTERFACES section 4); `domain.verdict` makes them, a test holds both together."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, RootModel

from passport.domain.certificate import Kind
from passport.domain.verdict import Heading, Outcome, Result, Step
from passport.errors import Reason
from passport.formats.table import FORMATS
from passport.web.api_requests import OneCheckIn, Ref
from passport.web.api_shapes import Bilingual, ProblemOut, Strict

Instant = Annotated[str, Field(description="RFC 3339 in UTC", examples=["2026-11-21T03:00:00Z"])]
Day = Annotated[str, Field(description="YYYY-MM-DD", examples=["2022-02-18"])]


class StepOut(Strict):
    """One step of the check."""

    step: Step
    result: Result
    reason: Reason | None
    detail: str | None = Field(description="for the help desk")


class HolderOut(Strict):
    """Whose the certificate is, as the issuer wrote the name."""

    name: str
    family_name: str | None
    given_name: str | None
    transliterated: str
    born: str | None = Field(description="YYYY, YYYY-MM or YYYY-MM-DD")


class NamesOut(Strict):
    """The codes of a dose in words."""

    disease: str | None
    vaccine: str | None
    product: str | None
    manufacturer: str | None


class StatedDoseOut(Strict):
    """What the certificate says of one dose, in codes and in words."""

    disease: str
    vaccine: str | None
    product: str | None
    manufacturer: str | None
    names: NamesOut
    number: int | None
    of: int | None
    date: Day | None
    country: str | None
    lot: str | None


class StatementOut(Strict):
    """What the certificate states."""

    id: str | None
    kind: Kind
    issuer: str | None
    country: str | None
    key_id: str
    issued_at: Instant | None
    expires_at: Instant | None
    holder: HolderOut
    doses: list[StatedDoseOut]


class WhyOut(Strict):
    """Why a policy or rule is not met; the other fields are those that the kind needs."""

    kind: Literal["doses", "too_soon", "too_long", "product", "other"]
    number: int = Field(0, description="doses given")
    of: int = Field(0, description="doses needed")
    days: int = Field(0, description="since the last dose")
    min: int = Field(0, description="days that must have passed")
    max: int = Field(0, description="days that may have passed")
    date: Day = Field("", description="the day from which the rule is met")
    product: str = ""
    country: str = ""


class DoseStatusOut(Strict):
    """How far the series had come at the clock of the check."""

    status: Literal["none", "partial", "complete", "boosted", "not_applicable"]
    number: int | None
    of: int | None
    last_dose: Day | None
    days_since: int | None
    policy: str | None
    meets_policy: bool | None
    why: WhyOut | None


class RuleOut(Strict):
    """How one rule came out."""

    id: str
    result: Literal["passed", "failed", "open"]
    description: str


class RulesOut(Strict):
    """Every rule of the country of arrival that was in force."""

    country: str
    results: list[RuleOut]


class HolderMatchOut(Strict):
    """How what was typed compares with the certificate; null for what was not given."""

    name: Literal["exact", "same_transliteration", "near", "different"] | None
    born: Literal["exact", "consistent", "different"] | None
    why: Bilingual | None


class ListsOut(Strict):
    """The dates of the lists that the check rested on; null for a list that was never imported."""

    trust: Instant | None
    revocation: Instant | None
    rules: Instant | None


class _Told(Strict):
    outcome: Outcome
    reason: Reason | None
    heading: Heading
    message: Bilingual = Field(description="the reason in a sentence")
    advice: Bilingual = Field(description="what to do next")
    ref: Ref = ""


class VerdictOut(_Told):
    """The verdict; `certificate` is null unless key, signature and key usage were good."""

    test: bool = Field(description="whether the issuer is a demo or test issuer")
    format: Literal[tuple(FORMATS)] | None  # type: ignore[valid-type]  # the table of formats is the list
    steps: list[StepOut]
    certificate: StatementOut | None
    dose_status: DoseStatusOut | None
    rules: RulesOut | None
    holder_match: HolderMatchOut | None
    lists: ListsOut
    checked_at: Instant


class JointVerdictOut(_Told):
    """The verdict on several credentials of one person, with that on each."""

    results: list[VerdictOut]


class CheckOut(RootModel[VerdictOut | JointVerdictOut]):
    """The answer to a check of one credential, or of several of one person."""


class BatchOut(Strict):
    """Verdicts, or problems for malformed items, in the order of the items."""

    results: list[VerdictOut | JointVerdictOut | ProblemOut]


class ExpectedOut(Strict):
    """The verdict that a sample must get."""

    outcome: Outcome
    reason: Reason | None
    heading: Heading


class SampleOut(Strict):
    """One check to try; `lists_days` asks for checking data as old as that, which no request can bring about."""

    name: str
    title: Bilingual
    request: OneCheckIn
    expected: ExpectedOut
    card: int | None = Field(description="its number on /demo")
    lists_days: int | None


class SamplesOut(Strict):
    """Samples with the verdict that each must get."""

    samples: list[SampleOut]
