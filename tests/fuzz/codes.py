"""Good codes of all five formats, signed by keys of this run, and the layers of which each is made.

A layer is a way inwards and the way back: what is changed at any depth can be dressed again as a whole code.
Everything follows from fixed numbers, so that one seed makes the same codes and the same changes again.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from passport.codecs import base45, jcs
from passport.codecs.rfc4648 import encode_base64url
from passport.rules.rulesets import DEMO_RULES, import_rules
from passport.trust.anchors import parse_keys
from passport.trust.certificates import read_certificate
from passport.trust.keys import Anchor
from passport.verifying.context import Context
from tests.forging import EXPIRES, ISSUED, NOW, context_of, recovery, vaccination

FORMATS = ("hc1", "icvp", "shc", "vdsnc", "nzcp")
HALF_CHARACTER = b"\x63\xed\xa0\x80"  # as CBOR text
CARD_ISSUER, PASS_ISSUER = "https://issuer.example", "did:web:issuer.example"


@dataclass(frozen=True, slots=True)
class Layer:
    """One way inwards and the way back."""

    open: Callable[[Any], Any]
    close: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Code:
    """A good code, its layers from the text inwards, its content, and how any content is signed anew."""

    text: str
    layers: tuple[Layer, ...]
    content: Any
    sign: Callable[[Any], str]

    def opened(self) -> list[Any]:
        """The text and what lies beneath each layer."""
        values: list[Any] = [self.text]
        for layer in self.layers:
            values.append(layer.open(values[-1]))
        return values

    def dressed(self, value: Any, *, depth: int) -> str:
        """The whole code around `value`, which stands in for what lies beneath `depth` layers."""
        for layer in reversed(self.layers[:depth]):
            value = layer.close(value)
        return str(value)


class Signer:
    """An issuer whose key, certificate and signatures are always the same."""

    def __init__(self, name: str) -> None:
        self._key = ec.derive_private_key(int.from_bytes(sha256(name.encode()).digest()[:31], "big"), ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, name)])
        self.der = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(self._key.public_key())
            .serial_number(1)
            .not_valid_before(NOW - timedelta(days=700))
            .not_valid_after(NOW + timedelta(days=700))
            .sign(self._key, hashes.SHA256(), ecdsa_deterministic=True)
            .public_bytes(Encoding.DER)
        )

    def anchors(self) -> list[Anchor]:
        """Its entries in a key ring: the certificate, the key of cards and that of passes."""
        numbers = self._key.public_key().public_numbers()
        x, y = (encode_base64url(n.to_bytes(32, "big")) for n in (numbers.x, numbers.y))
        jwk = {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "card-key", "x": x, "y": y}
        method = {"id": f"{PASS_ISSUER}#pass-key", "type": "JsonWebKey2020", "publicKeyJwk": jwk | {"kid": "pass-key"}}
        did = {"id": PASS_ISSUER, "assertionMethod": [method["id"]], "verificationMethod": [method]}
        found = [read_certificate(self.der, country=None, key_id=None, withdrawn_at=None, now=ISSUED)]
        for document, issuer in (({"keys": [jwk]}, CARD_ISSUER), (did, None)):
            parsed = parse_keys(
                json.dumps(document).encode(), source="keys", issuer=issuer, kid=None, withdrawn=False, now=ISSUED
            )
            assert not parsed.refused, parsed.refused
            found += parsed.anchors
        return found

    @property
    def kid(self) -> bytes:
        """The key id in the headers of HC1."""
        return sha256(self.der).digest()[:8]

    def sign(self, data: bytes) -> bytes:
        """A raw signature."""
        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        r, s = decode_dss_signature(self._key.sign(data, algorithm))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def encode_cbor(value: Any) -> bytes:
    """CBOR of anything, also of what no issuer writes."""
    try:
        return cbor2.dumps(value, default=lambda encoder, odd: encoder.encode(repr(odd)))
    except UnicodeEncodeError:
        return HALF_CHARACTER


def encode_json(value: Any) -> str:
    """JSON of anything, also of what no issuer writes."""
    return json.dumps(value, default=repr, skipkeys=True)


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text_of(data: Any) -> str:
    return encode_base64url(data) if isinstance(data, bytes) else encode_json(data)


_BASE45 = Layer(lambda text: base45.decode(text[4:]), lambda data: "HC1:" + base45.encode(data))
_ZLIB = Layer(zlib.decompress, lambda data: zlib.compress(data, 9))
_BASE32 = Layer(
    lambda text: base64.b32decode(text[8:] + "=" * (-len(text[8:]) % 8)),
    lambda data: "NZCP:/1/" + base64.b32encode(data).decode().rstrip("="),
)
_COSE = Layer(lambda data: cbor2.loads(data[1:]), lambda parts: b"\xd2" + encode_cbor(parts))


def _close_parts(parts: Any) -> Any:
    """Protected header and payload as bytes again, when they are still where they belong."""
    if not isinstance(parts, list):
        return parts
    return [encode_cbor(part) if place in (0, 2) else part for place, part in enumerate(parts)]


_CLAIMS = Layer(lambda parts: [cbor2.loads(parts[0]), parts[1], cbor2.loads(parts[2]), parts[3]], _close_parts)


def _close_token(parts: Any) -> str:
    return ".".join(map(_text_of, parts)) if isinstance(parts, list) else _text_of(parts)


def _deflated(data: bytes) -> bytes:
    return zlib.compress(data, 9)[2:-4]


def _close_card(parts: Any) -> Any:
    def closed(place: int, part: Any) -> Any:
        if place > 1:
            return part
        data = part if isinstance(part, bytes) else encode_json(part).encode()
        return _deflated(data) if place else data

    return [closed(*found) for found in enumerate(parts)] if isinstance(parts, list) else parts


_DIGITS = Layer(
    lambda text: "".join(chr(45 + int(text[place : place + 2])) for place in range(5, len(text), 2)),
    lambda token: "shc:/" + "".join(f"{max(ord(letter) - 45, 0):02d}" for letter in token),
)
_TOKEN = Layer(lambda token: [_unpadded(part) for part in token.split(".")], _close_token)
_INFLATED = Layer(lambda parts: [parts[0], zlib.decompress(parts[1], -15), parts[2]], _close_card)
_CARD = Layer(lambda parts: [json.loads(parts[0]), json.loads(parts[1]), parts[2]], lambda parts: parts)
_JSON = Layer(json.loads, encode_json)


def _map_zone(seal: Any, change: Callable[[Any], Any]) -> Any:
    if not isinstance(seal, dict) or not isinstance(seal.get("sig"), dict):
        return seal
    zone = {name: change(value) if name in ("cer", "sigvl") else value for name, value in seal["sig"].items()}
    return {**seal, "sig": zone}


_SEAL = Layer(
    lambda seal: _map_zone(seal, _unpadded),
    lambda seal: _map_zone(seal, lambda value: encode_base64url(value) if isinstance(value, bytes) else value),
)


def _cose(signer: Signer, *, kid: bytes, around: Callable[[Any], Any]) -> Callable[[Any], bytes]:
    def signed(content: Any) -> bytes:
        head, payload = encode_cbor({1: -7, 4: kid}), encode_cbor(around(content))
        signature = signer.sign(cbor2.dumps(["Signature1", head, b"", payload]))
        return _COSE.close([head, {}, payload, signature])

    return signed


def _container(signer: Signer, content: Any, *, key: int) -> Code:
    times = {4: int(EXPIRES.timestamp()), 6: int(ISSUED.timestamp())}
    cose = _cose(signer, kid=signer.kid, around=lambda inner: {1: "XA", **times, -260: {key: inner}})

    def sign(inner: Any) -> str:
        return str(_BASE45.close(_ZLIB.close(cose(inner))))

    return Code(sign(content), (_BASE45, _ZLIB, _COSE, _CLAIMS), content, sign)


def _pass(signer: Signer, content: Any) -> Code:
    cose = _cose(signer, kid=b"pass-key", around=lambda claims: claims)

    def sign(claims: Any) -> str:
        return str(_BASE32.close(cose(claims)))

    return Code(sign(content), (_BASE32, _COSE, _CLAIMS), content, sign)


def _card(signer: Signer, content: Any) -> Code:
    def sign(claims: Any) -> str:
        head = _text_of(encode_json({"zip": "DEF", "alg": "ES256", "kid": "card-key"}).encode())
        signed = f"{head}.{_text_of(_deflated(encode_json(claims).encode()))}"
        return str(_DIGITS.close(f"{signed}.{_text_of(signer.sign(signed.encode()))}"))

    return Code(sign(content), (_DIGITS, _TOKEN, _INFLATED, _CARD), content, sign)


def _seal(signer: Signer, content: Any) -> Code:
    def sign(data: Any) -> str:
        try:
            signature = signer.sign(jcs.dumps(json.loads(encode_json(data))))
        except Exception:  # what has no canonical form cannot be signed
            signature = bytes(64)
        zone = {"alg": "ES256", "cer": signer.der, "sigvl": signature}
        return str(_JSON.close(_SEAL.close({"data": data, "sig": zone})))

    return Code(sign(content), (_JSON, _SEAL), content, sign)


_DOSE = {"dvc": "2026-02-18", "seq": 2, "ctr": "VNM", "lot": "FF1"}
_PERSON = {"n": "NGUYEN<<VAN<AN", "dob": "1990-01-02", "i": "C1234567"}
_VACCINES = [{"des": "XM8NQ0", "nam": "Comirnaty", "vd": [_DOSE, {**_DOSE, "seq": "1", "dvc": "2026-01-10"}]}]


def _fhir(*resources: dict[str, Any]) -> dict[str, Any]:
    entries = [{"fullUrl": f"resource:{number}", "resource": each} for number, each in enumerate(resources)]
    subject = {"fhirVersion": "4.0.1", "fhirBundle": {"resourceType": "Bundle", "type": "collection", "entry": entries}}
    types = ["https://smarthealth.cards#health-card", "https://smarthealth.cards#covid19"]
    return {"iss": CARD_ISSUER, "nbf": ISSUED.timestamp(), "vc": {"type": types, "credentialSubject": subject}}


_PATIENT = {"resourceType": "Patient", "name": [{"family": "Nguyễn", "given": ["Văn"]}], "birthDate": "1990-01-02"}
_SHOT = {
    "resourceType": "Immunization",
    "status": "completed",
    "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "208"}]},
    "patient": {"reference": "resource:0"},
    "occurrenceDateTime": "2026-02-18",
    "lotNumber": "0000007",
}
_SAMPLE = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "94558-4"}]},
    "subject": {"reference": "resource:0"},
    "effectiveDateTime": "2026-11-20T10:00:00Z",
    "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "260415000"}]},
}
_YELLOW_FEVER = {
    "vp": "YellowFeverProductd8a09f80301dc05e124f99ffe7711fc0",
    "dv": "2026-03-01",
    "bo": "Y1",
    "is": "VNM",
}
_CREDENTIAL = {
    "@context": ["https://www.w3.org/2018/credentials/v1", "https://nzcp.covid19.health.nz/contexts/v1"],
    "version": "1.0.0",
    "type": ["VerifiableCredential", "PublicCovidPass"],
    "credentialSubject": {"givenName": "Mere", "familyName": "Tāne", "dob": "1960-04-16"},
}
_PASS_CLAIMS = {1: PASS_ISSUER, 4: int(EXPIRES.timestamp()), 5: int(ISSUED.timestamp()), 7: bytes(16)}


def codes_of(signer: Signer) -> dict[str, tuple[Code, ...]]:
    """The good codes of a signer: two of each format, so that they can be spliced."""
    yellow = {"n": "NGUYEN VAN AN", "dob": "1990-01-02", "s": "male", "nt": "VNM", "id": "C1", "v": "1.0"}
    polio = {"vp": "PolioVaccineOralOPVBivalProduct16e883911ea0108b8213bc213c9972fe", "dt": "2026-01-10", "bo": "P1"}
    seal = {"hdr": {"t": "icao.vacc", "v": 1, "is": "UTO"}, "msg": {"uvci": "U1", "pid": _PERSON, "ve": _VACCINES}}
    other = {"n": "SITI AMINAH", "dob": "1985-05-05"}
    return {
        "hc1": tuple(_container(signer, content, key=1) for content in (vaccination(), recovery())),
        "icvp": tuple(
            _container(signer, content, key=-6) for content in (yellow | {"vx": _YELLOW_FEVER}, other | {"v": [polio]})
        ),
        "shc": (_card(signer, _fhir(_PATIENT, _SHOT, _SHOT)), _card(signer, _fhir(_PATIENT, _SAMPLE))),
        "vdsnc": (
            _seal(signer, seal),
            _seal(signer, {"hdr": seal["hdr"], "msg": seal["msg"] | {"uvci": "U2", "pid": _PERSON | other}}),
        ),
        "nzcp": (
            _pass(signer, _PASS_CLAIMS | {"vc": _CREDENTIAL}),
            _pass(signer, _PASS_CLAIMS | {7: b"1234567890123456", "vc": _CREDENTIAL}),
        ),
    }


def context_for(signer: Signer, folder: Path) -> Context:
    """Trusts `signer` in every format; XA has the rules of the demo."""
    import_rules(folder, [DEMO_RULES], now=NOW)
    return context_of(signer.anchors(), folder=folder)
