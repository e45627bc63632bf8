"""DEFLATE, bounded: with the zlib header (RFC 1950) for HC1, raw (RFC 1951) for SMART Health Cards."""

from __future__ import annotations

import zlib

from passport.errors import Reason, TrustError

INFLATED_LIMIT = 64 * 1024  # bytes; the largest of some 570 national test codes inflates to about 1 KiB
_RAW = -zlib.MAX_WBITS


def compress(data: bytes) -> bytes:
    """`data` as a zlib stream, as small as zlib makes it."""
    return zlib.compress(data, 9)


def compress_raw(data: bytes) -> bytes:
    """`data` as raw DEFLATE, as small as zlib makes it."""
    stream = zlib.compressobj(9, zlib.DEFLATED, _RAW)
    return stream.compress(data) + stream.flush()


def inflate(data: bytes, *, limit: int = INFLATED_LIMIT) -> bytes:
    """What a whole zlib stream holds, at most `limit` bytes; raises TrustError (bad_compression)."""
    return _inflate(data, limit, zlib.MAX_WBITS)


def inflate_raw(data: bytes, *, limit: int = INFLATED_LIMIT) -> bytes:
    """What a whole raw DEFLATE stream holds, at most `limit` bytes; raises TrustError (bad_compression)."""
    return _inflate(data, limit, _RAW)


def _inflate(data: bytes, limit: int, window: int) -> bytes:
    stream = zlib.decompressobj(window)
    try:
        plain = stream.decompress(data, limit + 1)
    except zlib.error as error:
        raise TrustError(Reason.BAD_COMPRESSION, "not the compression that the format asks for") from error
    if len(plain) > limit:
        raise TrustError(Reason.BAD_COMPRESSION, f"inflates to more than {limit} bytes")
    # zlib reports neither a stream that stops early nor bytes behind its end.
    if not stream.eof:
        raise TrustError(Reason.BAD_COMPRESSION, "the compressed stream is cut short")
    if stream.unused_data:
        raise TrustError(Reason.BAD_COMPRESSION, "bytes follow the compressed stream")
    return plain
