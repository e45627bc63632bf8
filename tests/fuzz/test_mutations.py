"""Twenty thousand changed codes in every run: 0 crashes, and nothing but what was signed is believed.

SEED repeats a run; `make fuzz N=1000000` makes a longer one.
"""

from __future__ import annotations

import os
import secrets
from random import Random

import pytest

from passport.domain.verdict import Outcome
from passport.verifying.verify import verify
from tests.forging import NOW
from tests.fuzz.codes import FORMATS
from tests.fuzz.mutations import changed_code, finding, ground, run

SEED = os.environ.get("SEED") or secrets.token_hex(4)
NUMBER = 20_000


@pytest.mark.filterwarnings("ignore:Parsed a serial number")  # cryptography, of a changed certificate in a seal
@pytest.mark.parametrize("format", FORMATS)
def test_changed_codes(format: str) -> None:
    print(f"seed {SEED}")
    figures = run(SEED, range(NUMBER // len(FORMATS)), formats=(format,))
    assert figures.findings == []
    assert figures.passed == NUMBER // len(FORMATS)
    assert figures.believed[format, "written anew"]  # or else every change would have broken the code
    assert figures.believed[format, "signed anew"]


@pytest.mark.parametrize("format", FORMATS)
def test_the_codes_are_good_and_their_layers_close_again(format: str) -> None:
    for code in ground().codes[format]:
        assert verify(code.text, context=ground().context, now=NOW).outcome is Outcome.VALID
        for depth, value in enumerate(code.opened()):
            assert code.dressed(value, depth=depth) == code.text


def test_the_same_seed_makes_the_same_code() -> None:
    codes = [changed_code("shc", Random(f"{SEED}/{number}")) for number in range(50)]
    assert codes == [changed_code("shc", Random(f"{SEED}/{number}")) for number in range(50)]
    assert len(set(codes)) > 40


def test_what_nobody_signed_would_be_found() -> None:
    code = ground().codes["hc1"][0]
    renamed = code.sign(code.content | {"dob": "1991-01-02"})
    assert finding(code.text, signed=False) == (None, True)
    assert finding(renamed, signed=True) == (None, True)
    assert finding(renamed, signed=False) == ("believed though it was changed", True)
