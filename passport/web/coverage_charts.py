"""What the charts of coverage show, beside the tables that hold the figures.

They are drawn by the server: a bar of SVG in each row, and a map of one tile a province, laid out in the style
sheet by hand, since no openly licensed map has the borders of 2025. So they work without a script, print, and
weigh nothing; the chart library comes only when a reader asks for it (`frontend/scripts/coverage.js`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from passport.domain.coverage import AgeGroup, Coverage, Step
from passport.registry.coverage_tables import FrozenReport

_LOW, _MIDDLE = 50, 70  # per cent; the bands of the ministry's daily reports (2022)
_KINDS = ("Tỉnh ", "Thành phố ")


def band(rate: float | None, target: float) -> str:
    """The band of a percentage: none, low, middle, high or reached."""
    if rate is None:
        return "none"
    if rate >= target:
        return "reached"
    return "low" if rate < _LOW else "middle" if rate < _MIDDLE else "high"


def bands(target: str) -> list[tuple[str, str]]:
    """What the bands are called, from low to high; `target` as the language of the page writes it."""
    return [
        ("low", _("Dưới %(low)s %%", low=_LOW)),
        ("middle", _("Từ %(low)s đến dưới %(high)s %%", low=_LOW, high=_MIDDLE)),
        ("high", _("Từ %(low)s %%, chưa đạt mục tiêu", low=_MIDDLE)),
        ("reached", _("Đạt mục tiêu %(target)s %%", target=target)),
        ("none", _("Chưa có số dân")),
    ]


def short_name(name: str) -> str:
    """The name of a province without the word for its kind, which a tile has no room for."""
    return next((name.removeprefix(kind) for kind in _KINDS if name.startswith(kind)), name)


@dataclass(frozen=True, slots=True)
class Point:
    """A percentage on a day; `report` is the number of the frozen report that says so, None the page itself."""

    on: date
    rate: float
    report: int | None


def course(reports: Iterable[FrozenReport], table: Coverage, *, group: AgeGroup, step: Step) -> list[Point]:
    """The line of one figure over time, ending with the page's own; empty where no report tells an earlier one."""
    points = []
    for report in reports:
        told = (cell for cell in report.figures["cells"] if (cell["age_group"], cell["dose"]) == (group, step))
        rate = next((cell["rate"] for cell in told), None)
        if rate is not None:  # nor where the cell was too small to leave the house
            points.append(Point(report.on, rate, report.id))
    now = table.total.cell(group, step).rate
    return [*points, Point(table.on, now, None)] if points and now is not None else points
