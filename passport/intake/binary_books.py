"""Old binary workbooks (.xls): what stands where, read before the spreadsheet reader opens the file.

The container is a compound file ([MS-CFB]); its stream `Workbook` (or `Book`) is a line of records ([MS-XLS]).
Only record headers and cell positions are looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from passport.errors import InputError, Refusal
from passport.intake.survey import Survey

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SECTOR_SHIFTS = (9, 12)  # 512 and 4,096 bytes, the two sizes that [MS-CFB] 2.2 allows

_END_OF_CHAIN = 0xFFFFFFFE
_HEADER_FAT_ENTRIES = 109
_MACROS = {"_VBA_PROJECT_CUR", "VBA", "MACROS"}
_BOUNDSHEET, _BOF, _EOF, _FILEPASS, _MULRK = 0x0085, 0x0809, 0x000A, 0x002F, 0x00BD
_FORMULAS = {0x0006, 0x0206, 0x0406}
_CELLS = _FORMULAS | {0x0203, 0x027E, 0x00FD, 0x0204, 0x00D6, 0x0205}


def survey_binary_book(data: bytes) -> list[Survey]:
    """The survey of each sheet, in the order of the workbook.

    Raises InputError (unreadable_file) for macros and passwords, struct.error, LookupError or ValueError for a
    broken file.
    """
    return list(_sheets(_workbook_stream(_Container.opened(data))))


@dataclass(frozen=True, slots=True)
class _Stream:
    name: str
    first: int
    size: int


@dataclass(frozen=True, slots=True)
class _Container:
    """A compound file: sectors chained by the allocation table, small streams in a stream of their own."""

    data: bytes
    shift: int
    table: tuple[int, ...]
    small_table: tuple[int, ...]
    streams: tuple[_Stream, ...]
    small: bytes

    @classmethod
    def opened(cls, data: bytes) -> _Container:
        (shift,) = struct.unpack_from("<H", data, 0x1E)
        if not data.startswith(SIGNATURE) or shift not in SECTOR_SHIFTS:
            raise IndexError("no compound file")
        directory, first_small, next_table = (struct.unpack_from("<I", data, at)[0] for at in (0x30, 0x3C, 0x44))
        sectors = list(struct.unpack_from(f"<{_HEADER_FAT_ENTRIES}I", data, 0x4C))
        per_sector = (1 << shift) // 4
        for _ in range(len(data) >> shift):
            if next_table >= _END_OF_CHAIN:
                break
            *more, next_table = struct.unpack_from(f"<{per_sector}I", data, (next_table + 1) << shift)
            sectors += more
        table = tuple(
            entry
            for sector in sectors
            if sector < _END_OF_CHAIN
            for entry in struct.unpack_from(f"<{per_sector}I", data, (sector + 1) << shift)
        )
        bare = cls(data, shift, table, (), (), b"")
        streams = tuple(_directory(bare.chained(directory)))
        small_table = bare.chained(first_small)
        root = streams[0]
        return cls(
            data,
            shift,
            table,
            struct.unpack(f"<{len(small_table) // 4}I", small_table),
            streams[1:],
            bare.chained(root.first)[: root.size],
        )

    def chained(self, first: int) -> bytes:
        size = 1 << self.shift
        return b"".join(self.data[(s + 1) * size : (s + 2) * size] for s in _chain(self.table, first))

    def read(self, stream: _Stream) -> bytes:
        (cutoff,) = struct.unpack_from("<I", self.data, 0x38)
        if stream.size >= cutoff:
            return self.chained(stream.first)[: stream.size]
        parts = (self.small[s * 64 : (s + 1) * 64] for s in _chain(self.small_table, stream.first))
        return b"".join(parts)[: stream.size]


def _chain(table: tuple[int, ...], first: int) -> Iterator[int]:
    for _ in range(len(table) + 1):
        if first >= _END_OF_CHAIN:
            return
        yield first
        first = table[first]
    raise IndexError("a chain without an end")


def _directory(data: bytes) -> Iterator[_Stream]:
    for at in range(0, len(data) - 127, 128):
        (length,) = struct.unpack_from("<H", data, at + 0x40)
        name = data[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le")
        first, size = struct.unpack_from("<II", data, at + 0x74)
        if name:
            yield _Stream(name, first, size)


def _workbook_stream(container: _Container) -> bytes:
    by_name = {stream.name.upper(): stream for stream in container.streams}
    if _MACROS & by_name.keys():
        raise InputError(Refusal.UNREADABLE_FILE, "macros", variant="macros")
    book = by_name.get("WORKBOOK") or by_name.get("BOOK")
    if book is None:
        raise InputError(Refusal.UNREADABLE_FILE, "no workbook inside, or a password", variant="locked")
    return container.read(book)


def _sheets(stream: bytes) -> Iterator[Survey]:
    for kind, body in _records(stream, 0):
        if kind == _FILEPASS:
            raise InputError(Refusal.UNREADABLE_FILE, "a password", variant="locked")
        if kind == _BOUNDSHEET:
            yield _sheet(stream, struct.unpack_from("<I", body)[0])


def _sheet(stream: bytes, at: int) -> Survey:
    survey = Survey()
    for kind, body in _records(stream, at):
        if kind in _CELLS:
            row, column = struct.unpack_from("<HH", body)
            survey.take(row, column)
            if kind in _FORMULAS:
                survey.mark_formula(row, column)
        elif kind == _MULRK:
            (row,), (last,) = struct.unpack_from("<H", body), struct.unpack_from("<H", body, len(body) - 2)
            survey.take(row, last)
    return survey


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream, those of charts inside it included."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
