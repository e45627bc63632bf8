"""Lists of revoked certificates that come from outside, in the forms of the field, made into hashes.

DCC batches (dgc-gateway, RevocationBatchDto), SMART Health Cards revocation lists, our own signed list, and a
plain array of identifiers. What cannot be read is refused by itself; nothing that was revoked is ever taken back.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from passport.codecs.rfc4648 import decode_base64url, encode_base64url
from passport.errors import TrustError
from passport.formats.uvci import normalise
from passport.trust import lists
from passport.trust.files import read_json, require_storable, writing
from passport.trust.keyring import Keyring
from passport.trust.keys import TrustedKey
from passport.trust.own_revocations import digest_of
from passport.trust.revocation_book import ListBook, ListNote
from passport.trust.revocation_table import DIGEST, Record, add_records
from passport.trust.revoked import Range, Revoked, instant, read_range

LIST_FILE_LIMIT = 1024 * 1024 * 1024  # bytes; ten million identifiers in JSON are about half of it
IDENTIFIER_LIMIT = 200  # characters; the EU schema allows 80, other formats give no limit
RID_LIMIT = 24  # characters; SMART Health Cards, Revocation
HASH_TYPES = ("UCI", "COUNTRYCODEUCI", "SIGNATURE")
_RID = re.compile(rf"([A-Za-z0-9_-]{{1,{RID_LIMIT}}})(?:\.(\d{{1,10}}))?")
_HASH = re.compile(r"[0-9a-f]{32}")
_PIECE = 1 << 20  # bytes of a long array that are read at a time
_LAST_SECOND = 2**32 - 1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RevocationReport:
    """What an import did: the lists that were read, how many hashes were new or known, and what was refused."""

    lists: tuple[ListNote, ...]
    added: int
    known: int
    refused: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON types."""
        return {
            "added": self.added,
            "known": self.known,
            "lists": [note.as_dict() for note in self.lists],
            "refused": [{"source": source, "reason": reason} for source, reason in self.refused],
        }


