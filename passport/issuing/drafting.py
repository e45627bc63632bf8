"""The neutral claim: what a certificate will say, before any format writes it and anything is signed."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from passport.domain.certificate import DoseStatement, Draft, Holder
from passport.domain.dates import PartialDate
from passport.domain.doses import Dose as GivenDose
from passport.domain.doses import DoseKind
from passport.domain.names import Transliterated, fold, split_full_name, tidy, transliterate
from passport.errors import Refusal, Refused
from passport.formats import uvci
from passport.registry.tables import Dose, Person
from passport.rules.schedules import COVID_SNOMED, VACCINES, series_of

OPAQUE_BYTES = 16  # 128 random bits: neither guessed nor met twice (security T6)
MONTHS_VALID = 12  # Decision 5772/QĐ-BYT: the code lives twelve months


def confirmed_until(dose: Dose) -> list[GivenDose]:
    """The confirmed doses of one person up to this one; doses of unknown products do not count."""
    return [
        GivenDose(told.product, told.number, DoseKind(told.kind), told.given_on, told.lot or None)
        for told in dose.person.doses
        if told.confirmed_at is not None
        and not told.held
        and told.product in VACCINES
        and (told.given_on, told.number) <= (dose.given_on, dose.number)
    ]


def draft_certificate(
    dose: Dose,
    *,
    history: Sequence[GivenDose],
    identifier: str,
    issuer_country: str,
    issuer_name: str,
    issued_at: datetime,
    expires_at: datetime,
) -> Draft:
    """The statement about `dose`, numbered by its `history`, which ends with it.

    Raises Refused (no_latin_name). Whether it may be issued is for `eligibility` to say.
    """
    vaccine = VACCINES[dose.product]
    number, of = series_of(history)
    return Draft(
        identifier=identifier,
        issuer_country=issuer_country,
        issuer_name=issuer_name,
        holder=holder_of(dose.person),
        dose=DoseStatement(
            disease=COVID_SNOMED,
            vaccine=vaccine.vp,
            product=vaccine.mp,
            manufacturer=vaccine.ma,
            number=number,
            of=of,
            date=dose.given_on,
            country=issuer_country,
        ),
        issued_at=issued_at,
        expires_at=expires_at,
    )


def holder_of(person: Person) -> Holder:
    """The person as a certificate names them; raises Refused (no_latin_name) where a part has no Latin letters.

    Where no passport name is recorded, the first word is the family name, as Vietnamese names have it.
    """
    latin_name = person.latin_name
    named = _as_in_the_passport(person.full_name, latin_name) if latin_name else _as_recorded(person.full_name)
    family, given, latin = named
    if (family and not latin.family) or (given and not latin.given):
        raise Refused(Refusal.NO_LATIN_NAME, person.id)
    return Holder(family or None, given or None, latin, PartialDate.parse(person.birth_date))


def new_identifier(*, country: str, site_code: str) -> str:
    """An unused UVCI: country, the site that answers for the dose, and 128 random bits (guidelines 2, option 2)."""
    site = re.sub(r"[^A-Z0-9]", "", fold(site_code).upper()) or "0"
    opaque = base64.b32encode(secrets.token_bytes(OPAQUE_BYTES)).decode().rstrip("=")
    return uvci.make(country=country, issuer=site, opaque=opaque)


def expiry_of(issued_at: datetime, *, signer_until: datetime) -> datetime:
    """Twelve months on, the last day of February for the 29th, and never past the signer's own certificate."""
    try:
        year_on = issued_at.replace(year=issued_at.year + MONTHS_VALID // 12)
    except ValueError:  # 29 February
        year_on = issued_at.replace(year=issued_at.year + MONTHS_VALID // 12, day=28)
    return min(year_on, signer_until)


_Named = tuple[str, str, Transliterated]  # family name, given name, both in Latin letters


def _as_recorded(full_name: str) -> _Named:
    family, given = split_full_name(full_name)
    return family, given, Transliterated(transliterate(family), transliterate(given))


def _as_in_the_passport(full_name: str, latin_name: str) -> _Named:
    """`full_name` parted like the passport's `FAMILY<<GIVEN`, whose single name is a family name (Doc 9303-3, 4.6)."""
    family, _, given = latin_name.partition("<<")
    latin = Transliterated(transliterate(family), transliterate(given))
    if not (latin.family and latin.given):
        return full_name, "", Transliterated(str(latin), "")
    parted = _split_like(full_name, latin.family) or split_full_name(full_name)
    return *parted, latin


def _split_like(full_name: str, latin_family: str) -> tuple[str, str] | None:
    """Family and given name of `full_name` where its first or last words are the passport's family name."""
    words = tidy(full_name).split(" ")
    for cut in range(1, len(words)):
        first, last = " ".join(words[:cut]), " ".join(words[cut:])
        if transliterate(first) == latin_family:
            return first, last
        if transliterate(last) == latin_family:
            return last, first
    return None
