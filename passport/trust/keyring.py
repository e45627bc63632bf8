"""The key ring: every key that we trust, ours included.

`trust/keys.json` holds what was imported, with everything that was read from it; the certificates of our own
signers come from `signers.json` and are trusted as they stand. Nothing here is fetched from anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from passport.domain.verdict import utc_text
from passport.errors import InputError, Refusal
from passport.trust import lists
from passport.trust.anchors import Parsed, parse_keys
from passport.trust.certificates import read_certificate
from passport.trust.chain import chained
from passport.trust.entries import read_entry, spki
from passport.trust.files import require_storable, writing
from passport.trust.jwk import read_jwk, thumbprint_of
from passport.trust.key_store import read_keys, write_keys
from passport.trust.keys import Anchor, TrustedKey
from passport.trust.signer_records import list_signers

_KEY_ID = re.compile(r"(?:[0-9a-fA-F]{2}){1,32}")  # given by hand; HC1 has 8 bytes


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: entries added, entries that were there already, and (where, why) of those refused."""

    added: tuple[TrustedKey, ...]
    known: tuple[TrustedKey, ...]
    refused: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """The shape of `flask trust import --json` (INTERFACES section 2)."""
        return {
            "added": [_brief(key) for key in self.added],
            "known": [_brief(key) for key in self.known],
            "refused": [{"source": source, "reason": reason} for source, reason in self.refused],
        }


class Keyring:
    """All trusted keys, by id; several keys may share one."""

    def __init__(self, anchors: Iterable[Anchor], *, updated_at: datetime | None = None) -> None:
        self.anchors = tuple(anchors)
        self.updated_at = updated_at
        self.keys = tuple(a.key for a in self.anchors if not a.authority)
        self._authorities = tuple(a for a in self.anchors if a.authority)
        self._by_id: dict[str, list[TrustedKey]] = {}
        self._by_certificate: dict[bytes, list[TrustedKey]] = {}
        for anchor in self.anchors:
            if not anchor.authority:
                self._by_id.setdefault(anchor.key.key_id, []).append(anchor.key)
                if anchor.certificate is not None:  # a key without one never answers for what carries an empty one
                    self._by_certificate.setdefault(anchor.certificate, []).append(anchor.key)

    @property
    def list_signers(self) -> tuple[TrustedKey, ...]:
        """The keys whose signed lists are taken here."""
        return _list_signers(self.anchors)

    def ids_of(self, key_id: str) -> tuple[str, ...]:
        """Every id under which the keys with that id are listed, itself first; hexadecimal in any case."""
        named = key_id.lower() if _KEY_ID.fullmatch(key_id) else key_id
        same = {spki(key.public_key) for key in self._by_id.get(named, ())}
        others = sorted(key.key_id for key in self.keys if spki(key.public_key) in same)
        return tuple(dict.fromkeys((named, *others)))

    @classmethod
    def load(cls, keys_dir: Path, *, production: bool) -> Keyring:
        """The key ring under `keys_dir`; production leaves out the keys of test issuers."""
        stored = read_keys(keys_dir)
        anchors = (*_own(keys_dir), *stored.anchors)
        return cls((a for a in anchors if not (production and a.key.test)), updated_at=stored.dated)

    def find(self, *, key_id: str, issuer: str | None, certificate: bytes | None = None) -> tuple[TrustedKey, ...]:
        """Every trusted key with that id which may speak for `issuer`, withdrawn and expired ones included.

        Keys with a certificate speak for whoever they name; a key without one only for the issuer it was
        imported for. A `certificate` carried by the credential itself counts when it is trusted as such, or
        else when a trusted authority signed it.
        """
        found = [k for k in self._by_id.get(key_id, ()) if k.issuer is None or k.issuer == issuer]
        if certificate is None:
            return tuple(found)
        listed = tuple(self._by_certificate.get(certificate, ()))
        # The date is that of an import, which a chained key never has; its own dates stand in its certificate.
        return listed or chained(certificate, self._authorities, now=datetime.min.replace(tzinfo=UTC))


