"""E-mail addresses: one mailbox of one person, as messages are sent to it."""

from __future__ import annotations

import re

MAILBOX_LIMIT = 120  # characters; what the columns hold
_ATOM, _LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")  # RFC 5321, section 4.1.2


def is_mailbox(text: str) -> bool:
    """Whether `text` is one address and nothing more.

    Lists, display names, comments and quoted parts, which all are addresses to a mail server, would send one code to
    several people, or many codes to one under ever other spellings.
    """
    return len(text) <= MAILBOX_LIMIT and _MAILBOX.fullmatch(text) is not None
