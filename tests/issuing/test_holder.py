"""Citizens: the same answer for everybody, a code to the address on record, one's own record and nobody else's."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, func, select

from passport.domain.dates import PartialDate
from passport.domain.people import IdentityState, Sex
from passport.errors import Refusal
from passport.issuing import holder
from passport.issuing.delivery import Gateways
from passport.issuing.holder import FiveValues
from passport.registry.codes import OneTimeCode
from passport.registry.messages import outbox
from passport.registry.tables import Person
from tests.refusals import refusal_of

from .conftest import Office

PEPPER = b"of a test"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
def mo(office: Office) -> FiveValues:
    """What Mơ, who is on record with one dose, would tell of herself."""
    office.dose(office.person())
    return FiveValues(
        full_name="Trần Thị Mơ",
        born=PartialDate(1990, 1, 2),
        sex=Sex.FEMALE,
        id_number="037190000001",
        latest_dose=office.today - timedelta(days=60),
    )


def _ask(office: Office, told: FiveValues, *, now: datetime | None = None) -> str:
    return holder.ask(office.database, told=told, pepper=PEPPER, gateways=Gateways(), now=now or office.now)


def _sent(office: Office) -> list[tuple[str, str]]:
    """Recipient and code of every message that went out, the latest first."""
    with office.database.reading() as session:
        found = [(message.recipient, re.search(r"\d{6}", message.body)) for message in outbox(session)]
    return [(recipient, code.group()) for recipient, code in found if code]


def _enter(office: Office, code_id: str, code: str, *, now: datetime | None = None) -> holder.Entered:
    return holder.enter(office.database, code_id=code_id, code=code, pepper=PEPPER, now=now or office.now)


def test_the_right_five_values_and_the_code_open_ones_own_record(office: Office, mo: FiveValues) -> None:
    code_id = _ask(office, mo)
    ((recipient, code),) = _sent(office)
    assert recipient == "0912345678"
    with office.database.reading() as session:
        assert holder.opened_by(session, code_id=code_id, now=office.now) is None
    assert _enter(office, code_id, code).opened
    with office.database.reading() as session:
        person_id = holder.opened_by(session, code_id=code_id, now=office.now)
        assert person_id is not None
        assert holder.record_of(session, person_id=person_id, zone=ZONE).person.full_name == "Trần Thị Mơ"
        assert holder.opened_by(session, code_id=code_id, now=office.now + timedelta(hours=2)) is None
    assert not _enter(office, code_id, code).opened  # once


@pytest.mark.parametrize(
    "typed",
    [
        {"full_name": "TRAN THI MO"},
        {"full_name": "  trần   thị mơ "},
        {"born": PartialDate(1990, 1, 2)},
    ],
)
def test_marks_and_case_of_the_name_do_not_matter(office: Office, mo: FiveValues, typed: dict[str, object]) -> None:
    _ask(office, replace(mo, **typed))  # type: ignore[arg-type]
    assert len(_sent(office)) == 1


def test_a_record_that_knows_only_the_year_of_birth_agrees(office: Office, mo: FiveValues) -> None:
    with office.database.transaction() as session:
        session.scalars(select(Person)).one().birth_date = "1990"
    _ask(office, mo)
    assert len(_sent(office)) == 1


WRONG: list[dict[str, object]] = [
    {"full_name": "Trần Thị Mai"},
    {"born": PartialDate(1990, 1, 3)},
    {"sex": Sex.MALE},
    {"id_number": "037190000002"},
    {"latest_dose": date(2026, 1, 1)},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_one_wrong_value_gets_the_same_answer_and_nothing_is_sent(
    office: Office, mo: FiveValues, wrong: dict[str, object]
) -> None:
    code_id = _ask(office, replace(mo, **wrong))  # type: ignore[arg-type]
    assert re.fullmatch(r"[0-9a-f]{32}", code_id)
    assert _sent(office) == []
    assert _enter(office, code_id, "000000") == holder.Entered(opened=False, tries_left=4)


def test_known_and_unknown_people_cost_the_same_statements(office: Office, mo: FiveValues) -> None:
    def statements(values: FiveValues) -> list[str]:
        seen: list[str] = []

        def listen(_c: object, _cur: object, statement: str, *_rest: object) -> None:
            # A message for nobody is taken back: ROLLBACK TO instead of RELEASE.
            told = re.sub(r"(RELEASE|ROLLBACK TO) SAVEPOINT", "end of savepoint", statement)
            seen.append(re.sub(r"sa_savepoint_\d+", "", told))

        event.listen(office.database.engine, "before_cursor_execute", listen)
        _ask(office, values)
        event.remove(office.database.engine, "before_cursor_execute", listen)
        return seen

    known = statements(mo)
    assert known == statements(replace(mo, id_number="037190000002"))
    assert len(_sent(office)) == 1


def test_somebody_without_an_address_gets_the_same_answer(office: Office, mo: FiveValues) -> None:
    with office.database.transaction() as session:
        session.scalars(select(Person)).one().phone = None
    assert _ask(office, mo)
    assert _sent(office) == []
    with office.database.transaction() as session:
        session.scalars(select(Person)).one().email = "mo@example.vn"
    _ask(office, mo)
    assert [recipient for recipient, _ in _sent(office)] == ["mo@example.vn"]


def test_five_tries_and_then_not_even_the_right_code(office: Office, mo: FiveValues) -> None:
    code_id = _ask(office, mo)
    ((_, code),) = _sent(office)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert [_enter(office, code_id, wrong).tries_left for _ in range(6)] == [4, 3, 2, 1, 0, 0]
    assert _enter(office, code_id, code) == holder.Entered(opened=False, tries_left=0)


def test_a_code_is_good_for_ten_minutes(office: Office, mo: FiveValues) -> None:
    code_id = _ask(office, mo)
    ((_, code),) = _sent(office)
    late = office.now + timedelta(minutes=11)
    assert _enter(office, code_id, code, now=late) == holder.Entered(opened=False, tries_left=0)


def test_another_code_voids_the_first_and_three_an_hour_is_all(office: Office, mo: FiveValues) -> None:
    first = _ask(office, mo)
    ((_, old),) = _sent(office)
    again = holder.ask_again(office.database, code_id=first, pepper=PEPPER, gateways=Gateways(), now=office.now)
    assert not _enter(office, first, old).opened
    third = holder.ask_again(office.database, code_id=again, pepper=PEPPER, gateways=Gateways(), now=office.now)
    holder.ask_again(office.database, code_id=third, pepper=PEPPER, gateways=Gateways(), now=office.now)
    assert len(_sent(office)) == 3
    assert _enter(office, third, _sent(office)[0][1]).opened


def test_asking_again_for_nobody_sends_nothing(office: Office, mo: FiveValues) -> None:
    nobody = _ask(office, replace(mo, sex=Sex.MALE))
    for code_id in (nobody, "0" * 32):
        assert holder.ask_again(office.database, code_id=code_id, pepper=PEPPER, gateways=Gateways(), now=office.now)
    assert _sent(office) == []


def test_leaving_ends_the_visit(office: Office, mo: FiveValues) -> None:
    code_id = _ask(office, mo)
    assert _enter(office, code_id, _sent(office)[0][1]).opened
    holder.close(office.database, code_id=code_id)
    with office.database.reading() as session:
        assert holder.opened_by(session, code_id=code_id, now=office.now) is None


def test_no_code_is_kept_in_the_clear(office: Office, mo: FiveValues) -> None:
    _ask(office, mo)
    ((_, code),) = _sent(office)
    with office.database.reading() as session:
        (kept,) = session.scalars(select(OneTimeCode))
        assert code.encode() not in kept.code_hash
        assert session.scalar(select(func.count()).select_from(OneTimeCode)) == 1


def test_the_stand_in_for_messages_refuses_production(office: Office, mo: FiveValues) -> None:
    def act() -> str:
        return holder.ask(office.database, told=mo, pepper=PEPPER, gateways=Gateways(production=True), now=office.now)

    assert refusal_of(act) is Refusal.DEMO_IN_PRODUCTION


def _standings(office: Office, person_id: str) -> list[tuple[int, str, date | datetime | None]]:
    with office.database.reading() as session:
        record = holder.record_of(session, person_id=person_id, zone=ZONE)
        return [(line.dose.number, line.standing, line.day) for line in record.doses]


def test_each_dose_tells_what_it_waits_for(office: Office) -> None:
    person_id = office.person(state=IdentityState.WAITING)
    first = office.dose(person_id, confirmed=False, given_on=office.today - timedelta(days=90))
    assert _standings(office, person_id) == [(1, "entered", None)]
    office.set_person(person_id, identity_state=IdentityState.WRONG.value, case_since=office.now)
    answer_by = date(2026, 12, 1)  # ten days after the twenty-first of November
    assert _standings(office, person_id) == [(1, "identity", answer_by)]
    office.set_dose(first, held=True)
    assert _standings(office, person_id) == [(1, "record", answer_by)]
    office.set_dose(first, held=False)
    office.set_person(person_id, identity_state=IdentityState.VERIFIED.value)
    assert _standings(office, person_id) == [(1, "site", None)]
    office.dose(person_id, number=2)
    assert _standings(office, person_id) == [(2, "confirmed", None), (1, "site", None)]
    office.issue_all()
    (row,) = office.certificates()
    assert _standings(office, person_id) == [(2, "issued", row.issued_at), (1, "site", None)]


def test_a_dose_before_the_certified_one_is_included(office: Office) -> None:
    person_id = office.person()
    office.dose(person_id, number=1, given_on=office.today - timedelta(days=90))
    office.dose(person_id, number=2, given_on=office.today - timedelta(days=60))
    office.issue_all()
    assert [standing for _, standing, _ in _standings(office, person_id)] == ["issued", "included"]
    with office.database.reading() as session:
        record = holder.record_of(session, person_id=person_id, zone=ZONE)
        assert [line.vaccine for line in record.doses] == ["Pfizer", "Pfizer"]
        assert [certificate.dose.number for certificate in record.certificates] == [2]


def test_a_certificate_is_its_holders_alone(office: Office) -> None:
    mine, other = office.person(), office.person(id_number="037190000002")
    for person_id in (mine, other):
        office.dose(person_id)
    office.issue_all()
    rows = {row.person_id: row for row in office.certificates()}
    with office.database.reading() as session:
        own = holder.own_certificate(session, person_id=mine, certificate_id=rows[mine].id, on=office.today)
        assert own.id == rows[mine].id

        def reach(certificate_id: str) -> object:
            look = {"person_id": mine, "on": office.today}
            return refusal_of(lambda: holder.own_certificate(session, certificate_id=certificate_id, **look))

        assert reach(rows[other].id) is reach("0" * 32) is Refusal.UNKNOWN_CERTIFICATE
