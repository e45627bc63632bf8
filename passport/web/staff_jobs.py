"""Staff: background jobs, how far each has come, and a button to stop it."""

from __future__ import annotations

import os

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from passport.errors import Refusal, advice, sentence
from passport.house import clock, current_house
from passport.registry import jobs
from passport.registry.accounts import require_role
from passport.registry.jobs import FAULT, Job
from passport.registry.reports import spoken
from passport.tasks.queue import current_queue
from passport.tasks.uploads import submit_list
from passport.web.language import told
from passport.web.staff import BLUEPRINT, READS_PEOPLE, WRITES_LISTS, account, areas_of

REFRESH = 2  # seconds between two looks at a job that is under way
_OPEN = ("waiting", "running")


def size_of(upload: FileStorage) -> int:
    """How many bytes an upload has."""
    size = upload.stream.seek(0, os.SEEK_END)
    upload.stream.seek(0)
    return size


def start_job(upload: FileStorage) -> str:
    """Makes a job of an uploaded list and answers its id; raises what `submit_list` raises."""
    job_id = submit_list(
        current_house(),
        file=upload.stream,
        file_name=upload.filename or "",
        site_code=request.form.get("site", ""),
        kind=request.form.get("kind", "vaccination"),
        campaign=request.form.get("campaign") or None,
        by=current_user.email,
    )
    current_queue().put(job_id)
    return job_id


@BLUEPRINT.get("/jobs")
def job_list() -> str:
    """The jobs of the areas of this account, the latest first."""
    with current_house().database.reading() as session:
        who = account(session)
        found = jobs.list_jobs(session, areas=areas_of(who, READS_PEOPLE), by=who)
        return render_template("staff/jobs.html", found=found, state=_state, kind=_kind)


@BLUEPRINT.get("/jobs/<job_id>")
def job(job_id: str) -> str:
    """One job; the page looks again by itself while the job is under way."""
    with current_house().database.reading() as session:
        found = _readable(session, job_id)
        return render_template(
            "staff/job.html",
            job=found,
            state=_state,
            kind=_kind,
            error=_error(found),
            under_way=found.state in _OPEN,
            refresh=REFRESH,
        )


@BLUEPRINT.post("/jobs/<job_id>/cancel")
def cancel_job(job_id: str) -> ResponseReturnValue:
    """Stops a job: at once while it waits, after the rows in hand while it runs."""
    with current_house().database.transaction() as session:
        found, who = _readable(session, job_id), account(session)
        if found.by_id != who.id:
            require_role(session, who, WRITES_LISTS, found.area)
        jobs.cancel_job(session, found, at=clock())
    return redirect(url_for("staff.job", job_id=job_id))


def _readable(session: Session, job_id: str) -> Job:
    found, who = jobs.require_job(session, job_id), account(session)
    if found.by_id != who.id:
        require_role(session, who, READS_PEOPLE, found.area)
    return found


def _error(job: Job) -> str | None:
    """Why a job failed, or waits for what is away, and what to do about it."""
    if job.error is None:
        return None
    if job.error not in set(Refusal):
        return str(_("Có lỗi ngoài dự kiến. Gửi lại tệp; nếu vẫn vậy, báo bộ phận hỗ trợ mã công việc này."))
    fault = job.arguments.get(FAULT) or {}
    variant, values = fault.get("variant"), spoken(fault.get("values") or {})
    return " ".join(told(say(Refusal(job.error), variant, values)) for say in (sentence, advice))


def _state(state: str) -> tuple[str, str]:
    """The state of a job in words, and the colour of its tag."""
    words = {
        "waiting": (_("Đang chờ"), "grey"),
        "running": (_("Đang chạy"), "blue"),
        "done": (_("Đã xong"), "green"),
        "failed": (_("Không thành công"), "red"),
        "cancelled": (_("Đã dừng"), "orange"),
    }
    return words[state]


def _kind(kind: str) -> str:
    return str(_("Nhập danh sách") if kind == "import" else _("Đối chiếu dân cư"))
