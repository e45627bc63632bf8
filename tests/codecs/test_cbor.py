"""CBOR: what certificates use is read, everything else is refused."""

from __future__ import annotations

import contextlib

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport.codecs import cbor
from passport.errors import Reason, TrustError

PLAIN = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**64), 2**64 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(),
        st.binary(),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(-300, 300), inner, max_size=4),
    max_leaves=8,
)


@given(PLAIN)
def test_round_trip(value: object) -> None:
    assert cbor.loads(cbor.dumps(value)) == value


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("nothing", ""),
        ("a byte behind", "0000"),
        ("a duplicate key", "a201010102"),
        ("a duplicate key of another type", "a20101f93c0002"),
        ("an indefinite array", "9f01ff"),
        ("an indefinite map", "bf0101ff"),
        ("an indefinite text", "7f6161ff"),
        ("NaN", "f97e00"),
        ("infinity", "f97c00"),
        ("undefined", "f7"),
        ("a simple value", "e0"),
        ("a key that is a float", "a1f93c0001"),
        ("a key that is null", "a1f601"),
        ("a key that is a list", "a1810101"),
        ("a key that is bytes", "a1416101"),
        ("text that is not UTF-8", "62c328"),
        ("seventeen arrays", "81" * 17 + "00"),
        ("a thousand arrays", "81" * 1000 + "00"),
        ("tags around tags", "c0" * 1000 + "6161"),
        ("an array longer than memory", "9bffffffffffffffff"),
        ("a map longer than memory", "bbffffffffffffffff"),
        ("bytes longer than memory", "5bffffffffffffffff"),
        ("a date that is a number", "c000"),
        ("a time that is text", "c16161"),
        ("a time out of range", "c11bffffffffffffffff"),
        ("a time that is infinite", "c1f97c00"),
    ],
)
def test_refused(name: str, data: str) -> None:
    with pytest.raises(TrustError) as refused:
        cbor.loads(bytes.fromhex(data))
    assert refused.value.reason is Reason.BAD_STRUCTURE, name


def test_sixteen_levels_pass() -> None:
    assert cbor.loads(bytes.fromhex("81" * 16 + "00"))


@pytest.mark.parametrize("inner", ["00", "6161", "4101", "8100", "820102", "a0"])
def test_no_tag_but_the_two_for_dates(inner: str) -> None:
    passed = []
    for tag in (*range(300), 1004, 43000, 55799, 2**32, 2**64 - 1):
        head = cbor2.dumps(cbor2.CBORTag(tag, 0))[:-1]
        try:
            cbor.loads(head + bytes.fromhex(inner))
        except TrustError:
            continue
        passed.append(tag)
    assert passed == {"00": [1], "6161": [0]}.get(inner, [])


def test_tagged_dates_are_read_as_text() -> None:
    assert cbor.loads(cbor2.dumps(cbor2.CBORTag(0, "2021-05-06T00:00:00Z"))) == "2021-05-06T00:00:00Z"
    assert cbor.loads(cbor2.dumps(cbor2.CBORTag(1, 1620259200))) == "2021-05-06T00:00:00Z"


@given(st.binary(max_size=300))
def test_rubbish_raises_trust_errors_alone(data: bytes) -> None:
    with contextlib.suppress(TrustError):
        assert cbor.loads(cbor.dumps(cbor.loads(data))) == cbor.loads(data)
