"""The SMART dev-tools folder: what each text opens to, or the reason why it does not.

Clocks, revocation and trust in issuers are the verifier's and tested there; here a key counts when both its id
and the issuer are the card's.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from passport.codecs import deflate, signatures
from passport.codecs.rfc4648 import encode_base64url
from passport.errors import Reason, TrustError
from passport.formats import shc
from passport.formats.table import FORMATS, open_text, split
from passport.trust.jwk import read_jwk

ROOT = Path(__file__).parent.parent.parent
FOLDER = Path(os.environ.get("CONFORMANCE_DIR") or ROOT.parent / "shared" / "conformance") / "shc"
ISSUER = "https://spec.smarthealth.cards/examples/issuer"
GOOD, NO_KEY, FORGED = "good", "no key", "forged"

EXPECTED: dict[str, str | Reason] = {
    "00-d-jws-bad-fhir-metadata.txt": Reason.BAD_CONTENT,  # a vaccine of a made-up code system
    "00-d-jws-der-signature-r-neg.txt": FORGED,
    "00-d-jws-der-signature-rs-neg.txt": FORGED,
    "00-d-jws-der-signature-s-neg.txt": FORGED,
    "00-d-jws-der-signature.txt": FORGED,
    "00-d-jws-invalid-signature.txt": FORGED,
    "00-d-jws-issuer-kid-mismatch.txt": NO_KEY,
    "00-d-jws-issuer-not-valid-with-smart-key.txt": NO_KEY,
    "00-d-jws-jws_too_long.txt": NO_KEY,  # its length is no fault outside a QR code; its issuer is another
    "00-d-jws-no_deflate.txt": Reason.BAD_COMPRESSION,
    "00-d-jws-no_jws_header_alg.txt": Reason.UNSUPPORTED_ALGORITHM,
    "00-d-jws-no_jws_header_kid.txt": NO_KEY,
    "00-d-jws-no_jws_header_zip.txt": Reason.BAD_COMPRESSION,
    "00-d-jws-trailing_chars.txt": GOOD,  # white space only
    "00-d-jws-utf8_bom_prefix.txt": Reason.BAD_STRUCTURE,
    "00-d-jws-wrong_jws_header_kid.txt": NO_KEY,
    "00-e-file-bad_jwks.smart-health-card": NO_KEY,
    "00-e-file-invalid_deflate.smart-health-card": Reason.BAD_COMPRESSION,
    "00-e-file-invalid_issuer_url.smart-health-card": NO_KEY,
    "00-e-file-invalid_issuer_url_http.smart-health-card": NO_KEY,
    "00-e-file-issuer_url_with_trailing_slash.smart-health-card": NO_KEY,
    "00-e-file-jws_too_long.smart-health-card": NO_KEY,
    "00-e-file-multi-jws-issues.smart-health-card": Reason.UNSUPPORTED_ALGORITHM,  # the first of its two cards
    "00-e-file-multi-jws.smart-health-card": GOOD,
    "00-e-file-no_deflate.smart-health-card": Reason.BAD_COMPRESSION,
    "00-e-file-trailing_chars.smart-health-card": GOOD,
    "00-e-file.wrong-extension": GOOD,
    "00-f-qr-code-numeric-value-0-index-out-of-range.txt": Reason.BAD_ENCODING,
    "00-f-qr-code-numeric-value-0-number-too-big.txt": Reason.BAD_ENCODING,
    "00-f-qr-code-numeric-value-0-odd-count.txt": Reason.BAD_ENCODING,
    "00-f-qr-code-numeric-value-0-trailing_chars.txt": GOOD,
    "00-f-qr-code-numeric-value-0-wrong-multi-chunk.txt": GOOD,  # deprecated, not wrong
    "00-f-qr-code-numeric-value-0-wrong_qr_header.txt": Reason.NOT_A_CERTIFICATE,
    "00-fhirhealthcard-multi-jws.json": GOOD,
    "00-fhirhealthcard-with-resource-link.json": GOOD,
    "00-fhirhealthcard.json": GOOD,
    "1195-byte-qrnumeric.txt": GOOD,
} | {
    # One of seventeen parts alone, one of two parts alone
    f"0{card}-f-qr-code-numeric-value-{part}-qr_chunk_too_{size}.txt": Reason.BAD_ENCODING
    for card, parts, size in ((0, 17, "small"), (2, 2, "big"))
    for part in range(parts)
}  # fmt: skip
NO_CREDENTIALS = ("fhirBundle", "jws-payload", "jwspayload", "non-dm", "short-refs")

# What the unsigned payloads come to once they are signed.
PAYLOADS: dict[str, Reason | None] = {
    "exp_milliseconds": Reason.BAD_CONTENT,  # a year that no calendar has
    "expired": None,  # told by the clock of the check
    "missing-coding": Reason.BAD_CONTENT,
    "missing-covid-vc-type": None,
    "missing-imm-vc-type": None,
    "missing-shc-vc-type": Reason.BAD_CONTENT,
    "nbf_milliseconds": Reason.BAD_CONTENT,
    "nbf_not_yet_valid": None,
    "optional-vc-type": None,
    "pre-expired": None,
    "trailing_chars": None,
    "unknown-vc-types": None,
}


def text_of(name: str) -> str:
    return (FOLDER / f"test-example-{name}").read_text("utf-8")


@pytest.fixture(scope="module")
def keys() -> dict[str, Any]:
    jwks = json.loads((FOLDER / "issuer" / "jwks.json").read_text("utf-8"))
    return {key["kid"]: read_jwk(key) for key in jwks["keys"]}


def judged(text: str, keys: dict[str, Any]) -> str | Reason:
    """The first that is wrong with the cards in `text`."""
    try:
        for one in split(text):
            envelope = open_text(one)
            key = keys.get(envelope.key_id) if envelope.key_issuer == ISSUER else None
            if key is None:
                return NO_KEY
            if not signatures.verify(
                algorithm=envelope.algorithm, public_key=key, signature=envelope.signature, signed=envelope.signed
            ):
                return FORGED
            assert FORMATS[envelope.format].read(envelope, None).holder.name
    except TrustError as refused:
        return Reason(refused.reason)
    return GOOD


@pytest.mark.parametrize(("name", "expected"), EXPECTED.items())
def test_each_file_has_its_reason(name: str, expected: str | Reason, keys: dict[str, Any]) -> None:
    assert judged(text_of(name), keys) == expected


def test_no_file_is_left_out() -> None:
    there = {
        path.name.removeprefix("test-example-")
        for path in FOLDER.glob("test-example-*")
        if path.suffix in (".txt", ".json", ".smart-health-card", ".wrong-extension")
        and not any(mark in path.name for mark in NO_CREDENTIALS)
    }
    assert there == EXPECTED.keys()


def test_seventeen_parts_make_one_card(keys: dict[str, Any]) -> None:
    parts = [text_of(f"00-f-qr-code-numeric-value-{n}-qr_chunk_too_small.txt").strip() for n in range(17)]
    assert judged("\n".join(parts), keys) == GOOD
    assert judged("\n".join(reversed(parts)), keys) == GOOD
    assert judged("\n".join(parts[:-1]), keys) == Reason.BAD_ENCODING


def test_parts_that_no_code_can_hold(keys: dict[str, Any]) -> None:
    parts = [text_of(f"02-f-qr-code-numeric-value-{n}-qr_chunk_too_big.txt").strip() for n in range(2)]
    assert judged("\n".join(parts), keys) == Reason.TOO_LARGE


@pytest.mark.parametrize("name", ["shlink-link.txt", "shlink-payload.txt", "test-example-00-a-short-refs.json"])
def test_links_and_unsigned_parts_are_no_certificates(name: str, keys: dict[str, Any]) -> None:
    assert judged((FOLDER / name).read_text("utf-8"), keys) == Reason.NOT_A_CERTIFICATE


@pytest.mark.parametrize(("name", "expected"), PAYLOADS.items())
def test_payloads_once_signed(name: str, expected: Reason | None) -> None:
    payload = text_of(f"00-b-jws-payload-expanded-{name}.json").encode()
    header = json.dumps({"zip": "DEF", "alg": "ES256", "kid": "k"}).encode()
    parts = f"{encode_base64url(header)}.{encode_base64url(deflate.compress_raw(payload))}"
    key = ec.generate_private_key(ec.SECP256R1())
    signature = signatures.sign(algorithm="ES256", private_key=key, data=parts.encode())
    envelope = open_text(f"{parts}.{encode_base64url(signature)}")
    if expected is None:
        assert len(shc.read(envelope, None).doses) == 2
        return
    with pytest.raises(TrustError) as refused:
        shc.read(envelope, None)
    assert refused.value.reason is expected
