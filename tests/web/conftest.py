"""The application for tests of pages without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from passport.web.limits import LIMITER
from tests.serving import Codes, application, store_samples, trusted_codes


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the application of these tests keeps its files."""
    return tmp_path_factory.mktemp("web")


@pytest.fixture(scope="session")
def codes(folder: Path) -> Codes:
    """Codes of a trusted demo issuer."""
    codes = trusted_codes(folder / "keys")
    store_samples(folder, codes)
    return codes


@pytest.fixture(scope="session")
def app(folder: Path, codes: Codes, sqlite_template: Path) -> APIFlask:
    """The application in development."""
    return application(folder, sqlite_template)


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    """A visitor of this machine."""
    LIMITER.reset()
    return app.test_client()
