"""The coverage report: figures become paper and sheet in two languages, and nothing in them is ever markup."""

from __future__ import annotations

import io
from datetime import date

import pypdfium2
from python_calamine import CalamineWorkbook

from passport.domain.coverage import CELLS, AreaRow, Base, Cell, Coverage
from passport.rendering.coverage_report import Frozen, number_text, report_pdf, report_sheet

ON = date(2026, 11, 21)
NAME = '=1+1 #read("x") *Xã* Kim Sơn'


def _row(code: str, name: str, covered: int | None, base: int | None) -> AreaRow:
    told = Base(base, date(2026, 1, 1), "Công an xã") if base is not None else None
    cells = (
        Cell(group, step, covered, covered, covered, told, before=covered, hidden=covered is None)
        for group, step in CELLS
    )
    return AreaRow(code, name, "commune", tuple(cells))


def _figures() -> dict[str, object]:
    units = (_row("14638", NAME, 1234, 1000), _row("14620", "Xã Phát Diệm", 900, 2000), _row("14623", "Xã C", None, 0))
    total = _row("37", "Tỉnh Ninh Bình", 2134, None)
    unlisted = tuple((f"{code:05d}", f"Xã {code}") for code in range(80))
    table = Coverage(ON, date(2026, 10, 1), 90.0, total, units, None, _row("", "Cả nước", 9999, 10000), unlisted, 0)
    return table.as_dict() | {"counts": {"given": 10, "entered": None}}


def _text(pdf: bytes) -> str:
    return " ".join(" ".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(pdf)).split())


def test_paper_in_both_languages() -> None:
    figures, frozen = _figures(), Frozen(7, "ab" * 32, ON)
    papers = {
        language: report_pdf(figures, frozen=frozen, issuer="Bộ Y tế", language=language) for language in ("vi", "en")
    }
    assert papers["vi"] == report_pdf(figures, frozen=frozen, issuer="Bộ Y tế", language="vi")
    assert b"pdfaid" in papers["vi"]
    vi, en = _text(papers["vi"]), _text(papers["en"])
    for words in (
        "BÁO CÁO BAO PHỦ TIÊM CHỦNG",
        "Số 7, 21/11/2026",
        "ab" * 32,
        NAME,
        "123,4",
        "2.134",
        "và 20 xã, phường khác",
    ):
        assert words in vi
    for words in ("VACCINATION COVERAGE REPORT", "No. 7, 21 November 2026", "123.4", "2,134", "Lowest: Xã Phát Diệm"):
        assert words in en


def test_a_sheet_of_text_with_every_cell() -> None:
    data = report_sheet(_figures(), language="vi")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert len(rows) == 1 + 5 * len(CELLS)
    assert rows[1][0] == "Tỉnh Ninh Bình (37)"
    assert rows[1 + len(CELLS)][0] == f"{NAME} (14638)"
    assert "vượt 100 %, cần rà soát" in rows[1 + len(CELLS)]
    hidden = rows[1 + 3 * len(CELLS)]
    assert hidden.count("*") >= 4
    assert "số dân bằng 0" in hidden


def test_numbers_as_the_languages_write_them() -> None:
    assert (number_text(1234567, "vi"), number_text(1234.5, "vi"), number_text(1234.5, "en")) == (
        "1.234.567", "1.234,5", "1,234.5",
    )  # fmt: skip
    assert (number_text(None, "vi"), number_text(None, "vi", hidden=True)) == ("–", "*")
