"""Staff: coverage of their areas by age group and dose, who is due, what sites owe, and reports under a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy.orm import Session

from passport.domain.coverage import CELLS, GROUP_NAMES, STEP_NAMES, TARGET, AgeGroup, Step
from passport.errors import InputError, Refusal
from passport.house import House, clock, current_house
from passport.intake.coverage import FREEZES, Asked, freeze_report, outward_figures, printed, require_asked
from passport.registry import due
from passport.registry.accounts import require_role
from passport.registry.areas import lies_in, require_area
from passport.registry.coverage import coverage
from passport.registry.coverage_reports import course_of, list_reports, require_report
from passport.registry.progress import case_duties, counts, duties
from passport.registry.tables import Area
from passport.rendering.coverage_report import Frozen, number_text, report_pdf, report_sheet
from passport.rendering.sheets import XLSX, SheetColumn, text_sheet
from passport.web.coverage_charts import band, bands, course, short_name
from passport.web.language import current_language, day
from passport.web.staff import BLUEPRINT, READS_PEOPLE, SEES_COVERAGE, account, areas_of

REPORTS_SHOWN = 20
UNLISTED_SHOWN = 30


@dataclass(frozen=True, slots=True)
class _Place:
    """The area of a page, where the account may see it."""

    area: Area | None
    areas: list[Area | None]
    asked: Asked


def number(value: float | None) -> str:
    """A number as the language of the page writes it."""
    return number_text(value, current_language())


@BLUEPRINT.get("/coverage")
def coverage_page() -> str:
    """The table of an area, each percentage with what it is made of, and the units beneath it."""
    house = current_house()
    with house.database.reading() as session:
        place = _place(session, house, SEES_COVERAGE)
        asked = place.asked
        table = coverage(
            session, area=place.area, on=asked.on, target=asked.target, since=asked.since, compare=asked.compare
        )
        group, step = _cell()
        return render_template(
            "staff/coverage.html",
            table=table,
            place=place,
            chosen=(group, step),
            cells=CELLS,
            groups=GROUP_NAMES,
            steps=STEP_NAMES,
            ranked=table.ranked(group, step),
            course=course(course_of(session, area=place.area, before=asked.on), table, group=group, step=step),
            unlisted=table.unlisted[:UNLISTED_SHOWN],
            number=number,
            band=band,
            bands=bands,
            short_name=short_name,
            link=_link(asked),
            up=_up(place),
            may_freeze=_may(session, FREEZES, place.area),
            may_see_people=_may(session, READS_PEOPLE, place.area),
        )


@BLUEPRINT.get("/coverage/progress")
def coverage_progress() -> str:
    """How far the records of the sites have come, and what the sites owe on the day."""
    house = current_house()
    with house.database.reading() as session:
        place = _place(session, house, SEES_COVERAGE)
        end = datetime.combine(place.asked.on + timedelta(days=1), time(), house.settings.timezone)
        return render_template(
            "staff/coverage_progress.html",
            place=place,
            link=_link(place.asked),
            number=number,
            counts=counts(session, area=place.area),
            duties=duties(session, area=place.area, on=place.asked.on, day_end=end),
            case_duties=case_duties(session, area=place.area, today=place.asked.on, zone=house.settings.timezone),
        )


@BLUEPRINT.get("/coverage/due")
def coverage_due() -> str:
    """Who is due for a dose, by name, a page at a time."""
    page = max(1, request.args.get("page", 1, type=int))
    place, group, step, people, total = _due(page)
    carried = {name: request.args.get(name) for name in ("employer", "priority_group")}
    return render_template(
        "staff/coverage_due.html",
        place=place,
        people=people,
        total=total,
        page=page,
        pages=-(-total // due.PAGE),
        chosen=(group, step),
        cells=CELLS,
        groups=GROUP_NAMES,
        steps=STEP_NAMES,
        link=_link(place.asked, group=group.value, dose=step.value, **carried),
        form=request.args,
    )


@BLUEPRINT.get("/coverage/due.xlsx")
def coverage_due_sheet() -> Response:
    """Everybody who is due, as a sheet for those who invite them."""
    _asked_place, group, step, people, _total = _due(None)
    return _download(_due_sheet(people), XLSX, f"due-{group.value.rstrip('+')}-{step.value}.xlsx")


@BLUEPRINT.get("/coverage/report.<any('xlsx', 'json', 'pdf'):form>")
def coverage_file(form: str) -> Response:
    """The table as a file, without small cells."""
    house = current_house()
    with house.database.reading() as session:
        place = _place(session, house, SEES_COVERAGE)
        figures = outward_figures(session, area=place.area, asked=place.asked)
    return _file(house, figures, form, name="coverage")


@BLUEPRINT.post("/coverage/reports")
def freeze_coverage() -> ResponseReturnValue:
    """Stores the report under the next number."""
    house, now = current_house(), clock()
    asked = _asked(house)
    freeze_report(house.database, asked=asked, by=current_user.email, now=now, today=house.today(now))
    return redirect(url_for("staff.coverage_reports"))


@BLUEPRINT.get("/coverage/reports")
def coverage_reports() -> str:
    """The frozen reports of the account's areas, the latest first."""
    with current_house().database.reading() as session:
        found = list_reports(session, areas=areas_of(account(session), SEES_COVERAGE), limit=REPORTS_SHOWN)
        return render_template("staff/coverage_reports.html", found=found)


