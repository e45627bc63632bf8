"""JOB: somebody stands at the desk: their record is opened, which is remembered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from passport.registry import audit
from passport.registry.db import Database


def note_opened(database: Database, *, person_ids: Iterable[str], by: str, now: datetime) -> None:
    """Keeps that `by` opened the records of these people."""
    opened = list(person_ids)
    if opened:
        with database.transaction() as session:
            for person_id in opened:
                audit.record(session, actor=by, action="person_opened", subject=person_id, at=now)
