"""The map that rules look at: the payload of an EU certificate, or one of the same shape for other formats."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import date
from typing import Any

from passport.domain.certificate import Certificate, DoseStatement, Holder, Kind
from passport.domain.verdict import DoseStatus
from passport.rules.schedules import COVID_SNOMED, against_covid, by_product_code, dose_status, product_of

EU_FORMAT = "hc1"
_SAME_SHAPE = "1.3.0"  # version of the EU schema whose shape is copied


def standing(certificate: Certificate, *, doses: Sequence[DoseStatement], on: date) -> DoseStatus:
    """The dose status that `certificate` speaks for when `doses` are all that are known of its holder.

    The certificate of the latest dose speaks for all of them, an older one for its own.
    """
    own, joint = dose_status(certificate.doses, on=on), dose_status(doses, on=on)
    return joint if joint.last_dose == own.last_dose else own


def dcc_payload(certificate: Certificate, *, status: DoseStatus, on: date) -> dict[str, Any] | None:
    """What rules read at `payload`; None when a format tells nothing that a rule could look at.

    An EU certificate is read as it stands, unless other certificates of its holder make its dose another one of the
    series: `status` then numbers it. For other formats the dose that `status` ends with is told in the same shape,
    with the EU's codes where the product has them; their tests and recoveries are not told.
    """
    if certificate.format == EU_FORMAT:
        alone = dose_status(certificate.doses, on=on)
        same = (status.number, status.of) == (alone.number, alone.of)
        return certificate.payload if same else _numbered(certificate.payload, status)
    if certificate.kind is not Kind.VACCINATION:
        return None
    ours = against_covid(certificate.doses)
    latest = next((dose for dose in ours if dose.date and dose.date == status.last_dose), None)
    if latest is None:
        return None
    code = product_of(latest)
    vaccine = by_product_code(code or "")
    return {
        "ver": _SAME_SHAPE,
        "nam": _name(certificate.holder),
        "dob": str(certificate.holder.born or ""),
        "v": [
            {
                "tg": COVID_SNOMED,
                "vp": vaccine.vp if vaccine else latest.vaccine,
                "mp": code,
                "ma": vaccine.ma if vaccine else latest.manufacturer,
                "dn": status.number,
                "sd": status.of,
                "dt": latest.date.isoformat() if latest.date else None,
                "co": latest.country or certificate.country,
                "is": certificate.issuer,
                "ci": certificate.identifier,
            }
        ],
    }


def _name(holder: Holder) -> dict[str, str]:
    return {
        "fn": holder.family_name or "",
        "fnt": holder.transliterated.family,
        "gn": holder.given_name or "",
        "gnt": holder.transliterated.given,
    }


def _numbered(payload: dict[str, Any], status: DoseStatus) -> dict[str, Any]:
    numbered = copy.deepcopy(payload)
    for entry in numbered.get("v") or ():
        entry.update(dn=status.number, sd=status.of)
    return numbered
