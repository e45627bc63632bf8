"""`flask bench`: what the service does in a second, as a ratio to a peer measured in the same run.

Machines are shared and noisy: rounds of ours and of the peer alternate, and the median of each counts.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import click
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from passport.cli import bench_coverage, bench_import, bench_linkage, bench_revocation
from passport.cli.output import emit_json, emit_table, json_option, told
from passport.codecs import signatures
from passport.domain.certificate import DoseStatement, Draft, Holder
from passport.domain.dates import PartialDate
from passport.domain.names import Transliterated
from passport.errors import InputError, Refusal
from passport.formats import hc1, uvci
from passport.formats.table import open_text
from passport.house import clock
from passport.rendering.qr import qr_png
from passport.rendering.reading import read_codes

ROUNDS = 15
ROUND_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Measured:
    """One benchmark: calls a second of ours and of the peer, and ours divided by the peer's."""

    name: str
    ours: float
    peer: str
    peers: float

    @property
    def ratio(self) -> float:
        """Ours divided by the peer's."""
        return self.ours / self.peers


def _rate(work: Callable[[], object]) -> float:
    done, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < ROUND_SECONDS:
        work()
        done += 1
    return done / spent


def _against(name: str, ours: Callable[[], object], peer: str, theirs: Callable[[], object]) -> Measured:
    rounds = [(_rate(ours), _rate(theirs)) for _ in range(ROUNDS)]
    mine, other = (statistics.median(rates) for rates in zip(*rounds, strict=True))
    return Measured(name, mine, peer, other)


class _Work:
    """A certificate of an invented person, and the bare operations that peers are."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.algorithm = ec.ECDSA(hashes.SHA256())
        now = clock().replace(microsecond=0)
        self.draft = Draft(
            identifier=uvci.make(country="XX", issuer="BENCH", opaque="0123456789ABCDEF"),
            issuer_country="XX",
            issuer_name="Bench",
            holder=Holder("Nguyễn", "Văn Mẫu", Transliterated("NGUYEN", "VAN<MAU"), PartialDate(1990, 1, 2)),
            dose=DoseStatement(
                "840539006", "1119349007", "EU/1/20/1528", "ORG-100030215", 2, 2, date(2026, 1, 2), "XX"
            ),
            issued_at=now,
            expires_at=now + timedelta(days=365),
        )
        self.text = self.encode()
        self.envelope = open_text(self.text)
        self.der = self.key.sign(self.envelope.signed, self.algorithm)
        self.picture = qr_png(self.text)

    def encode(self) -> str:
        return hc1.encode(
            self.draft,
            sign=lambda data: signatures.sign(algorithm="ES256", private_key=self.key, data=data),
            algorithm="ES256",
            key_id=b"01234567",
        )

    def check(self) -> object:
        envelope = open_text(self.text)
        good = signatures.verify(
            algorithm=envelope.algorithm,
            public_key=self.key.public_key(),
            signature=envelope.signature,
            signed=envelope.signed,
        )
        assert good
        return hc1.read(envelope, None)

    def bare_verify(self) -> object:
        return self.key.public_key().verify(self.der, self.envelope.signed, self.algorithm)

    def bare_sign(self) -> object:
        return self.key.sign(self.envelope.signed, self.algorithm)


def _check(work: _Work) -> list[Measured]:
    return [_against("check", work.check, "bare ECDSA verification", work.bare_verify)]


def _sign(work: _Work) -> list[Measured]:
    return [_against("sign", work.encode, "bare ECDSA signature", work.bare_sign)]


def _symbol(work: _Work) -> list[Measured]:
    peer = "writing the same picture"
    return [_against("read-picture", lambda: read_codes(work.picture), peer, lambda: qr_png(work.text))]


def _coverage(_work: _Work) -> list[Measured]:
    return [Measured("coverage", *bench_coverage.measure())]


def _linkage(_work: _Work) -> list[Measured]:
    return [Measured(name, *rates) for name, rates in bench_linkage.measure().items()]


def _import(_work: _Work) -> list[Measured]:
    return [Measured("import", *bench_import.measure())]


def _revocation(_work: _Work) -> list[Measured]:
    return [Measured("revocation", *bench_revocation.measure())]


BENCHES: dict[str, Callable[[_Work], list[Measured]]] = {"check": _check, "sign": _sign, "read-picture": _symbol}
# Minutes each, so only when named.
ON_REQUEST: dict[str, Callable[[_Work], list[Measured]]] = {
    "import": _import,
    "coverage": _coverage,
    "linkage": _linkage,
    "revocation": _revocation,
}


@click.command("bench")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@json_option
@told
def COMMAND(names: tuple[str, ...], as_json: bool) -> None:  # noqa: N802  # every module here exports its command so
    """Measures the service against peers in one run; prints ratios."""
    known = BENCHES | ON_REQUEST
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise InputError(Refusal.BAD_OPTION, f"NAME: one of {', '.join(known)}")
    work = _Work()
    done = [measured for name in names or BENCHES for measured in known[name](work)]
    if as_json:
        emit_json(
            [
                {"name": m.name, "per_second": m.ours, "peer": m.peer, "peer_per_second": m.peers, "ratio": m.ratio}
                for m in done
            ]
        )
    else:
        emit_table(
            ("name", "a second", "peer", "a second", "ratio"),
            ((m.name, f"{m.ours:.2f}", m.peer, f"{m.peers:.2f}", f"{m.ratio:.2f}") for m in done),
        )
