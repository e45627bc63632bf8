"""What a check rests on: keys, revocations and rules as they lie in the key folder, and how old they may be."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from passport.rules.rulesets import RuleStore, rules_file
from passport.trust.key_store import keyring_file
from passport.trust.keyring import Keyring
from passport.trust.own_revocations import own_file
from passport.trust.revocation import Revocations
from passport.trust.revocation_book import book_file
from passport.trust.revocation_lists import table_file
from passport.trust.signer_records import signers_file


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a check needs beside the text and the clock; no database, no passphrase, no network.

    `changed_at` is when a file of the key folder last changed, alike for every process that reads it; None where
    nothing was read from there.
    """

    keyring: Keyring
    revocations: Revocations
    rules: RuleStore
    zone: ZoneInfo
    trust_max_age: timedelta
    revocation_max_age: timedelta
    icvp_claim: int
    changed_at: datetime | None = None


class ContextSource:
    """The context of this moment: what has changed in the key folder is read anew, the rest is kept.

    An import by another process, or a revocation recorded by this one, counts from the next check on. Production
    leaves out the keys of test issuers.
    """

    def __init__(
        self,
        *,
        keys_dir: Path,
        zone: ZoneInfo,
        trust_max_age: timedelta,
        revocation_max_age: timedelta,
        icvp_claim: int,
        production: bool,
    ) -> None:
        self._zone = zone
        self._trust_max_age = trust_max_age
        self._revocation_max_age = revocation_max_age
        self._icvp_claim = icvp_claim
        self._keyring = _Read(
            (signers_file(keys_dir), keyring_file(keys_dir)), lambda: Keyring.load(keys_dir, production=production)
        )
        self._revocations = _Read(
            (own_file(keys_dir), book_file(keys_dir), table_file(keys_dir)), lambda: Revocations.load(keys_dir)
        )
        self._rules = _Read((rules_file(keys_dir),), lambda: RuleStore.load(keys_dir))
        self._lock = threading.Lock()
        self._context: Context | None = None

    def current(self) -> Context:
        """The context in force; safe in several threads. Raises InputError (bad_key_file) for a file that is spoilt."""
        context = self._context
        if context is not None and not any(part.changed() for part in self._parts):
            return context
        with self._lock:
            for part in self._parts:
                part.refresh()
            self._context = Context(
                keyring=self._keyring.value,
                revocations=self._revocations.value,
                rules=self._rules.value,
                zone=self._zone,
                trust_max_age=self._trust_max_age,
                revocation_max_age=self._revocation_max_age,
                icvp_claim=self._icvp_claim,
                changed_at=max((at for part in self._parts if (at := part.changed_at)), default=None),
            )
            return self._context

    @property
    def _parts(self) -> tuple[_Read[Keyring], _Read[Revocations], _Read[RuleStore]]:
        return self._keyring, self._revocations, self._rules


_T = TypeVar("_T")
_Trace = tuple[int, int, int] | None


class _Read(Generic[_T]):
    """What was read from some files, and how they looked then."""

    def __init__(self, files: tuple[Path, ...], load: Callable[[], _T]) -> None:
        self._files = files
        self._load = load
        self._traces: tuple[_Trace, ...] = ()
        self.value: _T

    def changed(self) -> bool:
        return self._traces != self._look()

    @property
    def changed_at(self) -> datetime | None:
        """When one of the files last changed before it was read."""
        moments = [trace[2] for trace in self._traces if trace]
        return datetime.fromtimestamp(max(moments) / 1e9, UTC) if moments else None

    def refresh(self) -> None:
        # Looked at before the files are read: what changes meanwhile is noticed by the next check.
        traces = self._look()
        if traces != self._traces:
            self.value = self._load()
            self._traces = traces

    def _look(self) -> tuple[_Trace, ...]:
        return tuple(_trace(file) for file in self._files)


def _trace(file: Path) -> _Trace:
    """Number, size and time of change of a file; None where there is none."""
    try:
        stat = os.stat(file)
    except FileNotFoundError:  # nothing was imported there yet
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
