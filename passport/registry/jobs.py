"""Jobs that run in the background: what is asked for, how far it has come, who may stop it.

The row is the truth; the queue only carries its number. Who takes a job beats its heart into the row, so that a
job whose worker died is seen and taken up again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from passport.errors import InputError, Refusal
from passport.registry.accounts import Account
from passport.registry.areas import beneath
from passport.registry.columns import Base, new_id
from passport.registry.tables import Area

STALE = timedelta(minutes=5)  # without a heartbeat; looking through a million rows before the first takes one or two
FAULT = "fault"  # the argument under which a job that failed keeps variant and values of its reason
PAGE = 50  # jobs a page where the caller names no other number


class Job(Base):
    """One piece of background work; `failed` counts the rows or people of `done` that did not get through."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("kind IN ('import', 'check')", name="ck_job_kind"),
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="ck_job_state"),
        Index("ix_job_state", "state", "due_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(10))  # import or check
    subject: Mapped[str] = mapped_column(String(255))  # the file's name, or the area's code
    arguments: Mapped[dict[str, Any]]
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # None: the service itself
    import_id: Mapped[int | None] = mapped_column(ForeignKey("list_import.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    cancel: Mapped[bool] = mapped_column(default=False)  # somebody wants it to stop
    attempts: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(40))  # the word of a reason
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]  # not before
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    area: Mapped[Area | None] = relationship()
    by: Mapped[Account | None] = relationship(Account)


def create_job(
    session: Session,
    *,
    kind: str,
    subject: str,
    arguments: Mapping[str, Any],
    area: Area | None,
    by: Account | None,
    at: datetime,
) -> Job:
    """A job that waits for a worker."""
    job = Job(
        kind=kind, subject=subject[:255], arguments=dict(arguments), area=area, by=by, created_at=at, due_at=at
    )  # fmt: skip
    session.add(job)
    session.flush()
    return job


def check_job(session: Session, *, area: Area | None, by: Account | None, at: datetime) -> Job:
    """A job that asks the population register about everybody who waits in an area, or everywhere."""
    subject = area.code if area else ""
    return create_job(session, kind="check", subject=subject, arguments={}, area=area, by=by, at=at)


def require_job(session: Session, job_id: str) -> Job:
    """The job with this id; raises InputError (unknown_job)."""
    job = session.get(Job, job_id)
    if job is None:
        raise InputError(Refusal.UNKNOWN_JOB)
    return job


def take_job(session: Session, job_id: str, *, at: datetime) -> Job | None:
    """The job for whoever is to do it now; None when somebody is at it, it is not due, or nothing is left to do."""
    free = or_(Job.state == "waiting", (Job.state == "running") & (Job.heartbeat_at < at - STALE))
    query = select(Job).where(Job.id == job_id, Job.due_at <= at, free).with_for_update()
    job = session.scalar(query)
    if job is not None:
        job.state, job.heartbeat_at, job.error = "running", at, None
        job.started_at = job.started_at or at
        job.attempts += 1
        session.flush()
    return job


def open_jobs(session: Session, *, at: datetime) -> list[str]:
    """The ids of jobs that somebody should take up: due, and waiting or left by a worker that died."""
    left = (Job.state == "running") & (Job.heartbeat_at < at - STALE)
    query = select(Job.id).where(Job.due_at <= at, or_(Job.state == "waiting", left)).order_by(Job.created_at)
    return list(session.scalars(query))


def is_open(session: Session, *, kind: str, subject: str) -> bool:
    """Whether such a job is under way or waits already."""
    query = select(Job.id).where(Job.kind == kind, Job.subject == subject, Job.state.in_(["waiting", "running"]))
    return session.scalar(query.limit(1)) is not None


def told_progress(
    session: Session, job_id: str, *, total: int, done: int, failed: int, import_id: int | None, at: datetime
) -> bool:
    """Records how far a job has come, and answers whether it is to stop."""
    job = require_job(session, job_id)
    job.total, job.done, job.failed, job.heartbeat_at = total, done, failed, at
    job.import_id = import_id
    session.flush()
    return job.cancel


def finish_job(
    session: Session,
    job_id: str,
    *,
    state: str,
    error: str | None = None,
    fault: Mapping[str, Any] | None = None,
    at: datetime,
) -> Job:
    """Ends a job: done, failed for a reason, or cancelled; `fault` is what the sentence of the reason is made with."""
    job = require_job(session, job_id)
    job.state, job.error, job.finished_at = state, error, at
    if fault is not None:
        job.arguments = {**job.arguments, FAULT: dict(fault)}
    session.flush()
    return job


def put_off(session: Session, job_id: str, *, error: str, until: datetime) -> None:
    """Lets a job wait whose dependency is away; one that somebody has cancelled meanwhile ends."""
    job = require_job(session, job_id)
    job.state, job.error, job.due_at = "cancelled" if job.cancel else "waiting", error, until


def cancel_job(session: Session, job: Job, *, at: datetime) -> None:
    """Stops a job: at once while it waits, after the batch in hand while it runs; a finished one stays as it is."""
    session.refresh(job, with_for_update=True)
    if job.state == "waiting":
        job.state, job.finished_at = "cancelled", at
    elif job.state == "running":
        job.cancel = True
    session.flush()


def list_jobs(
    session: Session, *, areas: Collection[Area | None], by: Account, before: datetime | None = None, limit: int = PAGE
) -> list[Job]:
    """The jobs of some areas (None: of the whole country) and those of `by`, the latest first."""
    query = select(Job).order_by(Job.created_at.desc(), Job.id).limit(limit)
    if None not in areas:
        within = [Job.area_id.in_(select(Area.id).where(beneath(area))) for area in areas if area]
        query = query.where(or_(Job.by_id == by.id, *within))
    if before is not None:
        query = query.where(Job.created_at < before)
    return list(session.scalars(query))
