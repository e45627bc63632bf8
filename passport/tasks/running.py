"""Running a job: takes it, does it, tells how far it has come, and says how it ended."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from passport.errors import PassportError, Sentence, Unavailable
from passport.house import House, clock
from passport.intake.importing import Progress, import_list
from passport.intake.population import CheckProgress, check_people
from passport.issuing.delivery import deliver
from passport.registry import codes, jobs, report_pictures
from passport.registry.jobs import Job
from passport.registry.people import waiting_people
from passport.tasks.uploads import drop_upload, upload_of

SERVICE = "the service"  # in whose name people are checked when nobody asked
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)  # until a dependency that was away is asked anew
_log = logging.getLogger("passport.tasks")


class _Stopped(Exception):
    """Somebody wants the job to stop; raised between two batches, where everything is committed."""


def run_job(house: House, job_id: str) -> list[str]:
    """Does a job that nobody else is doing, and answers the ids of the jobs that follow from it.

    A dependency that is away puts it off, for longer each time; whatever else goes wrong is its end, and the word
    for it stands in the job.
    """
    with house.database.transaction() as session:
        job = jobs.take_job(session, job_id, at=clock())
        by = job.by.email if job and job.by else SERVICE
        over = job is None and jobs.require_job(session, job_id).finished_at is not None
    if over:  # cancelled before anybody took it
        drop_upload(house, job_id)
    if job is None:
        return []
    try:
        _do(house, job, by)
    except _Stopped:
        return _end(house, job, "cancelled")
    except Unavailable as error:
        wait = min(FIRST_WAIT * 2 ** (job.attempts - 1), LONGEST_WAIT)
        with house.database.transaction() as session:
            jobs.put_off(session, job.id, error=error.reason.value, until=clock() + wait)
        return []
    except PassportError as error:
        return _end(house, job, "failed", error=error.reason.value, fault=_fault(error))
    except Exception as error:
        # The type alone: an exception's text may hold what a person typed.
        _log.error("job %s (%s): unforeseen %s", job.id, job.kind, type(error).__name__)
        return _end(house, job, "failed", error="unforeseen")
    return _end(house, job, "done")


def open_jobs(house: House) -> list[str]:
    """The ids of the jobs that somebody should take up now."""
    with house.database.reading() as session:
        return jobs.open_jobs(session, at=clock())


def recheck_waiting(house: House) -> list[str]:
    """A new job that asks about everybody who waits; none while nobody does or one is under way."""
    with house.database.transaction() as session:
        if not waiting_people(session, limit=1) or jobs.is_open(session, kind="check", subject=""):
            return []
        return [jobs.check_job(session, area=None, by=None, at=clock()).id]


def send_messages(house: House) -> None:
    """Hands on the messages that wait."""
    deliver(house.database, gateways=house.gateways, now=clock())


def forget(house: House) -> None:
    """Deletes what is of no use any more: codes with what waited for them to be entered, pictures of old reports."""
    now = clock()
    with house.database.transaction() as session:
        codes.forget_codes(session, now=now)
        report_pictures.forget_pictures(session, at=now)


def _do(house: House, job: Job, by: str) -> None:
    if job.kind == "import":
        _import(house, job, by)
    else:
        _check(house, job, by)


def _import(house: House, job: Job, by: str) -> None:
    def tell(progress: Progress) -> None:
        _tell(house, job, progress.total, progress.done, progress.refused, progress.import_id)

    now, told = clock(), job.arguments
    import_list(
        house.database,
        data=upload_of(house, job.id),
        file_name=job.subject,
        site_code=told["site"],
        kind=told["kind"],
        campaign=told["campaign"],
        by=by,
        now=now,
        today=house.today(now),
        progress=tell,
    )


def _check(house: House, job: Job, by: str) -> None:
    def tell(progress: CheckProgress) -> None:
        _tell(house, job, progress.total, progress.done, progress.away, None)

    now = clock()
    check_people(
        house.database,
        service=house.population,
        area=job.subject or None,
        by=by,
        now=now,
        today=house.today(now),
        progress=tell,
    )


def _tell(house: House, job: Job, total: int, done: int, failed: int, import_id: int | None) -> None:
    with house.database.transaction() as session:
        stop = jobs.told_progress(
            session, job.id, total=total, done=done, failed=failed, import_id=import_id, at=clock()
        )
    if stop:
        raise _Stopped


def _fault(error: PassportError) -> dict[str, Any]:
    """What the sentence of an error is made with, in plain JSON."""
    values = {"detail": error.detail or "", **error.values}
    told = {name: value.as_dict() if isinstance(value, Sentence) else str(value) for name, value in values.items()}
    return {"variant": error.variant, "values": told}


def _end(
    house: House, job: Job, state: str, *, error: str | None = None, fault: Mapping[str, Any] | None = None
) -> list[str]:
    with house.database.transaction() as session:
        ended = jobs.finish_job(session, job.id, state=state, error=error, fault=fault, at=clock())
        following = []
        if job.kind == "import" and state == "done" and job.arguments["kind"] == "vaccination":
            following = [jobs.check_job(session, area=ended.area, by=ended.by, at=clock()).id]
    if job.kind == "import":
        drop_upload(house, job.id)
    return following
