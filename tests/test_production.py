"""Production refuses stand-ins, default secrets and demo keys, each with its own line, and shows no demo."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask_security import hash_password

from passport.app import create_app
from passport.errors import InputError, PassportError, Refused
from passport.house import EXTENSION
from passport.registry.accounts import create_account
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
        ("PASSPORT_LIMITS_URL", "memory://"),
    ):
        with pytest.raises(InputError) as refused:
            create_app(_environ(tmp_path) | {name: value})
        assert name in str(refused.value.detail)


def test_a_weak_secret_debugging_and_demo_keys_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environ = _environ(tmp_path)
    (tmp_path / "secret").write_text("")
    with pytest.raises(InputError, match="fewer than 32"):
        create_app(environ)
    environ = _environ(tmp_path)
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(Refused, match="FLASK_DEBUG"):
        create_app(environ)
    monkeypatch.delenv("FLASK_DEBUG")
    _demo_signer(tmp_path)
    with pytest.raises(Refused, match="signing key"):
        create_app(environ)


@pytest.mark.parametrize("end", [b"\n", b" ", b"\x0b", b"\x85"])
def test_random_bytes_make_a_secret_whatever_they_end_in(tmp_path: Path, end: bytes) -> None:
    """One secret of 32 random bytes in twenty was refused, because an end of it looked like white space."""
    environ = _environ(tmp_path)
    (tmp_path / "secret").write_bytes(bytes(range(224, 255)) + end)
    create_app(environ).extensions[EXTENSION].database.engine.dispose()


def test_a_checkpoint_runs_commands_with_nothing_but_its_lists(tmp_path: Path) -> None:
    environ = {"PASSPORT_ENVIRONMENT": "production", "PASSPORT_KEYS_DIR": str(tmp_path / "keys")}
    app = create_app(environ | {"PASSPORT_INSTANCE_DIR": str(tmp_path)}, for_commands=True)
    with app.app_context():
        done = app.test_cli_runner().invoke(args=["verify", "HC1:rubbish", "--json"])
    assert done.exit_code == 1
    assert '"reason":"bad_encoding"' in done.stdout


# Flask-Security's own form; its next release may say it otherwise.
@pytest.mark.filterwarnings("ignore:Passing SelectField choices:DeprecationWarning")
def test_the_first_sign_in_sets_up_the_second_factor(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "passport.db")
    app = create_app(_environ(tmp_path))
    app.config["WTF_CSRF_ENABLED"] = False
    house = app.extensions[EXTENSION]
    with app.app_context(), house.database.transaction() as session:
        create_account(session, email="a@b.example", name="A", password_hash=hash_password("a long passphrase"))
    client = app.test_client()
    https = {"base_url": "https://localhost"}
    answer = client.post("/staff/login", data={"email": "a@b.example", "password": "a long passphrase"}, **https)
    assert "/staff/tf-setup" in answer.headers["Location"]
    assert client.get("/staff/tf-setup", **https).status_code == 200
    page = client.post("/staff/tf-setup", data={"setup": "authenticator"}, **https).data.decode()
    assert "data:image" in page
    assert client.get("/staff/", **https).status_code == 302  # not before the code
    house.database.engine.dispose()


def test_forms_work_over_https(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "passport.db")
    app = create_app(_environ(tmp_path))
    client, base = app.test_client(), "https://localhost"
    page = client.get("/staff/login", base_url=base)
    assert page.headers["Referrer-Policy"] == "same-origin"
    (token,) = set(re.findall(r'name="csrf_token" value="([^"]+)"', page.data.decode()))
    data = {"csrf_token": token, "email": "a@b.example", "password": "x"}
    answer = client.post("/staff/login", data=data, base_url=base, headers={"Referer": f"{base}/staff/login"})
    assert answer.status_code == 200
    app.extensions[EXTENSION].database.engine.dispose()


def _demo_signer(folder: Path) -> None:
    keys = folder / "keys"
    passphrase = read_passphrase(keys, file=folder / "passphrase", production=True)
    create_signer(keys, country="VN", issuer_name="Mẫu", passphrase=passphrase, now=datetime.now(UTC), test=True)


def test_no_demo_no_stand_in_no_demo_key(tmp_path: Path) -> None:
    environ, now = _environ(tmp_path), datetime.now(UTC)
    app = create_app(environ)
    _demo_signer(tmp_path)
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
