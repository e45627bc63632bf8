"""`flask people`: people on record, their numbers masked."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from passport.cli.output import by_option, emit_json, emit_table, json_option, say, told
from passport.domain.dates import EARLIEST_YEAR, PartialDate
from passport.domain.id_numbers import mask, parse_id_number
from passport.domain.people import IdentityState
from passport.errors import InputError, Refusal
from passport.house import clock, current_house
from passport.intake.dates import read_date
from passport.intake.sighting import sight_passport
from passport.registry.areas import require_area
from passport.registry.doses import state_of
from passport.registry.people import search_people
from passport.registry.tables import Person

COMMAND = click.Group("people", help="People on record.")


@COMMAND.command("find")
@click.option("--id", "id_number", metavar="N", help="Identity number.")
@click.option("--name", metavar="N", help="Beginning of the name, with or without diacritics.")
@click.option("--born", metavar="D", help="Birth date: dd/mm/yyyy, mm/yyyy, yyyy or ISO.")
@click.option(
    "--state", metavar="S", type=click.Choice([state.value for state in IdentityState]), help="Of the identity."
)
@click.option("--area", metavar="CODE", help="Province, district or commune.")
@json_option
@told
def find(
    id_number: str | None, name: str | None, born: str | None, state: str | None, area: str | None, as_json: bool
) -> None:
    """Finds people by any of these."""
    house, now = current_house(), clock()
    today = house.today(now)
    with house.database.reading() as session:
        found = search_people(
            session,
            id_number=_number(id_number) if id_number else None,
            name=name,
            born=_born(born, today) if born else None,
            state=IdentityState(state) if state else None,
            area=require_area(session, area, on=today) if area else None,
        )
        told_people = [_told(person) for person in found]
    if as_json:
        emit_json({"people": told_people})
        return
    columns = ("id", "full_name", "birth_date", "sex", "id_number", "identity_state")
    emit_table(
        (*columns, "doses"),
        ([*(person[c] for c in columns), " ".join(d["state"] for d in person["doses"])] for person in told_people),
    )


@COMMAND.command("sight")
@click.argument("person_id", metavar="ID")
@click.option("--number", required=True, metavar="N", help="The passport's number.")
@by_option
@told
def sight(person_id: str, number: str, by: str) -> None:
    """Records that an officer saw the passport of a foreigner: the identity is verified."""
    state = sight_passport(current_house().database, person_id=person_id, number=number, by=by, now=clock())
    say(f"{person_id}: {state.value}")


def _told(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "full_name": person.full_name,
        "birth_date": person.birth_date,
        "sex": person.sex,
        "id_number": mask(person.id_number) if person.id_number else None,
        "identity_state": person.identity_state,
        "commune": person.commune.code if person.commune else None,
        "doses": [
            {
                "id": dose.id,
                "number": dose.number,
                "kind": dose.kind,
                "product": dose.product,
                "date": dose.given_on.isoformat(),
                "lot": dose.lot,
                "site": dose.site.code,
                "state": state_of(dose).value,
            }
            for dose in person.doses
        ],
        "certificates": [
            {"id": found.id, "identifier": found.identifier, "dose": found.dose.number, "state": found.state}
            for found in person.certificates
        ],
    }


def _number(text: str) -> str:
    """The number as it is stored, so that spaces and dots do not matter."""
    try:
        return str(parse_id_number(text))
    except ValueError:
        return text.strip().upper()


def _born(text: str, today: date) -> PartialDate:
    try:
        return read_date(text, earliest=date(EARLIEST_YEAR, 1, 1), latest=today).value
    except ValueError as error:
        raise InputError(Refusal.BAD_OPTION, "--born") from error
