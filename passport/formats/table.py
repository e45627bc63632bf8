"""The table of formats: which family a text belongs to, how it is opened and read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from passport.domain.certificate import Certificate, Kind
from passport.errors import Reason, TrustError
from passport.formats import hc1, hcert
from passport.formats.envelope import Envelope

TEXT_LIMIT = 4296  # characters: the most that the largest QR symbol, 40-L, holds
_OTHER_VERSION = re.compile(r"HC[0-9]+:")
_ID_CARD_FIELDS = 7  # number|old number|name|birth date|sex|address|date of issue (Vietnamese ID card)


@dataclass(frozen=True, slots=True)
class Format:
    """One wire format: whether a text is of its family, and the way from text to Envelope to Certificate."""

    name: str
    claims: Callable[[str], bool]
    open: Callable[[str], Envelope]
    kind: Callable[[Envelope], Kind]
    read: Callable[[Envelope, str | None], Certificate]


FORMATS: Mapping[str, Format] = {
    module.NAME: Format(module.NAME, module.claims, module.open, module.kind, module.read) for module in (hc1,)
}


def detect(text: str) -> Format:
    """The format whose family `text`, white space around it aside, belongs to.

    Raises TrustError (too_large, unsupported_version, not_a_certificate with its variant id_card).
    """
    text = text.strip()
    if len(text) > TEXT_LIMIT:
        raise TrustError(Reason.TOO_LARGE, f"more than {TEXT_LIMIT} characters")
    for form in FORMATS.values():
        if form.claims(text):
            return form
    if _OTHER_VERSION.match(text):
        raise TrustError(Reason.UNSUPPORTED_VERSION, "a known family in another version")
    if _is_id_card(text):
        raise TrustError(Reason.NOT_A_CERTIFICATE, "the code of an identity card", variant="id_card")
    raise TrustError(Reason.NOT_A_CERTIFICATE, "none of the known formats")


def open_text(text: str, *, icvp_claim: int = hcert.ICVP_CLAIM) -> Envelope:
    """Detects and opens `text`; `icvp_claim` is the hcert sub-key of the ICVP.

    The Envelope names the format that is to read it: one container may hold more than one. Raises TrustError.
    """
    text = text.strip()
    form = detect(text)
    return hcert.open_container(text, icvp_claim=icvp_claim) if form.name == hc1.NAME else form.open(text)


def _is_id_card(text: str) -> bool:
    fields = text.split("|")
    return len(fields) == _ID_CARD_FIELDS and re.fullmatch(r"[0-9]{9}|[0-9]{12}", fields[0]) is not None
