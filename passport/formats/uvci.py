"""Unique vaccination certificate identifiers (EU interoperability guidelines 2, annex 2)."""

from __future__ import annotations

import re

PREFIX = "URN:UVCI:"
VERSION = "01"
LENGTH_LIMIT = 80  # characters, EU DCC schema 1.3, certificate_id
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:"
_BLOCK = re.compile(r"[A-Z0-9]+")


def make(*, country: str, issuer: str, opaque: str) -> str:
    """An identifier of `issuer` in `country` with its check character; raises ValueError for other letters.

    `opaque` must tell nothing about the person and be unguessable; that is the caller's duty.
    """
    for block in (country, issuer, opaque):
        if not _BLOCK.fullmatch(block):
            raise ValueError("blocks of an identifier are made of A-Z and 0-9")
    identifier = f"{PREFIX}{VERSION}:{country}:{issuer}/{opaque}"
    whole = f"{identifier}#{check_character(identifier)}"
    if len(whole) > LENGTH_LIMIT:
        raise ValueError(f"an identifier has at most {LENGTH_LIMIT} characters")
    return whole


def check_character(identifier: str) -> str:
    """The Luhn mod N check over the whole identifier before `#`, prefix included; raises ValueError.

    It is written always and never a ground to refuse: half of the national codes that carry one carry another.
    """
    size = len(_ALPHABET)
    total = 0
    for place, character in enumerate(reversed(identifier)):
        doubled = _ALPHABET.index(character) * (2 - place % 2)
        total += doubled // size + doubled % size
    return _ALPHABET[-total % size]


def normalise(identifier: str) -> str:
    """The form by which our own lists compare: upper case, no white space, no prefix, no check character."""
    bare = re.sub(r"\s", "", identifier).upper().removeprefix(PREFIX)
    return bare.partition("#")[0]
