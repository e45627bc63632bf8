"""Staff: somebody stands at the desk. A card is scanned or a number typed, and the person's record stands there:
the doses, what blocks each, who must act, and what differs between card and record."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from passport.domain.id_cards import IdCard, is_id_card, read_id_card
from passport.domain.id_numbers import parse_id_number
from passport.domain.names import fold
from passport.errors import Refused
from passport.house import current_house
from passport.issuing.holder import record_of
from passport.registry import people
from passport.registry.accounts import Account
from passport.registry.tables import Person
from passport.web.staff import BLUEPRINT, READS_PEOPLE, account, areas_of, identity_words, remember_opened


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom the desk asks about: a number, and the card where one was scanned."""

    number: str
    card: IdCard | None = None

    @classmethod
    def read(cls, text: str) -> Caller:
        """What was scanned or typed; a letter is part of a passport's number, of whatever country.

        Raises ValueError for what is neither a card nor a number.
        """
        if is_id_card(text):
            card = read_id_card(text)
            return cls(card.number, card)
        return cls(str(parse_id_number(text, foreigner=any(map(str.isalpha, text)))))

    @property
    def numbers(self) -> list[str]:
        """The numbers under which the person may be on record."""
        return [number for number in (self.number, self.card.old_number if self.card else None) if number]


@BLUEPRINT.route("/reception", methods=["GET", "POST"])
def reception() -> str:
    """The desk; what was scanned comes by POST, so that no number stands in an address or a log."""
    text, errors = request.form.get("card", "").strip(), dict[str, str]()
    caller: Caller | None = None
    if request.method == "POST":
        try:
            caller = Caller.read(text)
        except ValueError:
            errors["card"] = _("Quét mã trên thẻ căn cước hoặc nhập số CCCD, CMND, hộ chiếu.")
    house = current_house()
    with house.database.reading() as session:
        shown = _shown(session, caller) if caller else []
        zone = house.settings.timezone
        records = [
            (record_of(session, person_id=person.id, zone=zone), differing(caller, person))
            for person in shown
            if caller
        ]
        page = render_template(
            "staff/reception.html",
            caller=caller,
            text=text,
            records=records,
            registrar=bool(areas_of(account(session), ("registrar",))),
            identity=identity_words,
            errors=errors,
        )
    remember_opened([person.id for person in shown], purpose="reception")
    return page


def differing(caller: Caller, person: Person) -> list[tuple[str, str, str]]:
    """What the card tells otherwise than the record: the field's name, the card's value, the record's."""
    card = caller.card
    if card is None:
        return []
    sexes = {"M": _("Nam"), "F": _("Nữ")}
    told = [
        (_("Họ và tên"), card.full_name, person.full_name, fold(card.full_name) == fold(person.full_name)),
        (_("Ngày sinh"), str(card.born), person.birth_date, str(card.born) == person.birth_date),
        (_("Giới tính"), sexes[card.sex.value], sexes[person.sex], card.sex.value == person.sex),
        (_("Số định danh"), card.number, person.id_number or "–", card.number == person.id_number),
    ]
    return [(name, said, stands) for name, said, stands, same in told if not same]


def _shown(session: Session, caller: Caller) -> list[Person]:
    """The people under the numbers whom this account may see."""
    who = account(session)
    found = {person.id: person for number in caller.numbers for person in people.find_by_id_number(session, number)}
    return [person for person in found.values() if _may_see(session, who, person)]


def _may_see(session: Session, who: Account, person: Person) -> bool:
    try:
        people.require_role_for(session, who, READS_PEOPLE, person)
    except Refused:
        return False
    return True
