"""NZ COVID Passes: the specification's examples and own ones, judged by two verifiers of others as by us.

nzcp judges a pass whole, cwt its signature alone.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from passport.trust.anchors import parse_keys
from passport.trust.jwk import as_jwk
from tests.forging import NOW, context_of
from tests.fuzz.codes import PASS_ISSUER, Signer, codes_of, context_for
from tests.peers.altering import altered
from tests.peers.asking import Comparison
from tests.peers.ours import signed, valid

JUDGED = {"nzcp": valid, "cwt-nzcp": signed}  # what a verifier judges of a pass
CLOCK = datetime(2021, 11, 15, tzinfo=UTC)  # of the examples


def did_of(issuer: str, key_id: str, jwk: dict[str, Any]) -> dict[str, Any]:
    """The DID document of an issuer with one key."""
    method = {"id": f"{issuer}#{key_id}", "controller": issuer, "type": "JsonWebKey2020", "publicKeyJwk": jwk}
    return {"id": issuer, "verificationMethod": [method], "assertionMethod": [method["id"]]}


@pytest.mark.conformance
@pytest.mark.parametrize("peer", JUDGED)
def test_the_examples(peer: str, public: Path, tmp_path: Path) -> None:
    did = json.loads((public / "nzcp" / "valid" / "did.json").read_text("utf-8"))
    jwk = json.loads((public / "nzcp" / "valid" / "jwk.json").read_text("utf-8"))
    known = parse_keys(json.dumps(did).encode(), source="did", issuer=None, kid=None, withdrawn=False, now=CLOCK)
    context = context_of(known.anchors, folder=tmp_path, trust_updated_at=CLOCK)
    compared = Comparison()
    for path in sorted((public / "nzcp").glob("*/*.txt")):
        text = path.read_text("utf-8").strip()
        case = {"text": text, "did": did, "jwk": jwk, "key_id": "key-1", "at": CLOCK.isoformat()}
        compared.add(path.stem, case, ours=JUDGED[peer](text, context=context, now=CLOCK))
    assert len(compared.cases) == 7
    assert compared.ours["nzcp"]
    assert compared.differing(peer) == set()


@pytest.mark.parametrize("peer", JUDGED)
def test_one_byte_changed(peer: str, tmp_path: Path) -> None:
    signer = Signer("XA")
    context = context_for(signer, tmp_path)
    key = next(anchor.key for anchor in signer.anchors() if anchor.key.key_id == "pass-key")
    jwk = as_jwk(key.public_key)
    did = did_of(PASS_ISSUER, key.key_id, jwk)
    compared = Comparison()
    for number, code in enumerate(codes_of(signer)["nzcp"]):
        for what, text in {"good": code.text, **altered(code, format="nzcp")}.items():
            judged = JUDGED[peer](text, context=context, now=NOW)
            assert judged is (what == "good")
            case = {"text": text, "did": did, "jwk": jwk, "key_id": key.key_id, "at": NOW.isoformat()}
            compared.add(f"{number} {what}", case, ours=judged)
    assert compared.differing(peer) == set()
