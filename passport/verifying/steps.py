"""The single steps of a check, in the order of `verify`: each raises TrustError with its reason, or passes.

What depends on the day takes the `clock` of the check; what applies whatever that clock says (withdrawal of a
key, revocation, the age of the lists) does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from passport.codecs import signatures
from passport.domain.certificate import Certificate, Kind
from passport.domain.verdict import HolderMatch, Why
from passport.errors import Reason, TrustError
from passport.formats.envelope import Envelope
from passport.trust.keyring import Keyring
from passport.trust.keys import TrustedKey
from passport.trust.revocation import Revocations
from passport.verifying.saying import day_of

SKEW = timedelta(seconds=60)  # how far the issuer's clock may run ahead of ours (security T24); for nothing else
REPLACED = "replaced"  # the variant of `revoked` that says a newer certificate took its place
TOMORROW = timedelta(days=1)  # a day without a zone may have begun elsewhere (UTC+14)


def trusted_keys(envelope: Envelope, *, keyring: Keyring) -> Sequence[TrustedKey]:
    """Step 3: every trusted key with the id and issuer of `envelope` whose type fits its algorithm.

    Raises TrustError (unknown_issuer; unsupported_algorithm when those keys are of another type).
    """
    named = keyring.find(key_id=envelope.key_id, issuer=envelope.key_issuer, certificate=envelope.certificate)
    if not named:
        raise TrustError(Reason.UNKNOWN_ISSUER)
    fitting = [key for key in named if signatures.fits(algorithm=envelope.algorithm, public_key=key.public_key)]
    if not fitting:
        raise TrustError(Reason.UNSUPPORTED_ALGORITHM, "the algorithm is not the key's")
    return fitting


def signing_key(envelope: Envelope, *, keys: Sequence[TrustedKey]) -> TrustedKey:
    """Step 4: the key that made the signature; raises TrustError (bad_signature) when none of `keys` did."""
    for key in keys:
        if signatures.verify(
            algorithm=envelope.algorithm,
            public_key=key.public_key,
            signature=envelope.signature,
            signed=envelope.signed,
        ):
            return key
    raise TrustError(Reason.BAD_SIGNATURE)


def require_not_withdrawn(key: TrustedKey) -> None:
    """Step 5: raises TrustError (key_withdrawn)."""
    if key.withdrawn_at is not None:
        raise TrustError(Reason.KEY_WITHDRAWN)


def require_usage(key: TrustedKey, *, kind: Kind, format: str) -> None:
    """Step 5: raises TrustError (key_not_allowed) unless the key may sign this kind in this format."""
    if not key.allows(kind, format=format):
        raise TrustError(Reason.KEY_NOT_ALLOWED, f"the key may not sign this kind: {kind.value}")


def require_past(certificate: Certificate, *, now: datetime) -> None:
    """Step 6: raises TrustError (bad_content) for a dose or a sample of a day still to come."""
    if certificate.happened_on is not None and certificate.happened_on > (now + TOMORROW).date():
        raise TrustError(Reason.BAD_CONTENT, "a day in the future is told as past")


def require_in_time(certificate: Certificate, *, clock: datetime, zone: ZoneInfo) -> None:
    """Step 7: raises TrustError (not_yet_valid, expired) by the certificate's own dates and period of protection.

    The last second still counts: RFC 8392 would end before it, the EU's public test data ask for it.
    """
    expires_at, on = certificate.expires_at, day_of(clock, zone)
    for begins_at in (certificate.issued_at, certificate.not_before):
        if begins_at is not None and clock + SKEW < begins_at:
            raise TrustError(Reason.NOT_YET_VALID, values={"date": day_of(begins_at, zone).isoformat()})
    if certificate.protects_from is not None and on < certificate.protects_from:
        raise TrustError(Reason.NOT_YET_VALID, values={"date": certificate.protects_from.isoformat()})
    if expires_at is not None and clock > expires_at:
        raise TrustError(Reason.EXPIRED, values={"date": day_of(expires_at, zone).isoformat()})
    if certificate.protects_until is not None and on > certificate.protects_until:
        raise TrustError(Reason.EXPIRED, values={"date": certificate.protects_until.isoformat()})


def require_key_in_time(key: TrustedKey, *, clock: datetime) -> None:
    """Step 7: raises TrustError (key_expired) outside the key's own dates, which are inclusive (RFC 5280 4.1.2.5)."""
    early = key.not_before is not None and clock < key.not_before
    late = key.not_after is not None and clock > key.not_after
    if early or late:
        raise TrustError(Reason.KEY_EXPIRED)


def require_not_revoked(
    certificate: Certificate, *, envelope: Envelope, revocations: Revocations, zone: ZoneInfo
) -> None:
    """Step 8: raises TrustError (revoked; its variant `replaced` says when)."""
    revoked = revocations.check(
        identifier=certificate.identifier,
        country=certificate.country,
        stated_country=certificate.stated_country,
        signature=envelope.signature,
        algorithm=envelope.algorithm,
        key_id=certificate.key_id,
        issuer=certificate.issuer,
        issued_at=certificate.issued_at,
        rid=certificate.identifier,  # which is what it is in a SMART Health Card, and fits nothing elsewhere
    )
    if revoked is None:
        return
    if revoked.replaced and revoked.at is not None:
        values = {"date": day_of(revoked.at, zone).isoformat()}
        raise TrustError(Reason.REVOKED, REPLACED, variant=REPLACED, values=values)
    raise TrustError(Reason.REVOKED)


def require_met(why: Why | None) -> None:
    """Step 9: raises TrustError (rule_failed) with the sentence for `why` a policy or a rule is not met."""
    if why is not None:
        raise TrustError(Reason.RULE_FAILED, why.kind, variant=why.kind, values=why.values)


def require_same_holder(found: HolderMatch) -> None:
    """Step 10: raises TrustError (holder_differs) when the name or the birth date is another person's."""
    if "different" in (found.name, found.born):
        raise TrustError(Reason.HOLDER_DIFFERS)


def require_fresh(listed_at: datetime | None, *, max_age: timedelta, now: datetime) -> None:
    """Step 11: raises TrustError (lists_stale) for a list older than `max_age`; one never imported has no age."""
    if listed_at is None:
        return
    overdue = now - listed_at - max_age
    if overdue > timedelta():
        raise TrustError(Reason.LISTS_STALE, values={"n": max(1, overdue.days)})
