"""JSON: what is well formed and bounded is read, the rest refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport.codecs import strict_json
from passport.errors import Reason, TrustError

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_round_trip(value: object) -> None:
    assert strict_json.loads(json.dumps(value)) == value
    assert strict_json.loads(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{} x",
        '{"a":1,"a":1}',
        '[{"a":{"b":1,"b":2}}]',
        "NaN",
        "[Infinity]",
        "-Infinity",
        "1e999",
        "9" * 21,
        "9" * 5000,
        "01",
        "'a'",
        '"\\ud800"',
        '{"\\ud800":1}',
        '"\x01"',
        "\ufeff{}",
        "[" * 17 + "]" * 17,
        "[" * 100_000,
        '{"a":' * 20 + "1" + "}" * 20,
        b"\xef\xbb\xbf{}",
        b'"\xff"',
        b"\xff\xfe{\x00}\x00",
    ],
)
def test_refused(text: str | bytes) -> None:
    with pytest.raises(TrustError) as refused:
        strict_json.loads(text)
    assert refused.value.reason is Reason.BAD_STRUCTURE


def test_sixteen_levels_pass() -> None:
    assert strict_json.loads("[" * 16 + "]" * 16)
