"""Small cells: nothing that leaves the house tells of fewer than five people, nor lets them be worked out."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

from passport.domain.coverage import CELLS, AgeGroup, AreaRow, Base, Cell, Coverage, Flag, Step
from passport.domain.small_cells import SMALLEST, protect

ON = date(2026, 11, 21)
INDEX = CELLS.index((AgeGroup.ADULTS, Step.FIRST))


def _row(name: str, covered: int, people: int, *, verified: int | None = None, base: int | None = None) -> AreaRow:
    told = Base(base, ON, "x") if base is not None else None
    cells = [Cell(group, step, 0, 0, 0, None) for group, step in CELLS]
    cells[INDEX] = replace(
        cells[INDEX], covered=covered, verified=covered if verified is None else verified, people=people, base=told
    )
    return AreaRow(name, name, "commune", tuple(cells))


def _table(*units: AreaRow) -> Coverage:
    def total(index: int) -> Cell:
        sums = (sum(getattr(unit.cells[index], name) for unit in units) for name in ("covered", "verified", "people"))
        return Cell(*CELLS[index], *sums, None)

    cells = tuple(map(total, range(len(CELLS))))
    return Coverage(ON, None, 90.0, AreaRow("37", "Tỉnh", "province", cells), units, None, None, (), 0)


def _hidden(table: Coverage) -> list[bool]:
    return [unit.cells[INDEX].hidden for unit in protect(table).units]


def test_a_cell_of_fewer_than_five_is_hidden_with_everything_drawn_from_it() -> None:
    table = protect(_table(_row("a", 4, 40, base=100), _row("b", 0, 0), _row("c", 50, 100), _row("d", 60, 100)))
    cell = table.units[0].cells[INDEX]
    assert (cell.covered, cell.verified, cell.people, cell.rate, cell.needed(90), cell.change) == (None,) * 6
    assert cell.hidden
    assert cell.base == Base(100, ON, "x")
    assert not table.total.cells[INDEX].hidden


def test_the_total_tells_nothing_of_the_one_area_that_is_hidden() -> None:
    table = _table(_row("a", 3, 40), _row("b", 30, 60), _row("c", 20, 60))
    assert _hidden(table) == [True, False, True]  # the next smallest goes with it


def test_nobody_and_five_are_told() -> None:
    assert _hidden(_table(_row("a", 0, 40), _row("b", 5, 60), _row("c", 20, 60))) == [False, False, False]


def test_who_is_not_covered_or_not_verified_is_as_few() -> None:
    assert _hidden(_table(_row("a", 38, 40), _row("b", 50, 60), _row("c", 90, 100)))[0]
    assert _hidden(_table(_row("a", 30, 40, verified=28), _row("b", 50, 60), _row("c", 90, 100)))[0]
    assert _hidden(_table(_row("a", 30, 40, base=33), _row("b", 50, 60), _row("c", 90, 100)))[0]


def test_a_change_by_a_few_is_hidden() -> None:
    row = _row("a", 30, 60)
    cells = list(row.cells)
    cells[INDEX] = replace(cells[INDEX], before=28)
    assert _hidden(_table(replace(row, cells=tuple(cells)), _row("b", 50, 60), _row("c", 80, 100)))[0]


def test_no_hidden_number_can_be_worked_out_of_a_random_table() -> None:
    draw = random.Random(7)
    hidden_once = 0
    for _round in range(300):
        units = []
        for number in range(draw.randint(1, 8)):
            people = draw.choice((0, 3, 12, 40, 400))
            covered = draw.randint(0, people)
            units.append(_row(str(number), covered, people, verified=draw.randint(0, covered)))
        table = _table(*units)
        shown = protect(table)
        total = shown.total.cells[INDEX]
        gone = [n for n, unit in enumerate(shown.units) if unit.cells[INDEX].hidden]
        hidden_once += bool(gone)
        for unit in shown.units:
            cell = unit.cells[INDEX]
            if not cell.hidden:
                assert cell.covered == 0 or (cell.covered or 0) >= SMALLEST
        if gone and not total.hidden and len(gone) < len(units):
            assert len(gone) > 1
            assert sum(units[n].cells[INDEX].covered or 0 for n in gone) >= SMALLEST
    assert hidden_once > 100


def test_the_area_above_tells_nothing_of_the_others_together() -> None:
    table = _table(_row("a", 30, 60), _row("b", 50, 100))
    above = replace(table, parent=_row("p", 82, 200))
    assert protect(above).parent.cells[INDEX].hidden  # type: ignore[union-attr]
    above = replace(table, parent=_row("p", 90, 200))
    assert not protect(above).parent.cells[INDEX].hidden  # type: ignore[union-attr]


def test_flags() -> None:
    def flag(covered: int, base: int | None) -> Flag | None:
        return _row("a", covered, 40, base=base).cells[INDEX].flag

    assert [flag(5, None), flag(5, 0), flag(5, 4), flag(4, 4)] == [
        Flag.NO_DENOMINATOR, Flag.ZERO_DENOMINATOR, Flag.OVER_100, None,
    ]  # fmt: skip
