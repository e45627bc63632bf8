"""Files of the key ring: written whole or not at all, one writer at a time, secrets readable by their owner alone."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from passport.codecs import strict_json
from passport.errors import InputError, Refusal, TrustError

PUBLIC = 0o644
SECRET = 0o600


def write_whole(path: Path, parts: Iterable[bytes | memoryview], *, mode: int = PUBLIC) -> None:
    """Replaces `path` by `parts`: readers see the old file or the new one, and a crash leaves one of the two."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes a new name in `folder` outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Only one process at a time is inside for the same `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def read_secret(path: Path) -> bytes:
    """The bytes of a key or passphrase file; raises InputError (bad_key_file) unless only its owner may read it."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise InputError(Refusal.BAD_KEY_FILE, f"{path.name} may be read by others; its mode must be 0600")
            return file.read()
    except OSError as error:
        raise InputError(Refusal.BAD_KEY_FILE, f"{path.name}: {error.strerror}") from error


def read_json(data: bytes) -> Any:
    """The strict JSON in `data`; raises ValueError for anything else."""
    try:
        return strict_json.loads(data)
    except TrustError as error:
        raise ValueError(error.detail) from error


def require_storable(text: str | None, *, name: str) -> None:
    """Raises InputError (bad_option) for half characters, which an argument that is not UTF-8 is made of.

    A file that held one could be read by nobody.
    """
    try:
        (text or "").encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(Refusal.BAD_OPTION, f"{name}: not a text in UTF-8") from error


def json_bytes(value: object) -> bytes:
    """Readable JSON with a stable order, for files that people may look into."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
