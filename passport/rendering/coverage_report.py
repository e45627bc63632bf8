"""A coverage report on A4 paper and as a spreadsheet, from its figures alone: the same figures, the same report."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import typst

from passport.domain.coverage import COUNTRY, GROUP_NAMES, STEP_NAMES, AgeGroup, Flag, Step
from passport.domain.dates import spoken_day
from passport.errors import Sentence
from passport.rendering.document import STANDARDS, TEMPLATES
from passport.rendering.fonts import FOLDER
from passport.rendering.sheets import SheetColumn, text_sheet

Figures = Mapping[str, Any]
HIDDEN, NONE = "*", "–"
UNLISTED_SHOWN = 60  # communes named on paper; the spreadsheet and the JSON name all
_TITLE = Sentence("BÁO CÁO BAO PHỦ TIÊM CHỦNG", "VACCINATION COVERAGE REPORT")
_NUMBER = Sentence("Số {number}", "No. {number}")
_DRAFT = Sentence("Bản tạm tính, chưa chốt số", "Draft, not numbered")
_ON = Sentence("Số liệu đến hết ngày {day}; tuổi tính đến ngày {day}.", "Doses given up to {day}; ages on {day}.")
_SINCE = Sentence("Thay đổi so với ngày {day}.", "Change since {day}.")
_TARGET = Sentence("Mục tiêu: {target} %.", "Target: {target} %.")
_WHAT = Sentence(
    "Người được tính: có mũi tiêm đã nhập, không chờ rà soát; bên cạnh là số người đã đối chiếu. Mũi 2 là mũi cuối "
    "của liều cơ bản theo loại vắc xin; liều bổ sung không tính.",
    "Counted: people with the dose entered and not held; beside them those whose identity is verified. Dose 2 is the "
    "last of the vaccine's primary series; additional doses do not count.",
)
_SMALL = Sentence(
    "* Không công bố, vì con số cho thấy dưới 5 người hoặc giúp suy ra số đó.",
    "* Not published, because the number shows fewer than 5 people or would let them be worked out.",
)
_UNLISTED = Sentence(
    "Xã, phường chưa có đủ số dân theo nhóm tuổi", "Communes without a denominator for every age group"
)
_OTHERS = Sentence("và {number} xã, phường khác", "and {number} others")
_LOWEST, _HIGHEST = Sentence("Thấp nhất", "Lowest"), Sentence("Cao nhất", "Highest")
_COUNTS = Sentence("Tiến độ hồ sơ mũi tiêm tại các cơ sở", "Records of doses at the sites")
COUNT_NAMES: Mapping[str, Sentence] = {
    "given": Sentence("Có mặt trên danh sách", "On attendance lists"),
    "entered": Sentence("Đã nhập", "Entered"),
    "verified": Sentence("Đã đối chiếu", "Verified"),
    "confirmed": Sentence("Đã xác nhận", "Confirmed"),
    "issued": Sentence("Đã cấp", "Issued"),
}
_DOSE = Sentence("mũi", "dose")
_AREA = Sentence("Địa bàn", "Area")
_ABOVE = Sentence("Cấp trên", "Area above")
_HASH = Sentence("Mã băm SHA-256 của số liệu", "SHA-256 of the figures")
FLAG_NAMES: Mapping[Flag, Sentence] = {
    Flag.NO_DENOMINATOR: Sentence("chưa có số dân", "no denominator"),
    Flag.ZERO_DENOMINATOR: Sentence("số dân bằng 0", "denominator is 0"),
    Flag.OVER_100: Sentence("vượt 100 %, cần rà soát", "over 100 %, to be checked"),
}
COLUMNS: Mapping[str, Sentence] = {
    "age_group": Sentence("Nhóm tuổi", "Age group"),
    "dose": Sentence("Mũi", "Dose"),
    "covered": Sentence("Đã tiêm", "Covered"),
    "verified": Sentence("Đã đối chiếu", "Verified"),
    "registered": Sentence("Trong sổ", "In the register"),
    "denominator": Sentence("Số dân", "Population"),
    "rate": Sentence("Tỷ lệ (%)", "Rate (%)"),
    "needed": Sentence("Còn thiếu", "Still needed"),
    "change": Sentence("Thay đổi", "Change"),
    "flag": Sentence("Lưu ý", "Note"),
}
_SHEET_ONLY = {
    "denominator_as_of": Sentence("Số dân ngày", "Population as of"),
    "denominator_source": Sentence("Nguồn số dân", "Source of population"),
}
_MATRIX = Sentence("Tỷ lệ theo địa bàn (%)", "Rates by area (%)")

_thread = threading.local()  # a compiler may not be shared between threads


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a numbered report adds to its figures."""

    number: int
    sha256: str
    made_on: date


