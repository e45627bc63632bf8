"""Writes small .xls workbooks record by record, so that the old format is tested on real bytes."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def xls_book(
    rows: Sequence[Sequence[str | float]],
    *,
    formulas: Mapping[tuple[int, int], float] | None = None,
    streams: Sequence[str] = (),
    locked: bool = False,
    far_cell: tuple[int, int] | None = None,
) -> bytes:
    """A BIFF8 workbook of one sheet in a compound file; `streams` are further empty streams by name."""
    cells = b""
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, str):
                text = value.encode("utf-16-le")
                cells += _record(0x0204, struct.pack("<HHHHB", r, c, 0, len(value), 1) + text)
            else:
                cells += _record(0x0203, struct.pack("<HHHd", r, c, 0, value))
    for (r, c), cached in (formulas or {}).items():
        expression = struct.pack("<BH", 0x1E, 1)  # the constant 1
        body = struct.pack("<HHHdHIH", r, c, 0, cached, 0, 0, len(expression)) + expression
        cells += _record(0x0006, body)
    if far_cell is not None:
        cells += _record(0x0203, struct.pack("<HHHd", *far_cell, 0, 1.0))
    cells += _record(0x00BD, struct.pack("<HHHIHIH", len(rows) + 1, 0, 0, 0, 0, 0, 1))  # two numbers in one record
    bof = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)
    name = "Danh sách"
    head = (
        _record(0x0809, bof)
        + (_record(0x002F, b"\0" * 6) if locked else b"")
        + _record(0x0042, struct.pack("<H", 1200))
    )
    bound_size = 4 + 4 + 1 + 1 + 1 + 1 + 2 * len(name)
    offset = len(head) + bound_size + 4
    bound = _record(0x0085, struct.pack("<IBBBB", offset, 0, 0, len(name), 1) + name.encode("utf-16-le"))
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)) + cells + _record(0x000A, b"")
    book = head + bound + _record(0x000A, b"") + sheet
    return compound_file({"Workbook": book.ljust(4096, b"\0"), **dict.fromkeys(streams, b"\0" * 4096)})


def compound_file(streams: Mapping[str, bytes], *, small: bool = False) -> bytes:
    """A compound file ([MS-CFB] version 3); `small` puts the first stream into the stream of small ones."""
    table: list[int] = []
    body = b""
    entries = []

    def place(data: bytes) -> int:
        nonlocal body
        first, count = len(table), max(1, -(-len(data) // SECTOR))
        table.extend([*range(first + 1, first + count), _END])
        body += data.ljust(count * SECTOR, b"\0")
        return first

    small_table, small_first, root = _END, 0, (_END, 0)
    for number, (name, data) in enumerate(streams.items()):
        if small and number == 0:
            count = -(-len(data) // 64)
            chain = [*range(1, count), _END]
            small_table = place(struct.pack(f"<{len(chain)}I", *chain).ljust(SECTOR, b"\xff"))
            root = (place(data.ljust(count * 64, b"\0")), count * 64)
            entries.append(_entry(name, 2, small_first, len(data)))
        else:
            entries.append(_entry(name, 2, place(data), len(data)))
    listing = b"".join([_entry("Root Entry", 5, *root), *entries])
    directory = place(listing.ljust(-(-len(listing) // SECTOR) * SECTOR, b"\0"))
    table.append(_FAT)
    header = struct.pack("<8s16sHHHHH6xIIIIIIIII", bytes.fromhex("d0cf11e0a1b11ae1"), b"", 0x3E, 3, 0xFFFE, 9, 6, 0, 1,
                         directory, 0, 4096, small_table, 1 if small else 0, _END, 0)  # fmt: skip
    header += struct.pack("<109I", len(table) - 1, *[_FREE] * 108)
    assert len(table) <= 128
    return header + body + struct.pack("<128I", *table, *[_FREE] * (128 - len(table)))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _entry(name: str, kind: int, first: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    entry = (
        text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2, kind, 1) + struct.pack("<III", _FREE, _FREE, _FREE)
    )
    return entry.ljust(116, b"\0") + struct.pack("<IQ", first, size)
