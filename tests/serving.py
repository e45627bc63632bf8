"""The real application for tests of pages: a migrated database, a trusted demo issuer, codes that end in every way."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apiflask import APIFlask
from cryptography.hazmat.primitives.serialization import Encoding
from werkzeug.serving import make_server

from passport.app import create_app
from passport.demo import samples
from passport.demo.codes import ID_CARD
from passport.demo.samples import Expected, Sample
from passport.domain.verdict import heading_of, outcome_of
from passport.errors import Reason, Sentence
from passport.rules.rulesets import DEMO_RULES, import_rules
from passport.trust.keyring import import_keys
from tests.forging import Authority, repack, unpack, vaccination

NAME, BORN = "Nguyễn Văn An", "1990-01-02"
DAYS_SINCE = 100  # from the last dose to today


@dataclass(frozen=True, slots=True)
class Codes:
    """One text for each end of a check, all of the same invented person."""

    valid: str
    partial: str  # one dose of two
    forged: str  # another name under the old signature
    expired: str
    unknown: str  # of an issuer that nobody trusts
    markup: str  # valid, and its holder's name is HTML
    identity_card: str = ID_CARD


def application(folder: Path, template: Path, **environ: str) -> APIFlask:
    """The application on a copy of the migrated database `template`, its files under `folder`."""
    shutil.copy(template, folder / "passport.db")
    return create_app(
        {
            "PASSPORT_DATABASE_URL": f"sqlite:///{folder / 'passport.db'}",
            "PASSPORT_INSTANCE_DIR": str(folder),
            "PASSPORT_KEYS_DIR": str(folder / "keys"),
        }
        | environ
    )


def trusted_codes(keys_dir: Path) -> Codes:
    """Makes a demo issuer of XA, trusts it together with XA's rules, and writes its codes for today's clock."""
    now = datetime.now(UTC)
    long = timedelta(days=700)
    issuer = Authority(organisation="DEMO Ministry of XA", not_before=now - long, not_after=now + long)
    stranger = Authority(country="XB", not_before=now - long, not_after=now + long)
    import_keys(
        keys_dir, [("xa.pem", issuer.certificate.public_bytes(Encoding.PEM))], production=False, now=datetime.now(UTC)
    )
    import_rules(keys_dir, [DEMO_RULES], now=now)

    def code(of: Authority, *, lasts: int = 365, **changes: object) -> str:
        given = (now - timedelta(days=DAYS_SINCE)).date().isoformat()
        content = vaccination(**{"dt": given, **changes})
        issued, ends = now - timedelta(days=30), now + timedelta(days=lasts)
        return of.code(content, claims={4: int(ends.timestamp()), 6: int(issued.timestamp())})

    valid, other = code(issuer), code(issuer, gn="Thị Giả")
    return Codes(
        valid=valid,
        partial=code(issuer, dn=1),
        forged=repack([*unpack(other)[:3], unpack(valid)[3]]),
        expired=code(issuer, lasts=-2),
        unknown=code(stranger),
        markup=code(issuer, fn="<b>An</b>", gn='<img src=x onerror="document.title=1">'),
    )


def store_samples(folder: Path, codes: Codes) -> None:
    """Lays cards for `/demo`: a good one, one for each reason above, and a good one under old lists."""

    def card(number: int, credential: str, reason: Reason | None, lists_days: int | None = None) -> Sample:
        title = Sentence(f"Mẫu số {number}", f"Sample number {number}")
        expected = Expected(outcome_of(reason), reason, heading_of(reason))
        return Sample(f"card-{number}", title, credential, expected, card=number, lists_days=lists_days)

    samples.store(
        folder,
        [
            card(1, codes.valid, None),
            card(4, codes.forged, Reason.BAD_SIGNATURE),
            card(5, codes.expired, Reason.EXPIRED),
            card(8, codes.unknown, Reason.UNKNOWN_ISSUER),
            card(9, codes.identity_card, Reason.NOT_A_CERTIFICATE),
            card(10, codes.valid, Reason.LISTS_STALE, lists_days=30),
        ],
    )


@contextmanager
def served(app: APIFlask) -> Iterator[str]:
    """Serves the application on a free port of the loopback; answers its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
