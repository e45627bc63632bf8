"""Which certificate is whose: the people of a group's certificates and the passengers on its list, one to one.

The best agreement is settled first. Where one certificate agrees equally well with two passengers, or two people's
certificates with one passenger, nobody is chosen: a wrong choice would let the wrong person pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from passport.domain.certificate import Holder
from passport.domain.dates import PartialDate
from passport.verifying.holder import HolderQuery, match

_NAME_RANK = {"exact": 0, "same_transliteration": 1, "near": 2}
_BORN_RANK = {"exact": 0, "consistent": 1, None: 2}  # None: the list tells no birth date
_SAME_NAME = ("exact", "same_transliteration")

Rank = tuple[int, int]
Edge = tuple[int, int]  # a passenger and a person, by their places


@dataclass(frozen=True, slots=True)
class Passenger:
    """One row of a passenger list; `unread_born` is what stood where a birth date should."""

    row: int
    name: str
    born: PartialDate | None = None
    ref: str | None = None
    unread_born: str | None = None

    @property
    def query(self) -> HolderQuery:
        """The passenger as a certificate's holder is asked for."""
        return HolderQuery(name=self.name, born=self.born)


@dataclass(frozen=True, slots=True)
class Unclear:
    """Passengers and people, by their places, of whom nobody can say which is which."""

    passengers: frozenset[int]
    people: frozenset[int]


@dataclass(frozen=True, slots=True)
class Matching:
    """The person of each passenger by place; the rest are unclear, or have nobody on the other side."""

    person_of: dict[int, int]
    unclear: tuple[Unclear, ...]


def same_person(one: Holder, other: Holder) -> bool:
    """Whether two certificates name one person: the same birth date, the same name up to its marks."""
    if one.born != other.born:
        return False
    return match(HolderQuery(name=one.name), other).name in _SAME_NAME


def match_passengers(passengers: Sequence[Passenger], people: Sequence[Holder]) -> Matching:
    """Whose certificates whose are: at each grade of agreement, those who agree with one another alone."""
    ranks = {
        (p, h): rank
        for p, passenger in enumerate(passengers)
        for h, holder in enumerate(people)
        if (rank := _rank(passenger, holder)) is not None
    }
    person_of: dict[int, int] = {}
    unclear: list[Unclear] = []
    settled_passengers: set[int] = set()
    settled_people: set[int] = set()
    for rank in sorted(set(ranks.values())):
        here = [
            (p, h)
            for (p, h), found in ranks.items()
            if found == rank and p not in settled_passengers and h not in settled_people
        ]
        for together in _connected(here):
            if len(together.passengers) == len(together.people) == 1:
                person_of.update(zip(together.passengers, together.people, strict=True))
            else:
                unclear.append(together)
            settled_passengers |= together.passengers
            settled_people |= together.people
    return Matching(person_of, tuple(unclear))


def same_name_other_birth(passenger: Passenger, holder: Holder) -> bool:
    """Whether a certificate is the passenger's but for its birth date: the commonest slip of a list."""
    return bool(passenger.name) and match(HolderQuery(name=passenger.name), holder).name in _SAME_NAME


def _rank(passenger: Passenger, holder: Holder) -> Rank | None:
    """How well they agree, 0 the best; None for another person."""
    if not passenger.name:
        return None
    born = match(HolderQuery(born=passenger.born), holder).born if passenger.born else None
    if born == "different":  # looked at first: comparing names is dear
        return None
    name = match(HolderQuery(name=passenger.name), holder).name
    return (_BORN_RANK[born], _NAME_RANK[name]) if name in _NAME_RANK else None


def _connected(edges: Iterable[Edge]) -> list[Unclear]:
    """The edges gathered so that no passenger or person stands in two gatherings."""
    gatherings: list[Unclear] = []
    for p, h in edges:
        touching = [g for g in gatherings if p in g.passengers or h in g.people]
        rest = [g for g in gatherings if g not in touching]
        joined = Unclear(
            frozenset({p}).union(*(g.passengers for g in touching)), frozenset({h}).union(*(g.people for g in touching))
        )
        gatherings = [*rest, joined]
    return gatherings
