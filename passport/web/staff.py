"""The staff's face: lists, confirmation, batches, people. What an account may do is decided by the jobs and grants."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy.orm import Session

from passport.domain.people import IdentityState
from passport.house import clock, current_house
from passport.intake.reception import note_opened
from passport.registry.accounts import ROLES, Account, find_account, granted_areas
from passport.registry.progress import Counts, counts_by_area, rolled_up
from passport.registry.sites import list_sites
from passport.registry.staffing import may_agree, requests_before
from passport.registry.tables import Area, Site
from passport.web import access

BLUEPRINT = Blueprint("staff", __name__, url_prefix="/staff")
access.declare(BLUEPRINT, access.Audience.STAFF)

WRITES_LISTS = ("registrar",)
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


def remember_opened(person_ids: Iterable[str], *, purpose: str) -> None:
    """Keeps who opened these records, in which office and on which page; people may ask who looked at their data."""
    house = current_house()
    with house.database.reading() as session:
        areas = areas_of(account(session), READS_PEOPLE)
    office = ", ".join(area.name if area else house.settings.issuer_name for area in areas)
    by = current_user.email
    note_opened(house.database, person_ids=person_ids, by=by, office=office, purpose=purpose, now=clock())


def identity_words(state: str) -> tuple[str, str]:
    """An identity state in words, and the colour of its tag."""
    words = {
        IdentityState.WAITING: (_("Chờ đối chiếu"), "blue"),
        IdentityState.VERIFIED: (_("Đã đối chiếu khớp"), "green"),
        IdentityState.WRONG: (_("Sai thông tin cơ bản"), "red"),
        IdentityState.NOT_FOUND: (_("Không có trong dữ liệu dân cư"), "red"),
        IdentityState.AMBIGUOUS: (_("Nhiều người có cùng số định danh"), "orange"),
        IdentityState.NO_ID: (_("Chưa có số định danh"), "orange"),
        IdentityState.BAD_ID: (_("Số định danh sai dạng"), "orange"),
    }
    return words[IdentityState(state)]


@BLUEPRINT.get("/")
def desk() -> str:
    """What this member of staff may do, and how far each of their areas has come."""
    with current_house().database.reading() as session:
        who = account(session)
        areas: dict[int, Area] = {}
        for site in sites_of(session, who, SEES_COVERAGE):
            areas.setdefault(site.area_id, site.area)
        counted: dict[int, Counts] = {}
        for granted in areas_of(who, SEES_COVERAGE):
            counted |= counts_by_area(session, area=granted)
        totals = rolled_up(counted, areas.values())
        rows = [(area.name, totals[area.id]) for area in areas.values()]
        grants = [(role_name(grant.role), grant.area) for grant in who.grants]
        waiting = sum(may_agree(asked, who) for asked in requests_before(session, who))
        return render_template("staff/desk.html", who=who, grants=grants, rows=rows, waiting=waiting)


def role_name(role: str) -> str:
    """What a role is called."""
    words: dict[str, str] = {
        "registrar": _("Người nhập liệu"),
        "confirmer": _("Người xác nhận của cơ sở"),
        "identity_officer": _("Cán bộ danh tính"),
        "issuer": _("Người đề nghị cấp"),
        "approver": _("Người duyệt cấp"),
        "inspector": _("Thanh tra (chỉ xem)"),
        "list_provider": _("Đơn vị cung cấp danh sách"),
        "checkpoint_head": _("Người phụ trách chốt"),
        "auditor": _("Kiểm toán"),
        "administrator": _("Quản trị"),
    }
    return words[role]
