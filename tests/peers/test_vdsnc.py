"""VDS-NC: seals and the chain above their signers, judged by others as by us.

vds-sdk and rfc8785 with cryptography believe the certificate in the seal and check the signature alone, so that our
key ring trusts that very certificate here; whom to trust is the question of the chain, which openssl answers.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from passport.codecs import jcs, signatures
from passport.codecs.rfc4648 import decode_base64url, encode_base64url
from passport.errors import Reason
from passport.trust.authority import authority_certificate
from passport.trust.certificates import read_certificate
from passport.trust.keys import Anchor
from passport.trust.signers import create_signer
from passport.verifying.verify import verify
from tests.absence import absent
from tests.forging import NOW, context_of
from tests.fuzz.codes import Signer, codes_of
from tests.peers.altering import altered, another_day, another_signature
from tests.peers.asking import Comparison
from tests.peers.ours import signed, valid

VERIFIERS = ("vds-sdk", "rfc8785")
BARCODE_SIGNER = x509.ObjectIdentifier("2.23.136.1.1.14.2")  # ICAO Doc 9303, VDS-NC
YEAR = timedelta(days=365)


def anchor_of(certificate: bytes) -> Anchor:
    return read_certificate(certificate, country=None, key_id=None, withdrawn_at=None, now=NOW)


def backwards(value: Any) -> Any:
    """The same JSON with the members of every object in another order."""
    if isinstance(value, dict):
        return {name: backwards(value[name]) for name in sorted(value, reverse=True)}
    return [backwards(item) for item in value] if isinstance(value, list) else value


def padded(text: str) -> str:
    """A seal with padding in its signature zone, as the public specimens have it: vds-sdk reads no other."""
    whole = json.loads(text)
    zone = {name: value + "=" * (-len(value) % 4) for name, value in whole["sig"].items() if name != "alg"}
    return json.dumps(whole | {"sig": whole["sig"] | zone})


def variants(text: str) -> dict[str, str]:
    """A seal, the same in another order of members, and with one byte of message or signature changed."""
    seal = json.loads(text)
    value = another_signature(decode_base64url(seal["sig"]["sigvl"], padded=True))
    return {
        "good": text,
        "backwards": json.dumps(backwards(seal)),
        "payload": another_day(text.encode()).decode(),
        "signature": json.dumps({"data": seal["data"], "sig": seal["sig"] | {"sigvl": encode_base64url(value)}}),
    }


@pytest.mark.conformance
@pytest.mark.parametrize("peer", VERIFIERS)
def test_the_public_specimens(peer: str, public: Path, tmp_path: Path) -> None:
    compared = Comparison()
    for number, seal in enumerate(json.loads((public / "vdsnc" / "examples.json").read_text("utf-8"))):
        certificate = decode_base64url(seal["sig"]["cer"], padded=True)
        context = context_of([anchor_of(certificate)], folder=tmp_path)
        for what, text in variants(json.dumps(seal)).items():
            judged = signed(text, context=context, now=NOW)
            assert judged is (what in ("good", "backwards"))
            compared.add(f"{number} {what}", {"text": padded(text)}, ours=judged)
    assert len(compared.cases) == 8
    assert compared.differing(peer) == set()


@pytest.mark.parametrize("peer", VERIFIERS)
def test_one_byte_changed(peer: str, tmp_path: Path) -> None:
    signer = Signer("XA")
    context = context_of(signer.anchors(), folder=tmp_path)
    compared = Comparison()
    for number, code in enumerate(codes_of(signer)["vdsnc"]):
        for what, text in {"good": code.text, **altered(code, format="vdsnc")}.items():
            judged = valid(text, context=context, now=NOW)
            assert judged is (what == "good")
            compared.add(f"{number} {what}", {"text": padded(text)}, ours=judged)
    assert compared.differing(peer) == set()


def authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """The authority of Utopia, which anybody may call a key of his own."""
    return authority_certificate(
        key, country="UT", organisation="Ministry of Utopia", not_before=NOW - YEAR, not_after=NOW + YEAR
    )


def barcode_signer(
    key: ec.EllipticCurvePrivateKey, *, above: x509.Certificate, above_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    """A signer of seals beneath `above`."""
    name = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "UT"), x509.NameAttribute(NameOID.COMMON_NAME, "Barcode signer")]
    )
    above_id = above.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(above.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - YEAR)
        .not_valid_after(NOW + YEAR)
        .add_extension(x509.ExtendedKeyUsage([BARCODE_SIGNER]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above_id), critical=False)
        .sign(above_key, hashes.SHA256())
    )


def seal(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> str:
    """A seal of `key` that carries `certificate`."""
    data = codes_of(Signer("XA"))["vdsnc"][0].content
    value = signatures.sign(algorithm="ES256", private_key=key, data=jcs.dumps(data))
    carried = encode_base64url(certificate.public_bytes(Encoding.DER))
    return json.dumps({"data": data, "sig": {"alg": "ES256", "cer": carried, "sigvl": encode_base64url(value)}})


def chained_by_openssl(signer: x509.Certificate, above: x509.Certificate, folder: Path) -> bool:
    """Whether `openssl verify` finds `signer` beneath `above` at the clock of the test."""
    openssl = shutil.which("openssl")
    if openssl is None:
        absent("openssl is not installed")
    for name, certificate in (("above.pem", above), ("signer.pem", signer)):
        (folder / name).write_bytes(certificate.public_bytes(Encoding.PEM))
    options = ("-x509_strict", "-no-CApath", "-no-CAstore", "-attime", str(int(NOW.timestamp())))
    command = [openssl, "verify", *options, "-CAfile", "above.pem", "signer.pem"]
    return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


def test_the_chain_above_a_seal(tmp_path: Path) -> None:
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
    real, namesake = authority(keys[0]), authority(keys[1])
    signer = barcode_signer(keys[2], above=real, above_key=keys[0])
    text = seal(keys[2], signer)
    for above, reason in ((real, None), (namesake, Reason.UNKNOWN_ISSUER)):
        context = context_of([anchor_of(above.public_bytes(Encoding.DER))], folder=tmp_path)
        assert verify(text, context=context, now=NOW).reason is reason
        assert chained_by_openssl(signer, above, tmp_path) is (reason is None)


def test_the_chain_of_our_own_signers(tmp_path: Path) -> None:
    record = create_signer(tmp_path, country="VN", issuer_name="Ministry", passphrase=b"a test's", now=NOW, test=False)
    other = authority(ec.generate_private_key(ec.SECP256R1()))
    assert chained_by_openssl(record.certificate, record.authority, tmp_path)
    assert not chained_by_openssl(record.certificate, other, tmp_path)
