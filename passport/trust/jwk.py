"""Public keys as JSON Web Keys (RFC 7517, RFC 7518 section 6)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from passport.codecs.rfc4648 import decode_base64url, encode_base64url
from passport.errors import TrustError
from passport.trust.keys import PublicKey, strong

_CURVES: Mapping[str, tuple[ec.EllipticCurve, str]] = {
    "P-256": (ec.SECP256R1(), "ES256"),
    "P-384": (ec.SECP384R1(), "ES384"),
    "P-521": (ec.SECP521R1(), "ES512"),
}
_RSA_ALGORITHMS = ("PS256", "RS256", "PS384", "PS512")  # only PS256 is ever verified; the key itself is the same
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


def read_jwk(jwk: object) -> PublicKey:
    """The public key of a JWK for signatures; raises ValueError, also for private and symmetric keys."""
    if not isinstance(jwk, dict):
        raise ValueError("not a JSON Web Key")
    if not _PRIVATE_MEMBERS.isdisjoint(jwk):
        raise ValueError("a private key; only public keys can be trusted")
    if jwk.get("use", "sig") != "sig":
        raise ValueError("the key is not meant for signatures")
    match jwk.get("kty"):
        case "EC":
            return _ec_key(jwk)
        case "RSA":
            return _rsa_key(jwk)
    raise ValueError("neither an EC nor an RSA key")


def as_jwk(public_key: PublicKey) -> dict[str, str]:
    """The required members of a public key as a JWK, without `kid`."""
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        numbers = public_key.public_numbers()
        size = (public_key.key_size + 7) // 8
        curve = next(name for name, (curve, _) in _CURVES.items() if curve.name == public_key.curve.name)
        return {"crv": curve, "kty": "EC", "x": _encode(numbers.x, size), "y": _encode(numbers.y, size)}
    rsa_numbers = public_key.public_numbers()
    return {
        "e": _encode(rsa_numbers.e, (rsa_numbers.e.bit_length() + 7) // 8),
        "kty": "RSA",
        "n": _encode(rsa_numbers.n, (public_key.key_size + 7) // 8),
    }


def thumbprint(public_key: PublicKey) -> str:
    """The key id of SMART Health Cards: SHA-256 of the required members in order (RFC 7638), base64url."""
    canonical = json.dumps(as_jwk(public_key), separators=(",", ":"), sort_keys=True)
    return encode_base64url(hashlib.sha256(canonical.encode()).digest())


def thumbprint_of(certificate: x509.Certificate) -> str:
    """The thumbprint of the key in a certificate; raises ValueError for a key that the house does not accept."""
    return thumbprint(strong(certificate.public_key()))


def _ec_key(jwk: Mapping[str, Any]) -> PublicKey:
    known = _CURVES.get(jwk["crv"]) if isinstance(jwk.get("crv"), str) else None
    if known is None:
        raise ValueError("the curve is not accepted")
    curve, algorithm = known
    if jwk.get("alg", algorithm) != algorithm:
        raise ValueError("the algorithm does not belong to the curve")
    try:
        return ec.EllipticCurvePublicNumbers(_number(jwk, "x"), _number(jwk, "y"), curve).public_key()
    except ValueError as error:
        raise ValueError("not a point on the curve") from error


def _rsa_key(jwk: Mapping[str, Any]) -> PublicKey:
    if jwk.get("alg", _RSA_ALGORITHMS[0]) not in _RSA_ALGORITHMS:
        raise ValueError("the algorithm does not belong to the key")
    try:
        key = rsa.RSAPublicNumbers(_number(jwk, "e"), _number(jwk, "n")).public_key()
    except ValueError as error:
        raise ValueError("not an RSA public key") from error
    return strong(key)


def _number(jwk: Mapping[str, Any], member: str) -> int:
    text = jwk.get(member)
    if not isinstance(text, str):
        raise ValueError(f"{member} is not text")
    try:
        return int.from_bytes(decode_base64url(text, padded=True), "big")
    except TrustError as error:
        raise ValueError(f"{member} is not base64url") from error


def _encode(number: int, size: int) -> str:
    return encode_base64url(number.to_bytes(size, "big"))
