"""Whether a certificate was revoked, by whoever may say so.

Certificates are compared by identifier, never by their text: one signed certificate has endless texts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from passport.errors import InputError, Refusal
from passport.formats.uvci import PREFIX, normalise
from passport.trust.own_revocations import OwnRevocations, digest_of, record_own, record_range
from passport.trust.revocation_book import ListBook
from passport.trust.revocation_lists import own_digest, rid_digest, table_file
from passport.trust.revocation_table import DIGEST, Record, RevocationTable
from passport.trust.revoked import Range, Revoked

__all__ = ["Range", "Revocations", "Revoked", "record_own", "record_range"]

_COUNTRY = re.compile(r"[A-Z]{2,3}")


class Revocations:
    """Everything that is known to be revoked: our own list and the imported ones.

    `updated_at` is the date of the newest imported list, None when none was ever imported.
    """

    def __init__(self, *, own: OwnRevocations, book: ListBook, table: RevocationTable) -> None:
        self.own = own
        self.book = book
        self.table = table
        self.updated_at = book.updated_at
        self.ranges = (*own.ranges, *book.ranges)

    @classmethod
    def load(cls, keys_dir: Path) -> Revocations:
        """The lists under `keys_dir`; raises InputError (bad_key_file) when a file there was spoilt."""
        try:
            table = RevocationTable(table_file(keys_dir))
        except ValueError as error:
            raise InputError(Refusal.BAD_KEY_FILE, str(error)) from error
        return cls(own=OwnRevocations.read(keys_dir), book=ListBook.read(keys_dir), table=table)

    @property
    def version(self) -> int:
        """A number that grows with every list that is imported and everything that is revoked here."""
        return self.own.version + self.book.version

    def check(
        self,
        *,
        identifier: str | None,
        country: str | None,
        stated_country: str | None,
        signature: bytes,
        algorithm: str,
        key_id: str,
        issuer: str | None,
        issued_at: datetime | None,
        rid: str | None,
    ) -> Revoked | None:
        """What revokes a certificate, or None; applies at every clock of a check.

        `country` is the key's, `stated_country` the one that the statement itself names: issuers hash either before
        the identifier. `signature` is raw (r‖s for ECDSA), `rid` the revocation id of a SMART Health Card. A hash
        revokes whatever certificate it fits: lists are not asked for which country or key they were meant.
        """
        own = (digest_of(normalise(identifier)) if identifier else None, own_digest(rid) if rid else None)
        for digest in filter(None, own):
            if ours := self.own.find(digest):
                return ours
        for revoked_range, revoked in self.ranges:
            if revoked_range.covers(
                identifier=identifier, country=country, key_id=key_id, issuer=issuer, issued_at=issued_at
            ):
                return revoked
        if not self.table:
            return None
        digests = [_signature_digest(signature, algorithm)]
        if identifier:
            named = {c for c in (country, stated_country, issuer) if c and _COUNTRY.fullmatch(c)}
            digests += _identifier_digests(identifier, named)
        if rid:
            digests.append(rid_digest(key_id, rid))
        found = (self.table.find(digest) for digest in digests)
        return next((Revoked(r.moment, r.replaced) for r in found if r and _applies(r, issued_at)), None)


def _identifier_digests(identifier: str, countries: set[str]) -> Iterator[bytes]:
    """UCI and COUNTRYCODEUCI hashes; issuers hash the identifier with or without prefix and check character."""
    whole = re.sub(r"\s", "", identifier).upper().removeprefix(PREFIX)
    bare = normalise(identifier)
    for text in dict.fromkeys((identifier, whole, PREFIX + whole, bare, PREFIX + bare)):
        yield digest_of(text)
        for country in countries:
            yield digest_of(country + text)


def _signature_digest(signature: bytes, algorithm: str) -> bytes:
    """The hash type SIGNATURE: of r alone for ECDSA, so that the twin signature (r, n−s) does not escape."""
    counted = signature[: len(signature) // 2] if algorithm.startswith("ES") else signature
    return hashlib.sha256(counted).digest()[:DIGEST]


def _applies(record: Record, issued_at: datetime | None) -> bool:
    return not record.earlier_only or issued_at is None or issued_at.timestamp() < record.at
