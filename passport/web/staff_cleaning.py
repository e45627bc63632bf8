"""Staff: the cleaning queue, one case side by side with what may be meant, and what is asked of others about it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy.orm import Session

from passport.domain.dates import PartialDate
from passport.domain.people import PopulationAnswer
from passport.errors import InputError, PassportError, Refusal, Refused
from passport.house import clock, current_house
from passport.intake.candidates import COMPARED, pieces, rank
from passport.intake.hand_over import CLASS_WORDS
from passport.intake.layouts import column_name
from passport.intake.readers import day_first
from passport.intake.repairs import ask_register, proposals
from passport.intake.sending_back import send_back, take_back
from passport.registry import cleaning, identities, merging, people
from passport.registry.accounts import Account, require_role
from passport.registry.areas import require_area
from passport.registry.citizen_reports import open_reports
from passport.registry.cleaning import IDENTITY_CLASSES, CaseClass
from passport.registry.duplicates import near
from passport.registry.tables import Area, Correction, Person
from passport.web.language import told
from passport.web.staff import BLUEPRINT, READS_PEOPLE, account, areas_of, identity_words, remember_opened
from passport.web.staff_case import linked_candidates, shown_value, typed_rows

ASKS = (cleaning.IDENTITY_ROLE,)  # who sees the candidates of linkage, other people's data
EVERYWHERE = ""  # the area of an account of the whole country


def class_words() -> dict[CaseClass, str]:
    """What the classes are called."""
    names = {case_class: told(words) for case_class, words in CLASS_WORDS.items()}
    return {**names, CaseClass.DOSE: _("Mũi tiêm chờ rà soát"), CaseClass.REPORT: _("Phản ánh của người dân")}


def role_words(role: str) -> str:
    """Who acts, in words."""
    words: dict[str, str] = {
        cleaning.IDENTITY_ROLE: _("Cán bộ danh tính"),
        cleaning.DOSE_ROLE: _("Người nhập liệu của cơ sở"),
    }
    return words[role]


@BLUEPRINT.get("/cleaning")
def cleaning_queue() -> str:
    """What waits in an area: the classes with their counts, and the cases of one class a page at a time."""
    house = current_house()
    today = house.today(clock())
    with house.database.reading() as session:
        who = account(session)
        area = chosen_area(session, who, today=today)
        counts = cleaning.counts(session, area=area)
        late = cleaning.late_counts(session, area=area, today=today, zone=house.settings.timezone)
        shown = _class(default=next((c for c in CaseClass if counts[c]), CaseClass.NO_ID))
        return render_template(
            "staff/cleaning.html",
            area=area,
            areas=_area_choices(who),
            counts=counts,
            late=late,
            today=today,
            words=class_words(),
            shown=shown,
            role_words=role_words,
            **_cases(session, shown, area=area, after=request.args.get("after", ""), today=today),
        )


def _cases(session: Session, shown: CaseClass, *, area: Area | None, after: str, today: date) -> dict[str, Any]:
    """One page of a class, and after what the next one begins."""
    if shown in IDENTITY_CLASSES:
        found = cleaning.identity_cases(session, area=area, case_class=shown, after=_place(after))
        told_people = [(person, identity_words(person.identity_state), _due(person)) for person in found]
        return {
            "people": told_people,
            "steps": cleaning.last_steps(session, found),
            "last": _token(found[-1]) if len(found) == cleaning.PAGE else None,
        }
    if shown is CaseClass.DOSE:
        held = cleaning.dose_cases(session, area=area, after=after)
        doses = [(dose, cleaning.held_duty(dose, on=today)) for dose in held]
        return {"doses": doses, "last": held[-1].id if len(held) == cleaning.PAGE else None}
    reports = open_reports(session, areas=[area], after=int(after) if after.isdecimal() else 0)
    return {"reports": reports, "last": reports[-1].id if len(reports) == cleaning.PAGE else None}


@BLUEPRINT.get("/cleaning/<person_id>")
def cleaning_case(person_id: str) -> ResponseReturnValue:
    """One person: what was typed beside what is on record, who else it may be, what may have been meant."""
    with current_house().database.reading() as session:
        merged_into = merging.successor_of(session, person_id)
    if merged_into is not None:
        return redirect(url_for("staff.cleaning_case", person_id=merged_into))
    page = case_page(person_id)
    remember_opened([person_id], purpose="cleaning")
    return page


@BLUEPRINT.post("/cleaning/<person_id>/ask")
def ask(person_id: str) -> ResponseReturnValue:
    """Asks the population register about one proposal; a yes is a correction."""
    house = current_house()
    try:
        answer = ask_register(
            house.database,
            service=house.population,
            person_id=person_id,
            key=request.form.get("key", ""),
            why=_("Dữ liệu dân cư xác nhận đúng"),
            by=current_user.email,
            now=clock(),
        )
    except PassportError as error:
        return case_page(person_id, errors={"proposals": f"{told(error.message)} {told(error.advice)}"}), 422
    if answer is PopulationAnswer.RIGHT:
        flash(_("Dữ liệu dân cư xác nhận đúng; hồ sơ đã được sửa và đối chiếu khớp."), "success")
    else:
        flash(_("Dữ liệu dân cư trả lời không khớp; hồ sơ giữ nguyên."))
    return redirect(url_for("staff.cleaning_case", person_id=person_id))


@BLUEPRINT.post("/cleaning/<person_id>/sent-back")
def give_back(person_id: str) -> ResponseReturnValue:
    """Gives the case back to the site or the citizen, or takes it back again."""
    house, now = current_house(), clock()
    if request.form.get("undo"):
        take_back(house.database, person_id=person_id, by=current_user.email, now=now)
        flash(_("Đã nhận lại hồ sơ."), "success")
        return redirect(url_for("staff.cleaning_case", person_id=person_id))
    try:
        note = send_back(
            house.database,
            person_id=person_id,
            sent_to=request.form.get("sent_to", ""),
            why=request.form.get("back_why", ""),
            by=current_user.email,
            now=now,
            today=house.today(now),
        )
    except InputError:
        return case_page(person_id, errors={"back_why": _("Ghi điều cần bổ sung.")}), 422
    flash(_("Đã chuyển trả; hạn trả lời %(day)s.", day=day_first(PartialDate.of(note.due_on))), "success")
    return redirect(url_for("staff.cleaning_case", person_id=person_id))


def case_page(person_id: str, *, errors: dict[str, str] | None = None) -> str:
    """The page of a case, with what was wrong with the form that was sent."""
    with current_house().database.reading() as session:
        person = people.require_person(session, person_id)
        who = account(session)
        people.require_role_for(session, who, READS_PEOPLE, person)
        others = [other for other in near(session, person) if _readable(session, who, other)]
        return render_template(
            "staff/cleaning_case.html",
            person=person,
            identity=identity_words(person.identity_state),
            duty=cleaning.identity_duty(person),
            due_on=_due(person),
            today=current_house().today(clock()),
            step=cleaning.last_steps(session, [person]).get(person.id),
            rows=typed_rows(person),
            fields=[(field, told(column_name(field))) for field in COMPARED],
            candidates=rank(person, others),
            proposals=proposals(session, person),
            linked=linked_candidates(session, person) if _may(session, who, ASKS, person) else [],
            merges=merging.merges_of(session, person),
            corrections=[c for c in identities.corrections_of(session, person) if _can_be_undone(person, c)],
            shown=shown_value,
            pieces=pieces,
            role_words=role_words,
            errors=errors or {},
            form=request.form,
        )


def chosen_area(session: Session, who: Account, *, today: date) -> Area | None:
    """The area that the page was asked for, else the first of the account; raises Refused outside its areas."""
    code = request.args.get("area", request.form.get("area"))
    if code:
        area: Area | None = require_area(session, code, on=today)
    elif code == EVERYWHERE:
        area = None
    else:
        mine = areas_of(who, READS_PEOPLE)
        if not mine:
            raise Refused(Refusal.NOT_PERMITTED, ", ".join(READS_PEOPLE))
        area = mine[0]
    require_role(session, who, READS_PEOPLE, area)
    return area


def _due(person: Person) -> date | None:
    return cleaning.identity_due(person, zone=current_house().settings.timezone)


def _token(person: Person) -> str:
    """Where a case stands in the queue, as the address of the next page tells it."""
    since, person_id = cleaning.place_of(person)
    return f"{since:%Y%m%dT%H%M%S.%f} {person_id}"


def _place(token: str) -> tuple[datetime, str] | None:
    if not token:
        return None
    since, _space, person_id = token.partition(" ")
    try:
        return datetime.strptime(since, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), person_id
    except ValueError as error:
        raise InputError(Refusal.BAD_OPTION, "after") from error


def _can_be_undone(person: Person, correction: Correction) -> bool:
    """Whether the record still says what a correction of it made of it."""
    mine = correction.dose_id is None and correction.field in identities.CORRECTABLE
    return mine and getattr(person, correction.field) == correction.after


def _readable(session: Session, who: Account, person: Person) -> bool:
    """Whether the account may see another record at all: a candidate elsewhere is the business of its own area."""
    return _may(session, who, READS_PEOPLE, person)


def _may(session: Session, who: Account, roles: Collection[str], person: Person) -> bool:
    try:
        people.require_role_for(session, who, roles, person)
    except Refused:
        return False
    return True


def _area_choices(who: Account) -> list[tuple[str, str]]:
    return [(area.code, area.name) if area else (EVERYWHERE, _("Cả nước")) for area in areas_of(who, READS_PEOPLE)]


def _class(*, default: CaseClass) -> CaseClass:
    try:
        return CaseClass(request.args.get("class", default.value))
    except ValueError as error:
        raise InputError(Refusal.BAD_OPTION, "class") from error
