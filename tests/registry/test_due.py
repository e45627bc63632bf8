"""Who is due, what sites owe, and the five counts of many areas in one query."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import select

from passport.domain.coverage import AgeGroup, Step
from passport.domain.dates import PartialDate
from passport.domain.doses import DoseKind
from passport.domain.names import fold
from passport.registry import areas, imports, progress
from passport.registry.due import PAGE, DueFilter, due
from passport.registry.tables import Attendee, Person

from .conftest import TUA_CHUA, Scene

ADULTS = AgeGroup.ADULTS
EVERYBODY = DueFilter()


def _vaccinated(scene: Scene, name: str, *days: date, **told: object) -> Person:
    person = scene.person(name, id_number=f"0{abs(hash(name)) % 10**11:011d}", **({"commune": scene.area()} | told))
    for number, day in enumerate(days, start=1):
        kind = DoseKind.PRIMARY if number <= 2 else DoseKind.BOOSTER
        scene.dose(person, number=number, kind=kind, given_on=day, lot=str(number))
    scene.session.flush()
    return person


def _names(scene: Scene, step: Step, *, group: AgeGroup = ADULTS, only: DueFilter = EVERYBODY) -> list[str]:
    found, total = due(scene.session, area=scene.area(), on=scene.today, group=group, step=step, only=only)
    assert total == len(found)
    return [person.full_name for person in found]


def _listed(scene: Scene, *people: tuple[str, str | None, str], site: str = "KS01", planned: int | None = 1) -> None:
    told = imports.create_import(
        scene.session, site=scene.site(site), kind="attendance", campaign=None, file_name="x.csv",
        file_sha256=f"{abs(hash((site, people, planned))):064x}"[:64], layout="attendance", header=[],
        by=scene.account("nurse"), at=scene.now,
    )  # fmt: skip
    scene.session.add_all(
        Attendee(
            import_id=told.id, row=number, full_name=name, name_key=fold(name), birth_date="1990-01-02",
            id_number=id_number, commune_id=scene.area().id, employer=employer, priority_group="13",
            planned_dose=planned,
        )
        for number, (name, id_number, employer) in enumerate(people, start=1)
    )  # fmt: skip
    scene.session.flush()


def test_the_next_dose_is_due_when_the_wait_is_over(scene: Scene) -> None:
    _vaccinated(scene, "An", date(2026, 9, 1))
    _vaccinated(scene, "Bình", date(2026, 11, 1))  # 20 days ago
    _vaccinated(scene, "Chi", date(2026, 1, 1), date(2026, 2, 1))
    _vaccinated(scene, "Dung", date(2026, 8, 1), date(2026, 9, 30))  # less than three months ago
    _vaccinated(scene, "Em", date(2025, 1, 1), date(2025, 2, 1), date(2026, 1, 1))
    _vaccinated(scene, "Giang", date(2026, 1, 1), commune=areas.require_area(scene.session, TUA_CHUA, on=scene.today))
    assert _names(scene, Step.COMPLETE) == ["An"]
    assert _names(scene, Step.BOOSTER_1) == ["Chi"]
    assert _names(scene, Step.BOOSTER_2) == ["Em"]
    assert _names(scene, Step.BOOSTER_2, group=AgeGroup.OLDER) == []


def test_teenagers_wait_five_months_and_have_no_second_booster(scene: Scene) -> None:
    born = {"born": PartialDate(2012, 5, 5)}
    _vaccinated(scene, "An", date(2026, 1, 1), date(2026, 6, 1), **born)
    _vaccinated(scene, "Bình", date(2026, 1, 1), date(2026, 7, 15), **born)
    assert _names(scene, Step.BOOSTER_1, group=AgeGroup.TEENAGERS) == ["An"]
    assert _names(scene, Step.BOOSTER_2, group=AgeGroup.TEENAGERS) == []


def test_who_was_never_vaccinated_stands_on_the_list_of_their_company(scene: Scene) -> None:
    known = _vaccinated(scene, "An", date(2026, 9, 1), employer="Công ty May")
    _listed(scene, ("An", known.id_number, "Công ty May"), ("Bình", "037190000077", "Công ty May"))
    _listed(scene, ("Bình", "037190000077", "Công ty May"), ("Chi", None, "Công ty Da"), planned=None)
    _vaccinated(scene, "Dung")
    assert _names(scene, Step.FIRST) == ["Bình", "Chi", "Dung"]
    assert _names(scene, Step.FIRST, only=DueFilter(employer="Công ty May")) == ["Bình"]
    assert _names(scene, Step.FIRST, only=DueFilter(employer="cty  MAY")) == ["Bình"]
    assert _names(scene, Step.FIRST, only=DueFilter(employer="CT May")) == []
    assert _names(scene, Step.FIRST, only=DueFilter(priority_group="13")) == ["Bình", "Chi"]
    assert _names(scene, Step.COMPLETE, only=DueFilter(employer="Công ty May")) == ["An"]
    known.employer = "Xưởng May"
    scene.session.flush()
    assert _names(scene, Step.COMPLETE, only=DueFilter(employer="xuong")) == ["An"]
    (found, *_rest), _total = due(scene.session, area=scene.area(), on=scene.today, group=ADULTS, step=Step.FIRST)
    assert (found.person_id, found.employer, found.commune) == (None, "Công ty May", "Xã Kim Sơn")


def test_pages_follow_each_other(scene: Scene) -> None:
    for number in range(PAGE + 3):
        _vaccinated(scene, f"Người {number:03d}", date(2026, 1, 1))
    pages = [
        due(scene.session, area=scene.area(), on=scene.today, group=ADULTS, step=Step.COMPLETE, page=page)
        for page in (1, 2, None)
    ]
    assert [(len(found), total) for found, total in pages] == [(PAGE, PAGE + 3), (3, PAGE + 3), (PAGE + 3, PAGE + 3)]
    beyond = due(scene.session, area=scene.area(), on=scene.today, group=ADULTS, step=Step.COMPLETE, page=9)
    assert beyond == ([], PAGE + 3)
    assert pages[0][0] + pages[1][0] == pages[2][0]


def test_what_sites_owe(scene: Scene) -> None:
    end = datetime(2026, 11, 21, 17, tzinfo=UTC)  # midnight in Việt Nam
    today = {"given_on": scene.today}
    scene.dose(scene.person("A"), **today)
    scene.confirmed(scene.person("B", id_number="2"), **today)
    late = scene.confirmed(scene.person("C", id_number="3"), **today)
    late.confirmed_at = end
    scene.dose(scene.person("D", id_number="4"), given_on=date(2026, 11, 20))
    scene.session.flush()
    _listed(scene, ("A", "037190000001", ""), ("X", "9", ""), site="TC01")
    _listed(scene, ("A", "037190000001", ""), site="TC01", planned=2)
    owed = progress.duties(scene.session, area=None, on=scene.today, day_end=end)
    assert [(duty.site.code, duty.not_entered, duty.unconfirmed) for duty in owed] == [("KS01", 0, 2), ("TC01", 2, 0)]


def test_whose_record_has_no_number_is_on_record_all_the_same(scene: Scene) -> None:
    """As reconciling has it: their case waits in the cleaning queue, and nobody is asked for twice."""
    scene.dose(scene.person("An", id_number=None))
    scene.dose(scene.person("Bê", id_number=None))
    _listed(scene, ("An", "037090000001", ""))
    _listed(scene, ("Bê", "037190000002", ""), ("Chi", "037190000003", ""))
    man = scene.session.scalars(select(Attendee).where(Attendee.full_name == "Bê")).one()
    man.sex = "M"  # not the woman on record
    scene.session.flush()
    owed = progress.duties(scene.session, area=None, on=scene.today, day_end=scene.now)
    assert [(duty.site.code, duty.not_entered) for duty in owed if duty.not_entered] == [("KS01", 2)]
    assert _names(scene, Step.FIRST) == ["Bê", "Chi"]


def test_the_counts_of_many_areas_are_those_of_each(scene: Scene) -> None:
    former = areas.require_area(scene.session, "14641", on=date(2022, 8, 1))
    scene.site("TC01", TUA_CHUA)
    old = scene.site("OLD")
    old.area = former
    for number, site in enumerate(("KS01", "TC01", "OLD", "KS01")):
        dose = scene.confirmed(scene.person(f"P{number}", id_number=str(number)), site=scene.site(site))
        if number % 2:
            scene.issued(dose, identifier=f"URN:UVCI:01:VN:A#{number}")
    scene.dose(scene.person("Q", id_number="77"), held=True)
    _listed(scene, ("X", "9", ""))
    scene.session.flush()
    places = [scene.area(), areas.require_area(scene.session, TUA_CHUA, on=scene.today), former]
    counted = progress.counts_by_area(scene.session)
    totals = progress.rolled_up(counted, places)
    for place in (*places, areas.require_area(scene.session, "37", on=scene.today)):
        assert totals[place.id] == progress.counts(scene.session, area=place), place.name
    assert progress.summed(counted) == progress.counts(scene.session)
    assert progress.summed({}) == progress.NOTHING
