"""The staff's face: lists, confirmation, batches, people. What an account may do is decided by the jobs and grants."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy.orm import Session

from passport.domain.people import IdentityState
from passport.house import current_house
from passport.registry.accounts import ROLES, Account, find_account, granted_areas
from passport.registry.doses import Counts
from passport.registry.progress import counts_by_area, rolled_up
from passport.registry.sites import list_sites
from passport.registry.tables import Area, Site
from passport.web import access

BLUEPRINT = Blueprint("staff", __name__, url_prefix="/staff")
access.declare(BLUEPRINT, access.Audience.STAFF)

WRITES_LISTS = ("registrar", "administrator")
READS_PEOPLE = ("registrar", "confirmer", "identity_officer", "issuer", "approver", "inspector", "auditor")
SEES_COVERAGE = (*READS_PEOPLE, "administrator")


def account(session: Session) -> Account:
    """The signed-in member of staff, in this session."""
    return find_account(session, current_user.email)


def sites_of(session: Session, who: Account, roles: tuple[str, ...]) -> list[Site]:
    """The sites where `who` holds one of `roles`, each once, by code."""
    found = {site.id: site for area in granted_areas(who, roles) for site in list_sites(session, area=area)}
    return sorted(found.values(), key=lambda site: site.code)


def areas_of(who: Account, roles: tuple[str, ...] = ROLES) -> list[Area | None]:
    """Where `who` holds one of `roles`: the whole country alone (None), or each area once."""
    areas = granted_areas(who, roles)
    return [None] if None in areas else list({area.id: area for area in areas if area}.values())


def identity_words(state: str) -> tuple[str, str]:
    """An identity state in words, and the colour of its tag."""
    words = {
        IdentityState.WAITING: (_("Chờ đối chiếu"), "blue"),
        IdentityState.VERIFIED: (_("Đã đối chiếu khớp"), "green"),
        IdentityState.WRONG: (_("Sai thông tin cơ bản"), "red"),
        IdentityState.NOT_FOUND: (_("Không có trong dữ liệu dân cư"), "red"),
        IdentityState.NO_ID: (_("Chưa có số định danh"), "orange"),
        IdentityState.BAD_ID: (_("Số định danh sai dạng"), "orange"),
    }
    return words[IdentityState(state)]


@BLUEPRINT.get("/")
def desk() -> str:
    """What there is to do, and how far each area has come."""
    with current_house().database.reading() as session:
        who = account(session)
        areas: dict[int, Area] = {}
        for site in sites_of(session, who, ROLES):
            areas.setdefault(site.area_id, site.area)
        counted: dict[int, Counts] = {}
        for granted in areas_of(who):
            counted |= counts_by_area(session, area=granted)
        totals = rolled_up(counted, areas.values())
        rows = [(area.name, totals[area.id]) for area in areas.values()]
        roles = {grant.role for grant in who.grants}
        sees_coverage = bool(roles.intersection(SEES_COVERAGE))
        return render_template("staff/desk.html", who=who, roles=roles, rows=rows, sees_coverage=sees_coverage)
