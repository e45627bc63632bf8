"""ICAO visible digital seal for non-constrained environments (VDS-NC 1.1): proof of vaccination, proof of test.

Plain JSON with the signer's certificate inside. What is signed is the canonical text (RFC 8785) of `data`.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from passport.codecs import jcs, rfc4648, strict_json
from passport.codecs.signatures import ES256, ES384, ES512
from passport.domain.certificate import Certificate, DoseStatement, Holder, Kind
from passport.domain.names import Transliterated, tidy, transliterate
from passport.errors import Reason, TrustError
from passport.formats import content
from passport.formats.envelope import Envelope

NAME = "vdsnc"
_SHAPE = re.compile(r'\[?\s*\{.*"icao\.', re.DOTALL)
_ALGORITHMS = {ES256, ES384, ES512}  # section on the signature zone; nothing else is allowed
_KINDS = {"icao.vacc": Kind.VACCINATION, "icao.test": Kind.TEST}
_VERSION = 1
_COVID = "RA01"  # ICD-11; its children are RA01.0 and RA01.1
_NAME_PARTS = re.compile(r"<<|  ")  # Doc 9303-3 parts primary and secondary identifier so, or with two spaces


def claims(text: str) -> bool:
    """Whether `text` looks like JSON with an ICAO type in it."""
    return _SHAPE.match(text) is not None


def open(text: str) -> Envelope:
    """Opens `text`, also inside an array of one; base64url may be padded.

    Raises TrustError (bad_structure, bad_encoding, unsupported_version, unsupported_algorithm).
    """
    seal = strict_json.loads(text)
    if isinstance(seal, list) and len(seal) == 1:
        seal = seal[0]
    match seal:
        case {
            "data": {"hdr": {"t": str(stated), "v": version}, "msg": dict()} as data,
            "sig": {"alg": str(algorithm), "cer": str(cer), "sigvl": str(sigvl)},
        }:
            certificate = rfc4648.decode_base64url(cer, padded=True)
            signature = rfc4648.decode_base64url(sigvl, padded=True)
        case _:
            raise TrustError(Reason.BAD_STRUCTURE, "not header, message and signature zone")
    if stated not in _KINDS or type(version) is not int or version != _VERSION:
        raise TrustError(Reason.UNSUPPORTED_VERSION, "a seal of another type or version")
    if algorithm not in _ALGORITHMS:
        raise TrustError(Reason.UNSUPPORTED_ALGORITHM, "not ECDSA with SHA-2")
    return Envelope(
        format=NAME,
        algorithm=algorithm,
        key_id=hashlib.sha256(certificate).digest()[:8].hex(),
        key_issuer=None,
        signed=jcs.dumps(data),
        signature=signature,
        payload=data,
        certificate=certificate,
    )


def kind(envelope: Envelope) -> Kind:
    """What the seal states."""
    return _KINDS[envelope.payload["hdr"]["t"]]


def read(envelope: Envelope, key_country: str | None) -> Certificate:
    """The statement in a believed `envelope`; raises TrustError (bad_content).

    It carries no dates of its own: neither when it was issued nor when it expires.
    """
    data = envelope.payload
    content.check(data, schema=NAME)
    msg = data["msg"]
    person = msg["pid"]
    doses = tuple(_dose(event, given) for event in msg.get("ve", ()) for given in event["vd"])
    happened = [dose.date for dose in doses if dose.date]
    if sampled := msg.get("dat", {}).get("sc"):
        happened.append(content.day(sampled))
    holder = _holder(person["n"], person.get("dob"))
    content.require_after_birth(holder.born, *happened)
    return Certificate(
        format=NAME,
        kind=kind(envelope),
        identifier=msg.get("uvci") or msg["utci"],
        issuer=data["hdr"]["is"],
        country=key_country or data["hdr"]["is"],
        key_id=envelope.key_id,
        issued_at=None,
        expires_at=None,
        holder=holder,
        doses=doses,
        payload=data,
        happened_on=max(happened, default=None),
    )


def _dose(event: dict[str, Any], given: dict[str, Any]) -> DoseStatement:
    """One dose; a vaccine without a disease is one against COVID-19, the only one of version 1."""
    return DoseStatement(
        disease=event.get("dis") or _COVID,
        vaccine=event["des"],
        product=event["nam"],
        manufacturer=None,
        number=int(given["seq"]),  # some issuers write it as text
        of=None,
        date=content.day(given["dvc"]),
        country=given["ctr"],
        lot=given.get("lot"),
    )


def _holder(name: str, dob: str | None) -> Holder:
    """Doc 9303 orders primary before secondary identifier; where nothing parts them, the name stays whole."""
    parts = [tidy(part.replace("<", " ")) for part in _NAME_PARTS.split(name.strip(" <"), maxsplit=1)]
    family, given = parts[0], parts[1] if len(parts) == 2 else ""
    latin = Transliterated(transliterate(family), transliterate(given))
    return Holder(family or None, given or None, latin, content.born(dob))
