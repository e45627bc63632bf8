"""What the shapes of the API have in common, exact for programs that hold on to them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """No unknown fields."""

    model_config = ConfigDict(extra="forbid")


class Bilingual(Strict):
    """One sentence in both languages."""

    vi: str
    en: str


class ProblemOut(Strict):
    """A problem of RFC 9457; never repeats the input."""

    type: str
    title: str
    status: int
    reason: str | None
    message: Bilingual
    advice: Bilingual | None
