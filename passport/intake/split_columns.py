"""Columns into which lists split one thing: the name in two, the birth date in three, the sex by where a mark stands.

School lists have family and given names apart; the forms of the communes have the year of birth in a column for men
or in one for women.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

from passport.domain.names import fold, tidy
from passport.intake.cells import Cell, CellKind


class Part(StrEnum):
    """What a column holds of something that is told in several."""

    FAMILY = "family"  # all of a name but the last word, or the family name alone
    GIVEN = "given"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    MALE = "male"  # a mark
    FEMALE = "female"
    MALE_BORN = "male_born"  # the birth date of a man
    FEMALE_BORN = "female_born"


TELLS: Mapping[Part, tuple[str, ...]] = {  # the fields that a part tells of
    Part.FAMILY: ("full_name",),
    Part.GIVEN: ("full_name",),
    Part.DAY: ("birth_date",),
    Part.MONTH: ("birth_date",),
    Part.YEAR: ("birth_date",),
    Part.MALE: ("sex",),
    Part.FEMALE: ("sex",),
    Part.MALE_BORN: ("birth_date", "sex"),
    Part.FEMALE_BORN: ("birth_date", "sex"),
}

_FAMILY = frozenset(
    (
        "ho", "ho dem", "ho va dem", "ho ten dem", "ho va ten dem", "ho lot", "ho va lot", "ho ten lot",
        "ho va ten lot", "ho chu lot", "ho va chu lot", "ho chu dem", "ho va chu dem", "surname",
        "family name", "last name",
    )
)  # fmt: skip
_GIVEN = frozenset(("ten", "given name", "given names", "first name"))
_DATE = {"ngay": Part.DAY, "thang": Part.MONTH, "nam": Part.YEAR}
_NO_MARK = ("", "0", "-", "false", "khong")
_SEXES = {Part.MALE: "Nam", Part.FEMALE: "Nữ", Part.MALE_BORN: "Nam", Part.FEMALE_BORN: "Nữ"}


def find_parts(titles: Mapping[int, str], beneath: Mapping[int, str], fields: Mapping[str, int]) -> dict[int, Part]:
    """Which columns hold a part: `titles` are the folded ones by column, `fields` the columns that hold a field whole.

    `beneath` names the field of the title under which a column stands, where there is one.
    """
    return _name(titles, fields) | _birth_date(titles, beneath) | _sexes(titles, beneath, fields)


def _name(titles: Mapping[int, str], fields: Mapping[str, int]) -> dict[int, Part]:
    """Family and given name, or the last word of a name right beside the rest of it."""
    family = {index: Part.FAMILY for index, title in titles.items() if title in _FAMILY}
    given = {index: Part.GIVEN for index, title in titles.items() if title in _GIVEN}
    whole = fields.get("full_name")
    if whole is not None:
        return {index: part for index, part in given.items() if index == whole + 1}
    return family | given if len(family) == len(given) == 1 else {}


def _birth_date(titles: Mapping[int, str], beneath: Mapping[int, str]) -> dict[int, Part]:
    found = {
        index: _DATE[title] for index, title in titles.items() if beneath.get(index) == "birth_date" and title in _DATE
    }
    return found if sorted(found.values()) == sorted(_DATE.values()) else {}


def _sexes(titles: Mapping[int, str], beneath: Mapping[int, str], fields: Mapping[str, int]) -> dict[int, Part]:
    men = [index for index, title in titles.items() if title in ("nam", "male")]
    women = [index for index, title in titles.items() if title in ("nu", "female")]
    if len(men) != 1 or len(women) != 1 or "sex" in fields:
        return {}
    dated = "birth_date" not in fields or beneath.get(men[0]) == beneath.get(women[0]) == "birth_date"
    return dict(
        zip((*men, *women), (Part.MALE_BORN, Part.FEMALE_BORN) if dated else (Part.MALE, Part.FEMALE), strict=True)
    )


def whole_cells(parts: Iterable[tuple[Part, Cell]], *, name: Cell | None = None) -> dict[str, Cell]:
    """What the filled parts of a row tell, by field; `name` is what stands in a column of whole names."""
    told = dict(parts)
    cells: dict[str, Cell] = {}
    names = [told[part] for part in (Part.FAMILY, Part.GIVEN) if part in told]
    if names:
        cells["full_name"] = _longer(name, names[0]) if name else _joined(names, " ")
    if any(part in told for part in _DATE.values()):
        cells["birth_date"] = _joined(_dated(told), "/")
    if born := [told[part] for part in (Part.MALE_BORN, Part.FEMALE_BORN) if part in told]:
        cells["birth_date"] = born[0]
    if sexes := [sex for part, sex in _SEXES.items() if part in told and fold(told[part].text) not in _NO_MARK]:
        cells["sex"] = Cell(", ".join(sexes))
    return cells


def _longer(name: Cell, beside: Cell) -> Cell:
    """A name with its last word, which stands beside it; as it is where it ends with that already."""
    words, rest = fold(name.text).split(), fold(beside.text).split()
    return name if words[-len(rest) :] == rest else _joined([name, beside], " ")


def _dated(told: Mapping[Part, Cell]) -> list[Cell]:
    """Day, month and year; a year alone is a date, a day without a month is none."""
    parts = (Part.DAY, Part.MONTH, Part.YEAR)
    filled = [part in told for part in parts]
    first = filled.index(True)
    return [told.get(part, Cell("?")) for part in parts[first:]]


def _joined(cells: Collection[Cell], sign: str) -> Cell:
    formula = any(cell.was is CellKind.FORMULA for cell in cells)
    return Cell(sign.join(tidy(cell.text) for cell in cells), CellKind.FORMULA if formula else CellKind.TEXT)
