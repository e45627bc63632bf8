"""The book of imported lists of revocations: whose they are, and which edition was the last.

A list is never replaced by an older edition of itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from passport.domain.verdict import utc_text
from passport.errors import InputError, Refusal
from passport.trust.files import json_bytes, read_json, write_whole
from passport.trust.revoked import Range, Revoked, instant, read_range, write_range


@dataclass(frozen=True, slots=True)
class ListNote:
    """What the book holds of one list: whose it is and how far it had come."""

    format: str
    issuer: str | None
    key_id: str | None
    hash_type: str | None
    version: int | None
    dated: datetime | None
    entries: int
    imported_at: datetime

    @property
    def identity(self) -> tuple[str | None, ...]:
        """What a newer edition of the same list has in common with it."""
        return self.format, self.issuer, self.key_id, self.hash_type

    def as_dict(self) -> dict[str, Any]:
        """The note as JSON types."""
        return {
            "format": self.format,
            "issuer": self.issuer,
            "key_id": self.key_id,
            "hash_type": self.hash_type,
            "version": self.version,
            "dated": utc_text(self.dated),
            "entries": self.entries,
            "imported_at": utc_text(self.imported_at),
        }


def book_file(keys_dir: Path) -> Path:
    """Where the book is kept."""
    return keys_dir / "revocations" / "lists.json"


@dataclass(slots=True)
class ListBook:
    """Every list that was imported, and the ranges that signed lists told."""

    version: int = 0  # how many lists were ever taken
    updated_at: datetime | None = None
    notes: list[ListNote] = field(default_factory=list)
    ranges: list[tuple[Range, Revoked]] = field(default_factory=list)

    @classmethod
    def read(cls, keys_dir: Path) -> ListBook:
        """The book under `keys_dir`; raises InputError (bad_key_file) when it was spoilt."""
        path = book_file(keys_dir)
        if not path.exists():
            return cls()
        try:
            stored = read_json(path.read_bytes())
            return cls(
                version=stored["version"],
                updated_at=_instant(stored["updated_at"]),
                notes=[_note(note) for note in stored["lists"]],
                ranges=[read_range(told) for told in stored["ranges"]],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(Refusal.BAD_KEY_FILE, f"{path.name}: {error}") from error

    def write(self, keys_dir: Path) -> None:
        """Replaces the book on disk."""
        document = {
            "version": self.version,
            "updated_at": utc_text(self.updated_at),
            "lists": [note.as_dict() for note in self.notes],
            "ranges": [write_range(told, revoked) for told, revoked in self.ranges],
        }
        write_whole(book_file(keys_dir), [json_bytes(document)])

    def take(self, note: ListNote) -> None:
        """Notes a list in place of its older edition; raises ValueError when `note` is the older one."""
        before = next((n for n in self.notes if n.identity == note.identity), None)
        if before is not None:
            if _edition(note) < _edition(before):
                raise ValueError("older than the edition of this list that was imported before")
            self.notes.remove(before)
            if note.version is None and note.dated is None:  # a list without editions only ever grows
                note = replace(note, entries=note.entries + before.entries)
        self.notes.append(note)
        self.version += 1
        self.updated_at = max(filter(None, (self.updated_at, note.dated or note.imported_at)))


def _edition(note: ListNote) -> tuple[int, datetime]:
    return note.version or 0, note.dated or datetime.min.replace(tzinfo=UTC)


def _note(stored: Mapping[str, Any]) -> ListNote:
    return ListNote(
        format=stored["format"],
        issuer=stored["issuer"],
        key_id=stored["key_id"],
        hash_type=stored["hash_type"],
        version=stored["version"],
        dated=_instant(stored["dated"]),
        entries=stored["entries"],
        imported_at=instant(stored["imported_at"]),
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else instant(text)
