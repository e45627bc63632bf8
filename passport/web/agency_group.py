"""The check of a group: pictures and a passenger list in, one printable sheet out. A worker does it meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import IO

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from limits import RateLimitItemPerHour
from werkzeug.datastructures import FileStorage

from passport.errors import PassportError
from passport.house import clock, current_house
from passport.intake.travellers import PASSENGERS_MOST, read_passengers
from passport.rendering.pictures import IMAGE_BYTES
from passport.tasks.groups import KEPT, Group, drop_group, find_group, submit_group
from passport.tasks.queue import current_queue
from passport.verifying.group_report import Place
from passport.verifying.passengers import Passenger
from passport.web.agency_desk import trip_choices
from passport.web.agency_own import BLUEPRINT, require_batches, shown_name, spend_checks
from passport.web.agency_session import the_agency
from passport.web.bodies import GROUP_BYTES
from passport.web.language import gettext as _
from passport.web.language import told
from passport.web.limits import spend
from passport.web.result import lists_line
from passport.web.scanner import Terms

FILES_MOST = 200
GROUPS_LIMIT = RateLimitItemPerHour(20)  # of a client: what waits takes room on the disk
REFRESH = 2  # seconds between two looks at a group that is being checked
_GROUP = "/group/<string(length=32):group_id>"


@BLUEPRINT.get("/group")
def group_form() -> str:
    """The form for a group."""
    require_batches()
    return _form(Terms(), {})


@BLUEPRINT.post("/group")
def submit() -> ResponseReturnValue:
    """Keeps a group for the worker and leads to its page."""
    require_batches()
    house = current_house()
    today = house.today(clock())
    terms = Terms.read(request.form, today=today.isoformat())
    files = [file for file in request.files.getlist("files") if file.filename]
    passengers: tuple[Passenger, ...] = ()
    errors: dict[str, str] = {}
    try:
        upload = request.files.get("list")
        if upload is None or not upload.filename:
            errors["list"] = _("Chọn danh sách khách.")
        else:
            passengers = read_passengers(upload.read(), file_name=upload.filename, today=today)
    except PassportError as error:
        errors["list"] = f"{told(error.message)} {told(error.advice)}"
    if not 1 <= len(files) <= FILES_MOST:
        errors["files"] = _("Chọn từ 1 đến %(most)s ảnh hoặc tệp PDF.", most=FILES_MOST)
    if errors:
        return _form(terms, errors), 422
    spend(GROUPS_LIMIT, f"groups:{the_agency().id}", cost=1)
    spend_checks(len(files))
    group_id = submit_group(
        house,
        client_id=the_agency().id,
        passengers=passengers,
        files=[_named(file) for file in files],
        policy=terms.policy,
        country=terms.country,
        on=terms.on,
    )
    current_queue().put_group(group_id)
    return redirect(url_for("agency_own.group", group_id=group_id), 303)


@BLUEPRINT.get(_GROUP)
def group(group_id: str) -> ResponseReturnValue:
    """How far a group is; once it is checked, its sheet."""
    found = _mine(group_id)
    terms = Terms(found.asked["policy"], found.asked["country"], found.asked["on"])
    told_terms = terms.told(today=current_house().today(clock()).isoformat())
    if found.sheet is not None:
        return _sheet(found, group_id, told_terms)
    answer = make_response(render_template("agency/waiting.html", group=found, group_id=group_id, terms=told_terms))
    if not found.failed:
        answer.headers["Refresh"] = str(REFRESH)
    return answer


@BLUEPRINT.post(_GROUP + "/delete")
def delete(group_id: str) -> ResponseReturnValue:
    """Deletes a group before its time."""
    _mine(group_id)
    drop_group(current_house(), group_id)
    return redirect(url_for("agency_own.group_form"), 303)


def _mine(group_id: str) -> Group:
    found = find_group(current_house(), group_id, client_id=the_agency().id)
    if found is None:
        abort(404)
    return found


def _form(terms: Terms, errors: dict[str, str]) -> str:
    return render_template(
        "agency/group.html",
        terms=terms,
        errors=errors,
        files_most=FILES_MOST,
        passengers_most=PASSENGERS_MOST,
        file_mb=IMAGE_BYTES // 1_000_000,
        total_mb=GROUP_BYTES // 2**20,
        minutes=KEPT.seconds // 60,
        **trip_choices(),
    )


def _sheet(found: Group, group_id: str, terms: str) -> ResponseReturnValue:
    assert found.sheet is not None
    places, dates = found.sheet["places"], found.sheet["lists"]
    checked_at = datetime.fromisoformat(found.sheet["checked_at"])
    trust, revocation = (datetime.fromisoformat(told) if told else None for told in dates.values())
    return render_template(
        "agency/sheet.html",
        agency=the_agency().name,
        group=found,
        group_id=group_id,
        checked_at=checked_at,
        lists=lists_line(trust=trust, revocation=revocation, context=current_house().context, now=checked_at),
        terms=terms,
        places=[(place.value, title, places[place.value]) for place, title in _titles().items()],
        passengers=len(found.asked["passengers"]),
        tests=any(line["test"] for lines in places.values() for line in lines),
    )


def _titles() -> dict[Place, str]:
    return {
        Place.REFUSED: _("Không được chấp nhận"),
        Place.UNDECIDED: _("Chưa kiểm tra được"),
        Place.MISSING: _("Thiếu chứng nhận"),
        Place.UNMATCHED: _("Không khớp với ai trong danh sách"),
        Place.ACCEPTED: _("Được chấp nhận"),
    }


def _named(file: FileStorage) -> tuple[str, IO[bytes]]:
    """A file with its name as it may stand on a sheet."""
    return shown_name(file.filename or ""), file.stream
