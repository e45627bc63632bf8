"""`flask cleaning`: what waits to be cleaned, and the lists that are handed over for it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import tzinfo
from typing import Any

import click

from passport.cli.auditing import ACTOR
from passport.cli.output import (
    NOT_VALID,
    by_option,
    emit_json,
    emit_table,
    json_option,
    read_input,
    say,
    told,
    write_output,
)
from passport.domain.id_numbers import mask
from passport.house import clock, current_house
from passport.intake.hand_over import export_hand_over
from passport.intake.handed_back import import_hand_over
from passport.intake.suggesting import linkage_rows, take_suggestions
from passport.registry import cleaning
from passport.registry.areas import require_area
from passport.registry.citizen_reports import open_reports
from passport.registry.cleaning import IDENTITY_CLASSES, CaseClass
from passport.registry.cleaning_tables import CitizenReport
from passport.registry.tables import Dose, Person

COMMAND = click.Group("cleaning", help="The cleaning queue and the hand-over lists.")
COLUMNS = ("class", "id", "name", "told", "state", "opened", "due", "acts")


@COMMAND.command("list")
@click.option("--area", metavar="CODE", help="Province, district or commune; the whole country unless told.")
@click.option("--class", "case_class", metavar="C", type=click.Choice([c.value for c in CaseClass]), help="One class.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=200, show_default=True, help="Cases of each class.")
@json_option
@told
def list_(area: str | None, case_class: str | None, limit: int, as_json: bool) -> None:
    """Lists the cases that wait, with who must act, and counts each class."""
    house, now = current_house(), clock()
    today = house.today(now)
    classes = [CaseClass(case_class)] if case_class else list(CaseClass)
    with house.database.reading() as session:
        place = require_area(session, area, on=today) if area else None
        counts = cleaning.counts(session, area=place)
        cases: list[dict[str, Any]] = []
        for wanted in classes:
            if wanted in IDENTITY_CLASSES:
                people = cleaning.identity_cases(session, area=place, case_class=wanted, limit=limit)
                cases += [_person(wanted, person, zone=house.settings.timezone) for person in people]
            elif wanted is CaseClass.DOSE:
                doses = cleaning.dose_cases(session, area=place, limit=limit)
                cases += [_dose(dose, cleaning.held_duty(dose, on=today)) for dose in doses]
            else:
                cases += [_report(report) for report in open_reports(session, areas=[place], limit=limit)]
    if as_json:
        emit_json({"counts": {c.value: counts[c] for c in classes}, "cases": cases})
        return
    emit_table(COLUMNS, ([case[column] for column in COLUMNS] for case in cases))
    say(", ".join(f"{counts[c]} {c.value}" for c in classes))


@COMMAND.command("export")
@click.option("--area", required=True, metavar="CODE", help="The commune whose list goes out.")
@click.option("-o", "output", required=True, metavar="FILE.xlsx", help="Where to write it; - is stdout.")
@click.option("--by", metavar="USER", help="The acting member of staff (e-mail), whose rights are then asked.")
@told
def export(area: str, output: str, by: str | None) -> None:
    """Writes the hand-over list of an area: a sheet for each class, with places for two signatures."""
    house, now = current_house(), clock()
    done = export_hand_over(house.database, area_code=area, by=by, actor=ACTOR, now=now, today=house.today(now))
    write_output(done.data, output)
    say(f"list {done.number or '-'}: {done.people} people")


@COMMAND.command("import")
@click.argument("file", metavar="FILE")
@click.option("-o", "output", metavar="FILE.xlsx", help="Where to write the rows that still disagree.")
@by_option
@json_option
@told
def import_(file: str, output: str | None, by: str, as_json: bool) -> None:
    """Takes a corrected hand-over list in. Exit 1 while rows still disagree."""
    house, now = current_house(), clock()
    done = import_hand_over(
        house.database, data=read_input(file), service=house.population, by=by, now=now, today=house.today(now)
    )
    if output is not None and done.data is not None:
        write_output(done.data, output)
    rows = [row.as_dict() for row in done.still_open]
    if as_json:
        emit_json({"rows": done.rows, "settled": done.settled, "still_open": rows})
    else:
        emit_table(
            ("row", "class", "message"), ((r.mark, r.case_class.value, r.fault and r.fault.vi) for r in done.still_open)
        )
        say(f"{done.rows} rows, {done.settled} settled, {len(rows)} still disagree")
    if rows:
        raise SystemExit(NOT_VALID)


@COMMAND.command("rows")
@click.option("--area", required=True, metavar="CODE", help="Province, district or commune whose cases go to linkage.")
@click.option("-o", "output", required=True, metavar="FILE.csv", help="Where to write them; - is stdout.")
@by_option
@told
def rows_(area: str, output: str, by: str) -> None:
    """Writes the cases of an area as rows for `linkage run`."""
    house, now = current_house(), clock()
    count, data = linkage_rows(house.database, area_code=area, by=by, now=now, today=house.today(now))
    write_output(data, output)
    say(f"{count} rows")


@COMMAND.command("candidates")
@click.argument("decisions", metavar="DECISIONS")
@click.option("--population", required=True, metavar="FILE", help="The extract that `linkage run` linked to.")
@click.option("--area", required=True, metavar="CODE", help="Province, district or commune whose cases are meant.")
@by_option
@json_option
@told
def candidates(decisions: str, population: str, area: str, by: str, as_json: bool) -> None:
    """Takes in whom `linkage run` found for the cases of an area, as candidates to ask the register about."""
    house, now = current_house(), clock()
    done = take_suggestions(
        house.database,
        decisions=decisions,
        population=population,
        memory=house.settings.linkage_memory,
        area_code=area,
        by=by,
        now=now,
        today=house.today(now),
    )
    if as_json:
        emit_json(asdict(done))
    else:
        say(f"{done.cases} cases, {done.candidates} candidates, {done.passed_over} rows passed over")


def _person(case_class: CaseClass, person: Person, *, zone: tzinfo) -> dict[str, Any]:
    opened, _id = cleaning.place_of(person)
    return {
        "class": case_class.value,
        "id": person.id,
        "name": person.full_name,
        "told": mask(person.id_number) if person.id_number else None,
        "state": person.identity_state,
        "opened": opened.isoformat(),
        "due": str(cleaning.identity_due(person, zone=zone)),
        "acts": _acts(cleaning.identity_duty(person)),
    }


def _dose(dose: Dose, duty: cleaning.Duty) -> dict[str, Any]:
    return {
        "class": CaseClass.DOSE.value,
        "id": dose.id,
        "name": dose.person.full_name,
        "told": f"{dose.number}: {dose.product}, {dose.given_on}",
        "state": "held",
        "opened": dose.entered_at.isoformat(),
        "due": None,
        "acts": _acts(duty),
    }


def _report(report: CitizenReport) -> dict[str, Any]:
    return {
        "class": CaseClass.REPORT.value,
        "id": report.number,
        "name": report.full_name,
        "told": report.kind,
        "state": report.state,
        "opened": report.filed_at.isoformat(),
        "due": str(report.due_on),
        "acts": report.area.name,
    }


def _acts(duty: cleaning.Duty) -> str:
    return f"{duty.role}, {duty.area.name}" if duty.area else duty.role
