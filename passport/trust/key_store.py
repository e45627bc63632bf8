"""The file of imported keys, `trust/keys.json`: every anchor, and how old what was imported is.

The age is that of the newest list: what comes as a single key says nothing of the others, and makes none younger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from passport.domain.verdict import utc_text
from passport.errors import InputError, Refusal
from passport.trust.entries import read_entry, write_entry
from passport.trust.files import json_bytes, read_json, write_whole
from passport.trust.keys import Anchor


def keyring_file(keys_dir: Path) -> Path:
    """Where imported keys are stored."""
    return keys_dir / "trust" / "keys.json"


@dataclass(frozen=True, slots=True)
class StoredKeys:
    """What `keys.json` holds: the anchors, when anything was imported last, how old its lists are.

    `lists_at` is the date of the newest list of any form, `list_date` that of the newest signed one.
    """

    anchors: tuple[Anchor, ...] = ()
    updated_at: datetime | None = None
    lists_at: datetime | None = None
    list_date: datetime | None = None

    @property
    def dated(self) -> datetime | None:
        """The age of the ring: that of its lists, where only single keys ever came that of the last of them."""
        return self.lists_at or self.updated_at

    def with_signed(self, dated: datetime | None) -> StoredKeys:
        """The same after a signed list of that date was taken."""
        return (
            self
            if dated is None
            else replace(
                self,
                updated_at=_later(self.updated_at, dated),
                lists_at=_later(self.lists_at, dated),
                list_date=_later(self.list_date, dated),
            )
        )

    def with_plain(self, count: int, now: datetime) -> StoredKeys:
        """The same after an import of `count` keys that came in other forms; several are a list, one is none."""
        return (
            self
            if not count
            else replace(
                self,
                updated_at=_later(self.updated_at, now),
                lists_at=_later(self.lists_at, now) if count > 1 else self.lists_at,
            )
        )


def _later(known: datetime | None, new: datetime) -> datetime:
    return max(known or new, new)


def read_keys(keys_dir: Path) -> StoredKeys:
    """What was imported under `keys_dir`; raises InputError (bad_key_file) when its file was spoilt."""
    path = keyring_file(keys_dir)
    if not path.exists():
        return StoredKeys()
    try:
        stored = read_json(path.read_bytes())
        return StoredKeys(
            anchors=tuple(_anchor(entry) for entry in stored["keys"]),
            updated_at=_instant(stored["updated_at"]),
            lists_at=_instant(stored.get("lists_at")),  # earlier versions did not tell lists from keys
            list_date=_instant(stored["list_date"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(Refusal.BAD_KEY_FILE, f"{path.name}: {error}") from error


def write_keys(keys_dir: Path, stored: StoredKeys, anchors: Iterable[Anchor]) -> None:
    """Replaces the file: `anchors` with the dates of `stored`; the caller holds the lock of `files.writing`."""
    document = {
        "updated_at": utc_text(stored.updated_at),
        "lists_at": utc_text(stored.lists_at),
        "list_date": utc_text(stored.list_date),
        "keys": [write_entry(anchor) | {"signs_lists": anchor.signs_lists} for anchor in anchors],
    }
    write_whole(keyring_file(keys_dir), [json_bytes(document)])


def _anchor(entry: Any) -> Anchor:
    """An entry with what is said of it here alone; what an earlier version wrote says of no key that it signs lists."""
    return replace(read_entry(entry), signs_lists=entry.get("signs_lists") is True)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
