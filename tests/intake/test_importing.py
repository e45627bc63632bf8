"""Lists come in: nothing is lost, the same file twice changes nothing, every fault has its reason."""

from __future__ import annotations

from datetime import date
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from passport.domain.doses import DoseKind
from passport.domain.people import IdentityState
from passport.errors import InputError, Refusal, Refused
from passport.intake import importing
from passport.intake.importing import withdraw_import
from passport.registry import audit, doses, imports, people, progress, reports
from passport.registry.accounts import create_account, find_account, grant_role
from passport.registry.tables import Attendee, Dose, Import, ImportRow, Person
from tests.lists import (
    AN,
    COMPANY,
    HEAD,
    NURSE,
    OTHER_STATION,
    STATION,
    TITLES,
    World,
    book,
    csv_list,
    faults,
    person,
)


def test_a_clean_row_becomes_a_person_and_a_dose(world: World) -> None:
    report = world.rows(AN | {"commune_code": "14620", "address": "Thôn 1", "insurance_number": "DN4370123456789"})
    assert report.as_dict() == {
        "import": report.import_id, "rows": 1, "new": 1, "known": 0, "held": 0, "refused": 0, "issues": [],
    }  # fmt: skip
    (an,) = world.people()
    assert (an.full_name, an.name_key, an.birth_date, an.sex) == ("Nguyễn Văn An", "nguyen van an", "1990-01-02", "M")
    assert (an.id_number, an.phone, an.nationality) == ("037090001234", "0912345678", "VN")
    assert an.insurance_number == "DN4370123456789"
    assert an.identity_state == IdentityState.WAITING
    (dose,) = an.doses
    assert (dose.product, dose.number, dose.kind, dose.lot) == ("astrazeneca", 1, DoseKind.PRIMARY, "ABV5300")
    assert (dose.given_on, dose.site.code, dose.held) == (date(2021, 8, 10), STATION, False)


def test_the_same_file_twice_changes_nothing(world: World) -> None:
    rows = [AN, person(1), person(2, id_number=""), person(3, birth_date="30/02/1990")]
    first = world.rows(*rows)
    before = [(dose.id, dose.held) for dose in world.doses]
    again = world.rows(*rows)
    assert (first.new, first.known, first.held, first.refused) == (3, 0, 1, 1)
    assert (again.new, again.known, again.held, again.refused) == (0, 3, 0, 1)
    assert again.import_id == first.import_id
    assert [(dose.id, dose.held) for dose in world.doses] == before
    assert (world.count(Import), world.count(ImportRow), world.count(Person)) == (1, 4, 3)
    with world.database.reading() as session:
        assert reports.report(session, first.import_id).as_dict() == first.as_dict()
        assert audit.verify_chain(session) is None
        assert [entry.action for entry in audit.entries(session)] == ["list_imported", "list_imported"]


def test_refused_rows_of_the_same_file_are_tried_again(world: World) -> None:
    tomorrow = world.rows(AN | {"vaccination_date": "22/11/2026", "dose_kind": "nhắc lại", "dose_number": "3"})
    assert faults(tomorrow) == [(2, "vaccination_date", "refused", "date_in_future")]
    later = world.rows(
        AN | {"vaccination_date": "22/11/2026", "dose_kind": "nhắc lại", "dose_number": "3"}, today=date(2026, 11, 22)
    )
    assert (later.new, later.refused, later.import_id) == (1, 0, tomorrow.import_id)
    assert world.stored_row(later.import_id, 2).outcome == "new"


def test_a_run_that_was_broken_off_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 3)
    rows = [person(i) for i in range(8)]

    def stop(progress: importing.Progress) -> None:
        if progress.done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        world.rows(*rows, progress=stop)
    assert world.count(Dose) == 6
    seen: list[importing.Progress] = []
    report = world.rows(*rows, progress=seen.append)
    assert (report.new, report.known) == (2, 6)
    assert seen == [importing.Progress(report.import_id, total=8, done=done, refused=0) for done in (3, 6, 8)]
    assert world.count(Dose) == 8


