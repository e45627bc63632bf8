"""Reading what an operator wants to trust: PEM, DER, DSC lists, JWK, JWKS and did.json.

Importing is trusting. A certificate that is no authority is an anchor by itself; an authority only anchors
chains; a key without a certificate verifies one issuer only.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

from passport.trust.certificates import read_certificate
from passport.trust.entries import spki
from passport.trust.files import read_json
from passport.trust.jwk import read_jwk, thumbprint
from passport.trust.keys import Anchor, PublicKey, TrustedKey, hash_key_id, of_test_issuer, strong

KEY_FILE_LIMIT = 64 * 1024 * 1024  # bytes; the whole DSC list of the EU gateway was under 2 MB
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_HEX_ID = re.compile(r"[0-9a-f]{16}")
_COUNTRY = re.compile(r"[A-Z]{2,3}")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was found in one file: anchors, and what was refused as (where, why)."""

    anchors: list[Anchor] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the operator said of a whole file."""

    issuer: str | None
    kid: str | None
    withdrawn_at: datetime | None
    now: datetime


def parse_keys(
    data: bytes, *, source: str, issuer: str | None, kid: str | None, withdrawn: bool, now: datetime
) -> Parsed:
    """Every key and certificate in `data`, and every entry that cannot be trusted with the reason; never raises.

    `issuer` binds keys that came without a certificate, `kid` (hexadecimal) is an id under which the key is
    listed instead of its own and needs a file with one key. Does not open our own signed lists: `keyring` does.
    """
    terms = _Terms(issuer=issuer, kid=kid, withdrawn_at=now if withdrawn else None, now=now)
    parsed = Parsed()
    if len(data) > KEY_FILE_LIMIT:
        parsed.refused.append((source, f"larger than {KEY_FILE_LIMIT} bytes"))
        return parsed
    # Nothing is taken off the end: the last byte of a DER signature may look like white space.
    for where, read in _pieces(data.removeprefix(b"\xef\xbb\xbf").lstrip(), source, terms):
        try:
            parsed.anchors.extend(read())
        except (ValueError, UnsupportedAlgorithm) as error:
            parsed.refused.append((where, str(error)))
    if kid and len(parsed.anchors) > 1:
        return Parsed(refused=[(source, "one id was given for a file of several keys")])
    return parsed


_Pieces = Iterator[tuple[str, Callable[[], list[Anchor]]]]


def _pieces(data: bytes, source: str, terms: _Terms) -> _Pieces:
    """Each part of a file that may hold a key, with how to read it."""
    if data.startswith(b"-----BEGIN") or b"\n-----BEGIN" in data:
        for number, (label, body) in enumerate(_PEM.findall(data)):
            yield f"{source}[{number}]", partial(_pem_block, label, body, terms)
    elif data[:1] in (b"[", b"{"):
        try:
            document = read_json(data)
        except ValueError as error:
            yield source, partial(_refuse, f"not JSON: {error}")
            return
        yield from _document(document, source, terms)
    elif data[:1] == b"\x30":
        yield source, partial(_der, _without_line_end(data), terms)
    else:
        yield source, partial(_refuse, "neither PEM, DER nor JSON")


def _without_line_end(data: bytes) -> bytes:
    """DER as far as it says that it reaches, where only white space follows: programs put a line end behind it."""
    size = data[1] & 0x7F if len(data) > 1 and data[1] & 0x80 else 0
    end = 2 + size + (int.from_bytes(data[2 : 2 + size], "big") if size else data[1] if len(data) > 1 else 0)
    return data if data[end:].strip() else data[:end]


def _refuse(reason: str) -> list[Anchor]:
    raise ValueError(reason)


def _pem_block(label: bytes, body: bytes, terms: _Terms) -> list[Anchor]:
    if b"PRIVATE KEY" in label:
        raise ValueError("a private key; only public keys can be trusted")
    if label not in (b"CERTIFICATE", b"PUBLIC KEY"):
        raise ValueError(f"a PEM block of kind {label.decode()} is no key")
    return _der(_base64(body.decode("ascii", "replace")), terms)


def _der(der: bytes, terms: _Terms) -> list[Anchor]:
    try:
        return [read_certificate(der, country=None, key_id=terms.kid, withdrawn_at=terms.withdrawn_at, now=terms.now)]
    except ValueError as error:
        not_a_certificate = error
    try:
        public_key = strong(load_der_public_key(der))
    except (ValueError, UnsupportedAlgorithm):
        if _is_private(der):
            raise ValueError("a private key; only public keys can be trusted") from None
        raise not_a_certificate from None
    own_ids = (hash_key_id(spki(public_key)), thumbprint(public_key))
    return _bound(public_key, own_ids, terms.issuer, terms)


def _is_private(der: bytes) -> bool:
    try:
        load_der_private_key(der, password=None)
    except TypeError:  # encrypted
        return True
    except (ValueError, UnsupportedAlgorithm):
        return False
    return True


def _document(document: Any, source: str, terms: _Terms) -> _Pieces:
    match document:
        case {"verificationMethod": list() as methods}:
            yield from _did(document, methods, source, terms)
        case {"keys": list() as keys}:
            issuer = _issuer(document, terms)
            for number, jwk in enumerate(keys):
                yield f"{source}[{number}]", partial(_jwk, jwk, issuer, terms)
        case {"kty": _}:
            yield source, partial(_jwk, document, _issuer(document, terms), terms)
        case list() if document:
            for number, entry in enumerate(document):
                yield f"{source}[{number}]", partial(_listed, entry, terms)
        case _:
            yield source, partial(_refuse, "neither a DSC list, JWK, JWKS nor did.json")


def _issuer(document: Mapping[str, Any], terms: _Terms) -> str | None:
    """Whom the keys of a document are bound to: what the operator said, else what the document says."""
    stated = document.get("issuer") or document.get("iss") or document.get("id")
    return terms.issuer or (stated if isinstance(stated, str) else None)


def _listed(entry: Any, terms: _Terms) -> list[Anchor]:
    """One entry of a DSC list (EU gateway, TrustListDto): its listed id and the one of its hash both find it."""
    if not isinstance(entry, dict) or "rawData" not in entry:
        raise ValueError("not an entry of a DSC list")
    kind = entry.get("certificateType", "DSC")
    if kind not in ("DSC", "CSCA"):
        raise ValueError(f"a certificate of type {kind} signs no health certificates")
    country = _text(entry, "country")
    if country is not None and not _COUNTRY.fullmatch(country):
        raise ValueError("the country is not two or three capital letters")
    der = _base64(_text(entry, "rawData") or "")
    anchor = read_certificate(der, country=country, key_id=terms.kid, withdrawn_at=terms.withdrawn_at, now=terms.now)
    if kind == "CSCA" and not anchor.authority:
        raise ValueError("listed as an authority, but the certificate is none")
    listed = _listed_id(entry.get("kid"))
    if terms.kid or listed in (None, anchor.key.key_id):
        return [anchor]
    return [anchor, replace(anchor, key=replace(anchor.key, key_id=listed))]


def _listed_id(kid: object) -> str | None:
    if kid is None:
        return None
    if not isinstance(kid, str):
        raise ValueError("the key id is not text")
    return kid.lower() if _HEX_ID.fullmatch(kid.lower()) else _base64(kid).hex()


def _jwk(jwk: Any, issuer: str | None, terms: _Terms) -> list[Anchor]:
    public_key = read_jwk(jwk)
    return _bound(public_key, (_text(jwk, "kid") or thumbprint(public_key),), issuer, terms)


def _did(document: Mapping[str, Any], methods: list[Any], source: str, terms: _Terms) -> _Pieces:
    """Keys that a DID document names for assertions: standing in `assertionMethod` or referred to from there."""
    asserted = document.get("assertionMethod")
    asserted = asserted if isinstance(asserted, list) else []
    names = [method for method in asserted if isinstance(method, str)]
    embedded = [method for method in asserted if isinstance(method, dict)]
    for number, method in enumerate([*methods, *embedded]):
        where = f"{source}[{number}]"
        if not isinstance(method, dict):
            yield where, partial(_refuse, "not a verification method")
        elif method in embedded or method.get("id") in names:
            yield where, partial(_verification_method, method, _issuer(document, terms), terms)
        else:
            yield where, partial(_refuse, "not named under assertionMethod")


def _verification_method(method: Mapping[str, Any], issuer: str | None, terms: _Terms) -> list[Anchor]:
    """A JsonWebKey2020; a credential may name it in full or by what follows the `#`."""
    jwk = method.get("publicKeyJwk")
    public_key = read_jwk(jwk)
    absolute = _text(method, "id") or thumbprint(public_key)
    return _bound(public_key, tuple(dict.fromkeys((absolute.rpartition("#")[2], absolute))), issuer, terms)


def _bound(public_key: PublicKey, own_ids: tuple[str, ...], issuer: str | None, terms: _Terms) -> list[Anchor]:
    """A key without a certificate, listed under each id, for one issuer."""
    if not issuer:
        raise ValueError("a key without a certificate needs an issuer (--issuer)")
    return [
        Anchor(
            key=TrustedKey(
                key_id=key_id,
                public_key=public_key,
                issuer=issuer,
                country=None,
                name=issuer,
                kinds=None,
                not_before=None,
                not_after=None,
                withdrawn_at=terms.withdrawn_at,
                test=of_test_issuer(issuer),
            ),
            certificate=None,
            authority=False,
            imported_at=terms.now,
        )
        for key_id in ((terms.kid,) if terms.kid else own_ids)
    ]


def _text(members: Mapping[str, Any], name: str) -> str | None:
    value = members.get(name)
    if value is not None and (not isinstance(value, str) or not value):
        raise ValueError(f"{name} is not text")
    return value


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not base64") from error
