"""Public specimens of ICVP, VDS-NC and NZ COVID Pass: opened, checked with their keys, read."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from passport.codecs import signatures
from passport.errors import Reason, TrustError
from passport.formats.envelope import Envelope
from passport.formats.table import FORMATS, open_text
from passport.trust.jwk import read_jwk

ROOT = Path(__file__).parent.parent.parent
FOLDER = Path(os.environ.get("CONFORMANCE_DIR") or ROOT.parent / "shared" / "conformance")


def verified(envelope: Envelope, key: Any) -> bool:
    return signatures.verify(
        algorithm=envelope.algorithm, public_key=key, signature=envelope.signature, signed=envelope.signed
    )


def changed(text: str) -> str:
    """`text` with one digit of a name or date replaced."""
    return text.replace("1990", "1991").replace("1961", "1962")


@pytest.mark.parametrize("name", ["DVCTest", "DVCTest2", "DVCTest3"])
def test_icvp(name: str) -> None:
    unpacked = json.loads((FOLDER / "icvp" / f"{name}QRUnpacked.json").read_text("utf-8"))
    envelope = open_text((FOLDER / "icvp" / f"{name}QR.txt").read_text("utf-8"))
    assert envelope.format == "icvp"
    key_id = unpacked["protectedAttributes"]["4"]
    assert envelope.key_id == base64.urlsafe_b64decode(key_id + "=" * (-len(key_id) % 4)).hex()
    assert envelope.payload.content == unpacked["contents"]["-260"]["-6"]
    form = FORMATS["icvp"]
    if name != "DVCTest3":  # these two tell of a dose before the birth
        with pytest.raises(TrustError) as refused:
            form.read(envelope, None)
        assert refused.value.reason is Reason.BAD_CONTENT
        return
    certificate = form.read(envelope, None)
    assert certificate.holder.name == "Albani Olivieri"
    assert [dose.disease for dose in certificate.doses] == ["RA01"]
    assert certificate.expires_at is None


@pytest.mark.parametrize("place", [0, 1])
def test_vdsnc(place: int) -> None:
    example = json.loads((FOLDER / "vdsnc" / "examples.json").read_text("utf-8"))[place]
    for text in (json.dumps(example), json.dumps([example], indent=1)):
        envelope = open_text(text)
        assert envelope.certificate is not None
        key = x509.load_der_x509_certificate(envelope.certificate).public_key()
        assert verified(envelope, key)
        assert not verified(open_text(changed(text)), key)
        certificate = FORMATS["vdsnc"].read(envelope, None)
        assert certificate.identifier == example["data"]["msg"]["uvci"]
        assert certificate.country == example["data"]["hdr"]["is"]
        assert certificate.doses


NZCP = {
    "valid/nzcp.txt": (True, "key-1"),
    "invalid/nzcp-bad-public-key.txt": (False, "key-1"),
    "invalid/nzcp-modified-payload.txt": (False, "key-1"),
    "invalid/nzcp-modified-sig.txt": (False, "key-1"),
    "invalid/nzcp-expired-payload.txt": (True, "key-1"),  # to be refused by the clock
    "invalid/nzcp-notactive-payload.txt": (True, "key-1"),  # likewise
    "invalid/nzcp-not-associated-public-key.txt": (True, "key-2"),  # no key of the issuer's
}


@pytest.mark.parametrize(("name", "expected"), NZCP.items())
def test_nzcp(name: str, expected: tuple[bool, str]) -> None:
    key = read_jwk(json.loads((FOLDER / "nzcp" / "valid" / "jwk.json").read_text("utf-8")))
    envelope = open_text((FOLDER / "nzcp" / name).read_text("utf-8"))
    assert (verified(envelope, key), envelope.key_id) == expected
    assert envelope.key_issuer == "did:web:nzcp.covid19.health.nz"
    certificate = FORMATS["nzcp"].read(envelope, None)
    if name.startswith("valid"):
        told = json.loads((FOLDER / "nzcp" / "valid" / "nzcp.json").read_text("utf-8"))
        assert certificate.payload == told["vc"]
        assert certificate.identifier == told["jti"]
        assert certificate.issued_at is not None
        assert certificate.issued_at.timestamp() == told["nbf"]
        assert certificate.expires_at is not None
        assert certificate.expires_at.timestamp() == told["exp"]
