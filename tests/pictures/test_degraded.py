"""Bad pictures of the public codes: at least 99 % are read, none at a great cost (`make torture` takes more seeds)."""

from __future__ import annotations

import os

import pytest
from PIL import Image

from passport.rendering.qr import qr_image
from passport.rendering.reading import read_codes
from tests.pictures.degrade import CONDITIONS, degrade
from tests.pictures.torture import FOLDER, LEAST, torture

SECOND = 1.0
TEXT = "HC1:" + "6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDEXWK" * 11


@pytest.mark.conformance
def test_public_codes_under_all_conditions() -> None:
    if not FOLDER.is_dir() and not os.environ.get("CI"):
        pytest.skip(f"no folder of public test data at {FOLDER}")
    figures = torture("1")
    assert len(figures.seconds) >= 60 * len(CONDITIONS)
    assert figures.share >= LEAST, figures.missed
    assert max(figures.seconds) < SECOND


@pytest.mark.parametrize("condition", CONDITIONS)
def test_our_own_code(condition: str) -> None:
    symbol: Image.Image = qr_image(TEXT, module_pixels=4)
    data = degrade(symbol, condition, seed="1")
    assert read_codes(data) == [TEXT]
    assert degrade(symbol, condition, seed="1") == data
