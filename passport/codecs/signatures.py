"""Signatures over bytes: ECDSA as raw r‖s (RFC 9053 section 2.1, RFC 7518 section 3.4) and RSA-PSS, salt 32.

The algorithm is bound to the type of the key: a key answers only to the algorithms that it can make, so no
header can turn one kind of key into another.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

PublicKey = EllipticCurvePublicKey | RSAPublicKey
PrivateKey = EllipticCurvePrivateKey | RSAPrivateKey

ES256, ES384, ES512, PS256 = "ES256", "ES384", "ES512", "PS256"
# Curve names as cryptography knows them. A few nations label ECDSA with SHA-256 over P-384 keys ES256, which
# COSE allows.
_ECDSA: dict[str, tuple[hashes.HashAlgorithm, frozenset[str]]] = {
    ES256: (hashes.SHA256(), frozenset({"secp256r1", "secp384r1"})),
    ES384: (hashes.SHA384(), frozenset({"secp384r1"})),
    ES512: (hashes.SHA512(), frozenset({"secp521r1"})),
}
_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
RSA_BITS_LEAST = 2048  # eu-dcc-hcert-spec section 3.3.2


def fits(*, algorithm: str, public_key: PublicKey) -> bool:
    """Whether `public_key` may be used with `algorithm`."""
    if isinstance(public_key, RSAPublicKey):
        return algorithm == PS256 and public_key.key_size >= RSA_BITS_LEAST
    return algorithm in _ECDSA and public_key.curve.name in _ECDSA[algorithm][1]


def verify(*, algorithm: str, public_key: PublicKey, signature: bytes, signed: bytes) -> bool:
    """Whether `signature` over `signed` is the key's; False also for a wrong length or an algorithm not the key's."""
    if not fits(algorithm=algorithm, public_key=public_key):
        return False
    try:
        if isinstance(public_key, RSAPublicKey):
            public_key.verify(signature, signed, _PSS, hashes.SHA256())
        else:
            width = _width(public_key)
            if len(signature) != 2 * width:
                return False
            r, s = int.from_bytes(signature[:width], "big"), int.from_bytes(signature[width:], "big")
            public_key.verify(encode_dss_signature(r, s), signed, ECDSA(_ECDSA[algorithm][0]))
    except InvalidSignature:
        return False
    return True


def sign(*, algorithm: str, private_key: PrivateKey, data: bytes) -> bytes:
    """The raw signature of `data`; raises ValueError when the key does not fit the algorithm."""
    if not fits(algorithm=algorithm, public_key=private_key.public_key()):
        raise ValueError(f"this key cannot sign {algorithm}")
    if isinstance(private_key, RSAPrivateKey):
        return private_key.sign(data, _PSS, hashes.SHA256())
    r, s = decode_dss_signature(private_key.sign(data, ECDSA(_ECDSA[algorithm][0])))
    width = _width(private_key)
    return r.to_bytes(width, "big") + s.to_bytes(width, "big")


def _width(key: EllipticCurvePublicKey | EllipticCurvePrivateKey) -> int:
    return (key.curve.key_size + 7) // 8
