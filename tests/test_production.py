"""Production refuses stand-ins, default secrets and demo keys, each with its own line, and shows no demo."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from passport.app import create_app
from passport.errors import InputError, PassportError, Refused
from passport.house import EXTENSION
from passport.trust.passphrase import read_passphrase
from passport.trust.signers import create_signer


def _environ(folder: Path) -> dict[str, str]:
    for name in ("secret", "passphrase"):
        path = folder / name
        path.write_text("0123456789abcdef" * 4)
        path.chmod(0o600)
    return {
        "PASSPORT_ENVIRONMENT": "production",
        "PASSPORT_DATABASE_URL": f"sqlite:///{folder / 'passport.db'}",
        "PASSPORT_INSTANCE_DIR": str(folder),
        "PASSPORT_KEYS_DIR": str(folder / "keys"),
        "PASSPORT_SECRET_KEY_FILE": str(folder / "secret"),
        "PASSPORT_KEY_PASSPHRASE_FILE": str(folder / "passphrase"),
        "PASSPORT_POPULATION_URL": "https://register.example",
    }


@pytest.mark.parametrize(
    ("missing", "kind", "reason"),
    [
        ("PASSPORT_SECRET_KEY_FILE", InputError, "bad_setting"),
        ("PASSPORT_POPULATION_URL", Refused, "demo_in_production"),
    ],
)
def test_a_start_without_its_own_secret_or_register_is_refused(
    tmp_path: Path, missing: str, kind: type[PassportError], reason: str
) -> None:
    environ = _environ(tmp_path)
    del environ[missing]
    with pytest.raises(kind) as refused:
        create_app(environ)
    assert refused.value.reason == reason


def test_a_wrong_or_unknown_setting_stops_the_start_with_one_line(tmp_path: Path) -> None:
    for name, value in (
        ("PASSPORT_COLOUR", "green"),
        ("PASSPORT_TRUST_MAX_AGE", "soon"),
        ("PASSPORT_TIMEZONE", "Moon"),
    ):
        with pytest.raises(InputError) as refused:
            create_app(_environ(tmp_path) | {name: value})
        assert name in str(refused.value.detail)


def test_no_demo_no_stand_in_no_demo_key(tmp_path: Path) -> None:
    environ, now = _environ(tmp_path), datetime.now(UTC)
    keys = tmp_path / "keys"
    passphrase = read_passphrase(keys, file=tmp_path / "passphrase", production=True)
    create_signer(keys, country="VN", issuer_name="Mẫu", passphrase=passphrase, now=now, test=True)
    app = create_app(environ)
    house = app.extensions[EXTENSION]
    client = app.test_client()
    for path in ("/demo", "/demo/1.svg"):
        assert client.get(path).status_code == 404
    assert client.post("/population-standin/check", json={"items": []}).status_code == 404
    page = client.get("/")
    assert "DEMO" not in page.data.decode()
    assert "max-age" in page.headers["Strict-Transport-Security"]
    assert client.get("/api/v1/samples").get_json() == {"samples": []}
    assert not house.context.keyring.keys
    with pytest.raises(Refused) as refused:
        house.signer(now=now)
    assert refused.value.reason == "demo_in_production"
    house.database.engine.dispose()
