"""What machines fetch: health, metrics, and our public keys in the forms that verifiers read."""

from __future__ import annotations

import base64
from contextlib import suppress
from datetime import timedelta
from typing import Any

import orjson
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, Counter, generate_latest

from passport.domain.verdict import Verdict
from passport.errors import PassportError
from passport.house import clock, current_house
from passport.registry.migrations import migrated
from passport.trust.jwk import as_jwk, thumbprint
from passport.trust.signer_records import SignerState, list_signers
from passport.web import access
from passport.web.limits import LIMITER

BLUEPRINT = Blueprint("published", __name__)
access.declare(BLUEPRINT, access.Audience.PUBLIC)
LIMITER.exempt(BLUEPRINT)

SECURITY_TXT_LIFE = timedelta(days=180)
VERDICTS = Counter("passport_verdicts", "Checks of certificates, without anything of the person", ["outcome", "reason"])


def count(verdict: Verdict) -> Verdict:
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
        ready["signer"] = any(r.state is SignerState.ACTIVE for r in list_signers(house.settings.keys_dir))
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
    keys = [
        as_jwk(key) | {"kid": thumbprint(key), "use": "sig", "alg": "ES256"}
        for key in (record.certificate.public_key() for record in _published())
    ]
    return _json({"keys": keys})


@BLUEPRINT.get("/.well-known/did.json")
def did() -> Response:
    """The did:web document of this issuer, a verification method for each key."""
    host = current_house().settings.base_url.partition("://")[2].replace(":", "%3A")
    subject = f"did:web:{host}"
    methods = [
        {
            "id": f"{subject}#{record.key_id}",
            "type": "JsonWebKey2020",
            "controller": subject,
            "publicKeyJwk": as_jwk(record.certificate.public_key()),
        }
        for record in _published()
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
    country = current_house().settings.issuer_country
    return _json(
        [
            {
                "kid": base64.b64encode(bytes.fromhex(record.key_id)).decode(),
                "country": country,
                "certificateType": "DSC",
                "rawData": base64.b64encode(record.certificate.public_bytes(Encoding.DER)).decode(),
            }
            for record in _published()
        ]
    )


def _published() -> list[Any]:
    records = list_signers(current_house().settings.keys_dir)
    return [record for record in records if record.state is not SignerState.WITHDRAWN]
