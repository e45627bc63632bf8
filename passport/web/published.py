"""What machines fetch: health, metrics, and our public keys in the forms that verifiers read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
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
from passport.verifying.context import Context
from passport.web import access
from passport.web.limits import LIMITER

BLUEPRINT = Blueprint("published", __name__)
access.declare(BLUEPRINT, access.Audience.PUBLIC)
LIMITER.exempt(BLUEPRINT)

Told = TypeVar("Told", Verdict, JointVerdict, Verdict | JointVerdict)
SECURITY_TXT_LIFE = timedelta(days=180)
SEALED_LIFE = timedelta(hours=1)
_SEALED: dict[str, tuple[Context | None, datetime, bytes]] = {}
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
    return _json(publishing.jwks(_records()))


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
    return _sealed(
        "trust", lambda house, now: publishing.trust_list(house.context.keyring, signer=house.signer(now=now), now=now)
    )


@BLUEPRINT.get("/trust/revocations")
def revocations() -> Response:
    """What we know to be revoked, signed."""
    return _sealed(
        "revocations",
        lambda house, now: publishing.revocation_list(
            house.context.revocations, issuer=house.settings.issuer_country, signer=house.signer(now=now), now=now
        ),
    )


def _records() -> list[SignerRecord]:
    records = list_signers(current_house().settings.keys_dir)
    production = current_house().settings.production
    return [r for r in records if r.state is not SignerState.WITHDRAWN and not (production and r.test)]


def _sealed(name: str, seal: Callable[[House, datetime], bytes]) -> Response:
    """A list as it was sealed for this context, anew after an hour: unlocking the key is dear."""
    house, now = current_house(), clock()
    context, sealed_at, data = _SEALED.get(name, (None, now, b""))
    if context is not house.context or now - sealed_at > SEALED_LIFE:
        data = seal(house, now)
        _SEALED[name] = (house.context, now, data)
    return Response(data, content_type="application/jose")
