"""Seals of VDS-NC that carry a certificate other than their signer's (reference/security T21 to T23)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from passport.codecs.rfc4648 import encode_base64url
from passport.domain.verdict import Outcome
from passport.errors import Reason
from passport.verifying.verify import verify
from tests.forging import NOW
from tests.fuzz.codes import Signer, codes_of, context_for


def carrying(text: str, certificate: bytes) -> str:
    seal: dict[str, Any] = json.loads(text)
    return json.dumps({"data": seal["data"], "sig": seal["sig"] | {"cer": encode_base64url(certificate)}})


@pytest.mark.parametrize("certificate", [b"", b"\0", Signer("XB").der, Signer("XA").der[:-1], Signer("XA").der + b"\0"])
def test_only_the_signers_own_certificate_is_taken(certificate: bytes, tmp_path: Path) -> None:
    """The ring holds the same key for cards and passes too, where it has no certificate at all."""
    signer = Signer("XA")
    context = context_for(signer, tmp_path)
    text = codes_of(signer)["vdsnc"][0].text
    assert verify(carrying(text, signer.der), context=context, now=NOW).outcome is Outcome.VALID
    verdict = verify(carrying(text, certificate), context=context, now=NOW)
    assert verdict.reason is Reason.UNKNOWN_ISSUER
    assert verdict.certificate is None


def test_the_key_of_another_format_signs_no_seal(tmp_path: Path) -> None:
    """A key that was imported for one issuer of cards cannot speak for a state by leaving the certificate out."""
    issuer, state = Signer("XA"), Signer("XB")
    context = context_for(issuer, tmp_path)
    for certificate in (b"", state.der):
        verdict = verify(carrying(codes_of(issuer)["vdsnc"][0].text, certificate), context=context, now=NOW)
        assert verdict.reason is Reason.UNKNOWN_ISSUER
