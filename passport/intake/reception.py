"""JOB: a record of a person is opened, at the desk or on another page, which is remembered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from passport.registry import audit
from passport.registry.db import Database


def note_opened(
    database: Database, *, person_ids: Iterable[str], by: str, office: str, purpose: str, now: datetime
) -> None:
    """Keeps that `by`, of `office`, opened the records of these people, and on which page."""
    opened = list(person_ids)
    if opened:
        detail = {"office": office, "purpose": purpose}
        with database.transaction() as session:
            for person_id in opened:
                audit.record(session, actor=by, action="person_opened", subject=person_id, detail=detail, at=now)
