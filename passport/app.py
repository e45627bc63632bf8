"""Wiring: settings, database, accounts, pages, API and commands become one application."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from inspect import iscoroutinefunction

from apiflask import APIBlueprint, APIFlask
from flask import Flask
from flask_login import user_logged_out
from flask_security import FSQLALiteUserDatastore, LoginForm, Security
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from passport import cli
from passport.config import ROOT, Settings, load_settings
from passport.errors import InputError, Refusal, Refused
from passport.house import EXTENSION, open_house
from passport.intake.population import population_service
from passport.registry import accounts, migrations
from passport.registry.db import prepare_sqlite
from passport.tasks import queue
from passport.trust.files import SECRET, read_secret, write_whole, writing
from passport.trust.signer_records import SignerState, list_signers
from passport.web import (
    BLUEPRINTS,
    access,
    assets,
    bodies,
    compressing,
    errors,
    headers,
    language,
    limits,
    openapi,
    use,
)
from passport.web.second_factor import OnceOnly

SECRET_BYTES = 32  # README, going to production
MAX_BODY = 32 * 1024 * 1024  # bytes; the largest list that intake takes


def create_app(environ: Mapping[str, str] | None = None, *, for_commands: bool = False) -> APIFlask:
    """The application for the settings in `environ` (the process's own by default).

    Raises InputError (bad_setting) for a wrong or unknown setting, Refused (demo_in_production) for stand-ins,
    demo keys, debugging or default secrets in production. `for_commands` leaves out what only a server needs, so
    that a checkpoint's machine can run `flask verify` with nothing but its lists.
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
    app.config.update(_flask_config(settings, secret=_secret(settings, for_commands=for_commands)))
    if not for_commands:
        _refuse_development(app, settings)
    db = SQLAlchemy(app)
    # It also closes async sessions, of which there are none, by an event loop of its own at the end of each request.
    app.teardown_appcontext_funcs = [f for f in app.teardown_appcontext_funcs if not iscoroutinefunction(f)]
    migrations.connect(app)
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine)
    house = app.extensions[EXTENSION] = open_house(settings, engine=engine)
    app.extensions[queue.EXTENSION] = queue.Queue(house)
    use.connect(app, house)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    _wire_web(app, db, settings)
    cli.register(app)
    return app


class _SignIn(LoginForm):
    """The form of signing in, without a cookie that remembers for a year."""

    remember = None


def _wire_web(app: APIFlask, db: SQLAlchemy, settings: Settings) -> None:
    limits.connect_api(app)
    bodies.connect(app)
    csrf = CSRFProtect(app)
    datastore = FSQLALiteUserDatastore(db, accounts.Account, accounts.Role)
    Security(app, datastore, login_form=_SignIn, totp_cls=OnceOnly)

    def end_every_session(_app: Flask, user: accounts.Account) -> None:
        datastore.set_uniquifier(user)  # a copy of the cookie must not outlive signing out (security T18)
        db.session.commit()

    user_logged_out.connect(end_every_session, app, weak=False)
    language.connect(app)
    assets.connect(app)
    compressing.connect(app)
    headers.connect(app)
    limits.connect(app, store=settings.limits_url)
    errors.handle_errors(app)
    access.guard(app)
    app.spec_processor(openapi.complete)
    for blueprint in BLUEPRINTS:
        if not isinstance(blueprint, APIBlueprint):
            blueprint.enable_openapi = False  # type: ignore[attr-defined]  # APIFlask asks every blueprint
        app.register_blueprint(blueprint)
        if access.exempt_from_csrf(blueprint):
            csrf.exempt(blueprint)


def _flask_config(settings: Settings, *, secret: bytes) -> dict[str, object]:
    def derived(purpose: str) -> str:
        return hmac.new(secret, purpose.encode(), hashlib.sha256).hexdigest()

    cookie = "__Host-session" if settings.production else "session"
    return {
        "SECRET_KEY": derived("session"),
        "CODE_PEPPER": derived("codes"),
        "TEST_KEY_PEPPER": derived("test keys"),
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


def _secret(settings: Settings, *, for_commands: bool) -> bytes:
    """The secret that sessions, salts and codes are derived from; made once in development only.

    Commands that need no session run without one: they get bytes that nothing else ever knows.
    """
    path = settings.secret_key_file
    if path is None and settings.production:
        if for_commands:
            return secrets.token_bytes(SECRET_BYTES)
        raise InputError(Refusal.BAD_SETTING, "PASSPORT_SECRET_KEY_FILE: production needs a secret of its own")
    if path is None:
        path = settings.instance_dir / "secret"
        with writing(settings.instance_dir):
            if not path.exists():
                write_whole(path, [secrets.token_hex(SECRET_BYTES).encode()], mode=SECRET)
    stored = read_secret(path)
    secret = stored.strip()
    if len(secret) < SECRET_BYTES and not stored.isascii():
        secret = stored  # random bytes, of which the first or last only look like white space
    if len(secret) < SECRET_BYTES:
        raise InputError(Refusal.BAD_SETTING, f"PASSPORT_SECRET_KEY_FILE: fewer than {SECRET_BYTES} bytes")
    return secret


def _refuse_development(app: Flask, settings: Settings) -> None:
    """Raises Refused (demo_in_production) for what only a development machine may have."""
    if not settings.production:
        return
    population_service(url=settings.population_url, standin=settings.instance_dir, production=True)
    if app.debug:
        raise Refused(Refusal.DEMO_IN_PRODUCTION, "FLASK_DEBUG")
    demo = [r.key_id for r in list_signers(settings.keys_dir) if r.test and r.state is not SignerState.WITHDRAWN]
    if demo:
        raise Refused(Refusal.DEMO_IN_PRODUCTION, f"signing key {demo[0]}")
