"""Wiring: settings, database, accounts, pages, API and commands become one application."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from inspect import iscoroutinefunction
from pathlib import Path

from apiflask import APIBlueprint, APIFlask
from flask_security import FSQLALiteUserDatastore, Security
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf import CSRFProtect

from passport import cli
from passport.config import ROOT, Settings, load_settings
from passport.errors import InputError, Refusal
from passport.house import EXTENSION, open_house
from passport.registry import accounts, migrations
from passport.registry.db import prepare_sqlite
from passport.web import BLUEPRINTS, access, api_models, assets, errors, headers, language, limits

MAX_BODY = 32 * 1024 * 1024  # bytes; the largest list that intake takes


def create_app(environ: Mapping[str, str] | None = None) -> APIFlask:
    """The application for the settings in `environ` (the process's own by default).

    Raises InputError (bad_setting) for a wrong or unknown setting, Refused (demo_in_production) for stand-ins,
    demo keys or default secrets in production.
    """
    settings = load_settings(os.environ if environ is None else environ)
    app = APIFlask(
        "passport",
        title="Vaccine certificates",
        version="1",
        json_errors=False,
        spec_path="/api/v1/openapi.json",
        docs_path=None,
        root_path=str(ROOT / "passport"),
        template_folder=str(ROOT / "templates"),
        static_folder="web/static",
        static_url_path="/static",
    )
    app.config.update(_flask_config(settings))
    db = SQLAlchemy(app)
    # It also closes async sessions, of which there are none, by an event loop of its own at the end of each request.
    app.teardown_appcontext_funcs = [f for f in app.teardown_appcontext_funcs if not iscoroutinefunction(f)]
    migrations.connect(app)
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine)
    app.extensions[EXTENSION] = open_house(settings, engine=engine)
    _wire_web(app, db)
    cli.register(app)
    return app


def _wire_web(app: APIFlask, db: SQLAlchemy) -> None:
    csrf = CSRFProtect(app)
    Security(app, FSQLALiteUserDatastore(db, accounts.Account, accounts.Role))
    language.connect(app)
    assets.connect(app)
    headers.connect(app)
    limits.connect(app)
    errors.handle_errors(app)
    access.guard(app)
    app.spec_processor(api_models.complete)
    for blueprint in BLUEPRINTS:
        if not isinstance(blueprint, APIBlueprint):
            blueprint.enable_openapi = False  # type: ignore[attr-defined]  # APIFlask asks every blueprint
        app.register_blueprint(blueprint)
        if access.exempt_from_csrf(blueprint):
            csrf.exempt(blueprint)


def _flask_config(settings: Settings) -> dict[str, object]:
    secret = _secret(settings)

    def derived(purpose: str) -> str:
        return hmac.new(secret, purpose.encode(), hashlib.sha256).hexdigest()

    cookie = "__Host-session" if settings.production else "session"
    return {
        "SECRET_KEY": derived("session"),
        "CODE_PEPPER": derived("codes"),
        "SQLALCHEMY_ENGINES": {"default": {"url": settings.database_url, "pool_pre_ping": True}},
        "MAX_CONTENT_LENGTH": MAX_BODY,
        "SESSION_COOKIE_NAME": cookie,
        "SESSION_COOKIE_SECURE": settings.production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": 12 * 3600,
        "OPENAPI_VERSION": "3.1.0",
        "WTF_CSRF_TIME_LIMIT": None,
        # Flask-Security: only what is used. Its /verify would shadow ours, hence the prefix.
        "SECURITY_URL_PREFIX": "/staff",
        "SECURITY_PASSWORD_SALT": derived("password"),
        "SECURITY_TOTP_SECRETS": {"1": derived("totp")},
        "SECURITY_TOTP_ISSUER": settings.issuer_name,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_REQUIRED": settings.production,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_POST_LOGIN_VIEW": "/staff/",
        "SECURITY_POST_LOGOUT_VIEW": "/",
        "SECURITY_SEND_REGISTER_EMAIL": False,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_CLI_USERS_NAME": False,  # our own groups stand in passport.cli
        "SECURITY_CLI_ROLES_NAME": False,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "SECURITY_FLASH_MESSAGES": True,
    }


def _secret(settings: Settings) -> bytes:
    """The secret that sessions, salts and codes are derived from; made once in development only."""
    path = settings.secret_key_file
    if path is None:
        if settings.production:
            raise InputError(Refusal.BAD_SETTING, "PASSPORT_SECRET_KEY_FILE: production needs a secret of its own")
        path = settings.instance_dir / "secret"
        if not path.exists():
            _write_secret(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(Refusal.BAD_SETTING, f"PASSPORT_SECRET_KEY_FILE: {error.strerror}") from error


def _write_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32))