@BLUEPRINT.get("/coverage/reports/<int(max=2147483647):report>.<any('pdf', 'xlsx', 'json'):form>")
def frozen_file(report: int, form: str) -> Response:
    """A frozen report, as it was."""
    house = current_house()
    with house.database.reading() as session:
        found = require_report(session, report)
        require_role(session, account(session), SEES_COVERAGE, found.area)
        frozen = printed(found, zone=house.settings.timezone)
        return _file(house, found.figures, form, name=f"coverage-{report}", frozen=frozen)


def _due(page: int | None) -> tuple[_Place, AgeGroup, Step, list[due.Due], int]:
    house = current_house()
    group, step = _cell()
    employer, priority = (request.args.get(name, "").strip() or None for name in ("employer", "priority_group"))
    with house.database.reading() as session:
        place = _place(session, house, READS_PEOPLE)
        only = due.DueFilter(employer, priority)
        people, total = due.due(
            session, area=place.area, on=place.asked.on, group=group, step=step, only=only, page=page
        )
    return place, group, step, people, total


def _asked(house: House) -> Asked:
    values = request.values
    today = house.today(clock())
    try:
        on = date.fromisoformat(values["on"]) if values.get("on") else today
        since = date.fromisoformat(values["since"]) if values.get("since") else None
        target = float(values.get("target") or TARGET)
    except ValueError as error:
        raise InputError(Refusal.BAD_OPTION, _("ngày hoặc mục tiêu")) from error
    require_asked(on=on, target=target, since=since, today=today)
    return Asked(values.get("area") or None, on, target, since, compare=bool(values.get("compare")))


def _place(session: Session, house: House, roles: tuple[str, ...]) -> _Place:
    """The area that was asked for, else the first one of the account; raises Refused (not_permitted) outside."""
    asked = _asked(house)
    who = account(session)
    areas = areas_of(who, roles)
    if asked.area is None:
        area = areas[0] if areas else None
        asked = Asked(area.code if area else None, asked.on, asked.target, asked.since, asked.compare)
    else:
        area = require_area(session, asked.area, on=asked.on)
    require_role(session, who, roles, area)
    return _Place(area, areas, asked)


def _cell() -> tuple[AgeGroup, Step]:
    group, _slash, dose = request.args.get("cell", "18+/first").partition("/")
    try:
        cell = AgeGroup(request.args.get("group", group)), Step(request.args.get("dose", dose))
    except ValueError as error:
        raise InputError(Refusal.BAD_OPTION, "group, dose") from error
    if cell not in CELLS:
        raise InputError(Refusal.BAD_OPTION, "group, dose")
    return cell


def _may(session: Session, roles: tuple[str, ...], area: Area | None) -> bool:
    held = areas_of(account(session), roles)
    return any(mine is None or (area is not None and lies_in(area, mine)) for mine in held)


def _up(place: _Place) -> Area | None:
    """The area above, if the account may see it."""
    above = place.area.parent if place.area else None
    seen = above is not None and any(mine is None or lies_in(above, mine) for mine in place.areas)
    return above if seen else None


def _link(asked: Asked, **more: str | None) -> dict[str, str]:
    """What the links of a page carry on."""
    carried = {
        "area": asked.area,
        "on": asked.on.isoformat(),
        "since": asked.since.isoformat() if asked.since else None,
        "target": f"{asked.target:g}",
        "compare": "1" if asked.compare else None,
        **more,
    }
    return {name: value for name, value in carried.items() if value}


def _due_sheet(people: list[due.Due]) -> bytes:
    titles = (
        _("Họ và tên"), _("Ngày sinh"), _("Số CCCD/CMND/Hộ chiếu"), _("Số điện thoại"), _("Xã, phường"),
        _("Đơn vị công tác"), _("Nhóm đối tượng"), _("Mũi gần nhất"),
    )  # fmt: skip
    rows = (
        [
            p.full_name,
            day(p.birth_date),
            *(text or "" for text in (p.id_number, p.phone, p.commune, p.employer, p.priority_group)),
            day(p.last_on),
        ]
        for p in people
    )
    return text_sheet(name=_("Người cần tiêm"), columns=[SheetColumn(title, 24) for title in titles], rows=rows)


def _file(house: House, figures: dict[str, Any], form: str, *, name: str, frozen: Frozen | None = None) -> Response:
    if form == "json":
        return _download(orjson.dumps(figures), "application/json", f"{name}.json")
    if form == "xlsx":
        return _download(report_sheet(figures, language=current_language()), XLSX, f"{name}.xlsx")
    data = report_pdf(figures, frozen=frozen, issuer=house.settings.issuer_name, language=current_language())
    return _download(data, "application/pdf", f"{name}.pdf")


def _download(data: bytes, content_type: str, name: str) -> Response:
    answer = Response(data, content_type=content_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
