"""A certificate in force as a SMART Health Card, made when its holder asks for it.

It says what the signed certificate says, and the doses before; its revocation id is made of the certificate's own
identifier, so that whoever revokes the one revokes the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from passport.domain.certificate import DoseStatement, Draft, Holder
from passport.domain.doses import Dose as GivenDose
from passport.domain.names import Transliterated, transliterate
from passport.errors import Refusal, Refused
from passport.formats import hc1, shc
from passport.formats.uvci import normalise
from passport.issuing.drafting import confirmed_until
from passport.issuing.issue import OWN_TEXT_IS_GOOD, signer_in_force
from passport.issuing.issuer import Issuer
from passport.registry.tables import Certificate
from passport.rules.schedules import COVID_SNOMED, VACCINES, Vaccine
from passport.trust.jwk import thumbprint_of
from passport.trust.own_revocations import digest_of
from passport.trust.revocation_lists import rid_of
from passport.verifying.verify import verify


def offers_cards(base_url: str) -> bool:
    """Whether cards can be made: their issuer is an https address, where readers look for its keys."""
    return base_url.startswith("https://")


def smart_card(certificate: Certificate, *, base_url: str, issuer: Issuer, now: datetime) -> bytes:
    """The `.smart-health-card` file of a certificate in force, checked as anybody would check it.

    Raises Refused (self_check_failed, no_active_signer).
    """
    text = certificate.text or ""
    if (reason := verify(text, context=issuer.context, now=now).reason) not in OWN_TEXT_IS_GOOD:
        raise Refused(Refusal.SELF_CHECK_FAILED, str(reason))  # as one that lies in a range which was revoked
    stated = hc1.read(hc1.open(text), None)
    draft = Draft(
        identifier=rid_of(digest_of(normalise(certificate.identifier))),
        issuer_country=issuer.country,
        issuer_name=base_url,
        holder=stated.holder,
        dose=stated.doses[0],
        issued_at=certificate.issued_at,
        expires_at=certificate.expires_at,
    )
    given = confirmed_until(certificate.dose)
    last = (given[-1].given_on, VACCINES[given[-1].product].mp) if given else None
    if last != (draft.dose.date, draft.dose.product):
        raise Refused(Refusal.SELF_CHECK_FAILED, "the record changed")
    doses = [_statement(dose) for dose in given]
    signer = signer_in_force(issuer, now=now)
    card = shc.encode(draft, doses=doses, sign=signer.sign, key_id=thumbprint_of(signer.certificate))
    _require_says(card, draft=draft, doses=doses, issuer=issuer, now=now)
    return shc.file_of([card])


def _require_says(card: str, *, draft: Draft, doses: Sequence[DoseStatement], issuer: Issuer, now: datetime) -> None:
    """Passes when anybody who checks the card reads the draft and these doses in it."""
    verdict = verify(card, context=issuer.context, now=now)
    read = verdict.certificate
    if read is None or verdict.reason not in OWN_TEXT_IS_GOOD:
        raise Refused(Refusal.SELF_CHECK_FAILED, str(verdict.reason))
    told = (read.identifier, read.issuer, read.holder, read.issued_at, read.expires_at, read.doses)
    wanted = (
        draft.identifier,
        draft.issuer_name,
        _without_latin(draft.holder),
        draft.issued_at,
        draft.expires_at,
        tuple(doses),
    )
    if told != wanted:
        raise Refused(Refusal.SELF_CHECK_FAILED, "card")


def _without_latin(holder: Holder) -> Holder:
    """A card holds no Latin name: its reader makes one of the letters that are there."""
    latin = Transliterated(transliterate(holder.family_name or ""), transliterate(holder.given_name or ""))
    return replace(holder, transliterated=latin)


def _statement(dose: GivenDose) -> DoseStatement:
    code = _code(VACCINES[dose.product])
    return DoseStatement(
        disease=COVID_SNOMED,
        vaccine=code,
        product=code,
        manufacturer=None,
        number=None,
        of=None,
        date=dose.given_on,
        country=None,
        lot=dose.lot,
    )


def _code(vaccine: Vaccine) -> str:
    """The code of a vaccine on a card: CVX, where it has none ICD-11, else what it is made of in SNOMED CT."""
    cvx = next((code for code in vaccine.codes if code.isdigit()), None)
    return cvx or next((code for code in vaccine.codes if code.startswith("XM")), vaccine.vp)
