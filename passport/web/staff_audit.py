"""Staff: the audit trail, searched by day, actor, act and subject; and whether its chain is whole."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from passport.house import clock, current_house
from passport.registry import audit
from passport.web.staff import BLUEPRINT

SHOWN = 50
_YEARS = range(2000, 2200)
_HIGHEST = 2**31 - 1  # what the column holds


@BLUEPRINT.get("/audit")
def audit_trail() -> ResponseReturnValue:
    """The acts that were asked for, the latest first, and the head of the chain."""
    return _page()


@BLUEPRINT.post("/audit")
def check_trail() -> ResponseReturnValue:
    """Checks every entry of the chain, which takes seconds for each hundred thousand; the check is an act itself."""
    house = current_house()
    kept, errors = _kept_head(request.form.get("head", "").strip())
    if errors:
        return _page(errors=errors)
    with house.database.reading() as session:
        bad, last = audit.verify_chain(session, expected=kept), audit.head(session)
    with house.database.transaction() as session:
        detail = {"first_bad": bad, "entries": last.entry_id if last else 0}
        audit.record(
            session, actor=current_user.email, action="trail_checked", subject="audit", detail=detail, at=clock()
        )
    return _page(checked=True, bad=bad)


def _page(
    *, checked: bool = False, bad: int | None = None, errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    house, asked = current_house(), request.args
    errors = dict(errors or {})
    since = until = None
    try:
        since, until = _start_of(asked.get("since")), _start_of(asked.get("until"))
    except ValueError:
        errors["since"] = _("Chọn ngày trên lịch.")
    with house.database.reading() as session:
        found = audit.entries(
            session,
            subject=asked.get("subject", "").strip() or None,
            actor=asked.get("actor", "").strip() or None,
            action=asked.get("action", "").strip() or None,
            since=since,
            until=until + timedelta(days=1) if until else None,
            before=asked.get("before", type=_entry_number),
            limit=SHOWN,
        )
        page = render_template(
            "staff/audit.html",
            found=found,
            head=audit.head(session),
            last=found[-1].id if len(found) == SHOWN else None,
            carried={name: asked[name] for name in ("since", "until", "actor", "action", "subject") if asked.get(name)},
            checked=checked,
            bad=bad,
            errors=errors,
            form=request.values,
        )
    return page, 422 if errors else 200


def _start_of(text: str | None) -> datetime | None:
    """The first instant of a day, None for no day; raises ValueError for what is none, or years from any trail."""
    if not text:
        return None
    day = date.fromisoformat(text)
    if day.year not in _YEARS:
        raise ValueError("years from any trail")
    return datetime.combine(day, time(), current_house().settings.timezone)


def _entry_number(text: str) -> int:
    number = int(text)
    if number > _HIGHEST:
        raise ValueError("no number of an entry")
    return number


def _kept_head(text: str) -> tuple[audit.Head | None, dict[str, str]]:
    """The head that somebody kept outside the database, as NUMBER:HASH, and what is wrong with it."""
    number, _colon, value = text.partition(":")
    if not text:
        return None, {}
    if not (number.isascii() and number.isdigit() and len(number) < 10 and len(value) == len(audit.START)):
        return None, {"head": _("Dán nguyên văn dòng đã lưu: số, dấu hai chấm, mã băm.")}
    return audit.Head(entry_id=int(number), hash=value), {}
