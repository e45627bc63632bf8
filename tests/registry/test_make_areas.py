"""The committed catalogue is what its sources say."""

from __future__ import annotations

import csv
import unicodedata

import pytest

from passport.registry.data.make_areas import COLUMNS, OUTPUT, former_units, present_units, source, tidy_name


def _rows(era: str) -> list[tuple[str, ...]]:
    with OUTPUT.open(encoding="utf-8", newline="") as file:
        return [tuple(row[column] for column in COLUMNS) for row in csv.DictReader(file) if row["era"] == era]


def test_the_present_era_is_the_published_one() -> None:
    assert _rows("2025") == list(present_units(source("vietnam_provinces", "nested-divisions.json")))


def test_the_former_era_is_the_published_one() -> None:
    rows = _rows("2021")
    provinces = {code: successor for _, code, parent, _, successor in rows if not parent}
    communes = {code: successor for _, code, _, _, successor in rows if len(code) == 5}
    assert rows == list(former_units(provinces, communes))
    known = {code for _, code, *_ in _rows("2025")}
    assert {successor for *_, successor in rows} <= known


@pytest.mark.parametrize(
    ("told", "tidy"),
    [
        ("Xã  Ân Hoà", "Xã Ân Hòa"),
        ("Phường Thuỷ Nguyên", "Phường Thủy Nguyên"),
        ("Xã Quý Quân", "Xã Quý Quân"),
        ("Xã Hoàng Khoa", "Xã Hoàng Khoa"),
        ("Xã Xoá", "Xã Xóa"),
        (unicodedata.normalize("NFD", "Xã Tả Sìn Thàng"), "Xã Tả Sìn Thàng"),
    ],
)
def test_names_are_spelt_one_way(told: str, tidy: str) -> None:
    assert tidy_name(told) == tidy
