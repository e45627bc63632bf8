"""The EU's public test codes: each decoding flag reproduced, each fault of `common/` with its own reason.

Key usage, clocks and unknown keys are the verifier's and tested there.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from passport.codecs import base45, deflate, signatures
from passport.domain.certificate import Kind
from passport.errors import Reason, TrustError
from passport.formats.table import FORMATS, detect, open_text

ROOT = Path(__file__).parent.parent.parent
FOLDER = Path(os.environ.get("CONFORMANCE_DIR") or ROOT.parent / "shared" / "conformance") / "dgc"
CASES = sorted(FOLDER.glob("*/*.json"))
FAULTS = {
    "H1": Reason.NOT_A_CERTIFICATE,
    "H2": Reason.UNSUPPORTED_VERSION,
    "H3": Reason.NOT_A_CERTIFICATE,
    "B1": Reason.BAD_ENCODING,
    "Z1": Reason.BAD_COMPRESSION,
    "Z2": Reason.BAD_COMPRESSION,
    "CBO1": Reason.BAD_STRUCTURE,
    "CBO2": Reason.BAD_STRUCTURE,
    "DGC1": Reason.BAD_CONTENT,
    "DGC2": Reason.BAD_CONTENT,
}
UNSIGNED = {"CO5"}  # a signature of three bytes


def name_of(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def load(path: Path) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return case


def stated_kind(text: str) -> Kind:
    envelope = open_text(text)
    return FORMATS[envelope.format].kind(envelope)


def test_all_cases_are_there() -> None:
    assert len(CASES) == 97
    assert {path.stem for path in CASES if path.parent.name == "common"} >= FAULTS.keys() | UNSIGNED


@pytest.mark.parametrize("path", [p for p in CASES if p.stem not in FAULTS], ids=name_of)
def test_sound_codes_are_read(path: Path) -> None:
    case = load(path)
    envelope = open_text(case["PREFIX"])
    certificate = x509.load_der_x509_certificate(base64.b64decode(case["TESTCTX"]["CERTIFICATE"]))
    key: Any = certificate.public_key()
    assert signatures.fits(algorithm=envelope.algorithm, public_key=key)
    verified = signatures.verify(
        algorithm=envelope.algorithm, public_key=key, signature=envelope.signature, signed=envelope.signed
    )
    assert verified is (path.stem not in UNSIGNED)

    form = FORMATS[envelope.format]
    read = form.read(envelope, None)
    assert read.kind is form.kind(envelope)
    assert read.holder.name
    assert read.identifier
    assert read.issued_at is not None
    assert read.expires_at is not None
    assert bool(read.doses) is (read.kind is Kind.VACCINATION)
    if "JSON" in case:
        assert read.payload == case["JSON"]


@pytest.mark.parametrize("path", [p for p in CASES if p.stem in FAULTS], ids=name_of)
def test_each_fault_has_its_reason(path: Path) -> None:
    case = load(path)
    with pytest.raises(TrustError) as refused:
        stated_kind(case["PREFIX"])
    assert refused.value.reason is FAULTS[path.stem]


@pytest.mark.parametrize("path", [p for p in CASES if p.stem not in FAULTS], ids=name_of)
def test_steps_in_between(path: Path) -> None:
    case = load(path)
    assert detect(f" \n{case['PREFIX']}\t").name == "hc1"
    compressed = base45.decode(case["PREFIX"].removeprefix("HC1:"))
    if "COMPRESSED" in case:
        assert compressed.hex() == case["COMPRESSED"].lower()
    if "COSE" in case:
        assert deflate.inflate(compressed).hex() == case["COSE"].lower()


@pytest.mark.parametrize("path", [p for p in CASES if p.parent.name == "AT"], ids=name_of)
def test_the_key_id_is_that_of_the_certificate(path: Path) -> None:
    case = load(path)
    digest = hashlib.sha256(base64.b64decode(case["TESTCTX"]["CERTIFICATE"])).digest()
    assert open_text(case["PREFIX"]).key_id == digest[:8].hex()
