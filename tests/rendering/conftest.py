"""One invented certificate to print."""

from __future__ import annotations

from datetime import date

import pytest

from passport.domain.dates import PartialDate
from passport.errors import Sentence
from passport.rendering.paper import Paper

# As long and as mixed as a real one: base45 text of 571 characters.
CODE = "HC1:" + "6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDEXWK" * 11 + "6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W"


@pytest.fixture
def paper() -> Paper:
    """What is printed for her."""
    return sample_paper()


def sample_paper() -> Paper:
    """What is printed for an invented woman from Kim Sơn."""
    return Paper(
        full_name="Nguyễn Thị Quỳnh Hường",
        latin_name="NGUYEN<<THI<QUYNH<HUONG",
        born=PartialDate(1990, 1, 2),
        nationality=Sentence("Việt Nam", "Vietnam"),
        disease="COVID-19",
        number=2,
        of=2,
        given_on=date(2026, 10, 18),
        vaccine="SARS-CoV-2 mRNA vaccine",
        product="Comirnaty",
        manufacturer="Biontech Manufacturing GmbH",
        identifier="URN:UVCI:01:VN:MOH/7QK3ZP5M2XWVJ4T8B6RDHN0AC#E",
        issuer="Bộ Y tế (Ministry of Health)",
        issued_on=date(2026, 11, 21),
        expires_on=date(2027, 11, 21),
        code=CODE,
        address="https://example.org/verify",
        test=False,
    )
