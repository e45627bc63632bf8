"""The API for programs that bring lists in: a list becomes a job, its rows are read a page at a time."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, request, url_for
from sqlalchemy.orm import Session

from passport.domain.verdict import utc_text
from passport.errors import InputError, Refusal
from passport.house import clock, current_house
from passport.intake.sheets import TEXT_LIMIT
from passport.registry import imports, jobs, reports
from passport.registry.accounts import require_role
from passport.registry.jobs import Job
from passport.registry.tables import Import
from passport.tasks.queue import current_queue
from passport.tasks.uploads import submit_list
from passport.web.agency import BLUEPRINT, json_answer
from passport.web.callers import acting_account, needs
from passport.web.idempotency import idempotent
from passport.web.job_models import AFTER, IMPORT_ID, JOB_ID, ImportOut, JobOut, ListIn, RowsOut
from passport.web.openapi import documented
from passport.web.staff import READS_PEOPLE, WRITES_LISTS

_FORM_FIELDS = {"site", "kind"}
_READ_ERRORS = (401, 403, 404, 422, 429)


@BLUEPRINT.post("/imports")
@documented(
    "Bring a list in",
    answer=JobOut,
    bodies={"multipart/form-data": ListIn},
    errors=(401, 403, 404, 413, 422, 429),
    tag="Imports",
    status=202,
)
@needs("registry:write")
def start_import() -> Response:
    """202 with the job, whose address stands in Location; the same file sent again is the same import."""
    request.max_content_length = TEXT_LIMIT
    upload = request.files.get("file")
    if upload is None or request.form.keys() - _FORM_FIELDS or request.files.keys() != {"file"}:
        raise InputError(Refusal.BAD_OPTION, "form")
    house = current_house()
    with house.database.reading() as session:
        by = acting_account(session).email
    job_id = submit_list(
        house,
        file=upload.stream,
        file_name=upload.filename or "list",
        site_code=request.form.get("site", ""),
        kind=request.form.get("kind", "vaccination"),
        by=by,
    )
    current_queue().put(job_id)
    with house.database.reading() as session:
        answer = json_answer(_job(jobs.require_job(session, job_id)))
    answer.status_code = 202
    answer.headers["Location"] = url_for("agency.read_job", job_id=job_id)
    return answer


@BLUEPRINT.get("/jobs/<job_id>")
@documented("How far a job has come", answer=JobOut, errors=_READ_ERRORS, tag="Imports")
@needs("registry:read")
def read_job(job_id: str) -> Response:
    """Total, done, failed and state; `import` names the list once it is known."""
    with current_house().database.reading() as session:
        return json_answer(_job(_readable_job(session, job_id)))


@BLUEPRINT.post("/jobs/<job_id>/cancellation")
@documented("Stop a job", answer=JobOut, errors=(401, 403, 404, 409, 422, 429), tag="Imports", idempotent=True)
@needs("registry:write")
@idempotent
def cancel_job(job_id: str) -> Response:
    """At once while it waits, after the rows in hand while it runs; what is stored stays."""
    with current_house().database.transaction() as session:
        job = _readable_job(session, job_id)
        if job.by_id != (who := acting_account(session)).id:
            require_role(session, who, WRITES_LISTS, job.area)
        jobs.cancel_job(session, job, at=clock())
        return json_answer(_job(job))


@BLUEPRINT.get("/imports/<import_id>")
@documented("What became of a list", answer=ImportOut, errors=_READ_ERRORS, tag="Imports")
@needs("registry:read")
def read_import(import_id: str) -> Response:
    """Its counts as they are now."""
    with current_house().database.reading() as session:
        return json_answer(reports.report(session, _readable_import(session, import_id).id).counts())


@BLUEPRINT.get("/imports/<import_id>/rows")
@documented(
    "The rows of a list of which something is to be said",
    answer=RowsOut,
    errors=_READ_ERRORS,
    tag="Imports",
    query={"after": {"type": "string", "pattern": f"^{AFTER}$"}},
)
@needs("registry:read")
def read_import_rows(import_id: str) -> Response:
    """A page of rows with their issues, beginning after the row `after`."""
    after = request.args.get("after", "0")
    if not re.fullmatch(AFTER, after) or request.args.keys() - {"after"}:
        raise InputError(Refusal.BAD_OPTION, "after")
    with current_house().database.reading() as session:
        found = _readable_import(session, import_id)
        rows = imports.list_rows(session, found.id, faulty=True, after=int(after))
        told = [
            {
                "row": row.row,
                "outcome": row.outcome,
                "held": row.held,
                "settled": row.settled,
                "issues": [issue.as_dict() for issue in reports.issues_of(row)],
            }
            for row in rows
        ]
        return json_answer({"rows": told, "next": rows[-1].row if len(rows) == imports.PAGE else None})


def _readable_job(session: Session, job_id: str) -> Job:
    if not re.fullmatch(JOB_ID, job_id):
        raise InputError(Refusal.UNKNOWN_JOB)
    job, who = jobs.require_job(session, job_id), acting_account(session)
    if job.by_id != who.id:
        require_role(session, who, (*READS_PEOPLE, *WRITES_LISTS), job.area)
    return job


def _readable_import(session: Session, import_id: str) -> Import:
    if not re.fullmatch(IMPORT_ID, import_id):
        raise InputError(Refusal.UNKNOWN_IMPORT)
    found, who = imports.require_import(session, int(import_id)), acting_account(session)
    if found.created_by_id != who.id:
        require_role(session, who, READS_PEOPLE, found.site.area)
    return found


def _job(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "total": job.total,
        "done": job.done,
        "failed": job.failed,
        "error": job.error,
        "import": job.import_id,
        "created_at": utc_text(job.created_at),
        "started_at": utc_text(job.started_at),
        "finished_at": utc_text(job.finished_at),
    }
