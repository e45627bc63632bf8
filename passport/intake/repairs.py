"""What may have been meant by a record that the population register does not confirm: proposals, never changes.

The register answers only yes or no, so an officer asks it about one proposal at a time; a yes makes it a correction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from passport.domain.dates import PartialDate
from passport.domain.id_numbers import IdKind, parse_id_number
from passport.domain.people import Identity, IdentityState, PopulationAnswer, Sex
from passport.errors import InputError, Refusal, Sentence, Unavailable
from passport.intake.candidates import swapped
from passport.intake.people_cells import HOME
from passport.intake.population import PopulationService
from passport.intake.settling import settle_identity
from passport.intake.telex import finished
from passport.registry import audit, identities, people
from passport.registry.accounts import find_account
from passport.registry.cleaning import IDENTITY_ROLE
from passport.registry.db import Database
from passport.registry.duplicates import near
from passport.registry.linkage_candidates import candidates_of
from passport.registry.tables import Person

PROPOSALS_SHOWN = 8  # the register is asked about few likely repairs, never searched

_WORDS = {
    "as_typed": Sentence("Số đã ghi trong danh sách", "The number as the list has it"),
    "lost_zero": Sentence("Thêm số 0 bị mất ở đầu", "With the leading zero that was lost"),
    "swapped": Sentence("Đổi chỗ ngày và tháng", "Day and month exchanged"),
    "year_of_number": Sentence("Năm sinh theo số CCCD", "Year of birth as the number tells it"),
    "sex_of_number": Sentence("Giới tính theo số CCCD", "Sex as the number tells it"),
    "telex": Sentence("Họ tên gõ Telex chưa xong", "Name of unfinished Telex keys"),
    "other_number": Sentence("Số trên hồ sơ khác của cùng người", "The number of another record of this person"),
    "linked": Sentence("Theo đối sánh với dữ liệu dân cư", "As linkage with the register suggests"),
    "other_name": Sentence("Họ tên trên hồ sơ khác có cùng số", "The name of another record with this number"),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One repair: which fields would say what; `key` names it in a form."""

    key: str
    changes: Mapping[str, str]

    @property
    def words(self) -> Sentence:
        """What kind of repair it is."""
        return _WORDS[self.key.partition(":")[0]]


def proposals(session: Session, person: Person) -> list[Proposal]:
    """The repairs of a citizen's record that are worth asking about; none for foreigners, whom the register lacks."""
    if _settled_elsewhere(person):
        return []
    others = near(session, person)
    found: list[Proposal] = []
    for kind, changes in [*_of_number(person), *_of_fields(person), *_of_others(person, others)]:
        same = all(getattr(person, field) == value for field, value in changes.items())
        if not same and changes not in [proposal.changes for proposal in found] and _askable(person, changes):
            found.append(Proposal(f"{kind}:{len(found) + 1}", changes))
    return found[:PROPOSALS_SHOWN]


def linked_proposals(session: Session, person: Person) -> dict[int, Proposal]:
    """What to ask about the candidates of linkage, by their places; nothing where the record says the same."""
    if _settled_elsewhere(person):
        return {}
    found = {}
    for one in candidates_of(session, person):
        told = {field: str(getattr(one, field)) for field in sorted(identities.IDENTITY_FIELDS)}
        changes = {field: value for field, value in told.items() if value != getattr(person, field)}
        if changes:
            found[one.place] = Proposal(f"linked:{one.place}", changes)
    return found


def ask_register(
    database: Database, *, service: PopulationService, person_id: str, key: str, why: str, by: str, now: datetime
) -> PopulationAnswer:
    """Asks the register about one proposal; a yes corrects the record and verifies it, anything else changes nothing.

    Raises InputError (unknown_person, bad_option: no such proposal any more, conflict: the right record exists
    already), Refused (not_permitted), Unavailable (service_away).
    """
    with database.reading() as session:
        person = people.require_person(session, person_id)
        people.require_role_for(session, find_account(session, by), (IDENTITY_ROLE,), person)
        offered = [*linked_proposals(session, person).values(), *proposals(session, person)]
        proposal = next((found for found in offered if found.key == key), None)
        if proposal is None:
            raise InputError(Refusal.BAD_OPTION, f"proposal {key[:30]}", variant="proposal")
        asked_of = told_identity(person)
        identity = changed_identity(person, proposal.changes)
    (answer,) = service.check([identity])
    with database.transaction() as session:
        person = people.lock_person(session, person_id)
        if answer is PopulationAnswer.RIGHT and told_identity(person) == asked_of:
            settle_as(session, person, proposal.changes, why=why, by=by, at=now)
        detail = {"proposal": key.partition(":")[0], "fields": sorted(proposal.changes), "answer": answer.value}
        audit.record(session, actor=by, action="register_asked", subject=person_id, detail=detail, at=now)
    if answer is PopulationAnswer.AWAY:
        raise Unavailable(Refusal.SERVICE_AWAY, "population register")
    return answer


