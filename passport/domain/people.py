"""People: who was vaccinated, and how far their identity is settled."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from passport.domain.dates import PartialDate


class Sex(StrEnum):
    """Sex as the population register holds it."""

    MALE = "M"
    FEMALE = "F"


class IdentityState(StrEnum):
    """How far a person's identity is settled against the population register (letter 9438/BYT-CNTT)."""

    WAITING = "waiting"  # not yet compared
    VERIFIED = "verified"  # the register answered right, or an officer saw the foreigner's passport
    WRONG = "wrong"  # the number exists; name, sex or birth date differ
    NOT_FOUND = "not_found"  # the register does not know the number
    AMBIGUOUS = "ambiguous"  # several people of the register bear the number and these data
    NO_ID = "no_id"  # no number, so nothing to compare
    BAD_ID = "bad_id"  # the number is malformed


class PopulationAnswer(StrEnum):
    """What the population register's yes/no service says about four fields."""

    RIGHT = "right"
    WRONG = "wrong"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"  # right for several people: nine digits were given out in more than one province
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Identity:
    """The four fields that are compared with the population register."""

    full_name: str
    sex: Sex
    born: PartialDate
    id_number: str


class GuardianAnswer(StrEnum):
    """What the population register says when it is asked whether somebody is the parent or guardian of a child."""

    YES = "yes"
    NO = "no"
    AWAY = "away"
    UNKNOWN_QUESTION = "unknown_question"  # this register cannot be asked that


@dataclass(frozen=True, slots=True)
class Child:
    """Which child is meant: the register says yes only where all three are right."""

    full_name: str
    born: PartialDate
    id_number: str
