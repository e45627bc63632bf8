"""People are compared with the register, doses confirmed by the site, records corrected afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from passport.domain.people import Child, GuardianAnswer, Identity, IdentityState, PopulationAnswer
from passport.errors import InputError, Refusal, Refused, RowReason, Unavailable
from passport.intake import population
from passport.intake.cleaning import correct_dose, correct_person
from passport.intake.confirming import Confirmed, confirm_doses
from passport.intake.population import CheckReport, check_people, check_person
from passport.registry import audit
from passport.registry.accounts import find_account, grant_role
from passport.registry.tables import Correction, Dose
from tests.lists import AN, HEAD, NURSE, OFFICER, OTHER_STATION, STATION, World, person


class Register:
    """A register that answers by number, and remembers whom it was asked about."""

    def __init__(self, answers: Mapping[str, PopulationAnswer]) -> None:
        self._answers = answers
        self.asked: list[Identity] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def check(self, identities: Sequence[Identity]) -> list[PopulationAnswer]:
        self.asked += identities
        self.meanwhile()
        return [self._answers.get(one.id_number, PopulationAnswer.RIGHT) for one in identities]

    def is_guardian(self, number: str, child: Child) -> GuardianAnswer:
        return GuardianAnswer.AWAY


def check(world: World, register: Register, area: str | None = None) -> CheckReport:
    return check_people(world.database, service=register, area=area, by=OFFICER, now=world.now, today=world.today)


def confirm(world: World, by: str = HEAD, import_id: int | None = None) -> Confirmed:
    return confirm_doses(world.database, site_code=STATION, import_id=import_id, by=by, now=world.now)


def states(world: World) -> dict[str | None, str]:
    return {one.id_number: one.identity_state for one in world.people()}


WRONG, LOST, AWAY, SHARED = "037090000001", "037090000002", "037090000003", "037090000006"
ANSWERS = {
    WRONG: PopulationAnswer.WRONG, LOST: PopulationAnswer.NOT_FOUND, SHARED: PopulationAnswer.AMBIGUOUS,
}  # fmt: skip


def test_everybody_who_waits_is_asked_about(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(population, "BATCH", 2)
    world.rows(AN, person(1), person(2), person(3), person(4, id_number=""), person(5, id_number="12"), person(6))
    register = Register(ANSWERS)
    report = {"checked": 5, "verified": 2, "wrong": 1, "not_found": 1, "ambiguous": 1}
    assert check(world, register).as_dict() == report
    assert states(world) == {
        AN["id_number"]: "verified", WRONG: "wrong", LOST: "not_found", AWAY: "verified", SHARED: "ambiguous",
        None: states(world)[None],
    }  # fmt: skip
    assert {one.identity_state for one in world.people() if one.id_number is None} == {"no_id", "bad_id"}
    assert check(world, register).checked == 0
    assert len(register.asked) == 5
    with world.database.reading() as session:
        assert audit.entries(session)[0].action == "people_checked"


def test_a_register_that_is_away_leaves_people_waiting_and_keeps_what_it_said(world: World) -> None:
    world.rows(AN, person(1), person(3))
    with pytest.raises(Unavailable) as caught:
        check(world, Register(ANSWERS | {AWAY: PopulationAnswer.AWAY}))
    assert caught.value.reason is Refusal.SERVICE_AWAY
    assert states(world) == {AN["id_number"]: "verified", WRONG: "wrong", AWAY: "waiting"}
    assert check(world, Register({})).checked == 1


def test_a_register_that_is_wholly_away_is_asked_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(population, "BATCH", 2)
    rows = [person(i) for i in range(6)]
    world.rows(*rows)
    register = Register({row["id_number"]: PopulationAnswer.AWAY for row in rows})
    with pytest.raises(Unavailable):
        check(world, register)
    assert len(register.asked) == 2


def test_only_the_people_of_an_area_are_asked_about(world: World) -> None:
    with world.database.transaction() as session:
        grant_role(session, account=find_account(session, NURSE), role="registrar", area=None)
    world.rows(AN)
    world.rows(person(1), site_code=OTHER_STATION)
    assert check(world, Register({}), area="11").checked == 1
    assert states(world) == {AN["id_number"]: "waiting", WRONG: "verified"}
    with pytest.raises(InputError) as caught:
        check(world, Register({}), area="00")
    assert caught.value.reason is Refusal.UNKNOWN_AREA


def test_foreigners_are_not_asked_about(world: World) -> None:
    world.rows(AN | {"full_name": "Kim Min-su", "nationality": "KR", "id_number": "M12345678"})
    register = Register({})
    assert check(world, register).checked == 0
    (kim,) = world.people()
    state = check_person(world.database, service=register, person_id=kim.id, now=world.now)
    assert (register.asked, state) == ([], IdentityState.WAITING)


def test_a_record_that_changes_while_the_register_is_asked_waits_on(world: World) -> None:
    world.rows(AN)
    (an,) = world.people()
    register = Register({})
    register.meanwhile = lambda: correct(world, an.id, "full_name", "Nguyễn Văn Ân")
    check(world, register)
    assert states(world) == {AN["id_number"]: "waiting"}


def test_right_settles_a_number_that_seemed_to_disagree(world: World) -> None:
    report = world.rows(AN | {"sex": "Nữ"})
    assert report.held == 1
    (an,) = world.people()
    assert check_person(world.database, service=Register({}), person_id=an.id, now=world.now) is IdentityState.VERIFIED
    assert [dose.held for dose in world.doses] == [False]
    assert world.stored_row(report.import_id, 2).settled


def test_the_head_confirms_what_others_entered(world: World) -> None:
    first = world.rows(AN, person(1), person(2, id_number=""))
    world.rows(person(4))
    assert confirm(world).confirmed == 0
    check(world, Register(ANSWERS))
    assert confirm(world, import_id=first.import_id) == Confirmed(
        1, {Refusal.DOSE_HELD: 1, Refusal.IDENTITY_UNVERIFIED: 1}
    )
    assert confirm(world).confirmed == 1
    confirmed = {one.id_number for one in world.people() for dose in one.doses if dose.confirmed_at}
    assert confirmed == {AN["id_number"], person(4)["id_number"]}
    with world.database.reading() as session:
        assert audit.entries(session)[0].action == "doses_confirmed"


def test_who_entered_or_corrected_does_not_confirm(world: World) -> None:
    world.rows(AN, person(5))
    with world.database.transaction() as session:
        for email, role in ((NURSE, "confirmer"), (OFFICER, "confirmer")):
            grant_role(session, account=find_account(session, email), role=role, area=None)
    correct(world, world.person(AN["full_name"]).id, "full_name", "Nguyễn Văn Ân")
    check(world, Register({}))
    assert confirm(world, by=NURSE) == Confirmed(0, {Refusal.OWN_ENTRY: 2})
    assert confirm(world, by=OFFICER) == Confirmed(1, {Refusal.OWN_ENTRY: 1})
    assert confirm(world).confirmed == 1


@pytest.mark.parametrize("by", [NURSE, OFFICER])
def test_only_the_head_of_the_site_confirms(world: World, by: str) -> None:
    with pytest.raises(Refused) as caught:
        confirm(world, by=by)
    assert caught.value.reason is Refusal.NOT_PERMITTED


def correct(world: World, person_id: str, field: str, value: str, **options: Any) -> Correction | None:
    given = {"why": "thẻ căn cước", "by": OFFICER, "now": world.now, "today": world.now.date()} | options
    return correct_person(world.database, person_id=person_id, field=field, value=value, **given)


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("full_name", "  Nguyễn Văn  Ân ", "Nguyễn Văn Ân"),
        ("birth_date", "3/1/1990", "1990-01-03"),
        ("birth_date", "1990", "1990"),
        ("sex", "nữ", "F"),
        ("id_number", "037 090 009 999", "037090009999"),
        ("id_number", "", None),
        ("latin_name", "nguyen van an", "NGUYEN<<VAN<AN"),
        ("latin_name", "NGUYEN<<VAN<AN", "NGUYEN<<VAN<AN"),
        ("phone", "+84 987 654 321", "0987654321"),
        ("insurance_number", "dn 4 37 0123456789", "DN4370123456789"),
        ("nationality", "Mỹ", "US"),
        ("email", "an@example.org", "an@example.org"),
        ("address", " Thôn  2 ", "Thôn 2"),
    ],
)
def test_a_field_of_a_person_is_corrected_in_its_own_form(
    world: World, field: str, typed: str, stored: str | None
) -> None:
    world.rows(AN)
    check(world, Register({}))
    (an,) = world.people()
    before = getattr(an, field)
    changed = correct(world, an.id, field, typed)
    assert changed is not None
    assert (changed.field, changed.before, changed.after, changed.why) == (field, before, stored, "thẻ căn cước")
    (now_so,) = world.people()
    assert getattr(now_so, field) == stored
    identity = field in {"full_name", "birth_date", "sex", "id_number"}
    assert now_so.identity_state == (("waiting" if now_so.id_number else "no_id") if identity else "verified")
    assert correct(world, an.id, field, typed) is None


@pytest.mark.parametrize(
    ("field", "typed", "reason"),
    [
        ("full_name", "", RowReason.MISSING_VALUE),
        ("full_name", "=1+1", RowReason.BAD_NAME),
        ("birth_date", "30/02/1990", RowReason.BAD_BIRTH_DATE),
        ("birth_date", "01/01/2030", RowReason.DATE_IN_FUTURE),
        ("sex", "2", RowReason.BAD_SEX),
        ("id_number", "12", RowReason.BAD_ID),
        ("phone", "12", RowReason.BAD_PHONE),
        ("insurance_number", "12", RowReason.BAD_INSURANCE_NUMBER),
        ("latin_name", "Nguyễn2", Refusal.BAD_OPTION),
        ("nationality", "Sao Hỏa", Refusal.BAD_OPTION),
        ("nationality", "", Refusal.BAD_OPTION),
        ("email", "nobody", Refusal.BAD_OPTION),
        ("address", "x" * 201, Refusal.BAD_OPTION),
        ("identity_state", "verified", Refusal.BAD_OPTION),
    ],
)
def test_a_malformed_correction_changes_nothing(world: World, field: str, typed: str, reason: object) -> None:
    world.rows(AN)
    (an,) = world.people()
    with pytest.raises(InputError) as caught:
        correct(world, an.id, field, typed)
    assert caught.value.reason is reason
    with world.database.reading() as session:
        assert session.scalars(select(Correction)).all() == []


def test_identity_is_the_officers_and_contact_everybodys(world: World) -> None:
    world.rows(AN)
    (an,) = world.people()
    for field in ("full_name", "latin_name", "id_number"):
        with pytest.raises(Refused) as caught:
            correct(world, an.id, field, "X", by=NURSE)
        assert caught.value.reason is Refusal.NOT_PERMITTED
    assert correct(world, an.id, "phone", "0987654321", by=NURSE) is not None
    with pytest.raises(InputError, match="why"):
        correct(world, an.id, "phone", "0987654322", why=" ")
    with pytest.raises(InputError, match="unknown_person"):
        correct(world, "nobody", "phone", "0987654322")


def test_a_number_settled_by_the_officer_releases_the_dose(world: World) -> None:
    report = world.rows(AN | {"id_number": ""})
    (an,) = world.people()
    correct(world, an.id, "id_number", "037090001234")
    assert [dose.held for dose in world.doses] == [False]
    assert world.stored_row(report.import_id, 2).settled


def test_a_number_that_still_disagrees_or_is_anothers_does_not(world: World) -> None:
    world.rows(AN, person(5, id_number="", full_name="Trần Văn Hai"))
    hai = world.person("Trần Văn Hai")
    for number in ("037095005555", "037090001234"):
        correct(world, hai.id, "id_number", number)
        assert [dose.held for dose in world.person("Trần Văn Hai").doses] == [True]


def fix(world: World, dose: Dose, by: str = NURSE, **cells: str) -> list[Correction]:
    return correct_dose(
        world.database, dose_id=dose.id, cells=cells, why="sổ tiêm", by=by, now=world.now, today=world.today
    )


@pytest.mark.parametrize(
    ("column", "typed", "field", "stored"),
    [
        ("vaccine", "Pfi", "product", "pfizer"),
        ("dose_number", "mũi 2", "number", 2),
        ("dose_kind", "nhắc lại", "kind", "booster"),
        ("vaccination_date", "11/8/2021", "given_on", date(2021, 8, 11)),
        ("lot", "fe 8163", "lot", "FE 8163"),
        ("lot", "", "lot", ""),
    ],
)
def test_a_dose_is_corrected_and_must_be_confirmed_anew(
    world: World, column: str, typed: str, field: str, stored: object
) -> None:
    world.rows(AN)
    check(world, Register({}))
    confirm(world)
    (dose,) = world.doses
    (changed,) = fix(world, dose, **{column: typed})
    assert (changed.field, changed.dose_id) == (field, dose.id)
    (now_so,) = world.doses
    assert getattr(now_so, field) == stored
    assert now_so.confirmed_at is None
    assert fix(world, dose, **{column: typed}) == []


@pytest.mark.parametrize(
    ("column", "typed", "reason"),
    [
        ("vaccination_date", "30/02/2021", RowReason.BAD_VACCINATION_DATE),
        ("vaccination_date", "01/01/2020", RowReason.DATE_BEFORE_APPROVAL),
        ("vaccination_date", "12/10/2021", RowReason.CONFLICT),
        ("vaccine", "nước muối", RowReason.UNKNOWN_VACCINE),
        ("site", "KS-TYT-99", RowReason.UNKNOWN_SITE),
        ("held", "no", Refusal.BAD_OPTION),
    ],
)
def test_a_dose_is_not_corrected_into_a_fault(world: World, column: str, typed: str, reason: object) -> None:
    world.rows(AN, AN | {"dose_number": "2", "vaccination_date": "12/10/2021"})
    dose = next(dose for dose in world.doses if dose.number == 1)
    with pytest.raises(InputError) as caught:
        fix(world, dose, **{column: typed})
    assert caught.value.reason is reason


def test_a_conflict_is_settled_by_correcting_the_dose(world: World) -> None:
    world.rows(AN)
    report = world.rows(AN | {"lot": "X1"})
    held = next(dose for dose in world.doses if dose.held)
    with pytest.raises(InputError, match="conflict"):
        fix(world, held, dose_number="2")
    changed = fix(world, held, dose_number="2", vaccination_date="12/10/2021")
    assert {correction.field for correction in changed} == {"number", "given_on"}
    assert [dose.held for dose in world.doses] == [False, False]
    assert world.stored_row(report.import_id, 2).settled


def test_health_staff_alone_correct_doses(world: World) -> None:
    world.rows(AN)
    with pytest.raises(Refused) as caught:
        fix(world, world.doses[0], by=OFFICER, lot="X1")
    assert caught.value.reason is Refusal.NOT_PERMITTED
