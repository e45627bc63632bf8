"""Millions of revoked hashes in one sorted file that is looked up where it lies.

A record is three whole numbers of 64 bits in the machine's byte order: the halves of a hash, and an instant with
flags. The file is mapped into memory, so ten million records cost 240 MB of disk and next to no memory.
"""

from __future__ import annotations

import mmap
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import reduce
from itertools import groupby
from pathlib import Path
from struct import Struct
from typing import NamedTuple

from passport.trust.files import write_whole

DIGEST = 16  # bytes of SHA-256; dgc-gateway RevocationBatchDto: the first 128 bits
_ROW = Struct("=QQQ")
_DIGEST = Struct(">QQ")
_REPLACED, _EARLIER_ONLY, _FLAG_BITS = 1, 2, 2

_Row = tuple[int, int, int]


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
        data: mmap.mmap | bytes = b""
        if path.exists() and path.stat().st_size:
            with path.open("rb") as file:
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if len(data) % _ROW.size:
            raise ValueError(f"{path.name} is not whole")
        self._bytes = memoryview(data)
        self._numbers = self._bytes.cast("Q")
        self._firsts = self._numbers[::3]
        self._count = len(self._firsts)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Record]:
        return (_record(self._row(place)) for place in range(len(self)))

    def find(self, digest: bytes) -> Record | None:
        """The record of `digest`, which has 16 bytes."""
        first, second = _DIGEST.unpack(digest)
        place = self._place(first, second)
        row = self._row(place) if place < self._count else None
        return _record(row) if row is not None and row[:2] == (first, second) else None

    def joined(self, incoming: Iterable[_Row]) -> Iterator[bytes | memoryview]:
        """The bytes of this table and of rows that come sorted, each hash once."""
        copied = 0
        for row in incoming:
            place = self._place(*row[:2])
            yield self._bytes[copied * _ROW.size : place * _ROW.size]
            copied = place
            if place < len(self) and self._row(place)[:2] == row[:2]:
                row = _stronger(self._row(place), row)
                copied += 1
            yield _ROW.pack(*row)
        yield self._bytes[copied * _ROW.size :]

    def _place(self, first: int, second: int) -> int:
        place = bisect_left(self._firsts, first)
        while place < self._count and self._firsts[place] == first and self._numbers[3 * place + 1] < second:
            place += 1
        return place

    def _row(self, place: int) -> _Row:
        first, second, rest = self._numbers[3 * place : 3 * place + 3]
        return first, second, rest


def add_records(path: Path, records: Iterable[Record]) -> int:
    """Adds `records` to the file at `path`, all at once for its readers; answers how many hashes are new.

    Nothing is ever taken out, and a record never becomes weaker: what spares later certificates gives way to
    what does not, and of two such limits the later one stands.
    """
    table = RevocationTable(path)
    write_whole(path, table.joined(_sorted(records)))
    return len(RevocationTable(path)) - len(table)


def _sorted(records: Iterable[Record]) -> Iterator[_Row]:
    """Rows in order, each hash once; parted by first byte, so that few of them are objects at a time."""
    heaps = [bytearray() for _ in range(256)]
    for record in records:
        first, second = _DIGEST.unpack(record.digest)
        flags = _REPLACED * record.replaced | _EARLIER_ONLY * record.earlier_only
        heaps[record.digest[0]] += _ROW.pack(first, second, record.at << _FLAG_BITS | flags)
    for heap in heaps:
        rows = sorted(_ROW.iter_unpack(heap))
        heap.clear()
        for _, same in groupby(rows, key=lambda row: row[:2]):
            yield reduce(_stronger, same)


def _stronger(known: _Row, new: _Row) -> _Row:
    """The row that revokes more: without a limit of time, else with the later one; else the one known before."""
    if known[2] & _EARLIER_ONLY and new[2] & _EARLIER_ONLY:
        return max(known, new)
    return new if known[2] & _EARLIER_ONLY else known


def _record(row: _Row) -> Record:
    first, second, rest = row
    return Record(_DIGEST.pack(first, second), rest >> _FLAG_BITS, bool(rest & _REPLACED), bool(rest & _EARLIER_ONLY))
