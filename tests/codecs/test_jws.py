"""Compact JWS: three parts, a plain header, the exact signed text."""

from __future__ import annotations

import pytest

from passport.codecs import jws
from passport.codecs.rfc4648 import encode_base64url
from passport.errors import Reason, TrustError


def compact(header: bytes, payload: bytes = b"payload", signature: bytes = b"signature") -> str:
    return ".".join(map(encode_base64url, (header, payload, signature)))


def test_parts() -> None:
    text = compact(b'{"alg":"ES256","kid":"k"}')
    token = jws.parse(text)
    assert token.header == {"alg": "ES256", "kid": "k"}
    assert (token.payload, token.signature) == (b"payload", b"signature")
    assert token.signed.decode() == text.rpartition(".")[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.BAD_STRUCTURE),
        ("a.b", Reason.BAD_STRUCTURE),
        (compact(b"{}") + ".", Reason.BAD_STRUCTURE),
        (compact(b"[]"), Reason.BAD_STRUCTURE),
        (compact(b"no JSON"), Reason.BAD_STRUCTURE),
        (compact(b'{"alg":"ES256","alg":"none"}'), Reason.BAD_STRUCTURE),
        (compact(b'{"alg":"ES256","crit":["b64"],"b64":false}'), Reason.BAD_STRUCTURE),
        (compact(b"{}") + "=", Reason.BAD_ENCODING),
        (compact(b"{}").replace(".", "!.", 1), Reason.BAD_ENCODING),
        ("é.b.c", Reason.BAD_ENCODING),
    ],
)
def test_refused(text: str, reason: Reason) -> None:
    with pytest.raises(TrustError) as refused:
        jws.parse(text)
    assert refused.value.reason is reason
