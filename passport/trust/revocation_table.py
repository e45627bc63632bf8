"""Millions of revoked hashes in one sorted file that is looked up where it lies.

A record is the first 16 bytes of a SHA-256, an instant and flags, 21 bytes in all; the file is mapped into memory,
so ten million records cost 210 MB of disk and next to no memory.
"""

from __future__ import annotations

import mmap
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from struct import Struct
from typing import NamedTuple

from passport.trust.files import sync_folder, write_whole

DIGEST = 16  # bytes of SHA-256; dgc-gateway RevocationBatchDto: the first 128 bits
_RECORD = Struct(">16sIB")
_REPLACED, _EARLIER_ONLY = 1, 2
_RUN = 500_000  # records sorted in memory at a time


class Record(NamedTuple):
    """One revoked hash.

    `at` is when, in seconds since 1970, 0 where the list did not say; `earlier_only` spares what was issued
    from `at` on.
    """

    digest: bytes
    at: int = 0
    replaced: bool = False
    earlier_only: bool = False

    @property
    def moment(self) -> datetime | None:
        """`at` as an instant, None where the list did not say."""
        return datetime.fromtimestamp(self.at, UTC) if self.at else None


class RevocationTable:
    """The records of one file; an absent file is an empty table."""

    def __init__(self, path: Path) -> None:
        self._data: mmap.mmap | bytes = b""
        if path.exists() and path.stat().st_size:
            with path.open("rb") as file:
                self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if len(self._data) % _RECORD.size:
            raise ValueError(f"{path.name} is not whole")

    def __len__(self) -> int:
        return len(self._data) // _RECORD.size

    def __iter__(self) -> Iterator[Record]:
        return (self._record(place) for place in range(len(self)))

    def find(self, digest: bytes) -> Record | None:
        """The record of `digest`, which has 16 bytes."""
        place = self._place(digest)
        if place < len(self) and self._digest(place) == digest:
            return self._record(place)
        return None

    def joined(self, run: list[Record]) -> Iterator[bytes]:
        """The bytes of this table and of `run`, which is sorted, has each digest once and wins over this table."""
        copied = 0
        for record in run:
            place = self._place(record.digest)
            yield self._data[copied * _RECORD.size : place * _RECORD.size]
            yield _pack(record)
            known = place < len(self) and self._digest(place) == record.digest
            copied = place + known
        yield self._data[copied * _RECORD.size :]

    def _place(self, digest: bytes) -> int:
        return bisect_left(range(len(self)), digest, key=self._digest)

    def _digest(self, place: int) -> bytes:
        at = place * _RECORD.size
        return self._data[at : at + DIGEST]

    def _record(self, place: int) -> Record:
        digest, at, flags = _RECORD.unpack_from(self._data, place * _RECORD.size)
        return Record(digest, at, bool(flags & _REPLACED), bool(flags & _EARLIER_ONLY))


def add_records(path: Path, records: Iterable[Record]) -> int:
    """Adds `records` to the file at `path`, all at once for its readers; answers how many hashes are new.

    Nothing is ever taken out, and a record never becomes weaker: what spares later certificates gives way to
    what does not, and of two such limits the later one stands.
    """
    growing = path.with_suffix(".growing")
    growing.unlink(missing_ok=True)
    source, before = path, len(RevocationTable(path))
    incoming = iter(records)
    while chunk := list(islice(incoming, _RUN)):
        table = RevocationTable(source)
        write_whole(growing, table.joined(_run(chunk, table)))
        source = growing
    if source is path:
        return 0
    growing.replace(path)
    sync_folder(path.parent)
    return len(RevocationTable(path)) - before


def _run(chunk: list[Record], table: RevocationTable) -> list[Record]:
    strongest: dict[bytes, Record] = {}
    for record in chunk:
        known = strongest.get(record.digest) or table.find(record.digest)
        strongest[record.digest] = record if known is None else _stronger(known, record)
    return sorted(strongest.values())


def _stronger(known: Record, new: Record) -> Record:
    if known.earlier_only and new.earlier_only:
        return max(known, new)
    return new if known.earlier_only else known


def _pack(record: Record) -> bytes:
    flags = _REPLACED * record.replaced | _EARLIER_ONLY * record.earlier_only
    return _RECORD.pack(record.digest, record.at, flags)
