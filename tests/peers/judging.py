"""The programs of others that run on Python, in an environment of their own and never beside the service.

Reads a case a line, answers {case, accepted, why} a line, in the same order. Usage: python judging.py PEER.
Nothing may open a socket.
"""

from __future__ import annotations

import base64
import json
import socket
import sys
import tempfile
import zlib
from collections.abc import Callable
from typing import Any

Judge = Callable[[dict[str, Any]], object]


def _refuse(*_args: Any, **_kwargs: Any) -> None:
    raise AssertionError("a peer asked for the network")


socket.socket.connect = _refuse  # type: ignore[method-assign]


def _cwt_hc1() -> Judge:
    """The signature, and with `dates` also exp and nbf at the real time."""
    import cwt
    from base45 import b45decode

    def judge(asked: dict[str, Any]) -> None:
        key = cwt.load_pem_hcert_dsc(asked["certificate"])
        sealed = zlib.decompress(b45decode(asked["text"][4:]))
        cwt.decode(sealed, key) if asked.get("dates") else cwt.COSE.new().decode(sealed, key)

    return judge


def _cwt_nzcp() -> Judge:
    """The signature of a pass."""
    from cwt import COSE, COSEKey

    def judge(asked: dict[str, Any]) -> None:
        key = COSEKey.from_jwk({**asked["jwk"], "alg": "ES256", "use": "sig", "kid": asked["key_id"]})
        text = asked["text"].strip().rpartition("/")[2]
        COSE.new().decode(base64.b32decode(text + "=" * (-len(text) % 8)), key)

    return judge


def _shc() -> Judge:
    """The signature of a card; it reads no digits, so they are turned back first."""
    from shc import utils

    def judge(asked: dict[str, Any]) -> None:
        text: str = asked["text"]
        if text.startswith("shc:/"):
            digits = text.rpartition("/")[2]
            text = "".join(chr(int(digits[at : at + 2]) + ord("-")) for at in range(0, len(digits), 2))
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"keys": asked["keys"]}, file)
            file.flush()
            utils.decode_vc_from_local_issuer(text, file.name)

    return judge


def _rfc8785() -> Judge:
    """The signature of a seal by the certificate inside it; whom to trust is not asked."""
    import rfc8785
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    def unpadded(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    def judge(asked: dict[str, Any]) -> None:
        seal = json.loads(asked["text"])
        key = x509.load_der_x509_certificate(unpadded(seal["sig"]["cer"])).public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        raw = unpadded(seal["sig"]["sigvl"])
        half = len(raw) // 2
        signature = encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
        digest = {"ES256": hashes.SHA256(), "ES384": hashes.SHA384(), "ES512": hashes.SHA512()}[seal["sig"]["alg"]]
        key.verify(signature, rfc8785.dumps(seal["data"]), ec.ECDSA(digest))

    return judge


PEERS: dict[str, Callable[[], Judge]] = {
    "cwt": _cwt_hc1,
    "cwt-nzcp": _cwt_nzcp,
    "shc": _shc,
    "rfc8785": _rfc8785,
}


def main() -> int:
    """Judges every line."""
    judge = PEERS[sys.argv[1]]()
    for line in sys.stdin:
        asked = json.loads(line)
        why = None
        try:
            judge(asked)
        except Exception as error:  # whatever a peer raises is its way to refuse
            why = f"{type(error).__name__}: {error}"[:300]
        print(json.dumps({"case": asked["case"], "accepted": why is None, "why": why, "value": None}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
