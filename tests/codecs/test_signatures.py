"""Signatures: the algorithm is the key's, the form is exact."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from passport.codecs import signatures

DATA = b"signed bytes"
P256, P384, P521 = (ec.generate_private_key(curve()) for curve in (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1))
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SHORT_RSA = rsa.generate_private_key(public_exponent=65537, key_size=1024)
KEYS: dict[str, signatures.PrivateKey] = {
    "P-256": P256,
    "P-384": P384,
    "P-521": P521,
    "RSA": RSA,
    "short RSA": SHORT_RSA,
}
GOOD = {
    ("ES256", "P-256"): 64,
    ("ES256", "P-384"): 96,
    ("ES384", "P-384"): 96,
    ("ES512", "P-521"): 132,
    ("PS256", "RSA"): 256,
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512", "PS256", "HS256", "none", ""])
def test_a_key_answers_only_to_its_algorithms(algorithm: str, key: str) -> None:
    private = KEYS[key]
    public = private.public_key()
    fits = (algorithm, key) in GOOD
    assert signatures.fits(algorithm=algorithm, public_key=public) is fits
    if not fits:
        assert not signatures.verify(algorithm=algorithm, public_key=public, signature=bytes(64), signed=DATA)
        with pytest.raises(ValueError, match="cannot sign"):
            signatures.sign(algorithm=algorithm, private_key=private, data=DATA)
        return
    signature = signatures.sign(algorithm=algorithm, private_key=private, data=DATA)
    assert len(signature) == GOOD[algorithm, key]
    assert signatures.verify(algorithm=algorithm, public_key=public, signature=signature, signed=DATA)
    assert not signatures.verify(algorithm=algorithm, public_key=public, signature=signature, signed=DATA + b"!")
    for wrong in (
        b"",
        signature[:-1],
        signature + b"\0",
        bytes(len(signature)),
        bytes([signature[0] ^ 1]) + signature[1:],
    ):
        assert not signatures.verify(algorithm=algorithm, public_key=public, signature=wrong, signed=DATA)


def test_a_der_signature_is_refused_by_its_form() -> None:
    raw = signatures.sign(algorithm="ES256", private_key=P256, data=DATA)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    assert not signatures.verify(algorithm="ES256", public_key=P256.public_key(), signature=der, signed=DATA)


def test_another_key_does_not_verify() -> None:
    raw = signatures.sign(algorithm="ES256", private_key=P256, data=DATA)
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert not signatures.verify(algorithm="ES256", public_key=other, signature=raw, signed=DATA)
