"""JOB a coverage report is drawn up for others and frozen under a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from passport.domain.coverage import TARGET
from passport.domain.small_cells import SMALLEST, protect
from passport.errors import InputError, Refusal
from passport.registry import audit
from passport.registry.accounts import find_account, require_role
from passport.registry.areas import require_area
from passport.registry.coverage import coverage
from passport.registry.coverage_reports import store_report
from passport.registry.coverage_tables import FrozenReport
from passport.registry.db import Database
from passport.registry.progress import Counts, counts
from passport.registry.tables import Area
from passport.rendering.coverage_report import Frozen

FREEZES = ("confirmer", "issuer", "approver")  # who may put a number on a report of their area


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is about; no area is the whole country."""

    area: str | None
    on: date
    target: float = TARGET
    since: date | None = None
    compare: bool = False


def require_asked(*, on: date, target: float, since: date | None, today: date) -> None:
    """Raises InputError (bad_option) for a day in the future, a later `since`, a target that is no percentage."""
    if on > today:
        raise InputError(Refusal.BAD_OPTION, "on: a day that has come", variant="future_day")
    if since is not None and since >= on:
        raise InputError(Refusal.BAD_OPTION, "since: a day before the other", variant="since")
    if not 0 < target <= 100:
        raise InputError(Refusal.BAD_OPTION, "target: more than 0, at most 100", variant="target")


def outward_figures(session: Session, *, area: Area | None, asked: Asked) -> dict[str, Any]:
    """The figures as they may leave the house, without small cells, with the five counts of the sites."""
    table = coverage(session, area=area, on=asked.on, target=asked.target, since=asked.since, compare=asked.compare)
    figures = protect(table).as_dict()
    figures["counts"] = _hidden(counts(session, area=area))
    return figures


def freeze_report(database: Database, *, asked: Asked, by: str, now: datetime, today: date) -> FrozenReport:
    """Stores a report under the next number; whatever happens to the data, it stays as it is.

    Raises InputError (bad_option, unknown_area_code, unknown_account), Refused (not_permitted).
    """
    require_asked(on=asked.on, target=asked.target, since=asked.since, today=today)
    with database.transaction() as session:
        area = require_area(session, asked.area, on=asked.on) if asked.area else None
        account = find_account(session, by)
        require_role(session, account, FREEZES, area)
        figures = outward_figures(session, area=area, asked=asked)
        report = store_report(session, area=area, on=asked.on, figures=figures, by=account.email, at=now)
        detail = {"sha256": report.sha256, "area": asked.area, "on": asked.on.isoformat()}
        audit.record(
            session, actor=account.email, action="coverage_frozen", subject=str(report.id), detail=detail, at=now
        )
    return report


def printed(report: FrozenReport, *, zone: tzinfo) -> Frozen:
    """What a frozen report prints beside its figures; the day is that of the service's time zone."""
    return Frozen(report.id, report.sha256, report.made_at.astimezone(zone).date())


def _hidden(counts: Counts) -> dict[str, int | None]:
    """The counts, of which one is hidden where it or its distance from the one before is a handful of people."""
    shown: dict[str, int | None] = {}
    before = 0
    for name, count in counts.as_dict().items():
        small = 0 < count < SMALLEST or (name not in ("given", "entered") and 0 < before - count < SMALLEST)
        shown[name], before = None if small else count, count
    return shown
