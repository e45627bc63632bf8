"""Compressed streams: whole, bounded, nothing behind them."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport.codecs import deflate
from passport.errors import Reason, TrustError

WAYS = [(deflate.compress, deflate.inflate), (deflate.compress_raw, deflate.inflate_raw)]


@pytest.mark.parametrize(("compress", "inflate"), WAYS)
@given(data=st.binary(max_size=2000))
def test_round_trip(compress: Callable[[bytes], bytes], inflate: Callable[..., bytes], data: bytes) -> None:
    assert inflate(compress(data)) == data


@pytest.mark.parametrize(("compress", "inflate"), WAYS)
def test_the_limit_is_exact(compress: Callable[[bytes], bytes], inflate: Callable[..., bytes]) -> None:
    full = bytes(deflate.INFLATED_LIMIT)
    assert inflate(compress(full)) == full
    with pytest.raises(TrustError) as refused:
        inflate(compress(full + b"\0"))
    assert refused.value.reason is Reason.BAD_COMPRESSION


def test_a_bomb_is_not_inflated() -> None:
    bomb = deflate.compress(bytes(50_000_000))
    with pytest.raises(TrustError, match="more than"):
        deflate.inflate(bomb)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not compressed",
        zlib.compress(b"cut short")[:-1],
        zlib.compress(b"with a tail") + b"\0",
        zlib.compress(b"wrong sum")[:-1] + b"\0",
        deflate.compress_raw(b"no header"),
        b"\x78\xbb" + zlib.compress(b"asks for a preset dictionary")[2:],
    ],
)
def test_what_is_no_whole_stream_is_refused(data: bytes) -> None:
    with pytest.raises(TrustError) as refused:
        deflate.inflate(data)
    assert refused.value.reason is Reason.BAD_COMPRESSION


def test_raw_streams_have_no_header() -> None:
    with pytest.raises(TrustError):
        deflate.inflate_raw(zlib.compress(b"a header"))
    with pytest.raises(TrustError):
        deflate.inflate_raw(deflate.compress_raw(b"cut")[:-1])
    with pytest.raises(TrustError):
        deflate.inflate_raw(deflate.compress_raw(b"tail") + b"x")
