"""The HC1 container, common to the EU certificate and the WHO's ICVP, opened and sealed.

`HC1:` + base45( zlib( COSE_Sign1( CWT ) ) ); EU hcert specification 1.0.5 sections 2 to 4, WHO hcert_spec.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from passport.codecs import base45, cbor, cose, deflate
from passport.codecs.signatures import ES256, PS256
from passport.errors import Reason, TrustError
from passport.formats.envelope import Envelope

PREFIX = "HC1:"
DCC_KEY = 1  # hcert sub-key of the EU certificate
ICVP_CLAIM = -6  # "proposed" sub-key of the ICVP; the setting of that name replaces it
_ISSUER, _EXPIRES, _NOT_BEFORE, _ISSUED, _HCERT = 1, 4, 5, 6, -260  # CWT claims, RFC 8392 and the hcert specification
_COUNTRY = re.compile(r"[A-Z]{2,3}")
_ALGORITHMS = {-7: ES256, -37: PS256}  # hcert specification section 3.3.2; nothing else is allowed
_LABELS = {name: label for label, name in _ALGORITHMS.items()}


@dataclass(frozen=True, slots=True)
class Claims:
    """The CWT claims of an opened container, unchecked, and the one statement among the hcert's."""

    issuer: str | None
    issued: Any
    expires: Any
    not_before: Any
    content: dict[Any, Any]

    @property
    def country(self) -> str | None:
        """The issuer where it is a country code: two letters in the EU, three at the WHO; some write a sentence."""
        return self.issuer if _COUNTRY.fullmatch(self.issuer or "") else None


def claims(text: str) -> bool:
    """Whether `text` has the prefix of this container."""
    return text.startswith(PREFIX)


def open_container(text: str, *, icvp_claim: int = ICVP_CLAIM) -> Envelope:
    """Opens `text` into an Envelope named hc1 or icvp, whichever statement it holds; nothing in it is believed.

    Raises TrustError (bad_encoding, bad_compression, bad_structure, unsupported_version for another statement,
    unsupported_algorithm).
    """
    sign1 = cose.parse(deflate.inflate(base45.decode(text.removeprefix(PREFIX))))
    cwt = cbor.loads(sign1.payload)
    hcert = cwt.get(_HCERT) if type(cwt) is dict else None
    if type(hcert) is not dict:
        raise TrustError(Reason.BAD_STRUCTURE, "no health certificate among the claims")
    name, content = _statement(hcert, icvp_claim)
    algorithm, key_id = _headers(sign1)
    issuer = cwt[_ISSUER] if type(cwt.get(_ISSUER)) is str else None
    return Envelope(
        format=name,
        algorithm=algorithm,
        key_id=key_id.hex(),
        key_issuer=issuer,
        signed=sign1.signed,
        signature=sign1.signature,
        payload=Claims(issuer, cwt.get(_ISSUED), cwt.get(_EXPIRES), cwt.get(_NOT_BEFORE), content),
    )


def _statement(hcert: dict[Any, Any], icvp_claim: int) -> tuple[str, dict[Any, Any]]:
    for key, name in ((DCC_KEY, "hc1"), (icvp_claim, "icvp")):
        if key in hcert:
            if type(hcert[key]) is not dict:
                raise TrustError(Reason.BAD_STRUCTURE, "the health certificate is not a map")
            return name, hcert[key]
    raise TrustError(Reason.UNSUPPORTED_VERSION, "a health certificate of an unknown kind")


def _headers(sign1: cose.Sign1) -> tuple[str, bytes]:
    label, key_id = sign1.header(cose.ALGORITHM), sign1.header(cose.KEY_ID)
    if key_id is not None and type(key_id) is not bytes:
        raise TrustError(Reason.BAD_STRUCTURE, "the key id is not a byte string")
    algorithm = _ALGORITHMS.get(label) if type(label) is int else None
    if algorithm is None:
        raise TrustError(Reason.UNSUPPORTED_ALGORITHM, "neither ES256 nor PS256")
    return algorithm, key_id or b""


def seal(
    *,
    issuer: str,
    issued: int,
    expires: int,
    hcert: dict[int, Any],
    sign: Callable[[bytes], bytes],
    algorithm: str,
    key_id: bytes,
) -> str:
    """The signed text around `hcert`; times in seconds, algorithm and key id in the protected header."""
    cwt = {_ISSUER: issuer, _EXPIRES: expires, _ISSUED: issued, _HCERT: hcert}
    sign1 = cose.sign1(
        protected={cose.ALGORITHM: _LABELS[algorithm], cose.KEY_ID: key_id}, payload=cbor.dumps(cwt), sign=sign
    )
    return PREFIX + base45.encode(deflate.compress(sign1))
