"""The table of formats: which family a text belongs to, how it is opened and read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from passport.domain.certificate import Certificate, Kind
from passport.domain.id_cards import is_id_card
from passport.errors import Reason, TrustError
from passport.formats import hc1, hcert, icvp, nzcp, shc, vdsnc
from passport.formats.envelope import Envelope

TEXT_LIMIT = 4296  # characters: the most that the largest QR symbol, 40-L, holds
_OTHER_VERSION = re.compile(r"HC[0-9]+:|NZCP:/[0-9]+/")


@dataclass(frozen=True, slots=True)
class Format:
    """One wire format: whether a text is of its family, and the way from text to Envelope to Certificate.

    `limit` is the most characters that a text of it may have.
    """

    name: str
    claims: Callable[[str], bool]
    open: Callable[[str], Envelope]
    kind: Callable[[Envelope], Kind]
    read: Callable[[Envelope, str | None], Certificate]
    limit: int = TEXT_LIMIT


# The EU certificate and the ICVP share a container: `open_text` opens it once and says whose content it found.
FORMATS: Mapping[str, Format] = {
    form.name: form
    for form in (
        Format(hc1.NAME, hc1.claims, hc1.open, hc1.kind, hc1.read),
        Format(icvp.NAME, hcert.claims, hcert.open_container, icvp.kind, icvp.read),
        Format(shc.NAME, shc.claims, shc.open, shc.kind, shc.read, limit=shc.TEXT_LIMIT),
        Format(vdsnc.NAME, vdsnc.claims, vdsnc.open, vdsnc.kind, vdsnc.read),
        Format(nzcp.NAME, nzcp.claims, nzcp.open, nzcp.kind, nzcp.read),
    )
}


def detect(text: str) -> Format:
    """The format whose family `text`, white space around it aside, belongs to.

    Raises TrustError (too_large, unsupported_version, not_a_certificate with its variant id_card).
    """
    text = text.strip()
    form = next((form for form in FORMATS.values() if form.claims(text)), None)
    limit = form.limit if form else TEXT_LIMIT
    if len(text) > limit:
        raise TrustError(Reason.TOO_LARGE, f"more than {limit} characters")
    if form:
        return form
    if _OTHER_VERSION.match(text):
        raise TrustError(Reason.UNSUPPORTED_VERSION, "a known family in another version")
    if is_id_card(text):
        raise TrustError(Reason.NOT_A_CERTIFICATE, "the code of an identity card", variant="id_card")
    raise TrustError(Reason.NOT_A_CERTIFICATE, "none of the known formats")


def open_text(text: str, *, icvp_claim: int = hcert.ICVP_CLAIM) -> Envelope:
    """Detects and opens `text`; `icvp_claim` is the hcert sub-key of the ICVP.

    The Envelope names the format that is to read it: one container may hold more than one. Raises TrustError.
    """
    text = text.strip()
    form = detect(text)
    return hcert.open_container(text, icvp_claim=icvp_claim) if form.name == hc1.NAME else form.open(text)


def split(text: str) -> tuple[str, ...]:
    """The text of each single credential in `text`: several only in a file of SMART Health Cards.

    Raises TrustError as `detect`, and for a malformed file.
    """
    text = text.strip()
    return shc.cards(text) if detect(text).name == shc.NAME else (text,)


def join(texts: Iterable[str]) -> tuple[str, ...]:
    """The codes of one picture as credentials: a SMART Health Card may stand in several of them."""
    return shc.join(texts)
