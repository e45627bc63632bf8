"""A prepared demo installation, as `make run` leaves it, for stories and browsers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from apiflask import APIFlask
from flask.testing import FlaskClient
from flask_security import hash_password

from passport.app import create_app
from passport.demo import prepare
from passport.demo.accounts import SampleAccount
from passport.house import EXTENSION, House, current_house

T = TypeVar("T")


def installation(folder: Path) -> APIFlask:
    """The application whose every file lies under `folder`."""
    return create_app(
        {
            "PASSPORT_DATABASE_URL": f"sqlite:///{folder / 'passport.db'}",
            "PASSPORT_INSTANCE_DIR": str(folder),
            "PASSPORT_KEYS_DIR": str(folder / "keys"),
        }
    )


def prepare_installation(folder: Path, template: Path) -> None:
    """Prepares `folder` from a migrated database; fails unless all ten cards answer as expected."""
    shutil.copyfile(template, folder / "passport.db")
    _alone(lambda: _prepare(folder))


def _prepare(folder: Path) -> None:
    app = installation(folder)
    with app.app_context():
        house = current_house()
        done = prepare.prepare(house, now=datetime.now(UTC), say=lambda _line: None, hash_password=hash_password)
        house.database.engine.dispose()
    assert (done.samples_right, done.samples_all) == (10, 10)


def _alone(work: Callable[[], T]) -> T:
    """Does `work` in a thread of its own: an application context cannot end where Playwright's event loop runs."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


@dataclass(frozen=True)
class Site:
    """A prepared installation as a test sees it."""

    app: APIFlask
    house: House
    demo: dict[str, Any]

    @classmethod
    def open(cls, folder: Path) -> Site:
        """The installation in `folder`; forms need no token, which test_routes looks after."""
        app = _alone(lambda: installation(folder))
        app.config["WTF_CSRF_ENABLED"] = False
        return cls(app, app.extensions[EXTENSION], json.loads((folder / "demo.json").read_text("utf-8")))

    def visitor(self) -> FlaskClient:
        """A browser in which nobody is signed in."""
        return self.app.test_client()

    def as_(self, account: SampleAccount) -> FlaskClient:
        """A browser in which this member of staff is signed in."""
        client = self.visitor()
        assert client.post("/demo/login", data={"email": account.email}).status_code == 302
        return client