def import_keys(
    keys_dir: Path,
    files: Sequence[tuple[str, bytes]],
    *,
    issuer: str | None = None,
    kid: str | None = None,
    withdrawn: bool = False,
    signs_lists: bool = False,
    country: str | None = None,
    production: bool,
    now: datetime,
) -> ImportReport:
    """Trusts every key in `files` (name, bytes) that can be trusted and says why of the others; all or nothing on disk.

    `withdrawn` imports keys as withdrawn at `now`, under every id that they are listed under; a withdrawal is never
    undone by an import. `signs_lists` says that the lists which these keys sign are to be taken, too: they are those
    of another installation of ours; those of keys of `country`, which is our own, are taken unasked. Raises
    InputError (bad_option) for an impossible `kid` or `issuer`.
    """
    key_id = _checked_id(kid)
    require_storable(issuer, name="issuer")
    with writing(keys_dir):
        stored = read_keys(keys_dir)
        ring = _Collected(own=_own(keys_dir), stored=stored.anchors, production=production)
        single: set[_Material] = set()
        for name, data in files:
            if lists.looks_sealed(data):
                parsed, dated = _signed_list(data, name, ring.list_signers, stored.list_date, now)
                stored = stored.with_signed(dated if parsed.anchors else None)
            else:
                parsed = parse_keys(data, source=name, issuer=issuer, kid=key_id, withdrawn=withdrawn, now=now)
                parsed.anchors[:] = [_for_lists(anchor, told=signs_lists, country=country) for anchor in parsed.anchors]
                single |= {_material(anchor) for anchor in parsed.anchors}
            ring.take(parsed, name)
        write_keys(keys_dir, stored.with_plain(len(single), now), ring.kept())
    return ImportReport(tuple(ring.added), tuple(ring.known), tuple(ring.refused))


def remove_key(keys_dir: Path, *, key_id: str) -> tuple[TrustedKey, ...]:
    """Forgets every imported key with that id; raises InputError (unknown_key), also for our own signers'."""
    with writing(keys_dir):
        stored = read_keys(keys_dir)
        gone = tuple(a.key for a in stored.anchors if a.key.key_id == key_id)
        if not gone:
            raise InputError(Refusal.UNKNOWN_KEY, key_id)
        write_keys(keys_dir, stored, (a for a in stored.anchors if a.key.key_id != key_id))
    return gone


_Material = tuple[str | None, bytes]
_Identity = tuple[str, str | None, bytes]


class _Collected:
    """The anchors while an import goes on, each once."""

    def __init__(self, *, own: Iterable[Anchor], stored: Iterable[Anchor], production: bool) -> None:
        self.own = {_identity(a): a for a in own}
        self.stored = {_identity(a): a for a in stored}
        self.production = production
        self.added: list[TrustedKey] = []
        self.known: list[TrustedKey] = []
        self.refused: list[tuple[str, str]] = []

    @property
    def list_signers(self) -> tuple[TrustedKey, ...]:
        """The keys whose signed lists are taken, those of the files before included."""
        anchors = (*self.own.values(), *self.stored.values())
        return _list_signers(a for a in anchors if not (self.production and a.key.test))

    def take(self, parsed: Parsed, source: str) -> None:
        """Adds what a file held."""
        self.refused.extend(parsed.refused)
        if not parsed.anchors and not parsed.refused:
            self.refused.append((source, "holds no key"))
        for anchor in parsed.anchors:
            identity = _identity(anchor)
            before = self.stored.get(identity)
            if anchor.key.test and self.production:
                self.refused.append((f"{source} {anchor.key.key_id}", "a test issuer is not trusted in production"))
            elif identity in self.own:
                self._ours(anchor, source)
            elif before is None:
                self.stored[identity] = anchor
                self.added.append(anchor.key)
            else:
                withdrawn_at = before.key.withdrawn_at or anchor.key.withdrawn_at
                self.stored[identity] = replace(
                    before,
                    key=replace(before.key, withdrawn_at=withdrawn_at),
                    signs_lists=before.signs_lists or anchor.signs_lists,
                )
                self.known.append(self.stored[identity].key)

    def kept(self) -> list[Anchor]:
        """What is to be stored: a key that was withdrawn under one of its ids is withdrawn under all of them."""
        withdrawn: dict[_Material, datetime] = {}
        for anchor in self.stored.values():
            if at := anchor.key.withdrawn_at:
                withdrawn[_material(anchor)] = min(at, withdrawn.get(_material(anchor), at))
        return [
            replace(anchor, key=replace(anchor.key, withdrawn_at=withdrawn.get(_material(anchor))))
            for anchor in self.stored.values()
        ]

    def _ours(self, anchor: Anchor, source: str) -> None:
        """Our own signers are trusted as `signers.json` has them, so that an import cannot withdraw one."""
        if anchor.key.withdrawn_at and not self.own[_identity(anchor)].key.withdrawn_at:
            reason = "a key of our own is withdrawn with flask keys withdraw"
            self.refused.append((f"{source} {anchor.key.key_id}", reason))
        else:
            self.known.append(anchor.key)


