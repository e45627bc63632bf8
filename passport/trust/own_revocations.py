"""What we revoked ourselves: a file to which lines are added and from which none is ever taken.

One line is one act: a certificate (by hashes of its identifier) or a whole range of certificates. The number of lines
is the version of our list.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from passport.domain.verdict import utc_text
from passport.errors import InputError, Refusal
from passport.formats.uvci import normalise
from passport.trust.files import PUBLIC, read_json, sync_folder, writing
from passport.trust.revocation_table import DIGEST


@dataclass(frozen=True, slots=True)
class Revoked:
    """That something is revoked: since when, where it is known, and whether a newer certificate took its place."""

    at: datetime | None
    replaced: bool


@dataclass(frozen=True, slots=True)
class Range:
    """All certificates that agree with everything given here; at least one of the first three must be given.

    `issuer` is compared with the issuer's name and with its country, `identifier_prefix` with the beginning of the
    normalised identifier (which names the site); `issued_from` is inclusive, `issued_until` exclusive.
    """

    issuer: str | None = None
    key_id: str | None = None
    identifier_prefix: str | None = None
    issued_from: datetime | None = None
    issued_until: datetime | None = None

    def covers(
        self,
        *,
        identifier: str | None,
        country: str | None,
        key_id: str,
        issuer: str | None,
        issued_at: datetime | None,
    ) -> bool:
        """Whether a certificate lies in the range; one without a time of issue lies in every span of time."""
        return (
            (self.issuer is None or self.issuer in (issuer, country))
            and (self.key_id is None or self.key_id == key_id)
            and (self.identifier_prefix is None or normalise(identifier or "").startswith(self.identifier_prefix))
            and (self.issued_from is None or issued_at is None or issued_at >= self.issued_from)
            and (self.issued_until is None or issued_at is None or issued_at < self.issued_until)
        )

    def as_dict(self) -> dict[str, Any]:
        """The range as JSON types."""
        return {
            "issuer": self.issuer,
            "key_id": self.key_id,
            "identifier_prefix": self.identifier_prefix,
            "issued_from": utc_text(self.issued_from),
            "issued_until": utc_text(self.issued_until),
        }

    @classmethod
    def from_dict(cls, members: Any) -> Range:
        """The range that `as_dict` wrote; raises ValueError for anything else and for one without bounds."""
        if not isinstance(members, dict):
            raise ValueError("not a range of certificates")
        read = cls(
            issuer=_text(members, "issuer"),
            key_id=_text(members, "key_id"),
            identifier_prefix=normalise(_text(members, "identifier_prefix") or "") or None,
            issued_from=_instant(members, "issued_from"),
            issued_until=_instant(members, "issued_until"),
        )
        if not (read.issuer or read.key_id or read.identifier_prefix):
            raise ValueError("a range names an issuer, a key or the beginning of identifiers")
        return read


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """One of our own revoked certificates; `uci` is the hash of its identifier as printed, for DCC batches."""

    digest: bytes
    uci: bytes
    revoked: Revoked


@dataclass(slots=True)
class OwnRevocations:
    """Our own list as it stands; `version` never goes back."""

    version: int = 0
    certificates: dict[bytes, OwnCertificate] = field(default_factory=dict)
    ranges: list[tuple[Range, Revoked]] = field(default_factory=list)


def own_file(keys_dir: Path) -> Path:
    """Where our own revocations are kept."""
    return keys_dir / "revocations" / "own.jsonl"


def digest_of(text: str) -> bytes:
    """The first 16 bytes of SHA-256 of a text, by which every list here compares."""
    return hashlib.sha256(text.encode()).digest()[:DIGEST]


def record_own(keys_dir: Path, *, identifier: str, at: datetime, replaced: bool) -> None:
    """Revokes one of our certificates for good; returns when that outlives a power cut. Doing it twice is harmless."""
    hashes = {"hash": digest_of(normalise(identifier)).hex(), "uci": digest_of(identifier).hex()}
    _append(keys_dir, {**hashes, "at": utc_text(at), "replaced": replaced})


def record_range(keys_dir: Path, *, revoked: Range, at: datetime) -> None:
    """Revokes every certificate in a range for good; raises InputError (bad_option) for one without bounds."""
    try:
        bounded = Range.from_dict(revoked.as_dict())
    except ValueError as error:
        raise InputError(Refusal.BAD_OPTION, str(error)) from error
    _append(keys_dir, {"range": bounded.as_dict(), "at": utc_text(at)})


def read_own(keys_dir: Path) -> OwnRevocations:
    """Our own list; raises InputError (bad_key_file) when a whole line of it cannot be read."""
    path = own_file(keys_dir)
    own = OwnRevocations()
    if not path.exists():
        return own
    whole, _, _torn = path.read_bytes().rpartition(b"\n")  # a torn last line was never acknowledged
    for line in whole.splitlines():
        own.version += 1
        try:
            _take(own, read_json(line))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(Refusal.BAD_KEY_FILE, f"{path.name}, line {own.version}: {error}") from error
    return own


def instant(text: str) -> datetime:
    """An instant with its zone; raises ValueError for anything else."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment


def _text(members: Mapping[str, Any], name: str) -> str | None:
    value = members.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} is not text")
    return value


def _instant(members: Mapping[str, Any], name: str) -> datetime | None:
    text = _text(members, name)
    return None if text is None else instant(text)


def _take(own: OwnRevocations, line: Mapping[str, Any]) -> None:
    at = instant(line["at"])
    if "range" in line:
        own.ranges.append((Range.from_dict(line["range"]), Revoked(at=at, replaced=False)))
        return
    digest = bytes.fromhex(line["hash"])
    certificate = OwnCertificate(digest, bytes.fromhex(line["uci"]), Revoked(at=at, replaced=line["replaced"]))
    own.certificates.setdefault(digest, certificate)


def _append(keys_dir: Path, line: Mapping[str, Any]) -> None:
    path = own_file(keys_dir)
    with writing(path.parent):
        new = not path.exists()
        handle = os.open(path, os.O_RDWR | os.O_CREAT, PUBLIC)
        with os.fdopen(handle, "r+b") as file:
            file.truncate(file.read().rfind(b"\n") + 1)
            file.seek(0, os.SEEK_END)
            file.write(json.dumps(line, sort_keys=True).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if new:
            sync_folder(path.parent)