def settle_as(session: Session, person: Person, changes: Mapping[str, str], *, why: str, by: str, at: datetime) -> None:
    """Writes what the register has just confirmed, each field with its trace; raises InputError (conflict)."""
    account = find_account(session, by)
    for field, value in changes.items():
        identities.correct_person(session, person=person, field=field, value=value, why=why, by=account, at=at)
    identities.set_identity(session, person=person, state=IdentityState.VERIFIED, at=at)
    settle_identity(session, person)


def told_identity(person: Person) -> Identity:
    """The four fields as the record has them."""
    return changed_identity(person, {})


def changed_identity(person: Person, changes: Mapping[str, str]) -> Identity:
    """The four fields as they would be with `changes`."""
    told = {field: changes.get(field, getattr(person, field)) for field in identities.IDENTITY_FIELDS}
    born = PartialDate.parse(told["birth_date"])
    return Identity(told["full_name"], Sex(told["sex"]), born, told["id_number"] or "")


def _settled_elsewhere(person: Person) -> bool:
    """Whether the register has no say: a foreigner is not in it, a verified identity is settled."""
    return person.nationality != HOME or person.identity_state == IdentityState.VERIFIED.value


def _of_number(person: Person) -> Iterator[tuple[str, dict[str, str]]]:
    """The number as a list had it, where only its row still knows it."""
    rows = [dose.import_row for dose in person.doses if dose.import_row is not None]
    for typed in dict.fromkeys(str(row.cells.get("id_number", "")) for row in rows):
        digits = "".join(character for character in typed if character.isdigit())
        if len(digits) in (9, 12):
            yield "as_typed", {"id_number": digits}
        elif len(digits) in (8, 10, 11):
            yield "lost_zero", {"id_number": digits.zfill(9 if len(digits) == 8 else 12)}


def _of_fields(person: Person) -> Iterator[tuple[str, dict[str, str]]]:
    born = PartialDate.parse(person.birth_date)
    other_way = swapped(born)
    if other_way is not None:
        yield "swapped", {"birth_date": str(other_way)}
    if finished(person.full_name) != person.full_name:
        yield "telex", {"full_name": finished(person.full_name)}
    try:
        number = parse_id_number(person.id_number or "")
    except ValueError:
        return
    if number.birth_year is not None and number.birth_year != born.year:
        changed = _with_year(born, number.birth_year)
        if changed is not None:
            yield "year_of_number", {"birth_date": changed}
    if number.sex is not None and number.sex.value != person.sex:
        yield "sex_of_number", {"sex": number.sex.value}


def _of_others(person: Person, others: Sequence[Person]) -> Iterator[tuple[str, dict[str, str]]]:
    """What other records of the same person tell: CMND on one and CCCD on the other, a name with its marks."""
    for other in others:
        same = (other.name_key, other.birth_date, other.sex) == (person.name_key, person.birth_date, person.sex)
        if same and other.id_number:
            yield "other_number", {"id_number": other.id_number}
        if person.id_number and other.id_number == person.id_number:
            yield "other_name", {"full_name": other.full_name}


def _with_year(born: PartialDate, year: int) -> str | None:
    try:
        return str(PartialDate(year, born.month, born.day))
    except ValueError:  # 29 February
        return None


def _askable(person: Person, changes: Mapping[str, str]) -> bool:
    """Whether the four fields would then be whole: the register has no answer for a record without a number."""
    try:
        number = parse_id_number(changes.get("id_number") or person.id_number or "")
    except ValueError:
        return False
    return number.kind is not IdKind.PASSPORT
