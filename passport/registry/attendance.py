"""Who was on attendance lists, and what was entered at the same site: the two sides of reconciling."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from passport.registry.tables import Attendee, Dose, Import, Person, Site


def attendees_of(session: Session, list_import: Import) -> list[Attendee]:
    """The people of one attendance list, in the order of its rows."""
    return list(session.scalars(select(Attendee).where(Attendee.import_id == list_import.id).order_by(Attendee.row)))


def others_listed(session: Session, list_import: Import) -> list[Attendee]:
    """The people of the other attendance lists of the same site and campaign."""
    query = (
        select(Attendee)
        .join(Import, Import.id == Attendee.import_id)
        .where(
            Import.id != list_import.id,
            Import.site_id == list_import.site_id,
            Import.campaign_id.is_not_distinct_from(list_import.campaign_id),
            Import.state == "done",
        )
    )
    return list(session.scalars(query))


def doses_at(
    session: Session, *, site: Site, campaign_id: int | None = None, days: Collection[date] | None = None
) -> list[Dose]:
    """The doses entered for a site, each with its person: of one campaign, on some days, or all."""
    query = select(Dose).join(Dose.person).where(Dose.site_id == site.id).options(contains_eager(Dose.person))
    if campaign_id is not None:
        query = query.where(Dose.campaign_id == campaign_id)
    if days is not None:
        query = query.where(Dose.given_on.in_(days))
    return list(session.scalars(query.order_by(Person.name_key, Dose.given_on, Dose.id)))