@dataclass(slots=True)
class _Read:
    """One list on its way in. `records` can be gone through once the list as a whole was taken."""

    note: ListNote
    records: Iterable[Record]
    ranges: list[tuple[Range, Revoked]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def table_file(keys_dir: Path) -> Path:
    """Where the hashes of imported lists are kept."""
    return keys_dir / "revocations" / "imported.table"


def rid_of(digest: bytes) -> str:
    """The SMART revocation id of one of our certificates: the hash of its random identifier."""
    return encode_base64url(digest)


def own_digest(rid: str) -> bytes | None:
    """The hash that `rid_of` made into `rid`, None for the ids of others."""
    try:
        digest = decode_base64url(rid)
    except TrustError:
        return None
    return digest if len(digest) == DIGEST else None


def rid_digest(key_id: str, rid: str) -> bytes:
    """The hash under which a revocation id of the key `key_id` is kept."""
    return digest_of(f"rid:{key_id}:{rid}")


def import_revocations(
    keys_dir: Path, files: Sequence[tuple[str, bytes]], *, issuer: str | None, production: bool, now: datetime
) -> RevocationReport:
    """Takes every list in `files` (name, bytes) that can be read; their readers see all of them at once.

    `issuer` says whose list it is where the list does not; it limits nothing. In production a test issuer signs no
    list. Raises InputError (bad_option) for an `issuer` that no file can hold.
    """
    require_storable(issuer, name="issuer")
    taken: list[_Read] = []
    refused: list[tuple[str, str]] = []
    with writing(keys_dir / "revocations"):
        book = ListBook.read(keys_dir)
        keys = Keyring.load(keys_dir, production=production).list_signers
        for name, data in files:
            try:
                for read in _read(data, name, issuer, keys, now):
                    book.take(read.note)
                    refused += read.refused
                    taken.append(read)
            except ValueError as error:
                refused.append((name, str(error)))
        added = 0
        if taken:
            added = add_records(table_file(keys_dir), chain.from_iterable(read.records for read in taken))
            known_ranges = {told for told, _ in book.ranges}
            book.ranges += [told for read in taken for told in read.ranges if told[0] not in known_ranges]
            book.write(keys_dir)
    notes = tuple(read.note for read in taken)
    return RevocationReport(notes, added, sum(note.entries for note in notes) - added, tuple(refused))


def _read(data: bytes, source: str, issuer: str | None, keys: Iterable[TrustedKey], now: datetime) -> Iterator[_Read]:
    if len(data) > LIST_FILE_LIMIT:
        raise ValueError(f"larger than {LIST_FILE_LIMIT} bytes")
    data = data.removeprefix(b"\xef\xbb\xbf").strip()
    if lists.looks_sealed(data):
        yield _signed(data, source, keys, now)
    elif re.match(rb'\[\s*["\]]', data):
        yield _identifiers(data, issuer, now)
    else:
        document = read_json(data)
        for part in document if isinstance(document, list) else [document]:
            yield _known_shape(part, source, issuer, now)


def _known_shape(document: Any, source: str, issuer: str | None, now: datetime) -> _Read:
    match document:
        case {"hashType": _, "entries": list()}:
            return _dcc_batch(document, source, now)
        case {"method": _, "rids": list()}:
            return _smart(document, source, issuer, now)
    raise ValueError("neither a DCC batch, a SMART list, a signed list nor an array of identifiers")


def _dcc_batch(batch: Mapping[str, Any], source: str, now: datetime) -> _Read:
    hash_type, country, key_id = batch["hashType"], batch.get("country"), batch.get("kid")
    if hash_type not in HASH_TYPES:
        raise ValueError(f"hashType is none of {', '.join(HASH_TYPES)}")
    if not all(value is None or isinstance(value, str) for value in (country, key_id)):
        raise ValueError("country and kid are text")
    records, refused = _each(batch["entries"], f"{source} entries", _dcc_entry)
    note = ListNote("dcc", country, key_id, hash_type, None, None, len(records), now)
    return _Read(note, records, refused=refused)


def _dcc_entry(entry: Any) -> Record:
    text = entry.get("hash") if isinstance(entry, dict) else None
    if not isinstance(text, str):
        raise ValueError("an entry without a hash")
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("the hash is not base64") from error
    if len(digest) not in (DIGEST, 2 * DIGEST):
        raise ValueError(f"the hash has not the first {DIGEST} bytes of a SHA-256")
    return Record(digest[:DIGEST])


def _smart(document: Mapping[str, Any], source: str, issuer: str | None, now: datetime) -> _Read:
    key_id, version = document.get("kid"), document.get("ctr")
    if document["method"] != "rid":
        raise ValueError("the method of a SMART list is rid")
    if not isinstance(key_id, str) or not key_id:
        raise ValueError("a SMART list names its key")
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        raise ValueError("ctr is not a count")
    records, refused = _each(document["rids"], f"{source} rids", lambda rid: _rid_record(key_id, rid))
    note = ListNote("smart", issuer, key_id, None, version, None, len(records), now)
    return _Read(note, records, refused=refused)


def _rid_record(key_id: str, rid: Any) -> Record:
    match = _RID.fullmatch(rid) if isinstance(rid, str) else None
    if match is None:
        raise ValueError(f"not a revocation id of up to {RID_LIMIT} base64url characters")
    name, moment = match.groups()
    limit = min(int(moment), _LAST_SECOND) if moment else 0
    return Record(rid_digest(key_id, name), at=limit, earlier_only=moment is not None)


def _signed(data: bytes, source: str, keys: Iterable[TrustedKey], now: datetime) -> _Read:
    opened = lists.unseal(data, kind=lists.REVOCATION_LIST, keys=keys, now=now)
    entries, ranges = opened.payload.get("entries"), opened.payload.get("ranges")
    version, issuer = opened.payload.get("version"), opened.payload.get("issuer")
    if not isinstance(entries, list) or not isinstance(ranges, list) or not isinstance(version, int):
        raise ValueError("a signed list holds entries, ranges and a version")
    records, refused = _each(entries, f"{source} entries", _signed_entry)
    told, not_told = _each(ranges, f"{source} ranges", read_range)
    note = ListNote(
        "signed", issuer if isinstance(issuer, str) else None, None, None, version, opened.dated, len(records), now
    )
    return _Read(note, records, ranges=told, refused=refused + not_told)


def _signed_entry(entry: Any) -> Record:
    match entry:
        case {"hash": str(digest), "at": str() | None as at, "replaced": bool(replaced)} if _HASH.fullmatch(digest):
            moment = int(instant(at).timestamp()) if at else 0
            if not 0 <= moment <= _LAST_SECOND:
                raise ValueError("an impossible time")
            return Record(bytes.fromhex(digest), moment, replaced, entry.get("earlier_only") is True)
    raise ValueError("not an entry of a signed list")


def _identifiers(data: bytes, issuer: str | None, now: datetime) -> _Read:
    """A plain array, gone through twice: it is checked as a whole before any of it is taken."""
    count = 0
    for identifier in _texts(data):
        if not isinstance(identifier, str) or not 0 < len(identifier) <= IDENTIFIER_LIMIT:
            raise ValueError(f"entry {count} is not an identifier")
        count += 1
    records = (Record(digest_of(normalise(identifier))) for identifier in _texts(data))
    return _Read(ListNote("identifiers", issuer, None, None, None, None, count, now), records)


def _texts(data: bytes) -> Iterator[Any]:
    """The entries of a JSON array, a piece at a time, so that ten million of them need little memory."""
    start, end = data.index(b"[") + 1, data.rindex(b"]") if data.endswith(b"]") else 0
    if not end:
        raise ValueError("the array does not end")
    while start < end:
        values, start = _piece(data, start, end)
        yield from values


def _piece(data: bytes, start: int, end: int) -> tuple[list[Any], int]:
    """The next entries of an array, and where those after them begin."""
    cut = start + _PIECE
    for _ in range(IDENTIFIER_LIMIT):  # a quote and a comma may also stand inside an identifier, but not more often
        cut = data.find(b'",', cut, end) + 1
        if not cut:
            break
        try:
            return read_json(b"[" + data[start:cut] + b"]"), cut + 1
        except ValueError:
            continue
    return read_json(b"[" + data[start:end] + b"]"), end


def _each(values: Iterable[Any], where: str, read: Callable[[Any], T]) -> tuple[list[T], list[tuple[str, str]]]:
    """What `read` makes of each value, and the values it refuses."""
    good: list[T] = []
    refused: list[tuple[str, str]] = []
    for number, value in enumerate(values):
        try:
            good.append(read(value))
        except ValueError as error:
            refused.append((f"{where}[{number}]", str(error)))
    return good, refused
