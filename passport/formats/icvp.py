"""WHO international certificate of vaccination (ICVP, the digital yellow card) in the HC1 container.

Three generations are in circulation: G3, the current model with one dose under `vx`; G2, version 0.3.0, with doses
under `v`, in the field often a single object; G1, the tests of 2024, with disease and maker beside the dose. All are
read. Diseases are derived from the product where they are not told (requirements DE-12, DE-16).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from passport.domain.certificate import Certificate, DoseStatement, Holder, Kind
from passport.domain.names import Transliterated, tidy, transliterate
from passport.formats import content, hcert
from passport.formats.envelope import Envelope

NAME = "icvp"
# Product ids of the value set ICVPProductIds begin with the kind of vaccine; the diseases as SNOMED CT codes.
_YELLOW_FEVER = ("16541001", "1D47")  # SNOMED CT, ICD-11
YELLOW_FEVER_WAIT = timedelta(days=10)  # International Health Regulations, Annex 7 2(a)(iv)
_DISEASES = {"YellowFever": "16541001", "Polio": "398102009", "Diphtheria": "398102009"}


def kind(envelope: Envelope) -> Kind:
    """Always a vaccination; raises TrustError (bad_content) when no dose is told."""
    _doses(envelope.payload.content)
    return Kind.VACCINATION


def read(envelope: Envelope, key_country: str | None) -> Certificate:
    """The certificate in a believed `envelope`; raises TrustError (bad_content).

    Protection is a period of the generations that tell one, and for yellow fever begins ten days after the dose
    (DE-20). Does not check that the product is of the value set; an unknown template version is no fault (DE-27).
    There may be no expiry: protection can be for life.
    """
    claimed: hcert.Claims = envelope.payload
    said = claimed.content
    said_doses = _doses(said)
    doses = tuple(_dose(told) for told in said_doses)
    holder = _holder(said)
    content.require_after_birth(holder.born, *(dose.date for dose in doses))
    return Certificate(
        format=NAME,
        kind=Kind.VACCINATION,
        identifier=None,
        issuer=claimed.issuer,
        country=key_country or claimed.country,
        key_id=envelope.key_id,
        issued_at=content.moment(claimed.issued),
        expires_at=None if claimed.expires is None else content.moment(claimed.expires),
        holder=holder,
        doses=doses,
        payload=said,
        happened_on=max((dose.date for dose in doses if dose.date), default=None),
        not_before=None if claimed.not_before is None else content.moment(claimed.not_before),
        protects_from=_within_all(
            min, [_protects_from(told, dose) for told, dose in zip(said_doses, doses, strict=True)]
        ),
        protects_until=_within_all(max, [_named_day(told.get("vle")) for told in said_doses]),
    )


def _doses(said: dict[str, Any]) -> list[dict[str, Any]]:
    content.check(said, schema=NAME)
    told: Any = said["vx"] if "vx" in said else said["v"]
    return told if isinstance(told, list) else [told]


def _dose(told: dict[str, Any]) -> DoseStatement:
    product = told.get("vp")
    number = told.get("dn")
    derived = (disease for start, disease in _DISEASES.items() if (product or "").startswith(start))
    return DoseStatement(
        disease=told.get("tg") or next(derived, ""),
        vaccine=product,
        product=told.get("mp") or product,
        manufacturer=told.get("ma"),
        number=number if isinstance(number, int) else None,  # G1 also writes words
        of=None,
        date=content.day(told.get("dv") or told["dt"]),
        country=None,
        lot=told.get("bo"),
    )


def _protects_from(told: dict[str, Any], dose: DoseStatement) -> date | None:
    """The first day of protection by one dose: as told, else ten days after a dose against yellow fever."""
    day = _named_day(told.get("vls"))
    if day is None and dose.date and dose.disease in _YELLOW_FEVER:
        day = min(dose.date, date.max - YELLOW_FEVER_WAIT) + YELLOW_FEVER_WAIT
    return day


def _named_day(text: str | None) -> date | None:
    """The day that `text` names, None where it is told in words, such as for life (DE-21)."""
    return content.day(text) if text and text[:1].isdigit() else None


def _within_all(choose: Callable[[list[date]], date], days: list[date | None]) -> date | None:
    """The outermost of `days`, for a booklet protects while one of its doses does; None where one has no bound."""
    told = [day for day in days if day]
    return choose(told) if len(told) == len(days) else None


def _holder(said: dict[str, Any]) -> Holder:
    name = tidy(said["n"])
    return Holder(name, None, Transliterated(transliterate(name), ""), content.born(said["dob"]))