def test_the_same_rows_in_another_file_are_known(world: World) -> None:
    world.rows(AN, person(1))
    report = world.rows(
        person(1), AN | {"full_name": "NGUYỄN  VĂN AN"}, AN | {"dose_number": "2", "vaccination_date": "12/10/2021"}
    )
    assert (report.new, report.known) == (1, 2)
    assert world.count(Person) == 2
    assert [dose.number for dose in world.people()[0].doses] == [1, 2]


def test_a_row_that_repeats_another_of_its_list_is_told(world: World) -> None:
    report = world.rows(AN, person(1), AN)
    assert (report.new, report.known) == (2, 1)
    assert faults(report) == [(4, "vaccination_date", "warned", "duplicate_row")]
    assert report.issues[0].message.vi == "Dòng này lặp lại dòng 2."


REFUSED = [
    ("full_name", "", "missing_value"),
    ("full_name", "A" * 10_000, "too_long"),
    ("full_name", "Nguyễn \u202eVăn An", "control_characters"),
    ("full_name", "Nguyễn\x07 An", "control_characters"),
    ("full_name", "Nguyễn Văn 4n", "bad_name"),
    ("full_name", "=cmd|' /C calc'!A0", "bad_name"),
    ("full_name", "Nguy?n V?n An", "bad_name"),
    ("full_name", "Hoµng V¨n An", "bad_name"),
    ("birth_date", "", "missing_value"),
    ("birth_date", "30/02/1990", "bad_birth_date"),
    ("birth_date", "hôm qua", "bad_birth_date"),
    ("birth_date", "01/01/1850", "bad_birth_date"),
    ("birth_date", "01/01/2030", "date_in_future"),
    ("sex", "1", "bad_sex"),
    ("sex", "", "missing_value"),
    ("vaccine", "Vắc xin cúm mùa", "unknown_vaccine"),
    ("vaccine", "", "missing_value"),
    ("dose_number", "0", "bad_dose_number"),
    ("dose_number", "mười", "bad_dose_number"),
    ("vaccination_date", "30/02/2021", "bad_vaccination_date"),
    ("vaccination_date", "2021", "bad_vaccination_date"),
    ("vaccination_date", "01/01/2030", "date_in_future"),
    ("vaccination_date", "10/08/1989", "date_before_birth"),
    ("vaccination_date", "31/01/2021", "date_before_approval"),
]
HELD = [
    ("id_number", "", "missing_id"),
    ("id_number", "1.23E+11", "bad_id"),
    ("id_number", "111111111111", "bad_id"),
    ("id_number", "0370900012345", "bad_id"),
    ("id_number", "37091001234", "bad_id"),  # the lost zero would not agree with the birth year
    ("id_number", "037\u202e090001234", "control_characters"),
    ("id_number", "0" * 100, "too_long"),
    ("id_number", "037091001234", "id_disagrees"),
    ("id_number", "037190001234", "id_disagrees"),
    ("dose_kind", "gì đó", "bad_dose_kind"),
]
WARNED = [
    ("id_number", "37090001234", "bad_id"),
    ("id_number", "123090001234", "bad_id"),  # an unknown province: born abroad
    ("full_name", "An", "bad_name"),
    ("full_name", "TrÇn Hïng", "bad_name"),  # TCVN3: letters all the same
    ("birth_date", "32875", "bad_birth_date"),
    ("birth_date", "2/1/90", "ambiguous_date"),
    ("vaccination_date", "44418", "bad_vaccination_date"),
    ("vaccination_date", "08/25/2021", "ambiguous_date"),
    ("vaccination_date", "10/8/21", "ambiguous_date"),
    ("phone", "12345", "bad_phone"),
    ("phone", "912345678", "bad_phone"),
    ("insurance_number", "XX1", "bad_insurance_number"),
    ("nationality", "Sao Hỏa", "unknown_area"),
    ("commune_code", "99999", "unknown_area"),
    ("commune_code", "3217", "unknown_area"),
    ("lot", "01/12/2021", "bad_lot"),
    ("lot", "4.5E+11", "bad_lot"),
    ("lot", "A\x00B", "control_characters"),
    ("address", "x" * 201, "too_long"),
]


