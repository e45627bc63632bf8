"""The passphrase that unlocks the signing keys: from a file that its owner alone may read."""

from __future__ import annotations

import secrets
from pathlib import Path

from passport.errors import InputError, Refusal
from passport.trust.files import SECRET, read_secret, write_whole, writing


def read_passphrase(keys_dir: Path, *, file: Path | None, production: bool) -> bytes:
    """The passphrase in `file`, by default `passphrase` in the key ring, which development makes at first use.

    Raises InputError (bad_key_file) when the file is absent, empty or readable by others, and in production when
    none is named.
    """
    if file is None and production:
        raise InputError(Refusal.BAD_KEY_FILE, "production needs PASSPORT_KEY_PASSPHRASE_FILE")
    path = file or keys_dir / "passphrase"
    if not production:
        with writing(keys_dir):
            if not path.exists():
                write_whole(path, [secrets.token_urlsafe(32).encode()], mode=SECRET)
    passphrase = read_secret(path).strip()
    if not passphrase:
        raise InputError(Refusal.BAD_KEY_FILE, f"{path.name} is empty")
    return passphrase
