"""JOB: certificates end: revoked for a reason, or replaced because what they say was corrected.

Both are written to the list of our revocations before they are on record, so that a certificate that the house
calls revoked is never still good at a checkpoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from passport.domain.names import Transliterated, split_full_name, tidy, transliterate
from passport.errors import InputError, Refusal, Refused
from passport.formats import hc1
from passport.formats.uvci import PREFIX
from passport.issuing.drafting import holder_of
from passport.issuing.issue import Issued, Order, issue_dose
from passport.issuing.issuer import Issuer
from passport.registry import audit, certificates, merging
from passport.registry.accounts import Account, find_account, require_role
from passport.registry.db import Database
from passport.registry.identities import corrections_of
from passport.registry.people import require_person
from passport.registry.tables import Certificate, Person
from passport.trust.own_revocations import record_each, record_own
from passport.trust.revoked import Range

REVOKERS = ("issuer", "approver")
REPLACERS = ("identity_officer", "issuer", "approver")  # who corrects a record may have its certificate corrected
REASON_LIMIT = 200  # characters


def revoke(
    database: Database,
    *,
    certificate_id: str,
    reason: str,
    by: str,
    now: datetime,
    keys_dir: Path,
    client: str | None = None,
) -> Certificate:
    """Ends a certificate for good; `certificate_id` is its own id or its identifier.

    `client` is the program that acts for `by`, where it was not a person.
    Raises InputError (unknown_certificate, unknown_account, bad_option without a reason), Refused (not_permitted,
    already_revoked).
    """
    why = _reason(reason)
    with database.transaction() as session:
        certificate, account = certificates.find_certificate(session, certificate_id), find_account(session, by)
        require_role(session, account, REVOKERS, certificate.dose.site.area)
        certificates.revoke(session, certificate=certificate, reason=why, by=account, at=now)
        detail = {"client": client} if client else {}
        audit.record(session, actor=by, action="certificate_revoked", subject=certificate.id, detail=detail, at=now)
        record_own(keys_dir, identifier=certificate.identifier, at=now, replaced=False)
    return certificate


def name_range(database: Database, *, revoked: Range, country: str, at: datetime, keys_dir: Path) -> int:
    """Revokes by name, too, those certificates on record that lie in a range which was revoked; answers how many.

    A SMART Health Card tells neither the site nor the key id of the certificate it was made of, and no list for others
    can tell a range: both know a certificate by its name alone. `country` is the one that our certificates state. The
    record itself is left as it is.
    """
    beginning = PREFIX + revoked.identifier_prefix if revoked.identifier_prefix else None
    with database.reading() as session:
        candidates = certificates.issued_within(
            session,
            beginning=beginning,
            key_id=revoked.key_id,
            since=revoked.issued_from,
            until=revoked.issued_until,
        )
        named = [found.identifier for found in candidates if _lies_in(revoked, found, country)]
    record_each(keys_dir, identifiers=named, at=at, replaced=False)
    return len(named)


def _lies_in(revoked: Range, certificate: Certificate, country: str) -> bool:
    issuer = hc1.read(hc1.open(certificate.text or ""), country).issuer if revoked.issuer else None
    return revoked.covers(
        identifier=certificate.identifier,
        country=country,
        key_id=certificate.key_id or "",
        issuer=issuer,
        issued_at=certificate.issued_at,
    )


def replace(database: Database, *, certificate_id: str, reason: str, by: str, now: datetime, issuer: Issuer) -> Issued:
    """Issues a certificate anew from the record as it stands now and revokes the old one as replaced.

    The old one stays in force until the new one is signed. Raises as `revoke` and `issue` do.
    """
    why = _reason(reason)
    with database.reading() as session:
        old, account = certificates.find_certificate(session, certificate_id), find_account(session, by)
        require_role(session, account, REPLACERS, old.dose.site.area)
    order = Order(old.dose_id, by, replaces_id=old.id, why=why)
    return issue_dose(database, order=order, now=now, issuer=issuer)


def replace_certificates(
    database: Database, *, person_id: str, reason: str, by: str, now: datetime, issuer: Issuer
) -> list[Issued]:
    """Replaces those certificates of a person that name them otherwise than the record does now.

    To be called when a person was corrected and compared with the population register again. Raises as `replace`,
    and Refused (second_person) when `by` alone made the record another person's: number, birth date, or a passport
    name that the register does not hold (security T2).
    """
    with database.reading() as session:
        person, account = require_person(session, person_id), find_account(session, by)
        outdated = misnaming(session, person)
        if needs_another(session, person, account, outdated):
            raise Refused(Refusal.SECOND_PERSON, person_id)
    return [
        replace(database, certificate_id=found.id, reason=reason, by=by, now=now, issuer=issuer) for found in outdated
    ]


def misnaming(session: Session, person: Person) -> list[Certificate]:
    """The certificates in force whose signed text names another holder than the record does; they stay good until
    they are replaced."""
    return [found for found in certificates.in_force(session, person) if _misnames(found)]


def needs_another(session: Session, person: Person, account: Account, outdated: Sequence[Certificate]) -> bool:
    """Whether somebody else than `account` must replace these (security T2)."""
    return bool(outdated) and _made_another(session, person, account, since=outdated[0].issued_at)


def _made_another(session: Session, person: Person, account: Account, *, since: datetime) -> bool:
    """Whether `account` changed what tells this person from others since their certificate was issued."""
    plain = str(Transliterated(*map(transliterate, split_full_name(person.full_name))))
    telling = {"birth_date", "id_number", merging.FIELD} | (
        {"latin_name"} if person.latin_name not in (None, plain) else set()
    )
    changed = {c.field for c in corrections_of(session, person) if c.by_id == account.id and c.at >= since}
    return bool(changed & telling)


def _misnames(certificate: Certificate) -> bool:
    """Whether the signed text names another holder than the record; our own text needs no check to be read."""
    signed = hc1.read(hc1.open(certificate.text or ""), None)
    return signed.holder != hc1.as_written(holder_of(certificate.person))


def _reason(text: str) -> str:
    reason = tidy(text)
    if not reason or len(reason) > REASON_LIMIT:
        raise InputError(
            Refusal.BAD_OPTION,
            f"a reason of 1 to {REASON_LIMIT} characters",
            variant="why",
            values={"limit": REASON_LIMIT},
        )
    return reason
