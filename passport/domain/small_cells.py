"""Small cells: what a coverage table must not tell outside the house, because it would point at single people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from passport.domain.coverage import CELLS, AgeGroup, AreaRow, Coverage, Step

# Fewer people than this are hidden: in a hamlet everybody knows who the one unvaccinated teacher is. Five is the
# usual least frequency of statistical offices (Eurostat and ONS disclosure control).
SMALLEST = 5
_OLDER = CELLS.index((AgeGroup.OLDER, Step.BOOSTER_2))
_ADULTS = CELLS.index((AgeGroup.ADULTS, Step.BOOSTER_2))


def protect(coverage: Coverage) -> Coverage:
    """The same table without small cells, and without those from which a small one could be worked out.

    Hidden is a cell of 1 to 4 people covered, not covered, or not verified. Where the hidden cells of a column add
    up, with the total, to fewer than five people or to a single area, the next smallest goes too. Tables of
    several days are not compared with each other.
    """
    parts = [*coverage.units, *([coverage.elsewhere] if coverage.elsewhere else [])]
    hidden = [{i for i in range(len(CELLS)) if _tells(row, i)} for row in parts]
    total = {i for i in range(len(CELLS)) if _tells(coverage.total, i)}
    for index in range(len(CELLS)):
        _hide_more(parts, hidden, index, total_shown=index not in total)
    rows = [_without(row, places) for row, places in zip(parts, hidden, strict=True)]
    parent = coverage.parent
    placeless = coverage.placeless
    return replace(
        coverage,
        total=_without(coverage.total, total),
        units=tuple(rows[: len(coverage.units)]),
        elsewhere=rows[-1] if coverage.elsewhere else None,
        parent=_without(parent, {i for i in range(len(CELLS)) if _tells_above(parent, coverage.total, i)})
        if parent
        else None,
        placeless=None if placeless is not None and _small(placeless) else placeless,
    )


def _small(count: int) -> bool:
    return 0 < count < SMALLEST


def _tells(row: AreaRow, index: int) -> bool:
    """Whether the cell, or what it leaves of a number beside it, is a handful of people."""
    cell = row.cells[index]
    covered, verified, people = cell.covered or 0, cell.verified or 0, cell.people or 0
    around = [covered, verified, covered - verified, people, people - covered]
    if cell.base is not None:
        around.append(cell.base.count - covered)
    if cell.before is not None:
        around += [cell.before, abs(covered - cell.before)]
    if index == _OLDER:
        younger = row.cells[_ADULTS]
        around += [(younger.covered or 0) - covered, (younger.people or 0) - people]
    return any(map(_small, around))


def _tells_above(parent: AreaRow, total: AreaRow, index: int) -> bool:
    """The same of the area above, which with this one's total also tells of all the others together."""
    beside = [more - mine for more, mine in zip(_numbers(parent, index), _numbers(total, index), strict=True)]
    return _tells(parent, index) or any(map(_small, beside))


def _hide_more(parts: Sequence[AreaRow], hidden: Sequence[set[int]], index: int, *, total_shown: bool) -> None:
    """Hides further areas of a column until the total tells nothing of those that are hidden."""
    if not total_shown:
        return
    while True:
        gone = [n for n, places in enumerate(hidden) if index in places]
        left = [n for n, places in enumerate(hidden) if index not in places]
        sums = [sum(_numbers(parts[n], index)[k] for n in gone) for k in range(3)]
        if not gone or not left or (len(gone) > 1 and all(number >= SMALLEST for number in sums)):
            return
        hidden[min(left, key=lambda n: _numbers(parts[n], index)[0])].add(index)


def _numbers(row: AreaRow, index: int) -> tuple[int, int, int]:
    cell = row.cells[index]
    covered, verified, people = cell.covered or 0, cell.verified or 0, cell.people or 0
    return covered, verified, people - covered


def _without(row: AreaRow, places: set[int]) -> AreaRow:
    return replace(
        row,
        cells=tuple(
            replace(cell, covered=None, verified=None, people=None, before=None, rate_before=None, hidden=True)
            if index in places
            else cell
            for index, cell in enumerate(row.cells)
        ),
    )
