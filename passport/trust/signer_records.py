"""What is written down of our own signers: `signers.json`, which holds no secret."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from passport.domain.verdict import utc_text
from passport.errors import InputError, Refusal
from passport.trust.files import json_bytes, read_json, write_whole

ALGORITHM = "ES256"
FORMATS = ("hc1", "shc")


class SignerState(StrEnum):
    """Where a signer stands in its life."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class SignerRecord:
    """What is public of one of our signers, with the times of its states."""

    key_id: str
    state: SignerState
    certificate: x509.Certificate
    authority: x509.Certificate
    test: bool
    created_at: datetime
    activated_at: datetime | None = None
    retired_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def not_before(self) -> datetime:
        """The first instant at which it may sign."""
        return self.certificate.not_valid_before_utc

    @property
    def not_after(self) -> datetime:
        """The last instant at which what it signed is good."""
        return self.certificate.not_valid_after_utc

    def as_dict(self) -> dict[str, Any]:
        """The record as JSON types, without its certificates."""
        return {
            "kid": self.key_id,
            "state": self.state.value,
            "formats": list(FORMATS),
            "algorithm": ALGORITHM,
            "test": self.test,
            "not_before": utc_text(self.not_before),
            "not_after": utc_text(self.not_after),
            "created_at": utc_text(self.created_at),
            "activated_at": utc_text(self.activated_at),
            "retired_at": utc_text(self.retired_at),
            "withdrawn_at": utc_text(self.withdrawn_at),
        }


def signers_file(keys_dir: Path) -> Path:
    """Where the signers are written down."""
    return keys_dir / "signers.json"


def list_signers(keys_dir: Path) -> tuple[SignerRecord, ...]:
    """Every signer that was ever made here, oldest first; needs no passphrase."""
    path = signers_file(keys_dir)
    if not path.exists():
        return ()
    try:
        return tuple(_from_json(entry) for entry in read_json(path.read_bytes())["signers"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(Refusal.BAD_KEY_FILE, f"{path.name}: {error}") from error


def write_signers(keys_dir: Path, records: tuple[SignerRecord, ...]) -> None:
    """Replaces what is written down; the caller holds the lock of `files.writing`."""
    write_whole(signers_file(keys_dir), [json_bytes({"signers": [_to_json(r) for r in records]})])


def _to_json(record: SignerRecord) -> dict[str, Any]:
    return {
        **{name: value for name, value in record.as_dict().items() if name in _STORED},
        "certificate": _der_text(record.certificate),
        "authority": _der_text(record.authority),
    }


_INSTANTS = ("created_at", "activated_at", "retired_at", "withdrawn_at")
_STORED = ("kid", "state", "test", *_INSTANTS)


def _from_json(entry: Mapping[str, Any]) -> SignerRecord:
    instants = {name: datetime.fromisoformat(entry[name]) if entry[name] else None for name in _INSTANTS}
    return SignerRecord(
        key_id=entry["kid"],
        state=SignerState(entry["state"]),
        test=entry["test"],
        certificate=x509.load_der_x509_certificate(base64.b64decode(entry["certificate"])),
        authority=x509.load_der_x509_certificate(base64.b64decode(entry["authority"])),
        **instants,  # type: ignore[arg-type]  # created_at is never None in what `_write` wrote
    )


def _der_text(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
