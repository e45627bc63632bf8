from __future__ import annotations

import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from passport.trust.jwk import as_jwk
from passport.trust.keyring import Keyring, import_keys
from passport.trust.status import trust_status

DAY = timedelta(days=1)


@pytest.fixture
def ring(tmp_path, make_certificate, ec_key, now) -> Keyring:
    jwk = as_jwk(ec_key.public_key())
    did = "did:web:nzcp.example"
    method = {"id": f"{did}#key-1", "publicKeyJwk": jwk}
    files = [
        make_certificate(ec_key, country="XA", not_after=now + 9 * DAY),
        make_certificate(ec_key, country="XA", not_after=now + 5 * DAY),
        make_certificate(ec_key, country="XB", not_after=now - DAY),
        make_certificate(ec_key, country="XC", usages=["2.23.136.1.1.14.2"]),
        make_certificate(ec_key, country="XC", authority=True, not_after=now + 3 * DAY),
    ]
    data = [("pem", b"".join(c.public_bytes(Encoding.PEM) for c in files))]
    data.append(("jwk", json.dumps({**jwk, "issuer": "https://a.example"}).encode()))
    data.append(("did", json.dumps({"id": did, "verificationMethod": [method], "assertionMethod": [method]}).encode()))
    import_keys(tmp_path, data, production=True, now=now)
    withdrawn = make_certificate(ec_key, country="XD").public_bytes(Encoding.PEM)
    import_keys(tmp_path, [("old", withdrawn)], withdrawn=True, production=True, now=now)
    return Keyring.load(tmp_path, production=True)


def test_counts_and_what_ends_next(ring, now) -> None:
    state = trust_status(ring, now=now + DAY, max_age=14 * DAY)
    assert (state["authorities"], state["withdrawn"], state["expired"]) == (1, 1, 1)
    assert state["countries"] == {"?": 3, "XA": 2, "XC": 1}
    assert state["next_expiry"] == {
        "hc1": "2026-11-26T03:00:00Z",
        "nzcp": None,
        "shc": None,
        "vdsnc": "2026-11-24T03:00:00Z",
    }
    assert (state["age_days"], state["stale"]) == (1, False)


def test_stale(ring, now) -> None:
    assert not trust_status(ring, now=now + 14 * DAY, max_age=14 * DAY)["stale"]
    assert trust_status(ring, now=now + 15 * DAY, max_age=14 * DAY)["stale"]
