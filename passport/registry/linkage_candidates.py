"""Whom linkage takes a case for: kept beside the case as long as it is open, and never a decision."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from passport.registry.accounts import Account
from passport.registry.cleaning_tables import LinkageCandidate
from passport.registry.tables import Person


@dataclass(frozen=True, slots=True)
class Suggested:
    """One candidate: the four fields as the extract has them, and what linkage says of them."""

    points: int
    reason: str
    differs: list[str]
    full_name: str
    birth_date: str
    sex: str
    id_number: str
    status: str


def put_candidates(session: Session, *, person: Person, found: Sequence[Suggested], by: Account, at: datetime) -> None:
    """Keeps the candidates of a case, best first, in place of those from before."""
    drop_candidates(session, [person.id])
    for place, one in enumerate(found, start=1):
        session.add(LinkageCandidate(person_id=person.id, place=place, by_id=by.id, at=at, **asdict(one)))
    session.flush()


def candidates_of(session: Session, person: Person) -> list[LinkageCandidate]:
    """The candidates of a case, best first."""
    query = select(LinkageCandidate).where(LinkageCandidate.person_id == person.id)
    return list(session.scalars(query.order_by(LinkageCandidate.place)))


def drop_candidates(session: Session, person_ids: Collection[str]) -> None:
    """Forgets the candidates of these cases: they are settled, or are not the same cases any more."""
    session.execute(delete(LinkageCandidate).where(LinkageCandidate.person_id.in_(person_ids)))
