"""Faulty and foreign codes on purpose: one for each way in which a check can end, for training and for tests.

The foreign authorities are invented: XA is trusted, XB is not, XC was trusted and is withdrawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from passport.codecs import base45, cbor, cose, deflate
from passport.domain.certificate import DoseStatement, Draft, Holder
from passport.domain.dates import PartialDate
from passport.domain.names import Transliterated
from passport.formats import hc1, uvci
from passport.trust.passphrase import read_passphrase
from passport.trust.signer_records import list_signers
from passport.trust.signers import Signer, active_signer, create_signer

_PREFIX = "HC1:"
_ALGORITHM, _KEY_ID = 1, 4  # COSE header labels
_ES256, _EDDSA = -7, -8
_EXPIRES, _ISSUED, _HCERT, _DCC = 4, 6, -260, 1  # CWT claims
ID_CARD = "037190009999|097900999|Người Mẫu|02011990|Nữ|Thôn Mẫu, Xã Mẫu, Tỉnh Mẫu|01012024"
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Authority:
    """An invented authority of another country, with the certificate that its verifiers would import."""

    country: str
    name: str
    signer: Signer

    @property
    def certificate(self) -> bytes:
        """Its document-signer certificate in PEM."""
        return self.signer.certificate.public_bytes(Encoding.PEM)


def authority(folder: Path, *, country: str, name: str, now: datetime) -> Authority:
    """The authority whose keys lie in `folder`; made there when absent."""
    passphrase = read_passphrase(folder, file=None, production=False)
    if not list_signers(folder):
        create_signer(folder, country=country, issuer_name=name, passphrase=passphrase, now=now, test=True)
    return Authority(country, name, active_signer(folder, passphrase=passphrase, now=now, production=False))


def foreign_certificate(of: Authority, *, now: datetime) -> str:
    """A good certificate of an invented traveller, two doses, signed by a foreign authority."""
    holder = Holder("Beispiel", "Robin", Transliterated("BEISPIEL", "ROBIN"), PartialDate(1985, 4, 12))
    return _signed(_draft(of, holder=holder, now=now, expires_at=now + _YEAR), of.signer)


def outliving_its_key(of: Authority, *, now: datetime) -> str:
    """A certificate that says it is good for longer than the key that signed it."""
    holder = Holder("Mẫu", "Hạn Dài", Transliterated("MAU", "HAN<DAI"), PartialDate(1991, 6, 1))
    return _signed(_draft(of, holder=holder, now=now, expires_at=of.signer.not_after + _YEAR), of.signer)


def renamed(text: str) -> str:
    """The certificate in `text` with another name and the old signature."""

    def rename(claims: dict[Any, Any]) -> None:
        name = claims[_HCERT][_DCC]["nam"]
        name["gn"], name["gnt"] = "Kẻ Mạo Danh", "KE<MAO<DANH"

    return _changed(text, rename)


def test_signed_by_vaccination_key(text: str, signer: Signer) -> str:
    """A test result under a key that may sign vaccinations only."""

    def as_test(claims: dict[Any, Any]) -> None:
        dcc = claims[_HCERT][_DCC]
        dose = dcc.pop("v")[0]
        sampled = f"{dose['dt']}T08:00:00Z"
        kept = {name: dose[name] for name in ("tg", "co", "is", "ci")}
        dcc["t"] = [kept | {"tt": "LP6464-4", "sc": sampled, "tr": "260415000", "tc": "Phòng xét nghiệm mẫu"}]

    return _changed(text, as_test, signer=signer)


def two_statements(text: str, signer: Signer) -> str:
    """A certificate with two entries, which no verifier may take."""

    def doubled(claims: dict[Any, Any]) -> None:
        claims[_HCERT][_DCC]["v"] *= 2

    return _changed(text, doubled, signer=signer)


def other_algorithm(text: str, signer: Signer) -> str:
    """A certificate that names an algorithm outside the format."""
    return _changed(text, lambda claims: None, signer=signer, algorithm=_EDDSA)


def not_compressed(text: str) -> str:
    """The same bytes without compression."""
    return _PREFIX + base45.encode(_open(text))


def not_cose() -> str:
    """Well encoded and compressed, and nothing a certificate could be."""
    return _PREFIX + base45.encode(deflate.compress(cbor.dumps({"hello": "world"})))


def misspelt(text: str) -> str:
    """A text with a character that base45 does not know."""
    return text[:40] + "é" + text[41:]


def _open(text: str) -> bytes:
    return deflate.inflate(base45.decode(text.removeprefix(_PREFIX)))


def _changed(
    text: str, change: Callable[[dict[Any, Any]], None], *, signer: Signer | None = None, algorithm: int = _ES256
) -> str:
    """The text with changed claims: signed anew by `signer`, else with the signature it had."""
    parts = cose.parse(_open(text))
    claims = cbor.loads(parts.payload)
    change(claims)
    protected = {_ALGORITHM: algorithm, _KEY_ID: parts.header(_KEY_ID)}
    sign = signer.sign if signer else lambda _data: parts.signature
    sealed = cose.sign1(protected=protected, payload=cbor.dumps(claims), sign=sign)
    return _PREFIX + base45.encode(deflate.compress(sealed))


def _draft(of: Authority, *, holder: Holder, now: datetime, expires_at: datetime) -> Draft:
    given: date = (now - timedelta(days=90)).date()
    return Draft(
        identifier=uvci.make(country=of.country, issuer="MAU", opaque=f"{holder.transliterated.family}{of.country}"),
        issuer_country=of.country,
        issuer_name=of.name,
        holder=holder,
        dose=DoseStatement(
            disease="840539006",
            vaccine="1119349007",
            product="EU/1/20/1528",
            manufacturer="ORG-100030215",
            number=2,
            of=2,
            date=given,
            country=of.country,
        ),
        issued_at=now - timedelta(days=1),
        expires_at=expires_at,
    )


def _signed(draft: Draft, signer: Signer) -> str:
    return hc1.encode(draft, sign=signer.sign, algorithm=signer.algorithm, key_id=bytes.fromhex(signer.key_id))
