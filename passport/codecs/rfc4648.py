"""Base32 and base64url (RFC 4648), strict: one text for the same bytes, no other alphabet, no white space."""

from __future__ import annotations

import base64
import binascii
import re

from passport.errors import Reason, TrustError

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


def decode_base64url(text: str, *, padded: bool = False) -> bytes:
    """The bytes of unpadded base64url, with `padded` also of correctly padded; raises TrustError (bad_encoding)."""
    bare = text.rstrip("=") if padded else text
    if text != bare and len(text) != len(bare) + -len(bare) % 4:
        raise TrustError(Reason.BAD_ENCODING, "base64url with wrong padding")
    if not _BASE64URL.fullmatch(bare) or len(bare) % 4 == 1:
        raise TrustError(Reason.BAD_ENCODING, "not base64url")
    data = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    if encode_base64url(data) != bare:
        raise TrustError(Reason.BAD_ENCODING, "base64url with stray bits at its end")
    return data


def encode_base64url(data: bytes) -> str:
    """The unpadded base64url text of `data`."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode_base32(text: str) -> bytes:
    """The bytes of unpadded base32 in capital letters; raises TrustError (bad_encoding)."""
    try:
        data = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError) as error:
        raise TrustError(Reason.BAD_ENCODING, "not base32") from error
    if base64.b32encode(data).rstrip(b"=").decode("ascii") != text:
        raise TrustError(Reason.BAD_ENCODING, "base32 with padding or stray bits at its end")
    return data
