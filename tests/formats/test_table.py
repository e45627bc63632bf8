"""The table of formats: which family a text belongs to, and that rubbish in any of them stays a TrustError."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passport.errors import Reason, TrustError
from passport.formats import shc
from passport.formats.table import FORMATS, TEXT_LIMIT, detect, open_text, split

SEAL = json.dumps({"data": {"hdr": {"t": "icao.vacc", "v": 1, "is": "UTO"}, "msg": {}}, "sig": {}})
FAMILIES = {
    "HC1:ABC": "hc1",
    "shc:/5676": "shc",
    "shc:/1/2/5676": "shc",
    "eyJ6aXAiOiJERUYifQ.abc.def": "shc",
    '{"verifiableCredential": []}': "shc",
    SEAL: "vdsnc",
    f"[{SEAL}]": "vdsnc",
    "NZCP:/1/ABC": "nzcp",
}


@pytest.mark.parametrize(("text", "name"), FAMILIES.items())
def test_families(text: str, name: str) -> None:
    assert detect(f" {text}\n").name == name
    assert not name.startswith("icvp")  # shares the container of hc1 and is told apart when that is open


def test_every_row_bears_its_own_name() -> None:
    assert list(FORMATS) == [form.name for form in FORMATS.values()] == ["hc1", "icvp", "shc", "vdsnc", "nzcp"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("NZCP:/2/ABC", Reason.UNSUPPORTED_VERSION),
        ("HC2:ABC", Reason.UNSUPPORTED_VERSION),
        ("nzcp:/1/ABC", Reason.NOT_A_CERTIFICATE),
        ("SHC:/5676", Reason.NOT_A_CERTIFICATE),
        ("shc:5676", Reason.NOT_A_CERTIFICATE),
        ("shlink:/eyJ1cmwiOiJodHRwcyJ9", Reason.NOT_A_CERTIFICATE),
        ("{}", Reason.NOT_A_CERTIFICATE),
        ("NZCP:/1/" + "A" * TEXT_LIMIT, Reason.TOO_LARGE),
        (SEAL + " " * TEXT_LIMIT + "x", Reason.TOO_LARGE),
        ('{"verifiableCredential":["' + "x" * shc.TEXT_LIMIT, Reason.TOO_LARGE),
    ],
)
def test_others(text: str, reason: Reason) -> None:
    with pytest.raises(TrustError) as refused:
        detect(text)
    assert refused.value.reason is reason


def test_a_text_is_one_credential_unless_it_is_a_file() -> None:
    assert split(" HC1:ABC ") == ("HC1:ABC",)
    assert split('{"verifiableCredential": ["a.b.c", " d.e.f "]}') == ("a.b.c", "d.e.f")


PIECES = st.sampled_from(
    [
        *FAMILIES,
        "HC1:",
        "shc:/",
        "NZCP:/1/",
        "eyJ",
        '{"data":',
        '"icao.vacc"',
        '{"verifiableCredential":[',
        "[",
        "]",
        "}",
        ".",
    ]
)


@settings(max_examples=600, deadline=None)
@given(
    st.lists(
        st.one_of(PIECES, st.text(max_size=20), st.binary(max_size=20).map(lambda b: b.decode("latin-1"))), max_size=6
    )
)
def test_rubbish_raises_trust_errors_alone(pieces: list[str]) -> None:
    text = "".join(pieces)
    for act in (open_text, split, *(form.open for form in FORMATS.values())):
        with contextlib.suppress(TrustError):
            act(text)
