"""Files that wait for their import: kept for the service's own user alone, and no longer than the job lasts."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import IO

from passport.errors import InputError, Refusal
from passport.house import House, clock
from passport.intake.importing import ROLES
from passport.registry import jobs
from passport.registry.accounts import find_account, require_role
from passport.registry.columns import new_id
from passport.registry.sites import require_site

FOLDER = "uploads"


def submit_list(
    house: House, *, file: IO[bytes], file_name: str, site_code: str, kind: str, by: str, campaign: str | None = None
) -> str:
    """Keeps an uploaded list and answers the id of the job that will bring it in; hand it to the queue.

    Raises InputError (unknown site, account or kind), Refused (not_permitted). Whether the file is a list at all
    is seen when the job runs.
    """
    if kind not in ROLES:
        raise InputError(Refusal.BAD_OPTION, f"kind: one of {', '.join(ROLES)}")
    kept = _keep(house, file)
    try:
        with house.database.transaction() as session:
            site, account = require_site(session, site_code), find_account(session, by)
            require_role(session, account, ROLES[kind], site.area)
            job = jobs.create_job(
                session,
                kind="import",
                subject=file_name,
                arguments={"site": site.code, "kind": kind, "campaign": campaign},
                area=site.area,
                by=account,
                at=clock(),
            )
            kept.rename(upload_of(house, job.id))
            return job.id
    finally:
        kept.unlink(missing_ok=True)  # there only when it became no job


def _keep(house: House, file: IO[bytes]) -> Path:
    """Copies an upload before any transaction, so that no other writer waits for a slow sender."""
    path = upload_of(house, f"{new_id()}.part")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
        shutil.copyfileobj(file, kept)
    return path


def upload_of(house: House, job_id: str) -> Path:
    """Where the file of a job lies."""
    return house.settings.instance_dir / FOLDER / job_id


def drop_upload(house: House, job_id: str) -> None:
    """Removes the file of a job that has ended."""
    upload_of(house, job_id).unlink(missing_ok=True)