@pytest.mark.parametrize(
    ("column", "typed", "reason", "severity"),
    [
        (*case, severity)
        for severity, cases in (("refused", REFUSED), ("held", HELD), ("warned", WARNED))
        for case in cases
    ],
)
def test_each_fault_has_its_reason_and_spoils_only_its_row(
    world: World, column: str, typed: str, reason: str, severity: str
) -> None:
    report = world.rows(person(1), AN | {column: typed}, person(2))
    assert faults(report) == [(3, column, severity, reason)]
    assert (report.new, report.refused) == ((2, 1) if severity == "refused" else (3, 0))
    assert report.held == (severity == "held")
    assert [dose.held for dose in world.doses].count(True) == (severity == "held")
    assert world.stored_row(report.import_id, 3).cells[column] == typed
    (issue,) = report.issues
    assert issue.message.vi
    assert "…" not in issue.message.vi + issue.message.en


def test_a_missing_or_malformed_number_keeps_the_dose(world: World) -> None:
    report = world.rows(person(1, id_number=""), person(2, id_number="12345"))
    assert (report.new, report.held) == (2, 2)
    assert [(p.id_number, p.identity_state) for p in world.people()] == [(None, "no_id"), (None, "bad_id")]


def test_sure_repairs_are_made_and_shown_with_before_and_after(world: World) -> None:
    report = world.rows(
        AN | {"id_number": "37090001234", "birth_date": "32875", "vaccination_date": "44418", "phone": "01686123456"}
    )
    (an,) = world.people()
    assert (an.id_number, an.birth_date, an.phone) == ("037090001234", "1990-01-02", "0386123456")
    assert an.doses[0].given_on == date(2021, 8, 10)
    assert {issue.column: issue.message.vi for issue in report.issues} == {
        "birth_date": "Đã sửa “32875” thành “02/01/1990” ở ô “Ngày sinh”.",
        "id_number": "Đã sửa “37090001234” thành “037090001234” ở ô “Số CCCD/CMND/Hộ chiếu”.",
        "vaccination_date": "Đã sửa “44418” thành “10/08/2021” ở ô “Ngày tiêm”.",
        "phone": "Đã sửa “01686123456” thành “0386123456” ở ô “Số điện thoại”.",
    }
    assert not an.doses[0].held


def test_cells_of_a_spreadsheet_are_taken_for_what_they_are(world: World) -> None:
    names = ("full_name", "birth_date", "sex", "vaccine", "dose_number", "vaccination_date", "id_number")
    good = ["Nguyễn Văn An", date(1990, 1, 2), "Nam", "AZ", 1, 44418, 37090001234]
    rows = [[TITLES[name] for name in names], good, ["Trần Văn B", *good[1:]], ["Trần Văn C", *good[1:-1], 1.23e11]]
    report = world.bring_in(book(rows, formulas={(1, 6): '="037090001234"', (2, 0): '="Trần"&" Văn B"'}))
    assert (report.new, report.held, report.refused) == (2, 2, 1)
    assert [fault for fault in faults(report) if fault[2] != "warned"] == [
        (2, "id_number", "held", "formula"),
        (3, "full_name", "refused", "formula"),
        (4, "id_number", "held", "id_disagrees"),
    ]
    assert {dose.given_on for dose in world.doses} == {date(2021, 8, 10)}
    assert {one.birth_date for one in world.people()} == {"1990-01-02"}


def test_several_faults_of_a_row_are_all_told(world: World) -> None:
    report = world.rows(AN | {"sex": "?", "vaccine": "?", "vaccination_date": "?", "id_number": "", "phone": "?"})
    assert [fault[1:] for fault in faults(report)] == [
        ("sex", "refused", "bad_sex"),
        ("vaccine", "refused", "unknown_vaccine"),
        ("vaccination_date", "refused", "bad_vaccination_date"),
        ("phone", "warned", "bad_phone"),
    ]
    assert world.count(Person) == 0


def test_the_commune_is_understood_at_the_day_of_the_dose(world: World) -> None:
    report = world.rows(
        person(1, commune_code="14623", vaccination_date="10/08/2021"),
        person(2, commune_code="14692", vaccination_date="10/08/2021"),
        person(3, commune_code="14692", vaccination_date="10/08/2026"),
    )
    assert faults(report) == [(4, "commune_code", "warned", "unknown_area")]


