"""JOB: one dose is entered at the desk. What one account enters at a site on one day is a list like any other.

So the same checks run, the site confirms the whole session at once, and it can be repaired or taken back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from passport.domain.names import tidy
from passport.errors import InputError, Refusal
from passport.intake.cells import Cell
from passport.intake.importing import ROLES
from passport.intake.issues import Issue, Severity
from passport.intake.layouts import Layout, column_name
from passport.intake.places import Places
from passport.intake.reports import TEMPLATE_FIELDS
from passport.intake.rows import check_row
from passport.intake.sheets import RawRow
from passport.intake.storing import Desk, PeopleAtHand, store_row
from passport.registry import audit, imports
from passport.registry.accounts import Account, find_account, require_role
from passport.registry.db import Database
from passport.registry.people import lock_people
from passport.registry.sites import require_site
from passport.registry.tables import Import, Site

CELL_LIMIT = 1000  # characters typed into one field
_KIND = "vaccination"
_HEADER_ROW = 1  # as in a sheet: the first dose stands on row 2


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of a dose that was typed: its list and person, or why nothing was stored.

    A dose that was on record already has no person here: nothing of it was written.
    """

    import_id: int | None
    person_id: str | None
    issues: tuple[Issue, ...]

    @property
    def stored(self) -> bool:
        """Whether it is on record now."""
        return self.import_id is not None


def enter_dose(
    database: Database, *, site_code: str, cells: Mapping[str, str], by: str, now: datetime, today: date
) -> Entry:
    """Stores one dose with its person, `cells` being texts by column as in a list; nothing where a cell is refused.

    Raises InputError (unknown_site_code, unknown_account; bad_option for a column that lists do not have), Refused
    (not_permitted).
    """
    typed = {name: tidy(text) for name, text in cells.items() if text.strip()}
    if not typed.keys() <= set(TEMPLATE_FIELDS) or any(len(text) > CELL_LIMIT for text in typed.values()):
        raise InputError(Refusal.BAD_OPTION, "a field of the form")
    with database.transaction() as session:
        site, account = require_site(session, site_code), find_account(session, by)
        require_role(session, account, ROLES[_KIND], site.area)
        raw = RawRow(0, {name: Cell(text) for name, text in typed.items()})
        checked = check_row(raw, dose_groups=(), today=today, places=Places(session))
        if checked.person is None or any(issue.severity is Severity.REFUSED for issue in checked.issues):
            return Entry(None, None, checked.issues)
        day_list = imports.lock_import(session, _day_list(session, site, account, now=now, today=today).id)
        lock_people(session)
        desk = Desk(session, day_list, site, account, now, PeopleAtHand())
        desk.people.load(session, [checked.person])
        number = imports.last_row(session, day_list.id, default=_HEADER_ROW) + 1
        row = store_row(desk, number=number, typed=typed, checked=checked)
        session.flush()
        detail = {"outcome": row.outcome, "held": row.held}
        audit.record(session, actor=by, action="dose_entered", subject=f"{day_list.id}/{number}", detail=detail, at=now)
        return Entry(day_list.id, row.doses[0].person_id if row.doses else None, checked.issues)


def _day_list(session: Session, site: Site, account: Account, *, now: datetime, today: date) -> Import:
    """The list of what this account enters at this site today."""
    mark = hashlib.sha256(f"desk/{site.code}/{account.id}/{today.isoformat()}".encode()).hexdigest()
    found = imports.find_same_file(session, site=site, kind=_KIND, file_sha256=mark)
    return found or imports.create_import(
        session,
        site=site,
        kind=_KIND,
        campaign=None,
        file_name=f"Bàn tiếp đón {today:%d/%m/%Y}",
        file_sha256=mark,
        layout=Layout.DOSE_ROWS.value,
        header=[column_name(name).vi for name in TEMPLATE_FIELDS],
        by=account,
        at=now,
    )
