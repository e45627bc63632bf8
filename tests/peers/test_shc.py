"""SMART Health Cards: public and own ones, judged by two readers of others as by us.

kill-the-clipboard judges a card whole, with issuer, dates, type and revocation; shc checks the signature by any
key with the card's key id.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from passport.trust.anchors import parse_keys
from passport.trust.jwk import as_jwk, read_jwk, thumbprint
from passport.trust.revocation_lists import import_revocations
from tests.forging import ISSUED, NOW, context_of
from tests.fuzz.codes import CARD_ISSUER, Signer, codes_of, context_for
from tests.peers.altering import altered
from tests.peers.asking import Comparison
from tests.peers.ours import signed, valid

JUDGED = {"kill-the-clipboard": valid, "shc": signed}  # what a reader judges of a card
SIGNER = Signer("XA")
DAY = timedelta(days=1)
ISSUER = "https://spec.smarthealth.cards/examples/issuer"
CLOCK = datetime(2022, 5, 31, tzinfo=UTC)  # of the public cards
NO_CREDENTIALS = ("fhirBundle", "jws-payload", "jwspayload", "non-dm", "short-refs")

# Where a reader of others judges a public card differently: what it does there. The specification says as we do.
_UNCOMPRESSED = "takes a payload that is not compressed"
_ANY_ISSUER = "takes the key of one issuer for another's card"
_BYTE_ORDER_MARK = "skips a byte order mark before the claims, which are then no JSON"
KNOWN = {
    "kill-the-clipboard": {
        "00-d-jws-bad-fhir-metadata.txt": "does not look at the code system of a vaccine, here a made-up one",
        "00-d-jws-no_deflate.txt": _UNCOMPRESSED,
        "00-e-file-no_deflate.smart-health-card": _UNCOMPRESSED,
        "00-d-jws-utf8_bom_prefix.txt": _BYTE_ORDER_MARK,
    },
    "shc": {
        "00-d-jws-issuer-not-valid-with-smart-key.txt": _ANY_ISSUER,
        "00-d-jws-jws_too_long.txt": _ANY_ISSUER,
        "00-e-file-bad_jwks.smart-health-card": _ANY_ISSUER,
        "00-e-file-invalid_issuer_url.smart-health-card": _ANY_ISSUER,
        "00-e-file-invalid_issuer_url_http.smart-health-card": _ANY_ISSUER,
        "00-e-file-issuer_url_with_trailing_slash.smart-health-card": _ANY_ISSUER,
        "00-e-file-jws_too_long.smart-health-card": _ANY_ISSUER,
        "00-d-jws-utf8_bom_prefix.txt": _BYTE_ORDER_MARK,
        "00-f-qr-code-numeric-value-0-index-out-of-range.txt": "is given the card alone, without its number",
    },
}


def cards(path: Path) -> Iterator[str]:
    """The cards in a public file, read without the code under test."""
    text = path.read_text("utf-8").strip()
    if not text.startswith("{"):
        yield text
        return
    file = json.loads(text)
    yield from file.get("verifiableCredential", ())
    for parameter in file.get("parameter", ()):
        if parameter["name"] == "verifiableCredential":
            yield parameter["valueString"]


@pytest.mark.conformance
@pytest.mark.parametrize("peer", JUDGED)
def test_public_cards(peer: str, public: Path, tmp_path: Path) -> None:
    keys = json.loads((public / "shc" / "issuer" / "jwks.json").read_text("utf-8"))["keys"]
    known = parse_keys(
        json.dumps({"keys": keys}).encode(), source="keys", issuer=ISSUER, kid=None, withdrawn=False, now=CLOCK
    )
    context = context_of(known.anchors, folder=tmp_path, trust_updated_at=CLOCK)
    compared = Comparison()
    for path in sorted((public / "shc").glob("test-example-*[txtjsondare]")):
        if any(mark in path.name for mark in NO_CREDENTIALS):
            continue
        for number, text in enumerate(cards(path)):
            name = path.name.removeprefix("test-example-") + (f" {number}" if number else "")
            case = {"text": text, "issuer": ISSUER, "keys": keys, "at": CLOCK.isoformat()}
            compared.add(name, case, ours=JUDGED[peer](text, context=context, now=CLOCK))
    assert len(compared.cases) == 60
    assert sum(compared.ours.values()) >= 8
    assert compared.differing(peer) == KNOWN[peer].keys()


@pytest.fixture
def jwk() -> dict[str, Any]:
    """The key with which `Signer` XA signs cards."""
    key = next(anchor.key for anchor in SIGNER.anchors() if anchor.key.key_id == "card-key")
    return as_jwk(key.public_key) | {"kid": key.key_id, "alg": "ES256", "use": "sig"}


@pytest.mark.parametrize("peer", JUDGED)
def test_one_byte_changed(peer: str, jwk: dict[str, Any], tmp_path: Path) -> None:
    compared, context = Comparison(), context_for(SIGNER, tmp_path)
    for number, code in enumerate(codes_of(SIGNER)["shc"]):
        for what, text in {"good": code.text, **altered(code, format="shc")}.items():
            judged = JUDGED[peer](text, context=context, now=NOW)
            assert judged is (what == "good")
            case = {"text": text, "issuer": CARD_ISSUER, "keys": [jwk], "at": NOW.isoformat()}
            compared.add(f"{number} {what}", case, ours=judged)
    assert compared.differing(peer) == set()


def test_cards_that_are_signed_and_not_good(jwk: dict[str, Any], tmp_path: Path) -> None:
    """Expired, revoked (all, or those issued before a moment), and without the type of a card."""
    issued = int(ISSUED.timestamp())
    rids = ["gone", f"older.{issued - 60}", f"newer.{issued + 60}"]
    crl = {"kid": jwk["kid"], "method": "rid", "ctr": 1, "rids": rids}
    by_thumbprint = crl | {"kid": thumbprint(read_jwk(jwk))}  # the one name under which the reader looks for a list
    import_revocations(tmp_path, [("crl", json.dumps(crl).encode())], issuer=CARD_ISSUER, production=False, now=NOW)
    compared, context = Comparison(), context_for(SIGNER, tmp_path)
    code = codes_of(SIGNER)["shc"][0]
    subject = code.content["vc"]
    for name, changes, good in (
        ("good until tomorrow", {"exp": int((NOW + DAY).timestamp())}, True),
        ("expired yesterday", {"exp": int((NOW - DAY).timestamp())}, False),
        ("revoked", {"vc": subject | {"rid": "gone"}}, False),
        ("issued after the moment", {"vc": subject | {"rid": "older"}}, True),
        ("issued before the moment", {"vc": subject | {"rid": "newer"}}, False),
        ("not revoked", {"vc": subject | {"rid": "kept"}}, True),
        ("no health card", {"vc": subject | {"type": subject["type"][1:]}}, False),
    ):
        text = code.sign(code.content | changes)
        judged = valid(text, context=context, now=NOW)
        assert judged is good, name
        case = {"text": text, "issuer": CARD_ISSUER, "keys": [jwk], "crls": [by_thumbprint], "at": NOW.isoformat()}
        compared.add(name, case, ours=judged)
    assert compared.differing("kill-the-clipboard") == set()
