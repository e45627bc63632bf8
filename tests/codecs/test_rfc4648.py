"""base64url and base32: one text for the same bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport.codecs.rfc4648 import decode_base32, decode_base64url, encode_base64url
from passport.errors import Reason, TrustError


@given(st.binary(max_size=80))
def test_base64url_round_trip(data: bytes) -> None:
    text = encode_base64url(data)
    assert "=" not in text
    assert decode_base64url(text) == data
    assert decode_base64url(text + "=" * (-len(text) % 4), padded=True) == data


def test_examples_of_the_rfc() -> None:
    assert decode_base64url("Zm9vYg") == b"foob"
    assert decode_base64url("Zm9vYg==", padded=True) == b"foob"
    assert decode_base64url("-_8") == b"\xfb\xff"
    assert decode_base32("MZXW6YTB") == b"fooba"
    assert decode_base32("MZXW6YQ") == b"foob"
    assert decode_base32("") == b""


@pytest.mark.parametrize("text", ["Zm9vYg==", "Zm9vY", "+/8", "Zm 9", "Zm9\n", "Zm9vYh", "é"])
def test_other_base64url_is_refused(text: str) -> None:
    with pytest.raises(TrustError) as refused:
        decode_base64url(text)
    assert refused.value.reason is Reason.BAD_ENCODING


@pytest.mark.parametrize("text", ["Zm9vYg=", "Zm9vYg===", "Zm9vYh==", "Zm9v====", "===="])
def test_wrong_padding_is_refused(text: str) -> None:
    with pytest.raises(TrustError):
        decode_base64url(text, padded=True)


@pytest.mark.parametrize("text", ["mzxw6ytb", "MZXW6YQ=", "MZXW6YR", "M", "MZXW6Y1", "MZ XW", "ÀÀ"])
def test_other_base32_is_refused(text: str) -> None:
    with pytest.raises(TrustError) as refused:
        decode_base32(text)
    assert refused.value.reason is Reason.BAD_ENCODING
