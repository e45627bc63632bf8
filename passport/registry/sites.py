"""Vaccination sites and campaigns."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from passport.errors import InputError, Refusal
from passport.registry.areas import beneath
from passport.registry.tables import Area, Campaign, Site


def find_site(session: Session, code: str) -> Site | None:
    """The site with this code, or None."""
    return session.scalar(select(Site).where(Site.code == code))


def require_site(session: Session, code: str) -> Site:
    """The site with this code; raises InputError (unknown_site_code)."""
    site = find_site(session, code)
    if site is None:
        raise InputError(Refusal.UNKNOWN_SITE, code[:20])
    return site


def upsert_site(session: Session, *, code: str, name: str, area: Area, kind: str) -> Site:
    """The site `code` as told now: made when new, changed when known."""
    site = find_site(session, code) or Site(code=code)
    site.name, site.area, site.kind = name, area, kind
    session.add(site)
    session.flush()
    return site


def list_sites(session: Session, *, area: Area | None = None) -> list[Site]:
    """All sites by code, or those in `area`."""
    query = select(Site).join(Site.area).order_by(Site.code)
    if area is not None:
        query = query.where(beneath(area))
    return list(session.scalars(query))


def site_ids(area: Area | None) -> Select[int]:
    """The ids of the sites in `area`, or of all, for use within a query."""
    query = select(Site.id)
    return query if area is None else query.join(Site.area).where(beneath(area))


def campaign_named(session: Session, name: str) -> Campaign:
    """The campaign of this name, made when it is new."""
    campaign = session.scalar(select(Campaign).where(Campaign.name == name))
    if campaign is None:
        campaign = Campaign(name=name)
        session.add(campaign)
        session.flush()
    return campaign
