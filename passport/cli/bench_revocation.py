"""`flask bench revocation`: looking up a certificate among ten million revoked ones, against an indexed database.

The list is taken in by the code behind `flask revocations import`; the peer is SQLite, asked for the same hashes.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from passport.cli.output import say
from passport.house import clock
from passport.trust.revocation import Revocations
from passport.trust.revocation_lists import import_revocations

ENTRIES = 10_000_000  # unless BENCH_ROWS says otherwise
LOOKED_UP = 20_000
_IDENTIFIER = "URN:UVCI:01:XA:BENCH/{:012d}"


def measure() -> tuple[float, str, float]:
    """Look-ups a second of ours, the peer's name, and its look-ups a second; says on stderr what memory ours took."""
    entries = int(os.environ.get("BENCH_ROWS", ENTRIES))
    draw = random.Random(7)  # noqa: S311  # which are asked for, no secret
    asked = [_IDENTIFIER.format(draw.randrange(2 * entries)) for _ in range(LOOKED_UP)]  # half of them are revoked
    with TemporaryDirectory(prefix="bench-revocation-") as name:
        folder, now = Path(name), clock()
        with (folder / "list.json").open("w", encoding="ascii") as file:
            file.write("[" + json.dumps(_IDENTIFIER.format(0)))
            file.writelines(f",{json.dumps(_IDENTIFIER.format(number))}" for number in range(1, entries))
            file.write("]")
        with multiprocessing.get_context("spawn").Pool(1) as pool:  # its memory is the import's alone
            taken_in, import_megabytes = pool.apply(_take_in, (folder, now))
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            ours, found, megabytes = pool.apply(_ours, (folder, asked, now))
        peers, peer_found = _sqlite(folder, asked, entries)
    say(
        f"{taken_in:,} entries taken in with at most {import_megabytes} MB; {found:,} of {len(asked):,} found"
        f" (peer: {peer_found:,}), {1e6 / ours:.0f} µs each, at most {megabytes} MB"
    )
    return ours, "SQLite", peers


def _take_in(folder: Path, now: datetime) -> tuple[int, int]:
    files = [("list.json", (folder / "list.json").read_bytes())]
    report = import_revocations(folder, files, issuer="XA", production=False, now=now)
    return report.added, _megabytes()


def _ours(folder: Path, asked: list[str], now: datetime) -> tuple[float, int, int]:
    revocations = Revocations.load(folder)

    def revoked(identifier: str) -> bool:
        told = revocations.check(
            identifier=identifier, country="XA", stated_country="XA", signature=bytes(64), algorithm="ES256",
            key_id="00" * 8, issuer="XA", issued_at=now, rid=None,
        )  # fmt: skip
        return told is not None

    rate, found = _timed(revoked, asked)
    return rate, found, _megabytes()


def _sqlite(folder: Path, asked: list[str], entries: int) -> tuple[float, int]:
    with closing(sqlite3.connect(folder / "peer.db")) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("CREATE TABLE revoked (digest BLOB PRIMARY KEY) WITHOUT ROWID")
        digests = sorted(sha256(_IDENTIFIER.format(number).encode()).digest()[:16] for number in range(entries))
        connection.executemany("INSERT INTO revoked VALUES (?)", ((digest,) for digest in digests))
        connection.commit()

        def revoked(identifier: str) -> bool:
            digest = sha256(identifier.encode()).digest()[:16]
            return connection.execute("SELECT 1 FROM revoked WHERE digest = ?", (digest,)).fetchone() is not None

        return _timed(revoked, asked)


def _timed(revoked: Callable[[str], bool], asked: list[str]) -> tuple[float, int]:
    sum(map(revoked, asked))  # what is read from disk once is nobody's cost
    start = time.perf_counter()
    found = sum(map(revoked, asked))
    return len(asked) / (time.perf_counter() - start), found


def _megabytes() -> int:
    """The most that was resident, pages of mapped files included."""
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("ascii"))
    assert peak is not None
    return int(peak[1]) // 1024