def report_pdf(figures: Figures, *, frozen: Frozen | None, issuer: str, language: str) -> bytes:
    """The report as PDF/A in `vi` or `en`; the same report gives the same bytes."""
    day = frozen.made_on if frozen else date.fromisoformat(figures["on"])
    pdf = _compiler().compile(
        format="pdf",
        sys_inputs={"report": json.dumps(_content(figures, frozen, issuer, language), ensure_ascii=False)},
        pdf_standards=STANDARDS,
        timestamp=datetime.combine(day, time(), UTC),
    )
    assert isinstance(pdf, bytes)  # one file, since no file of output was named
    return pdf


def report_sheet(figures: Figures, *, language: str) -> bytes:
    """Every cell of every area of the report, one a row, as text."""
    titles = {**COLUMNS, **_SHEET_ONLY}
    columns = [SheetColumn(told(title, language), 24) for title in (_AREA, *titles.values())]
    rows = (
        [area_name(row, language, figures), *(cell_text(cell, column, language) for column in titles)]
        for row in _rows(figures)
        for cell in row["cells"]
    )
    return text_sheet(name=told(_TITLE, language), columns=columns, rows=rows)


def told(sentence: Sentence, language: str) -> str:
    """A sentence in one of the two languages."""
    return sentence.as_dict()[language]


def number_text(value: float | None, language: str, *, hidden: bool = False) -> str:
    """A number as the language writes it: 1.234,5 or 1,234.5."""
    if value is None:
        return HIDDEN if hidden else NONE
    text = f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text


def cell_text(cell: Mapping[str, Any], column: str, language: str) -> str:
    """One column of a cell in words and numbers of the language."""
    value = cell[column]
    if column == "age_group":
        return told(GROUP_NAMES[AgeGroup(value)], language)
    if column == "dose":
        return told(STEP_NAMES[Step(value)], language)
    if column == "flag":
        return told(FLAG_NAMES[Flag(value)], language) if value else ""
    if column == "denominator_source":
        return value or ""
    if column == "denominator_as_of":
        return told(spoken_day(date.fromisoformat(value)), language) if value else ""
    shown = cell["hidden"] and column not in ("denominator", "flag")
    return number_text(value, language, hidden=shown)


def area_name(row: Mapping[str, Any], language: str, figures: Figures) -> str:
    """The name of a row, with its code; the whole country and the area above in words."""
    area = row["area"]
    name = f"{area['name']} ({area['code']})" if area["code"] else area["name"]
    if area["name"] == COUNTRY.vi:
        name = told(COUNTRY, language)
    return f"{told(_ABOVE, language)}: {name}" if row is figures["parent"] else name


def _rows(figures: Figures) -> Iterator[Mapping[str, Any]]:
    yield figures
    yield from figures["units"]
    for name in ("elsewhere", "parent"):
        if figures[name]:
            yield figures[name]