def _list_signers(anchors: Iterable[Anchor]) -> tuple[TrustedKey, ...]:
    return tuple(anchor.key for anchor in anchors if anchor.signs_lists)


def _for_lists(anchor: Anchor, *, told: bool, country: str | None) -> Anchor:
    """The anchor with whether its lists are taken: ministries of other countries sign certificates, not our lists."""
    ours = country is not None and anchor.key.country == country
    return replace(anchor, signs_lists=not anchor.authority and (told or ours))


def _identity(anchor: Anchor) -> _Identity:
    return anchor.key.key_id, *_material(anchor)


def _material(anchor: Anchor) -> _Material:
    """The key itself, whatever id it is listed under."""
    return anchor.key.issuer, anchor.certificate or spki(anchor.key.public_key)


def _checked_id(kid: str | None) -> str | None:
    if kid is None:
        return None
    if not _KEY_ID.fullmatch(kid):
        raise InputError(Refusal.BAD_OPTION, "a key id is 1 to 32 bytes in hexadecimal")
    return kid.lower()


def _signed_list(
    data: bytes, source: str, keys: Iterable[TrustedKey], newest: datetime | None, now: datetime
) -> tuple[Parsed, datetime | None]:
    """Our own signed list, whose signer must be trusted for lists already; an older one than the last is refused.

    What it says of its `signers`, the next one included, is how a change of keys there is followed here.
    """
    try:
        opened = lists.unseal(data, kind=lists.TRUST_LIST, keys=keys, now=now)
        if newest is not None and opened.dated < newest:
            raise ValueError("older than the list that was imported before")
        entries = opened.payload.get("keys")
        if not isinstance(entries, list):
            raise ValueError("the list holds no keys")
        signers = {spki(read_jwk(jwk)) for jwk in opened.payload.get("signers", ())}
    except (ValueError, TypeError) as error:
        return Parsed(refused=[(source, str(error))]), None
    parsed = Parsed()
    for number, entry in enumerate(entries):
        try:
            anchor = read_entry(entry)
            signs_lists = spki(anchor.key.public_key) in signers and not anchor.authority
            parsed.anchors.append(replace(anchor, imported_at=now, signs_lists=signs_lists))
        except ValueError as error:
            parsed.refused.append((f"{source}[{number}]", str(error)))
    return parsed, opened.dated


def _own(keys_dir: Path) -> tuple[Anchor, ...]:
    """The anchors that our own signers and their authorities make.

    A signer stands there twice: under the id of its certificate, and under the thumbprint of its key, by which
    SMART Health Cards name it.
    """
    anchors: dict[tuple[bytes, str | None], Anchor] = {}
    for record in list_signers(keys_dir):
        signer, authority = (c.public_bytes(Encoding.DER) for c in (record.certificate, record.authority))
        for der, key_id in ((authority, None), (signer, None), (signer, thumbprint_of(record.certificate))):
            withdrawn_at = record.withdrawn_at if der == signer else None
            anchor = read_certificate(
                der, country=None, key_id=key_id, withdrawn_at=withdrawn_at, now=record.created_at
            )
            anchors[der, key_id] = replace(anchor, signs_lists=der == signer)
    return tuple(anchors.values())


def _brief(key: TrustedKey) -> dict[str, Any]:
    return {"kid": key.key_id, "country": key.country, "not_after": utc_text(key.not_after)}
