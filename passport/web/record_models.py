"""The shapes of records in the API: people, doses, certificates."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from passport.domain.doses import DoseKind, DoseState
from passport.domain.people import IdentityState
from passport.web.api_shapes import Strict

_CONTROL = r"\u0000-\u001f\u007f-\u009f"
PERSON_ID = r"[0-9a-z]{32}"
CERTIFICATE_ID = r"(?:[0-9a-f]{32}|URN:UVCI:01:[A-Z]{2}:[0-9A-Z/]{1,60}#[0-9A-Z/:])"  # its id, or its identifier
REASON = rf"[^{_CONTROL}]{{0,199}}[^\s{_CONTROL}][^{_CONTROL}]{{0,199}}"


class PersonOut(Strict):
    """A person as recorded. A birth date may be known in part: YYYY, YYYY-MM or YYYY-MM-DD."""

    id: str
    full_name: str
    latin_name: str | None
    birth_date: str
    sex: Literal["M", "F"]
    id_number: str | None
    nationality: str
    commune: str | None = Field(description="code of the commune of residence")
    identity_state: IdentityState
    identity_checked_at: str | None


class DoseOut(Strict):
    """One dose; `state` tells how far its record has come."""

    id: str
    site: str
    product: str
    number: int
    kind: DoseKind
    date: str
    lot: str | None
    state: DoseState
    confirmed_at: str | None
    certificate: str | None = Field(description="the certificate in force")


class DosesOut(Strict):
    """The doses of one person, oldest first."""

    doses: list[DoseOut]


class CertificateOut(Strict):
    """A certificate with the text of its code."""

    id: str
    identifier: str
    person: str
    dose: str
    format: str
    state: Literal["issued", "revoked"]
    text: str
    key_id: str | None
    issued_at: str
    expires_at: str
    revoked_at: str | None
    revocation_reason: str | None
    replaced_by: str | None


class RevocationIn(Strict):
    """Why a certificate ends."""

    reason: str = Field(min_length=1, max_length=200, pattern=f"^{REASON}$", examples=["issued to the wrong person"])


class RevocationOut(Strict):
    """A certificate that has ended."""

    id: str
    identifier: str
    state: Literal["revoked"]
    revoked_at: str
    revocation_reason: str
