"""Frozen coverage reports: numbered, and the same for ever."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from passport.errors import InputError, Refusal
from passport.registry.areas import beneath
from passport.registry.coverage_tables import FrozenReport
from passport.registry.tables import Area

PAGE = 50
COURSE = 24  # reports of a line over time: two years of monthly ones


def store_report(
    session: Session, *, area: Area | None, on: date, figures: dict[str, Any], by: str, at: datetime
) -> FrozenReport:
    """Stores what a report says, as it left the house, under the next number."""
    report = FrozenReport(
        area_id=area.id if area else None, on=on, figures=figures, sha256=digest(figures), made_by=by, made_at=at
    )
    session.add(report)
    session.flush()
    return report


def digest(figures: dict[str, Any]) -> str:
    """SHA-256 of the figures as canonical JSON, in hex."""
    canonical = json.dumps(figures, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def require_report(session: Session, number: int) -> FrozenReport:
    """The report with this number; raises InputError (bad_option)."""
    found = session.get(FrozenReport, number)
    if found is None:
        raise InputError(
            Refusal.BAD_OPTION, f"no coverage report {number}", variant="no_report", values={"number": number}
        )
    return found


def list_reports(session: Session, *, areas: Collection[Area | None], limit: int = PAGE) -> list[FrozenReport]:
    """The latest reports first, of these areas and what lies in them; None among them is the whole country."""
    query = select(FrozenReport).order_by(FrozenReport.id.desc()).limit(limit)
    if None not in areas:
        within = [FrozenReport.area_id.in_(select(Area.id).where(beneath(area))) for area in areas if area is not None]
        query = query.where(or_(false(), *within))
    return list(session.scalars(query))


def course_of(session: Session, *, area: Area | None, before: date, limit: int = COURSE) -> list[FrozenReport]:
    """The latest reports of this very area on days `before`, the oldest day first; of one day the last number."""
    here = FrozenReport.area_id.is_(None) if area is None else FrozenReport.area_id == area.id
    query = select(FrozenReport).where(here, FrozenReport.on < before)
    found = session.scalars(query.order_by(FrozenReport.on.desc(), FrozenReport.id.desc()).limit(limit))
    by_day: dict[date, FrozenReport] = {}
    for report in found:
        by_day.setdefault(report.on, report)
    return list(by_day.values())[::-1]
