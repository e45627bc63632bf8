"""The dated catalogue: codes that were re-used, tiers that are gone, what lies in what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from passport.errors import InputError, Refusal
from passport.registry import areas
from passport.registry.areas import beneath, find_area, lies_in, list_areas, require_area
from passport.registry.db import Database
from passport.registry.tables import Area

THEN, LAST_DAY, FIRST_DAY, NOW = date(2022, 3, 1), date(2025, 6, 30), date(2025, 7, 1), date(2026, 11, 21)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.reading() as session:
        yield session


def _at(session: Session, code: str, on: date) -> Area:
    area = find_area(session, code, on=on)
    assert area is not None
    return area


@pytest.mark.parametrize(("on", "provinces", "districts", "communes"), [(THEN, 63, 705, 10_599), (NOW, 34, 0, 3_321)])
def test_each_era_is_whole(session: Session, on: date, provinces: int, districts: int, communes: int) -> None:
    assert [len(list_areas(session, on=on, level=level)) for level in areas.LEVELS] == [provinces, districts, communes]


def test_no_unit_hangs_loose(session: Session) -> None:
    orphans = select(func.count()).select_from(Area).where(Area.level != "province", Area.parent_id.is_(None))
    assert session.scalar(orphans) == 0
    former = select(func.count()).select_from(Area).where(Area.valid_to.is_not(None), Area.successor_id.is_(None))
    assert session.scalar(former) == 0


@pytest.mark.parametrize(
    ("code", "then", "now"),
    [
        ("14638", "Xã Ân Hòa", "Xã Kim Sơn"),
        ("03226", "Xã Tả Sìn Thàng", "Xã Sín Chải"),
        ("80", "Tỉnh Long An", "Tỉnh Tây Ninh"),
        ("15", "Tỉnh Yên Bái", "Tỉnh Lào Cai"),
        ("37", "Tỉnh Ninh Bình", "Tỉnh Ninh Bình"),
    ],
)
def test_a_code_means_what_it_meant_on_the_day(session: Session, code: str, then: str, now: str) -> None:
    assert [_at(session, code, day).name for day in (THEN, LAST_DAY)] == [then, then]
    assert [_at(session, code, day).name for day in (FIRST_DAY, NOW)] == [now, now]


@pytest.mark.parametrize(
    ("district", "name", "province", "communes", "first", "last"),
    [
        ("376", "Huyện Kim Sơn", "37", 25, ("14620", "Thị trấn Phát Diệm"), ("14698", "Xã Kim Đông")),
        ("098", "Huyện Tủa Chùa", "11", 12, ("03217", "Thị trấn Tủa Chùa"), ("03250", "Xã Mường Báng")),
    ],
)
def test_the_districts_of_the_story(
    session: Session,
    district: str,
    name: str,
    province: str,
    communes: int,
    first: tuple[str, str],
    last: tuple[str, str],
) -> None:
    area = _at(session, district, THEN)
    assert area.parent is not None
    assert (area.level, area.name, area.parent.code) == ("district", name, province)
    found = {unit.code: unit.name for unit in list_areas(session, on=THEN, parent_code=district)}
    assert len(found) == communes
    assert found.items() >= {first, last}
    assert find_area(session, district, on=NOW) is None


def test_merged_communes_name_their_successor(session: Session) -> None:
    kim_son = _at(session, "14638", NOW)
    merged = session.scalars(select(Area.name).where(Area.successor_id == kim_son.id))
    assert set(merged) == {"Xã Kim Định", "Xã Ân Hòa", "Xã Hùng Tiến"}
    tua_chua = [_at(session, code, NOW) for code in ("03217", "03220", "03226", "03241", "03244")]
    former = list_areas(session, on=THEN, parent_code="098")
    assert {area.successor_id for area in former} == {area.id for area in tua_chua}
    assert {area.name for area in tua_chua} == {
        "Xã Tủa Chùa",
        "Xã Tủa Thàng",
        "Xã Sín Chải",
        "Xã Sính Phình",
        "Xã Sáng Nhè",
    }


def test_what_went_before_2025_points_to_the_province(session: Session) -> None:
    gone = _at(session, "14665", THEN)  # Lưu Phương, merged before the reform
    assert gone.successor is not None
    assert (gone.successor.code, gone.successor.level) == ("37", "province")


def test_beneath_reaches_down_and_back(session: Session) -> None:
    def reached(area: Area) -> set[tuple[str, str]]:
        return {(code, level) for code, level in session.execute(select(Area.code, Area.level).where(beneath(area)))}

    ninh_binh = reached(_at(session, "37", NOW))
    assert ninh_binh >= {
        ("37", "province"),
        ("35", "province"),
        ("36", "province"),
        ("376", "district"),
        ("14638", "commune"),
    }
    assert reached(_at(session, "14638", NOW)) == {(code, "commune") for code in ("14635", "14638", "14641")}
    assert ("098", "district") not in ninh_binh
    district = reached(_at(session, "376", THEN))
    assert len(district) == 26  # itself and its communes; nothing of the present tiers


def test_lies_in_answers_as_beneath_does(session: Session) -> None:
    units = [_at(session, code, on) for code in ("37", "14638") for on in (THEN, NOW)]
    units += [_at(session, "376", THEN), _at(session, "03217", NOW)]
    for outer in units:
        inside = set(session.scalars(select(Area.id).where(beneath(outer))))
        assert {unit.id for unit in units if lies_in(unit, outer)} == {unit.id for unit in units} & inside


def test_list_beneath_a_parent(session: Session) -> None:
    assert [area.code for area in list_areas(session, on=THEN, parent_code="37", level="district")] == [
        "369", "370", "372", "373", "374", "375", "376", "377",
    ]  # fmt: skip
    with pytest.raises(InputError) as told:
        list_areas(session, on=NOW, parent_code="376")
    assert told.value.reason is Refusal.UNKNOWN_AREA


def test_a_level_that_is_not_the_codes_finds_nothing(session: Session) -> None:
    assert find_area(session, "37", on=NOW, level="commune") is None
    assert find_area(session, "3", on=NOW) is None
    assert find_area(session, "14638", on=date(2020, 12, 31)) is None


def test_require_area_falls_back_to_the_last_meaning(session: Session) -> None:
    assert require_area(session, "14638", on=NOW).name == "Xã Kim Sơn"
    assert require_area(session, "376", on=NOW).name == "Huyện Kim Sơn"
    assert require_area(session, "35", on=NOW).name == "Tỉnh Hà Nam"
    with pytest.raises(InputError) as told:
        require_area(session, "99999", on=NOW)
    assert told.value.reason is Refusal.UNKNOWN_AREA
