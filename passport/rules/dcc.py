"""The map that rules look at: the payload of an EU certificate, or one of the same shape for other formats."""

from __future__ import annotations

from datetime import date
from typing import Any

from passport.domain.certificate import Certificate, Kind
from passport.rules.schedules import COVID_SNOMED, VACCINES, dose_status, product_of

EU_FORMAT = "hc1"
_SAME_SHAPE = "1.3.0"  # version of the EU schema whose shape is copied


def dcc_payload(certificate: Certificate, *, on: date) -> dict[str, Any] | None:
    """What rules read at `payload`; None when a format tells nothing that a rule could look at.

    For formats other than the EU's the latest dose by the day `on` is told, numbered by the dose status, with the
    EU's codes where the product has them; tests and recoveries of other formats are not told.
    """
    if certificate.format == EU_FORMAT:
        return certificate.payload
    if certificate.kind is not Kind.VACCINATION:
        return None
    status = dose_status(certificate.doses, on=on)
    latest = next((dose for dose in certificate.doses if dose.date and dose.date == status.last_dose), None)
    if latest is None:
        return None
    code = product_of(latest)
    vaccine = next((vaccine for vaccine in VACCINES.values() if vaccine.mp == code), None)
    holder = certificate.holder
    return {
        "ver": _SAME_SHAPE,
        "nam": {
            "fn": holder.family_name or "",
            "fnt": holder.transliterated.family,
            "gn": holder.given_name or "",
            "gnt": holder.transliterated.given,
        },
        "dob": str(holder.born) if holder.born else "",
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
