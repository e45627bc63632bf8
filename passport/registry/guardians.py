"""Who acts for a child until it is of age: linked by staff who saw the papers, or by the population register."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from passport.domain.dates import PartialDate
from passport.errors import InputError, Refusal, Refused
from passport.registry.accounts import Account
from passport.registry.columns import Base
from passport.registry.tables import Person

OF_AGE = 18  # years; Civil Code 2015, article 20


class Guardianship(Base):
    """A guardian and a child; who linked and parted them stands in the audit trail.

    Without a paper and whoever saw it, the population register said so. The row stays when staff end the link: they
    know something that the register may not, so only staff link the two again.
    """

    __tablename__ = "guardianship"
    __table_args__ = (
        Index("ix_guardianship_child_id", "child_id"),
        CheckConstraint("(paper IS NULL) = (by_id IS NULL)", name="ck_guardianship_how"),
    )

    guardian_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    child_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    paper: Mapped[str | None] = mapped_column(String(200))  # what was shown: a birth certificate and its number
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


_IN_FORCE = Guardianship.ended_at.is_(None)


def is_minor(person: Person, *, on: date) -> bool:
    """Whether somebody is not of age on a day; who may be older by what is known of the birth date counts as of age."""
    born = PartialDate.parse(person.birth_date).earliest
    return (on.year - born.year) - ((on.month, on.day) < (born.month, born.day)) < OF_AGE


def children_of(session: Session, guardian_id: str, *, on: date) -> list[Person]:
    """The children for whom somebody acts on a day, the eldest first."""
    linked = select(Guardianship.child_id).where(Guardianship.guardian_id == guardian_id, _IN_FORCE)
    found = session.scalars(select(Person).where(Person.id.in_(linked)).order_by(Person.birth_date, Person.id))
    return [child for child in found if is_minor(child, on=on)]


def guardians_of(session: Session, child_id: str) -> list[tuple[Person, Guardianship]]:
    """Whoever was linked to a child, and how, in order of their names."""
    linked = select(Person, Guardianship).join(Guardianship, Guardianship.guardian_id == Person.id)
    linked = linked.where(Guardianship.child_id == child_id, _IN_FORCE)
    found = session.execute(linked.order_by(Person.name_key, Person.id))
    return [(person, link) for person, link in found]


def link_child(
    session: Session,
    *,
    guardian: Person,
    child: Person,
    paper: str | None = None,
    by: Account | None = None,
    on: date,
    at: datetime,
) -> Guardianship:
    """Lets a guardian act for a child; a link that is there already stays as it is.

    `paper` is what was shown to `by`; without either the population register said so. Raises InputError (bad_option)
    unless the one is of age and the other is not, Refused (not_permitted) where staff ended the link and none of them
    makes it again.
    """
    if guardian.id == child.id or is_minor(guardian, on=on) or not is_minor(child, on=on):
        raise InputError(Refusal.BAD_OPTION, "a guardian who is of age, and a child who is not", variant="guardian")
    known = session.get(Guardianship, (guardian.id, child.id))
    if known is not None and known.ended_at is None:
        return known
    if known is not None and by is None:
        raise Refused(Refusal.NOT_PERMITTED, "a link that staff ended")
    link = known or Guardianship(guardian_id=guardian.id, child_id=child.id)
    link.paper, link.by_id, link.at, link.ended_at = paper, by.id if by else None, at, None
    session.add(link)
    session.flush()
    return link


def unlink_child(session: Session, *, guardian_id: str, child_id: str, at: datetime) -> None:
    """Ends a link; raises InputError (bad_option) where there is none."""
    link = session.get(Guardianship, (guardian_id, child_id))
    if link is None or link.ended_at is not None:
        raise InputError(Refusal.BAD_OPTION, "guardian and child")
    link.ended_at = at
    session.flush()
