"""From a certificate on record to what is printed of it."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from passport.formats import hc1
from passport.registry.tables import Certificate
from passport.rendering.paper import Paper
from passport.rules.valuesets import country_name, names
from passport.verifying.context import Context


def paper_of(certificate: Certificate, *, context: Context, address: str, zone: ZoneInfo) -> Paper:
    """The paper of a signed certificate; `address` is the page where its code can be checked.

    Everything but the nationality, which has no place in the code, is read from the signed text, so that paper
    and code never differ, whatever was corrected since. Not checked here: that it is still in force.
    """
    envelope = hc1.open(certificate.text or "")
    stated = hc1.read(envelope, None)
    (dose,) = stated.doses
    told = names()

    def named(field: str, code: str | None) -> str:
        return told[field].get(code or "", code or "–")

    def day(moment: datetime | None) -> date:
        assert moment is not None  # our own texts always tell both
        return moment.astimezone(zone).date()

    keys = context.keyring.find(key_id=stated.key_id, issuer=None)
    assert stated.holder.born is not None
    return Paper(
        full_name=stated.holder.name,
        latin_name=str(stated.holder.transliterated),
        born=stated.holder.born,
        nationality=country_name(certificate.person.nationality),
        disease=named("disease", dose.disease),
        number=dose.number or 0,
        of=dose.of or 0,
        given_on=dose.date or date.min,
        vaccine=named("vaccine", dose.vaccine),
        product=named("product", dose.product),
        manufacturer=named("manufacturer", dose.manufacturer),
        identifier=certificate.identifier,
        issuer=stated.issuer or "",
        issued_on=day(stated.issued_at),
        expires_on=day(stated.expires_at),
        code=certificate.text or "",
        address=address,
        test=any(key.test for key in keys),
    )
