"""New Zealand COVID Pass (NZCP specification 1): base32 of a COSE_Sign1 around a verifiable credential.

A pass tells who may enter as protected, and no dose.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from passport.codecs import cbor, cose, rfc4648
from passport.codecs.signatures import ES256
from passport.domain.certificate import Certificate, Holder, Kind
from passport.domain.names import Transliterated, tidy, transliterate
from passport.errors import Reason, TrustError
from passport.formats import content
from passport.formats.envelope import Envelope

NAME = "nzcp"
PREFIX = "NZCP:/1/"
COUNTRY = "NZ"
_ISSUER, _EXPIRES, _NOT_BEFORE, _ID, _CREDENTIAL = 1, 4, 5, 7, "vc"  # CWT claims; section 3.1
_ES256 = -7  # the only algorithm, section 3.2


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of an opened pass, unchecked."""

    issuer: Any
    not_before: Any
    expires: Any
    id: Any
    credential: Any


def claims(text: str) -> bool:
    """Whether `text` has the prefix of version 1."""
    return text.startswith(PREFIX)


def open(text: str) -> Envelope:
    """Opens `text`; raises TrustError (bad_encoding, bad_structure, unsupported_algorithm).

    The specification calls the key id text, the passes hold bytes: both are taken.
    """
    sign1 = cose.parse(rfc4648.decode_base32(text.removeprefix(PREFIX)))
    cwt = cbor.loads(sign1.payload)
    if type(cwt) is not dict:
        raise TrustError(Reason.BAD_STRUCTURE, "the claims are not a map")
    label = sign1.header(cose.ALGORITHM)
    issuer = cwt.get(_ISSUER)
    key_id = _key_id(sign1.header(cose.KEY_ID))
    if type(label) is not int or label != _ES256:
        raise TrustError(Reason.UNSUPPORTED_ALGORITHM, "not ES256")
    return Envelope(
        format=NAME,
        algorithm=ES256,
        key_id=key_id,
        key_issuer=issuer if type(issuer) is str else None,
        signed=sign1.signed,
        signature=sign1.signature,
        payload=Claims(issuer, cwt.get(_NOT_BEFORE), cwt.get(_EXPIRES), cwt.get(_ID), cwt.get(_CREDENTIAL)),
    )


def _key_id(stated: Any) -> str:
    try:
        key_id = stated.decode("ascii") if type(stated) is bytes else stated or ""
    except UnicodeDecodeError as error:
        raise TrustError(Reason.BAD_STRUCTURE, "the key id is not text") from error
    if type(key_id) is not str:
        raise TrustError(Reason.BAD_STRUCTURE, "the key id is not text")
    return key_id


def kind(envelope: Envelope) -> Kind:
    """A pass stands for vaccination; raises TrustError (bad_content) when it is no Public COVID Pass."""
    content.check(envelope.payload.credential, schema=NAME)
    return Kind.VACCINATION


def read(envelope: Envelope, key_country: str | None) -> Certificate:
    """The pass in a believed `envelope`; raises TrustError (bad_content)."""
    claimed: Claims = envelope.payload
    content.check(claimed.credential, schema=NAME)
    subject = claimed.credential["credentialSubject"]
    family, given = (tidy(subject.get(name) or "") or None for name in ("familyName", "givenName"))
    issued_at, born = content.moment(claimed.not_before), content.born(subject["dob"])
    content.require_after_birth(born, issued_at.date())
    return Certificate(
        format=NAME,
        kind=Kind.VACCINATION,
        identifier=_identifier(claimed.id),
        issuer=claimed.issuer,
        country=key_country or COUNTRY,
        key_id=envelope.key_id,
        issued_at=issued_at,
        expires_at=content.moment(claimed.expires),
        holder=Holder(
            family_name=family,
            given_name=given,
            transliterated=Transliterated(transliterate(family or ""), transliterate(given or "")),
            born=born,
        ),
        doses=(),
        payload=claimed.credential,
    )


def _identifier(stated: Any) -> str:
    if type(stated) is not bytes or len(stated) != 16:
        raise TrustError(Reason.BAD_CONTENT, "the identifier is no UUID")
    return f"urn:uuid:{uuid.UUID(bytes=stated)}"