def _content(figures: Figures, frozen: Frozen | None, issuer: str, language: str) -> dict[str, Any]:
    def day(text: str) -> str:
        return told(spoken_day(date.fromisoformat(text)), language)

    lines = [told(_ON, language).format(day=day(figures["on"]))]
    if figures["since"]:
        lines.append(told(_SINCE, language).format(day=day(figures["since"])))
    lines.append(told(_TARGET, language).format(target=number_text(figures["target"], language)))
    number = told(_NUMBER, language).format(number=frozen.number) if frozen else told(_DRAFT, language)
    made = told(spoken_day(frozen.made_on), language) if frozen else ""
    shown = [name for name in COLUMNS if name != "change" or figures["since"]]
    return {
        "language": language,
        "title": told(_TITLE, language),
        "number": ", ".join(filter(None, (number, made))),
        "issuer": issuer,
        "area": area_name(figures, language, figures),
        "lines": lines,
        "head": [told(COLUMNS[name], language) for name in shown],
        "cells": [[cell_text(cell, name, language) for name in shown] for cell in figures["cells"]],
        "sources": _sources(figures, language),
        "matrix": {"title": told(_MATRIX, language), **_matrix(figures, language)},
        "ends": _ends(figures, language),
        "counts": _counts(figures, language),
        "counts_title": told(_COUNTS, language),
        "unlisted_title": told(_UNLISTED, language),
        "unlisted": _unlisted(figures, language),
        "notes": [told(_WHAT, language), told(_SMALL, language)],
        "hash": f"{told(_HASH, language)}: {frozen.sha256}" if frozen else "",
    }


def _sources(figures: Figures, language: str) -> list[str]:
    found = {
        f"{cell_text(cell, 'age_group', language)}: {cell['denominator_source']}, "
        f"{cell_text(cell, 'denominator_as_of', language)}"
        for cell in figures["cells"]
        if cell["denominator_source"]
    }
    return sorted(found)


def _matrix(figures: Figures, language: str) -> dict[str, Any]:
    steps = {Step.FIRST: "1", Step.COMPLETE: "2", Step.BOOSTER_1: "3", Step.BOOSTER_2: "4"}
    head = [f"{cell['age_group']}: {told(_DOSE, language)} {steps[Step(cell['dose'])]}" for cell in figures["cells"]]
    rows = [
        [area_name(row, language, figures), *(cell_text(cell, "rate", language) for cell in row["cells"])]
        for row in _rows(figures)
    ]
    return {"head": [told(_AREA, language), *head], "rows": rows if len(rows) > 1 else []}


def _ends(figures: Figures, language: str) -> list[str]:
    names = {row["area"]["code"]: row["area"]["name"] for row in figures["units"]}
    return [
        f"{cell_text(rank, 'age_group', language)}, {cell_text(rank, 'dose', language)}. "
        + " ".join(
            f"{told(title, language)}: {', '.join(names[code] for code in rank[end])}."
            for title, end in ((_LOWEST, "lowest"), (_HIGHEST, "highest"))
        )
        for rank in figures["rank"]
        if len(rank["lowest"]) > 1
    ]


def _counts(figures: Figures, language: str) -> list[list[str]]:
    counts: Mapping[str, int | None] = figures.get("counts") or {}
    return [[told(COUNT_NAMES[name], language), number_text(n, language, hidden=True)] for name, n in counts.items()]


def _unlisted(figures: Figures, language: str) -> str:
    names = [f"{area['name']} ({area['code']})" for area in figures["without_denominator"]]
    more = [told(_OTHERS, language).format(number=len(names) - UNLISTED_SHOWN)] if len(names) > UNLISTED_SHOWN else []
    return ", ".join([*names[:UNLISTED_SHOWN], *more])


def _compiler() -> typst.Compiler:
    if not hasattr(_thread, "compiler"):
        _thread.compiler = typst.Compiler(
            TEMPLATES / "coverage.typ",
            root=TEMPLATES,
            font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FOLDER]),
        )
    compiler: typst.Compiler = _thread.compiler
    return compiler
