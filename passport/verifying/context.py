"""What a check rests on: keys, revocations and rules as they lie in the key folder, and how old they may be."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from passport.rules.rulesets import RuleStore
from passport.trust.keyring import Keyring
from passport.trust.revocation import Revocations

_FOLDERS = ("", "trust", "revocations", "rules")  # beneath the key folder


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a check needs beside the text and the clock; no database, no passphrase, no network."""

    keyring: Keyring
    revocations: Revocations
    rules: RuleStore
    zone: ZoneInfo
    trust_max_age: timedelta
    revocation_max_age: timedelta
    icvp_claim: int


def load_context(
    *,
    keys_dir: Path,
    zone: ZoneInfo,
    trust_max_age: timedelta,
    revocation_max_age: timedelta,
    icvp_claim: int,
    production: bool,
) -> Context:
    """Reads the files under `keys_dir`; production leaves out the keys of test issuers.

    Raises InputError (bad_key_file) for files that cannot be read as what they should be.
    """
    return Context(
        keyring=Keyring.load(keys_dir, production=production),
        revocations=Revocations.load(keys_dir),
        rules=RuleStore.load(keys_dir),
        zone=zone,
        trust_max_age=trust_max_age,
        revocation_max_age=revocation_max_age,
        icvp_claim=icvp_claim,
    )


class ContextSource:
    """The context of this moment: read once, read anew when a file under the key folder has changed.

    An import by another process, or a revocation recorded by this one, counts from the next check on.
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
        self._keys_dir = keys_dir
        self._zone = zone
        self._trust_max_age = trust_max_age
        self._revocation_max_age = revocation_max_age
        self._icvp_claim = icvp_claim
        self._production = production
        self._lock = threading.Lock()
        self._read: tuple[_Traces, Context] | None = None

    def current(self) -> Context:
        """The context in force; safe in several threads."""
        traces = _traces(self._keys_dir)
        read = self._read
        if read is not None and read[0] == traces:
            return read[1]
        with self._lock:
            # Looked at before the files are read: what changes meanwhile is noticed by the next check.
            traces = _traces(self._keys_dir)
            if self._read is None or self._read[0] != traces:
                self._read = (traces, self._load())
            return self._read[1]

    def _load(self) -> Context:
        return load_context(
            keys_dir=self._keys_dir,
            zone=self._zone,
            trust_max_age=self._trust_max_age,
            revocation_max_age=self._revocation_max_age,
            icvp_claim=self._icvp_claim,
            production=self._production,
        )


_Traces = tuple[tuple[str, int, int, int], ...]


def _traces(keys_dir: Path) -> _Traces:
    """Name, file number, size and time of change of every file that a context is read from."""
    traces = []
    for folder in _FOLDERS:
        try:
            with os.scandir(keys_dir / folder) as entries:
                for entry in entries:
                    stat = entry.stat()
                    traces.append((entry.path, stat.st_ino, stat.st_size, stat.st_mtime_ns))
        except FileNotFoundError:  # nothing was imported there yet
            continue
    return tuple(sorted(traces))