def test_a_foreigner_is_known_by_passport(world: World) -> None:
    report = world.rows(AN | {"full_name": "Kim Min-su", "nationality": "Hàn Quốc", "id_number": "M12345678"})
    assert faults(report) == []
    (kim,) = world.people()
    assert (kim.nationality, kim.id_number) == ("KR", "M12345678")


def test_an_untold_kind_is_primary_within_the_series_and_else_assumed(world: World) -> None:
    report = world.rows(
        AN | {"dose_kind": ""},
        AN | {"dose_kind": "", "dose_number": "3", "vaccination_date": "10/02/2022"},
    )
    assert faults(report) == [(3, "dose_kind", "warned", "bad_dose_kind")]
    assert [dose.kind for dose in world.doses] == ["primary", "booster"]


def test_a_short_interval_is_warned_of(world: World) -> None:
    report = world.rows(AN, AN | {"dose_number": "2", "vaccination_date": "20/08/2021"})
    assert faults(report) == [(3, "vaccination_date", "warned", "interval_too_short")]
    assert "10 ngày" in report.issues[0].message.vi


@pytest.mark.parametrize("told", ["2", "02", "2.0", "Mũi 2", "mũi tiêm thứ 2", "liều 2", "M2"])
def test_the_number_of_a_dose_in_other_words(world: World, told: str) -> None:
    world.rows(AN | {"dose_number": told})
    assert [dose.number for dose in world.doses] == [2]


def test_an_age_outside_the_schedule_is_warned_of(world: World) -> None:
    report = world.rows(AN | {"birth_date": "20/08/2010", "id_number": "", "vaccination_date": "10/08/2021"})
    assert ("vaccination_date", "warned", "age_outside_schedule") in [fault[1:] for fault in faults(report)]
    assert report.new == 1
    assert "AstraZeneca" in next(i.message.vi for i in report.issues if i.reason.value == "age_outside_schedule")


@pytest.mark.parametrize(
    "other",
    [
        {"vaccine": "Pfizer"},
        {"lot": "ABV5301"},
        {"dose_number": "2"},
        {"vaccination_date": "11/08/2021"},
    ],
)
def test_the_same_dose_told_differently_is_held(world: World, other: dict[str, str]) -> None:
    world.rows(AN)
    report = world.rows(AN | other)
    assert faults(report) == [(2, "vaccination_date", "held", "conflict")]
    assert (report.new, report.held) == (1, 1)
    assert sorted(dose.held for dose in world.doses) == [False, True]
    again = world.rows(AN | other, person(1))
    assert (again.new, again.known) == (1, 1)
    assert sorted(dose.held for dose in world.doses) == [False, False, True]


def test_a_second_dose_before_the_first_is_held(world: World) -> None:
    world.rows(AN | {"vaccination_date": "12/10/2021"})
    report = world.rows(AN | {"dose_number": "2"})
    assert faults(report) == [(2, "vaccination_date", "held", "conflict")]


def test_an_untold_lot_is_no_other_dose(world: World) -> None:
    world.rows(AN | {"lot": ""})
    report = world.rows(AN)
    assert (report.new, report.known) == (0, 1)
    assert [dose.lot for dose in world.doses] == ["ABV5300"]


def test_one_number_for_two_people_is_a_conflict(world: World) -> None:
    world.rows(AN)
    report = world.rows(AN | {"full_name": "Lê Văn Cường"})
    assert faults(report) == [(2, "id_number", "held", "conflict")]
    assert {p.full_name for p in world.people()} == {"Nguyễn Văn An", "Lê Văn Cường"}
    assert (world.rows(AN | {"full_name": "Lê Văn Cường"}, person(1)).known, world.count(Dose)) == (1, 3)
    assert sorted(dose.held for dose in world.doses) == [False, False, True]


