"""What machines fetch: health, metrics, and our public keys in the forms that verifiers read."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import orjson
from flask import Blueprint, Response, abort
from prometheus_client import CONTENT_TYPE_LATEST, Counter, generate_latest

from passport.domain.verdict import JointVerdict, Verdict
from passport.errors import PassportError
from passport.house import House, clock, current_house
from passport.registry.migrations import migrated
from passport.trust import publishing
from passport.trust.signer_records import SignerRecord, SignerState, list_signers
from passport.trust.signers import Signer
from passport.verifying.context import Context
from passport.verifying.portable import portable
from passport.web import access
from passport.web.limits import LIMITER

BLUEPRINT = Blueprint("published", __name__)
access.declare(BLUEPRINT, access.Audience.PUBLIC)
LIMITER.exempt(BLUEPRINT)

Told = TypeVar("Told", Verdict, JointVerdict, Verdict | JointVerdict)
SECURITY_TXT_LIFE = timedelta(days=180)
HOUR = 3600  # seconds
JOSE = "application/jose"
VERDICTS = Counter("passport_verdicts", "Checks of certificates, without anything of the person", ["outcome", "reason"])


def count(verdict: Told) -> Told:
    """Counts a verdict for /metrics and hands it on."""
    VERDICTS.labels(verdict.outcome.value, verdict.reason.value if verdict.reason else "").inc()
    return verdict


def _json(data: Any, *, status: int = 200) -> Response:
    answer = Response(orjson.dumps(data), status=status, content_type="application/json")
    answer.headers["Access-Control-Allow-Origin"] = "*"  # verifiers in browsers fetch keys, SMART Health Cards 4.2
    return answer


@BLUEPRINT.get("/healthz")
def healthz() -> Response:
    """Whether the process answers."""
    return _json({"status": "ok"})


@BLUEPRINT.get("/readyz")
def readyz() -> Response:
    """Whether it can do its work: database, keys, age of the trust list; 503 names what cannot."""
    house, now = current_house(), clock()
    ready = {"database": False, "signer": False, "trust_list": False}
    with suppress(PassportError):
        ready["database"] = migrated(house.database.engine)
    with suppress(PassportError):
        ready["signer"] = any(record.state is SignerState.ACTIVE for record in _records())
        updated = house.context.keyring.updated_at
        ready["trust_list"] = updated is None or now - updated <= house.settings.trust_max_age
    return _json(ready, status=200 if all(ready.values()) else 503)


@BLUEPRINT.get("/metrics")
def metrics() -> Response:
    """Counts for Prometheus."""
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


@BLUEPRINT.get("/.well-known/security.txt")
def security_txt() -> Response:
    """Where to report a weakness (RFC 9116)."""
    base = current_house().settings.base_url
    expires = (clock() + SECURITY_TXT_LIFE).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: {base}/security",
        f"Expires: {expires}",
        "Preferred-Languages: vi, en",
        f"Policy: {base}/security",
    ]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@BLUEPRINT.get("/.well-known/jwks.json")
def jwks() -> Response:
    """Our signing keys as a JWK set (RFC 7517); public parts only."""
    return _json(publishing.jwks(_records(), crl_version=current_house().context.revocations.own.version))


@BLUEPRINT.get("/.well-known/crl/<key_id>.json")
def smart_list(key_id: str) -> Response:
    """Our revoked certificates as the SMART Health Cards list of one of our keys."""
    if key_id not in {key["kid"] for key in publishing.jwks(_records())["keys"]}:
        abort(404)
    return _json(publishing.smart_list(current_house().context.revocations.own, key_id=key_id))


@BLUEPRINT.get("/.well-known/did.json")
def did() -> Response:
    """The did:web document of this issuer, a verification method for each key."""
    host = current_house().settings.base_url.partition("://")[2].replace(":", "%3A")
    subject = f"did:web:{host}"
    methods = [
        {"id": f"{subject}#{key['kid']}", "type": "JsonWebKey2020", "controller": subject, "publicKeyJwk": key}
        for key in publishing.jwks(_records())["keys"]
    ]
    return _json(
        {
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
            "id": subject,
            "verificationMethod": methods,
            "assertionMethod": [method["id"] for method in methods],
        }
    )


@BLUEPRINT.get("/trust/dsc.json")
def dsc() -> Response:
    """Our document-signer certificates as the EU gateway lists them."""
    return _json(publishing.dsc_list(_records(), country=current_house().settings.issuer_country))


@BLUEPRINT.get("/trust/list")
def trust_list() -> Response:
    """The keys we trust, signed: what scanners keep."""
    return Response(_sealed().trust, content_type=JOSE)


@BLUEPRINT.get("/trust/revocations")
def revocations() -> Response:
    """What we know to be revoked, signed."""
    return Response(_sealed().revocations, content_type=JOSE)


@BLUEPRINT.get("/trust/rules")
def rules() -> Response:
    """The rules of countries, policies, names and sentences, signed."""
    return Response(_sealed().rules, content_type=JOSE)


@BLUEPRINT.get("/trust/bundle")
def bundle() -> Response:
    """All three lists in one file, for a scanner to fetch or to be carried to where there is no network."""
    sealed = _sealed()
    texts = {"trust": sealed.trust, "revocations": sealed.revocations, "rules": sealed.rules}
    answer = _json({name: text.decode("ascii") for name, text in texts.items()})
    answer.headers["Content-Disposition"] = f'inline; filename="lists-{sealed.at:%Y-%m-%d}.json"'
    return answer


def _records() -> list[SignerRecord]:
    records = list_signers(current_house().settings.keys_dir)
    production = current_house().settings.production
    return [r for r in records if r.state is not SignerState.WITHDRAWN and not (production and r.test)]


@dataclass(frozen=True, slots=True)
class _Sealed:
    """The three lists of one context, as of one instant."""

    context: Context
    at: datetime
    trust: bytes
    revocations: bytes
    rules: bytes


_LAST_SEALED: list[_Sealed] = []


def _sealed() -> _Sealed:
    """The lists of this context, sealed anew each hour and with each change: unlocking the key is dear."""
    house, now = current_house(), clock()
    context = house.context
    at = _as_of(context, now=now)
    if not (_LAST_SEALED and _LAST_SEALED[0].context is context and _LAST_SEALED[0].at == at):
        _LAST_SEALED[:] = [_seal(context, at=at, house=house, signer=house.signer(now=now))]
    return _LAST_SEALED[0]


def _as_of(context: Context, *, now: datetime) -> datetime:
    """The date of the lists: the last full hour, or a change since.

    Several processes over one key folder date alike without speaking to each other, so that whichever of them a
    scanner asks next, its lists are not older than those of another; and a change is always newer than what it
    replaces.
    """
    hour = datetime.fromtimestamp(now.timestamp() // HOUR * HOUR, UTC)
    changed = context.changed_at
    return changed if changed and hour < changed <= now else hour


def _seal(context: Context, *, at: datetime, house: House, signer: Signer) -> _Sealed:
    country = house.settings.issuer_country
    return _Sealed(
        context=context,
        at=at,
        trust=publishing.trust_list(context.keyring, records=_records(), signer=signer, now=at),
        revocations=publishing.revocation_list(context.revocations, issuer=country, signer=signer, now=at),
        rules=publishing.rules_list(portable(context, now=at), signer=signer, now=at),
    )
