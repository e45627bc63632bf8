"""A prepared demo installation: made once for all workers' stories, copied for each test."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password

from passport.app import create_app
from passport.demo import prepare
from passport.demo.accounts import SampleAccount
from passport.house import House, current_house


def installation(folder: Path, database_url: str | None = None) -> Flask:
    """The application whose every file lies under `folder`."""
    return create_app(
        {
            "PASSPORT_DATABASE_URL": database_url or f"sqlite:///{folder / 'passport.db'}",
            "PASSPORT_INSTANCE_DIR": str(folder),
            "PASSPORT_KEYS_DIR": str(folder / "keys"),
        }
    )


@dataclass(frozen=True)
class Site:
    """A running installation as a test sees it."""

    app: Flask
    house: House
    demo: dict[str, Any]

    def as_(self, account: SampleAccount) -> FlaskClient:
        """A browser in which this member of staff is signed in."""
        client = self.app.test_client()
        client.application.config["WTF_CSRF_ENABLED"] = False  # the token itself is tested in test_routes
        assert client.post("/demo/login", data={"email": account.email}).status_code == 302
        return client

    def visitor(self) -> FlaskClient:
        """A browser in which nobody is signed in."""
        self.app.config["WTF_CSRF_ENABLED"] = False
        return self.app.test_client()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A folder with the installation that `make run` prepares."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copyfile(sqlite_template, folder / "passport.db")
    app = installation(folder)
    with app.app_context():
        house = current_house()
        done = prepare.prepare(house, now=datetime.now(UTC), say=lambda _line: None, hash_password=hash_password)
        house.database.engine.dispose()
    assert (done.samples_right, done.samples_all) == (10, 10)
    return folder


@pytest.fixture
def site(prepared: Path, tmp_path: Path) -> Iterator[Site]:
    """A copy of the prepared installation for one test."""
    folder = tmp_path / "site"
    shutil.copytree(prepared, folder)
    app = installation(folder)
    with app.app_context():
        house = current_house()
    yield Site(app, house, json.loads((folder / "demo.json").read_text("utf-8")))
    house.database.engine.dispose()
