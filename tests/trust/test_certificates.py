"""Genuine signer certificates of the public test data, some of which strict parsers refuse."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from passport.domain.certificate import Kind
from passport.trust.certificates import load_certificate, read_certificate
from tests.forging import Authority

ROOT = Path(__file__).resolve().parents[2]
CONFORMANCE = Path(os.environ.get("CONFORMANCE_DIR", ROOT / ".." / "shared" / "conformance"))
NOW = datetime(2026, 11, 21, tzinfo=UTC)
ALL = frozenset(Kind)

pytestmark = pytest.mark.conformance


@pytest.fixture(scope="module", autouse=True)
def _public_data() -> None:
    if not (CONFORMANCE / "dgc").is_dir():
        if os.environ.get("CI"):
            pytest.fail("the public test data are absent: set CONFORMANCE_DIR")
        pytest.skip("the public test data are absent: set CONFORMANCE_DIR")


def _certificates(pattern: str) -> Iterator[bytes]:
    for path in sorted((CONFORMANCE / "dgc").glob(pattern)):
        context = json.loads(path.read_text("utf-8"))["TESTCTX"]
        if context.get("CERTIFICATE"):
            yield base64.b64decode(context["CERTIFICATE"])


def _kinds(der: bytes) -> frozenset[Kind] | None:
    return read_certificate(der, country=None, key_id=None, withdrawn_at=None, now=NOW).key.kinds


@pytest.mark.parametrize(
    ("case", "kinds"),
    [
        ("CO6", {Kind.TEST}),
        ("CO7", {Kind.TEST}),
        ("CO8", {Kind.VACCINATION}),
        ("CO9", {Kind.VACCINATION}),
        ("CO10", {Kind.RECOVERY}),
        ("CO11", {Kind.RECOVERY}),
        ("CO15", None),
    ],
)
def test_key_usage_cases(case: str, kinds: set[Kind] | None) -> None:
    (der,) = _certificates(f"common/{case}.json")
    assert _kinds(der) == kinds


def test_finnish_certificates_with_a_default_written_out() -> None:
    certificates = list(_certificates("FI/*.json"))
    assert len(certificates) == 10
    assert {_kinds(der) for der in certificates} == {ALL}


def test_every_certificate_can_be_trusted_and_none_is_an_authority() -> None:
    anchors = [
        read_certificate(der, country=None, key_id=None, withdrawn_at=None, now=NOW)
        for der in _certificates("*/*.json")
    ]
    assert len(anchors) == 97
    assert not any(a.authority for a in anchors)
    assert {a.key.kinds for a in anchors} <= {
        None,
        ALL,
        frozenset({Kind.TEST}),
        frozenset({Kind.VACCINATION}),
        frozenset({Kind.RECOVERY}),
    }


def test_barcode_signers_of_the_vdsnc_samples() -> None:
    australia = None
    for example in json.loads((CONFORMANCE / "vdsnc" / "examples.json").read_text("utf-8")):
        text = example["sig"]["cer"]
        der = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        key = read_certificate(der, country=None, key_id=None, withdrawn_at=None, now=NOW).key
        assert key.allows(Kind.VACCINATION, format="vdsnc")
        if key.country == "AU":
            australia = key
    assert australia is not None
    assert australia.barcode_signer
    assert not australia.allows(Kind.VACCINATION, format="hc1")


def test_a_certificate_of_a_version_that_does_not_exist() -> None:
    der = Authority().certificate.public_bytes(Encoding.DER)
    version = bytes.fromhex("a003020102")  # [0] INTEGER 2, which is version 3
    assert der.count(version) == 1
    assert load_certificate(der)
    with pytest.raises(ValueError, match="not a certificate"):
        load_certificate(der.replace(version, bytes.fromhex("a00302013b")))


def test_a_certificate_whose_name_is_broken() -> None:
    der = Authority(country="XA").certificate.public_bytes(Encoding.DER)
    country = bytes.fromhex("06035504061302") + b"XA"  # countryName, a PrintableString of two letters
    assert der.count(country) == 2
    with pytest.raises(ValueError, match="not a certificate"):
        load_certificate(der.replace(country, bytes.fromhex("06035504060302") + b"XA"))  # now a bit string
