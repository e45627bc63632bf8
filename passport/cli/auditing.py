"""The audit trail of commands that work without a database: written where there is one, else said not to be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from passport.cli.output import say
from passport.errors import Unavailable
from passport.house import current_house
from passport.registry import audit, migrations

ACTOR = "command line"


def audit_import(*, action: str, subject: str, detail: Mapping[str, Any], at: datetime) -> None:
    """Records an import of lists in the migrated database of the house; otherwise stderr says that it was not."""
    database = current_house().database
    try:
        migrations.require_migrated(database.engine)
    except Unavailable as error:
        say(f"Not audited: {error.message.en}")
        return
    with database.transaction() as session:
        audit.record(session, actor=ACTOR, action=action, subject=subject, detail=detail, at=at)
