"""EU digital COVID certificate (schema 1.3) in the HC1 container: all three kinds read, vaccination written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from passport.domain.certificate import Certificate, DoseStatement, Draft, Holder, Kind
from passport.domain.names import FULL_NAME_LIMIT, Transliterated, tidy, transliterate
from passport.errors import Reason, TrustError
from passport.formats import content, hcert
from passport.formats.envelope import Envelope

NAME = "hc1"
SCHEMA_VERSION = "1.3.0"
_KINDS = {"v": Kind.VACCINATION, "t": Kind.TEST, "r": Kind.RECOVERY}
_PAST = ("dt", "sc", "fr")  # dose, sample, first positive result
_DATES = (*_PAST, "df", "du")


def claims(text: str) -> bool:
    """Whether `text` has the prefix of this family."""
    return hcert.claims(text)


def open(text: str) -> Envelope:
    """Opens `text`; see `hcert.open_container`."""
    return hcert.open_container(text)


def kind(envelope: Envelope) -> Kind:
    """What the certificate states; raises TrustError (bad_content) unless it makes exactly one statement."""
    stated, _ = _entry(envelope.payload.content)
    return stated


def read(envelope: Envelope, key_country: str | None) -> Certificate:
    """The certificate in a believed `envelope`; `key_country`, where known, is the country of its key.

    Raises TrustError (bad_content) for what makes the statement meaningless: no or several entries, no name,
    impossible dates, wrong types. National habits such as a missing part of the name, an empty country or dose
    number 0 pass. Dates still to come are left to the caller, who has the clock.
    """
    claimed: hcert.Claims = envelope.payload
    dcc = claimed.content
    stated, entry = _entry(dcc)
    content.check(dcc, schema="dcc")
    issued_at, expires_at = content.moment(claimed.issued), content.moment(claimed.expires)
    holder = _holder(dcc["nam"], dcc.get("dob"))
    days = {name: content.day(entry[name]) for name in _DATES if entry.get(name)}
    content.require_after_birth(holder.born, issued_at.date(), *days.values())
    return Certificate(
        format=NAME,
        kind=stated,
        identifier=entry.get("ci") or None,
        issuer=entry.get("is") or claimed.issuer,
        country=key_country or claimed.country or entry.get("co") or None,
        key_id=envelope.key_id,
        issued_at=issued_at,
        expires_at=expires_at,
        holder=holder,
        doses=(_dose(entry),) if stated is Kind.VACCINATION else (),
        payload=dcc,
        happened_on=max((days[name] for name in _PAST if name in days), default=None),
        stated_country=entry.get("co") or None,
        not_before=None if claimed.not_before is None else content.moment(claimed.not_before),
    )


def _entry(dcc: dict[Any, Any]) -> tuple[Kind, dict[str, Any]]:
    entries = []
    for name, stated in _KINDS.items():
        group = dcc.get(name)
        if group is not None and type(group) is not list:
            raise TrustError(Reason.BAD_CONTENT, f"{name}: not a list")
        entries += [(stated, entry) for entry in group or ()]
    if len(entries) != 1 or type(entries[0][1]) is not dict:
        raise TrustError(Reason.BAD_CONTENT, f"{len(entries)} statements instead of one")
    return entries[0]


def _holder(nam: dict[str, Any], dob: str | None) -> Holder:
    family, given = (tidy(nam.get(key) or "") or None for key in ("fn", "gn"))
    return Holder(
        family_name=family,
        given_name=given,
        transliterated=Transliterated(
            family=nam.get("fnt") or transliterate(family or ""), given=nam.get("gnt") or transliterate(given or "")
        ),
        born=content.born(dob),
    )


def _dose(entry: dict[str, Any]) -> DoseStatement:
    return DoseStatement(
        disease=entry["tg"],
        vaccine=entry.get("vp") or None,
        product=entry.get("mp") or None,
        manufacturer=entry.get("ma") or None,
        number=_count(entry.get("dn")),
        of=_count(entry.get("sd")),
        date=content.day(entry["dt"]),
        country=entry.get("co") or None,
    )


def _count(told: float | None) -> int | None:
    return None if told is None else int(told)  # the schema takes 2.0 for a whole number, as JSON does


def as_written(holder: Holder) -> Holder:
    """`holder` as a certificate can tell it: names of at most 80 characters, a single name as family name.

    Schema 1.3.0 asks for `fnt` always, and Doc 9303 writes a single name as the primary identifier.
    """

    def part(name: str | None, latin: str) -> tuple[str | None, str]:
        written = tidy(name or "")[:FULL_NAME_LIMIT].rstrip() or None
        return written, (latin or transliterate(written or ""))[:FULL_NAME_LIMIT].rstrip("<")

    family = part(holder.family_name, holder.transliterated.family)
    given = part(holder.given_name, holder.transliterated.given)
    if not any(family):
        family, given = given, (None, "")
    return Holder(family[0], given[0], Transliterated(family[1], given[1]), holder.born)


def encode(draft: Draft, *, sign: Callable[[bytes], bytes], algorithm: str, key_id: bytes) -> str:
    """The signed text of `draft`; `sign` answers the raw signature (r‖s or RSA-PSS) of the bytes it is given."""
    return hcert.seal(
        issuer=draft.issuer_country,
        issued=int(draft.issued_at.timestamp()),
        expires=int(draft.expires_at.timestamp()),
        hcert={hcert.DCC_KEY: _dcc(draft)},
        sign=sign,
        algorithm=algorithm,
        key_id=key_id,
    )


def _dcc(draft: Draft) -> dict[str, Any]:
    holder, dose = as_written(draft.holder), draft.dose
    names = {
        "fn": holder.family_name,
        "fnt": holder.transliterated.family,
        "gn": holder.given_name,
        "gnt": holder.transliterated.given,
    }
    return {
        "ver": SCHEMA_VERSION,
        "nam": {key: name for key, name in names.items() if name},
        "dob": str(holder.born) if holder.born else "",
        "v": [
            {
                "tg": dose.disease,
                "vp": dose.vaccine,
                "mp": dose.product,
                "ma": dose.manufacturer,
                "dn": dose.number,
                "sd": dose.of,
                "dt": dose.date.isoformat() if dose.date else None,
                "co": dose.country or draft.issuer_country,
                "is": draft.issuer_name,
                "ci": draft.identifier,
            }
        ],
    }
