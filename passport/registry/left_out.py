"""Why doses of an area would not stand in a batch that is proposed now, in one grouped query."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import Session, aliased

from passport.domain.people import IdentityState
from passport.registry.sites import site_ids
from passport.registry.tables import Area, Batch, BatchMember, Certificate, Dose, Person


class Why(StrEnum):
    """What keeps a dose without a certificate out of a batch."""

    HELD = "held"  # the record of the dose waits to be cleaned
    IDENTITY = "identity"  # the person is not verified
    UNCONFIRMED = "unconfirmed"  # the site has not answered for it
    IN_BATCH = "in_batch"  # an open batch has it already
    LATER_DOSE = "later_dose"  # a later dose of the same person is certified in its place


def left_out(session: Session, *, area: Area | None) -> Mapping[Why, int]:
    """How many doses at sites of `area` without a certificate in force are kept out, each for its first reason."""
    later = aliased(Dose)
    verified = exists().where(Person.id == Dose.person_id, Person.identity_state == IdentityState.VERIFIED.value)
    in_batch = exists().where(
        BatchMember.dose_id == Dose.id,
        BatchMember.outcome.is_(None),
        BatchMember.batch_id == Batch.id,
        Batch.state != "issued",
    )
    superseded = exists().where(
        later.person_id == Dose.person_id,
        later.confirmed_at.is_not(None),
        later.held.is_(False),
        (later.given_on > Dose.given_on) | ((later.given_on == Dose.given_on) & (later.number > Dose.number)),
    )
    why = case(
        (Dose.held, Why.HELD.value),
        (~verified, Why.IDENTITY.value),
        (Dose.confirmed_at.is_(None), Why.UNCONFIRMED.value),
        (in_batch, Why.IN_BATCH.value),
        (superseded, Why.LATER_DOSE.value),
    ).label("why")
    certified = exists().where(Certificate.dose_id == Dose.id, Certificate.state == "issued")
    query = select(why, func.count()).where(Dose.site_id.in_(site_ids(area)), ~certified).group_by(why)
    found: dict[str | None, int] = dict(iter(session.execute(query)))
    return {reason: found[reason.value] for reason in Why if found.get(reason.value)}
