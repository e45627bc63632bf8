"""Base45 against RFC 9285 and against the plain way of computing it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from passport.codecs import base45
from passport.errors import Reason, TrustError

LETTERS = base45.ALPHABET.decode()
RFC_EXAMPLES = [
    (b"AB", "BB8"),
    (b"Hello!!", "%69 VD92EX0"),
    (b"base-45", "UJCLQE7W581"),
    (b"ietf!", "QED8WEX0"),
    (b"", ""),
]


def plain_decode(text: str) -> bytes | None:
    if len(text) % 3 == 1 or any(c not in LETTERS for c in text):
        return None
    out = b""
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        number = sum(LETTERS.index(c) * 45**place for place, c in enumerate(group))
        if number >= 256 ** (len(group) - 1):
            return None
        out += number.to_bytes(len(group) - 1, "big")
    return out


@pytest.mark.parametrize(("data", "text"), RFC_EXAMPLES)
def test_examples_of_the_rfc(data: bytes, text: str) -> None:
    assert base45.encode(data) == text
    assert base45.decode(text) == data


def test_every_pair_of_bytes() -> None:
    pairs = b"".join(number.to_bytes(2, "big") for number in range(65536))
    text = base45.encode(pairs)
    assert len(text) == 65536 * 3
    assert base45.decode(text) == pairs


@given(st.binary(max_size=200))
def test_round_trip(data: bytes) -> None:
    assert base45.decode(base45.encode(data)) == data


@given(st.text(alphabet=LETTERS + "a\u0660", max_size=30))
@example("GGW")  # 65,536: one more than two bytes hold
@example("FGW")  # 65,535
@example(":::")
@example("A:")  # a last group over a byte
def test_answers_as_the_plain_way(text: str) -> None:
    expected = plain_decode(text)
    if expected is not None:
        assert base45.decode(text) == expected
        return
    with pytest.raises(TrustError) as refused:
        base45.decode(text)
    assert refused.value.reason is Reason.BAD_ENCODING
