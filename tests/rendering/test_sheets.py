"""Sheets as files: no cell of text becomes a formula."""

from __future__ import annotations

import csv
import io

import pytest

from passport.rendering.sheets import text_csv


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
@pytest.mark.parametrize("before", ["", " ", "\u00a0", '"', "' "])
def test_a_cell_that_would_be_a_formula_begins_with_an_apostrophe(before: str, sign: str) -> None:
    cell = f"{before}{sign}cmd|' /C calc'!A0"
    data = text_csv([[cell, "Trần =", "1"]], delimiter=";")
    (row,) = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";")
    assert row == [f"'{cell}", "Trần =", "1"]
