"""EU certificates and ICVP: what we issue and what is public, judged by three verifiers of others as by us.

They check the signature by the given certificate, and cwt on request the dates. Compared is therefore whether the
signature step is passed; usage of the key, content and revocation are ours alone.
"""

from __future__ import annotations

import base64
import json
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from passport.demo.samples import load
from passport.domain.verdict import Outcome
from passport.errors import Reason, TrustError
from passport.formats.table import open_text
from passport.trust.certificates import read_certificate
from passport.trust.keyring import Keyring
from passport.trust.keys import hash_key_id
from tests.forging import NOW, context_of
from tests.fuzz.codes import Signer, codes_of, context_for
from tests.peers.altering import altered, altered_container
from tests.peers.asking import Comparison
from tests.peers.ours import signed, valid

VERIFIERS = ("cwt", "dcc-utils", "dcc-sdk")

# Where a verifier of others judges a code differently: what it does there. Specification and suite say as we do.
_BOTH_TAGS = "refuses the tags of CWT and COSE together, which the suite holds sound"
_CONTENT_UNREAD = "believes a signature over something that is no health certificate"
_PREFIX_UNREAD = "does not look at the prefix, which the specification asks for"
_UNCOMPRESSED = "takes a code that is not compressed"
_DATES_UNREAD = "does not look at the dates"
KNOWN = {
    "cwt": {
        "common-CO28": _BOTH_TAGS,
        "common-CBO1": _CONTENT_UNREAD,
        "common-H1": _PREFIX_UNREAD,
        "common-H2": _PREFIX_UNREAD,
    },
    "dcc-utils": {
        "common-CO28": _BOTH_TAGS,
        "common-CO20": "refuses a key id in both headers, which the suite holds sound",
        "common-CO22": "never compares the key id; the protected one is of no key",
        "common-CBO1": _CONTENT_UNREAD,
        "common-H1": _PREFIX_UNREAD,
        "common-H2": _PREFIX_UNREAD,
    },
    "dcc-sdk": {
        "common-CO28": _BOTH_TAGS,
        "common-CBO1": _CONTENT_UNREAD,
        "common-H3": "takes a code without its prefix",
        "common-Z2": _UNCOMPRESSED,
    },
}
KNOWN_SAMPLES = {
    "cwt": {
        "algorithm": "checks with the algorithm of the key, whatever the header names",
        "version": _PREFIX_UNREAD,
    },
    "dcc-utils": {"version": _PREFIX_UNREAD, "expired today": _DATES_UNREAD},
    "dcc-sdk": {"compression": _UNCOMPRESSED, "expired today": _DATES_UNREAD},
}


def case(text: str, certificate: bytes) -> dict[str, Any]:
    """The question whether `certificate` (DER) signed `text`."""
    lines = "\n".join(textwrap.wrap(base64.b64encode(certificate).decode(), 64))
    return {
        "text": text,
        "certificate": f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n",
        "key_id": base64.b64encode(bytes.fromhex(hash_key_id(certificate))).decode(),
    }


def key_id_of(text: str) -> str:
    """The key id in `text`, or none where it cannot be opened."""
    try:
        return open_text(text).key_id
    except TrustError:
        return ""


@pytest.fixture(scope="module")
def public_codes(public: Path, tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """The EU's by their own certificates, and the WHO's, whose signer is not published, by that of somebody else."""
    compared, folder, somebody = Comparison(), tmp_path_factory.mktemp("trust"), Signer("XA")

    def add(name: str, text: str, certificate: bytes) -> None:
        anchor = read_certificate(certificate, country=None, key_id=None, withdrawn_at=None, now=NOW)
        context = context_of([anchor], folder=folder)
        compared.add(name, case(text, certificate), ours=signed(text, context=context, now=NOW))

    for path in sorted((public / "dgc").glob("*/*.json")):
        told = json.loads(path.read_text("utf-8"))
        add(f"{path.parent.name}-{path.stem}", told["PREFIX"], base64.b64decode(told["TESTCTX"]["CERTIFICATE"]))
    for path in sorted((public / "icvp").glob("*QR.txt")):
        add(path.stem, path.read_text("utf-8").strip(), somebody.der)
    assert len(compared.cases) == 97 + 3
    return compared


@pytest.fixture(scope="module")
def issued(prepared: Path) -> Comparison:
    """Every sample of the demo, signed by the service or by an authority of its story; the valid ones also altered."""
    now = datetime.now(UTC)
    context = context_of(Keyring.load(prepared / "keys", production=False).anchors, folder=prepared / "keys")
    certificates = {a.key.key_id: a.certificate for a in context.keyring.anchors if not a.authority and a.certificate}
    compared, own = Comparison(), next(iter(certificates.values()))
    for sample in load(prepared):
        text, certificate = sample.credential, certificates.get(key_id_of(sample.credential), own)
        compared.add(sample.name, case(text, certificate), ours=signed(text, context=context, now=now))
        if sample.expected.reason is Reason.EXPIRED:
            compared.add(f"{sample.name} today", case(text, certificate) | {"dates": True}, ours=False)
        if sample.expected.outcome is Outcome.VALID:
            compared.add(f"{sample.name} today", case(text, certificate) | {"dates": True}, ours=True)
            for what, changed in altered_container(text).items():
                judged = signed(changed, context=context, now=now)
                compared.add(f"{sample.name} {what}", case(changed, certificate), ours=judged)
    return compared


@pytest.mark.conformance
@pytest.mark.parametrize("peer", VERIFIERS)
def test_public_codes(peer: str, public_codes: Comparison) -> None:
    assert public_codes.differing(peer) == KNOWN[peer].keys()


def test_what_the_service_issued_is_good_and_altered_is_not(issued: Comparison) -> None:
    altered_ones = {name for name in issued.ours if name.endswith((" payload", " signature"))}
    good_ones = {name.rpartition(" ")[0] for name in altered_ones}
    assert len(good_ones) >= 3
    assert all(issued.ours[name] for name in good_ones)
    assert not any(issued.ours[name] for name in altered_ones)


@pytest.mark.parametrize("peer", VERIFIERS)
def test_what_the_service_issued(peer: str, issued: Comparison) -> None:
    assert issued.differing(peer) == KNOWN_SAMPLES[peer].keys()


@pytest.mark.parametrize("peer", VERIFIERS)
def test_one_byte_changed(peer: str, tmp_path: Path) -> None:
    signer, compared = Signer("XA"), Comparison()
    context = context_for(signer, tmp_path)
    for format in ("hc1", "icvp"):
        for number, code in enumerate(codes_of(signer)[format]):
            for what, text in {"good": code.text, **altered(code, format=format)}.items():
                judged = valid(text, context=context, now=NOW)
                assert judged is (what == "good")
                compared.add(f"{format} {number} {what}", case(text, signer.der), ours=judged)
    assert compared.differing(peer) == set()