def test_without_a_number_people_are_joined_only_where_something_else_agrees(world: World) -> None:
    nobody = AN | {"id_number": "", "phone": ""}
    second = nobody | {"dose_number": "2", "vaccination_date": "12/10/2021"}
    world.rows(nobody)
    assert world.rows(second).known == 0
    assert world.count(Person) == 1  # the same station told of both
    with world.database.transaction() as session:
        grant_role(session, account=find_account(session, NURSE), role="registrar", area=None)
    world.rows(second | {"vaccine": "Pfizer"}, site_code=OTHER_STATION)
    assert world.count(Person) == 2  # another station, and nothing that says the same
    told = world.rows(second | {"phone": "0912345678", "commune_code": "14620"}, person(5))
    assert (told.known, told.new, world.count(Person)) == (1, 1, 3)  # the station knows them, and now their telephone
    third = {"dose_number": "3", "dose_kind": "nhắc lại", "vaccination_date": "12/04/2022", "id_number": ""}
    world.rows(AN | third, site_code=OTHER_STATION)
    assert world.count(Person) == 3  # the telephone outweighs the place
    assert max(len(one.doses) for one in world.people()) == 3


def test_a_number_told_later_completes_the_record_and_releases_the_dose(world: World) -> None:
    first = world.rows(AN | {"id_number": ""})
    assert [dose.held for dose in world.doses] == [True]
    report = world.rows(AN)
    assert (report.known, report.held) == (1, 0)
    (an,) = world.people()
    assert (an.id_number, an.identity_state) == ("037090001234", "waiting")
    assert [dose.held for dose in an.doses] == [False]
    row = world.stored_row(first.import_id, 2)
    assert (row.held, row.settled) == (False, True)


def test_one_list_may_tell_the_number_of_somebody_on_a_later_row(world: World) -> None:
    world.rows(person(1, id_number=""), person(1, dose_number="2", vaccination_date="10/11/2021"))
    (one,) = world.people()
    assert (one.id_number, [dose.held for dose in one.doses]) == ("037090000001", [False, False])


def test_a_better_birth_date_corrects_a_record_that_contradicts_its_number(world: World) -> None:
    world.rows(AN | {"birth_date": "02/01/1980"})
    assert [dose.held for dose in world.doses] == [True]
    report = world.rows(AN)
    assert (report.known, report.held) == (1, 0)
    (an,) = world.people()
    assert (an.birth_date, [dose.held for dose in an.doses]) == ("1990-01-02", [False])


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"site_code": "NOWHERE"}, Refusal.UNKNOWN_SITE),
        ({"by": "nobody@ks"}, Refusal.UNKNOWN_ACCOUNT),
        ({"kind": "shopping"}, Refusal.BAD_OPTION),
    ],
)
def test_unknown_options_store_nothing(world: World, options: dict[str, str], reason: Refusal) -> None:
    with pytest.raises(InputError) as caught:
        world.rows(AN, **options)
    assert caught.value.reason is reason
    assert world.count(Import) == 0


@pytest.mark.parametrize(("by", "site"), [(HEAD, STATION), (COMPANY, STATION), (NURSE, OTHER_STATION)])
def test_only_a_registrar_of_the_area_brings_lists_in(world: World, by: str, site: str) -> None:
    with pytest.raises(Refused) as caught:
        world.rows(AN, by=by, site_code=site)
    assert caught.value.reason is Refusal.NOT_PERMITTED


def test_a_list_is_withdrawn_and_may_come_again(world: World) -> None:
    report = world.rows(AN, person(1))
    assert withdraw_import(world.database, import_id=report.import_id, by=NURSE, now=world.now) == 2
    assert (world.count(Dose), world.count(Person), world.count(ImportRow)) == (0, 0, 2)
    again = world.rows(AN, person(1))
    assert again.new == 2
    assert again.import_id != report.import_id


def test_a_list_is_withdrawn_while_another_tells_of_the_same_person(world: World) -> None:
    first = world.rows(AN)
    told = {"import_id": first.import_id, "by": NURSE, "now": world.now}
    withdrawing = Thread(target=withdraw_import, args=(world.database,), kwargs=told)
    with world.database.transaction() as session:
        people.lock_people(session)  # as the other list does
        withdrawing.start()
        withdrawing.join(timeout=0.5)
        session.execute(update(Person).values(phone="0912345678"))
    withdrawing.join()
    assert world.count(Dose) == 0


