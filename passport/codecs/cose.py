"""COSE_Sign1 (RFC 9052 section 4.2): taken apart, put together; whether the signature is good is not asked here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from passport.codecs import cbor
from passport.errors import Reason, TrustError

ALGORITHM, CRITICAL, KEY_ID = 1, 2, 4  # header labels, RFC 9052 section 3.1
_UNDERSTOOD = {ALGORITHM, KEY_ID}
_SIGN1 = b"\xd2"  # tag 18
_CWT_SIGN1 = b"\xd8\x3d\xd2"  # tag 61 around tag 18


@dataclass(frozen=True, slots=True)
class Sign1:
    """The four parts of a COSE_Sign1 and `signed`, the exact bytes under its signature."""

    protected: dict[Any, Any]
    unprotected: dict[Any, Any]
    payload: bytes
    signature: bytes
    signed: bytes

    def header(self, label: int) -> Any:
        """What a header says; the protected one wins where both speak."""
        return self.protected.get(label, self.unprotected.get(label))


def parse(data: bytes) -> Sign1:
    """Takes a COSE_Sign1 apart, with tag 18, 61 around 18, or none; raises TrustError (bad_structure).

    A `crit` header that names anything but algorithm and key id is refused (RFC 9052 section 3.1).
    """
    parts = cbor.loads(data.removeprefix(_CWT_SIGN1) if data.startswith(_CWT_SIGN1) else data.removeprefix(_SIGN1))
    if type(parts) is not list or [type(part) for part in parts] != [bytes, dict, bytes, bytes]:
        raise TrustError(Reason.BAD_STRUCTURE, "not a COSE_Sign1")
    encoded, unprotected, payload, signature = parts
    protected = cbor.loads(encoded) if encoded else {}
    if type(protected) is not dict:
        raise TrustError(Reason.BAD_STRUCTURE, "the protected header is not a map")
    _check_critical(protected, unprotected)
    return Sign1(protected, unprotected, payload, signature, _to_sign(encoded, payload))


def sign1(*, protected: dict[int, Any], payload: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    """A COSE_Sign1 with tag 18 over `payload`; `sign` answers the raw signature of the bytes it is given."""
    encoded = cbor.dumps(protected)
    return _SIGN1 + cbor.dumps([encoded, {}, payload, sign(_to_sign(encoded, payload))])


def _to_sign(protected: bytes, payload: bytes) -> bytes:
    return cbor.dumps(["Signature1", protected, b"", payload])


def _check_critical(protected: dict[Any, Any], unprotected: dict[Any, Any]) -> None:
    if CRITICAL in unprotected:
        raise TrustError(Reason.BAD_STRUCTURE, "crit outside the protected header")
    critical = protected.get(CRITICAL)
    if critical is not None and not (
        type(critical) is list and critical and all(type(label) is int and label in _UNDERSTOOD for label in critical)
    ):
        raise TrustError(Reason.BAD_STRUCTURE, "a critical header that is not understood")
