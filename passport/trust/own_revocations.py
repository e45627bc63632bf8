"""What we revoked ourselves: a file to which lines are added and from which none is ever taken.

One line is one act: a certificate (by hashes of its identifier) or a range of certificates. The number of lines is the
version of our list. Beside it lies an index of all but the newest lines, a sorted table that is made anew now and
then, so that millions of lines cost no more to open than a few thousand.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from passport.domain.verdict import utc_text
from passport.errors import InputError, Refusal
from passport.formats.uvci import normalise
from passport.trust.files import PUBLIC, json_bytes, read_json, require_storable, sync_folder, write_whole, writing
from passport.trust.revocation_table import DIGEST, Record, RevocationTable, add_records
from passport.trust.revoked import Range, Revoked, instant, read_range, write_range

TAIL_LIMIT = 1024 * 1024  # bytes of lines outside the index, about five thousand; read in a fraction of a second
LINE_LIMIT = 16 * 1024  # bytes; a range of three longest texts, every character escaped, is under 8 kB


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """One of our own revoked certificates; `uci` is the hash of its identifier as printed, for DCC batches."""

    digest: bytes
    uci: bytes
    revoked: Revoked


@dataclass(frozen=True, slots=True)
class _Index:
    """How far the index reaches: bytes and lines of the file, and the ranges among them."""

    covered: int = 0
    lines: int = 0
    ranges: tuple[tuple[Range, Revoked], ...] = ()


@dataclass(slots=True)
class OwnRevocations:
    """Our own list as it stood when it was opened; `version` never goes back."""

    path: Path
    table: RevocationTable
    version: int = 0
    ranges: list[tuple[Range, Revoked]] = field(default_factory=list)
    newest: dict[bytes, Revoked] = field(default_factory=dict)

    @classmethod
    def read(cls, keys_dir: Path) -> OwnRevocations:
        """Our own list; raises InputError (bad_key_file) when a whole line of it cannot be read."""
        path = own_file(keys_dir)
        index = _read_index(path)
        try:
            table = RevocationTable(_table_file(path))
        except ValueError as error:
            raise InputError(Refusal.BAD_KEY_FILE, str(error)) from error
        own = cls(path=path, table=table, version=index.lines, ranges=list(index.ranges))
        for act in _acts(path, index):
            own.version += 1
            if isinstance(act, OwnCertificate):
                own.newest.setdefault(act.digest, act.revoked)
            else:
                own.ranges.append(act)
        return own

    def find(self, digest: bytes) -> Revoked | None:
        """What revokes the certificate whose normalised identifier has this hash; of two acts the first counts."""
        record = self.table.find(digest)
        return Revoked(record.moment, record.replaced) if record else self.newest.get(digest)

    def certificates(self) -> Iterator[OwnCertificate]:
        """Every revoked certificate, each once, in the order of the acts; reads the whole file."""
        seen: set[bytes] = set()
        for act in _acts(self.path, _Index()):
            if isinstance(act, OwnCertificate) and act.digest not in seen:
                seen.add(act.digest)
                yield act

    def __len__(self) -> int:
        return len(self.table) + sum(self.table.find(digest) is None for digest in self.newest)


def own_file(keys_dir: Path) -> Path:
    """Where our own revocations are kept."""
    return keys_dir / "revocations" / "own.jsonl"


def digest_of(text: str) -> bytes:
    """The first 16 bytes of SHA-256 of a text, by which every list here compares."""
    return hashlib.sha256(text.encode()).digest()[:DIGEST]


def record_own(keys_dir: Path, *, identifier: str, at: datetime, replaced: bool) -> None:
    """Revokes one of our certificates for good; returns when that outlives a power cut. Doing it twice is harmless."""
    record_each(keys_dir, identifiers=[identifier], at=at, replaced=replaced)


def record_each(keys_dir: Path, *, identifiers: Iterable[str], at: datetime, replaced: bool) -> None:
    """As `record_own`, for many at once."""
    told = {"at": utc_text(at), "replaced": replaced}
    _append(
        own_file(keys_dir),
        [{"hash": digest_of(normalise(i)).hex(), "uci": digest_of(i).hex(), **told} for i in identifiers],
    )


def record_range(keys_dir: Path, *, revoked: Range, at: datetime) -> None:
    """Revokes every certificate in a range for good; raises InputError (bad_option) for one without bounds.

    A text that no file can hold is refused as well: the line could be read by nobody, and no line is ever taken out.
    """
    for name in ("issuer", "key_id", "identifier_prefix"):
        require_storable(getattr(revoked, name), name=name)
    try:
        bounded = Range.from_dict(revoked.as_dict())
    except ValueError as error:
        raise InputError(Refusal.BAD_OPTION, str(error)) from error
    _append(own_file(keys_dir), [write_range(bounded, Revoked(at=at, replaced=False))])


_Act = OwnCertificate | tuple[Range, Revoked]


def _acts(path: Path, index: _Index) -> Iterator[_Act]:
    """What the whole lines after `index` say; a torn last line was never acknowledged."""
    if not path.exists():
        return
    with path.open("rb") as file:
        file.seek(index.covered)
        for number, line in enumerate(file, start=index.lines + 1):
            if not line.endswith(b"\n"):
                return
            try:
                yield _act(read_json(line))
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(Refusal.BAD_KEY_FILE, f"{path.name}, line {number}: {error}") from error


def _act(line: Mapping[str, Any]) -> _Act:
    if "range" in line:
        return read_range(line)
    revoked = Revoked(at=instant(line["at"]), replaced=bool(line["replaced"]))
    return OwnCertificate(bytes.fromhex(line["hash"]), bytes.fromhex(line["uci"]), revoked)


def _append(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    with writing(path.parent):
        index, new = _read_index(path), not path.exists()
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, PUBLIC), "r+b") as file:
            _drop_torn_line(file)
            file.writelines(json.dumps(line, sort_keys=True).encode() + b"\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        if new:
            sync_folder(path.parent)
        if size - index.covered > TAIL_LIMIT:
            _extend_index(path, index, size=size)


def _drop_torn_line(file: BinaryIO) -> None:
    """Leaves `file` at its end, behind the last whole line."""
    end = file.seek(0, os.SEEK_END)
    start = max(0, end - LINE_LIMIT)
    file.seek(start)
    file.truncate(start + file.read().rfind(b"\n") + 1)
    file.seek(0, os.SEEK_END)


def _extend_index(path: Path, index: _Index, *, size: int) -> None:
    """Takes the newest lines into the index. The table goes first: what it holds twice does no harm."""
    acts = list(_acts(path, index))
    add_records(_table_file(path), _records(acts))
    ranges = [*index.ranges, *(act for act in acts if not isinstance(act, OwnCertificate))]
    document = {
        "covered": size,
        "lines": index.lines + len(acts),
        "ranges": [write_range(told, revoked) for told, revoked in ranges],
    }
    write_whole(_index_file(path), [json_bytes(document)])


def _records(acts: Iterable[_Act]) -> Iterator[Record]:
    for act in acts:
        if isinstance(act, OwnCertificate) and act.revoked.at is not None:
            yield Record(act.digest, int(act.revoked.at.timestamp()), act.revoked.replaced)


def _read_index(path: Path) -> _Index:
    """How far the index reaches; raises InputError (bad_key_file) when it was spoilt or knows more than the file."""
    file = _index_file(path)
    if not file.exists():
        return _Index()
    try:
        stored = read_json(file.read_bytes())
        index = _Index(int(stored["covered"]), int(stored["lines"]), tuple(map(read_range, stored["ranges"])))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(Refusal.BAD_KEY_FILE, f"{file.name}: {error}") from error
    if not path.exists() or path.stat().st_size < index.covered:
        raise InputError(Refusal.BAD_KEY_FILE, f"{path.name} is older than its index: bring back the newest copy")
    return index


def _index_file(path: Path) -> Path:
    return path.with_suffix(".index.json")


def _table_file(path: Path) -> Path:
    return path.with_suffix(".table")