def test_a_confirmed_list_is_not_withdrawn(world: World) -> None:
    report = world.rows(AN)
    with world.database.transaction() as session:
        (dose,) = session.scalars(select(Dose))
        dose.person.identity_state = "verified"
        doses.confirm(session, doses=[dose], by=find_account(session, HEAD), at=world.now)
    with pytest.raises(Refused) as caught:
        withdraw_import(world.database, import_id=report.import_id, by=NURSE, now=world.now)
    assert caught.value.reason is Refusal.IMPORT_CONFIRMED


def test_an_attendance_list_tells_who_was_there(world: World) -> None:
    titles = {name: TITLES[name] for name in ("full_name", "birth_date", "sex", "id_number", "phone")}
    data = csv_list(
        [
            AN | {"phone": "912345678"},
            {"full_name": "Lò Thị Xa"},
            {"birth_date": "1990"},
            AN | {"id_number": "37090001234", "birth_date": "30/02/1990"},
            AN | {"id_number": "37090001234"},
            AN | {"sex": "Nữ"},
        ],
        titles=titles,
    )
    report = world.bring_in(data, kind="attendance", by=COMPANY)
    assert (report.rows, report.new, report.held, report.refused) == (6, 5, 0, 1)
    assert faults(report) == [
        (2, "phone", "warned", "bad_phone"),
        (3, "id_number", "warned", "missing_id"),
        (4, "full_name", "refused", "missing_value"),
        (4, "id_number", "warned", "missing_id"),
        (5, "birth_date", "warned", "bad_birth_date"),
        (5, "id_number", "warned", "bad_id"),
        (6, "id_number", "warned", "bad_id"),
        (7, "id_number", "warned", "id_disagrees"),
    ]
    assert world.bring_in(data, kind="attendance", by=COMPANY).known == 5
    assert (world.count(Attendee), world.count(Person)) == (5, 0)
    with world.database.reading() as session:
        assert progress.counts(session).given == 5
    withdraw_import(world.database, import_id=report.import_id, by=COMPANY, now=world.now)
    assert world.count(Attendee) == 0


def test_a_company_withdraws_no_other_companys_list(world: World) -> None:
    data = csv_list([AN], titles={name: TITLES[name] for name in ("full_name", "birth_date")})
    report = world.bring_in(data, kind="attendance", by=COMPANY)
    with world.database.transaction() as session:
        rival, nurse = (
            create_account(session, email="rival@ks", name="r", password_hash=None),
            find_account(session, NURSE),
        )
        grant_role(session, account=rival, role="list_provider", area=nurse.grants[0].area)
    with pytest.raises(Refused) as caught:
        withdraw_import(world.database, import_id=report.import_id, by="rival@ks", now=world.now)
    assert (caught.value.reason, world.count(Attendee)) == (Refusal.NOT_PERMITTED, 1)
    withdraw_import(world.database, import_id=report.import_id, by=NURSE, now=world.now)
    assert world.count(Attendee) == 0


cell = st.one_of(
    st.sampled_from(
        ["", " ", *AN.values(), "037090001234", "1.23E+11", "30/02/1990", "44418", "=1+1", "0", "Nữ", "AZ"]
    ),
    st.text(max_size=12),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(TITLES, cell)), min_size=1, max_size=12))
def test_no_row_is_ever_lost(world: World, rows: list[dict[str, str]]) -> None:
    filled = [row for row in rows if any(text.strip() for text in row.values())]
    try:
        report = world.bring_in(csv_list(rows))
    except InputError as error:
        assert error.reason in {Refusal.EMPTY_FILE, Refusal.UNREADABLE_FILE, Refusal.WRONG_ENCODING}  # noqa: PT017
        return
    assert report.rows == report.new + report.known + report.refused == len(filled)
    assert report.held <= report.new
    with world.database.reading() as session:
        stored = imports.list_rows(session, report.import_id, limit=None)
        assert len(stored) == len(filled)
        told = [row for row in stored if row.outcome == "new" and not row.doses]
    assert told == []
