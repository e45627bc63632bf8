"""The API for programs that bring lists in: 202 and a job, how far it is, what became of the rows."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from passport.app import create_app
from passport.house import clock
from passport.registry.accounts import find_account
from passport.registry.clients import create_client
from passport.registry.db import Database
from passport.registry.imports import PAGE
from passport.tasks.queue import EXTENSION, Queue
from passport.web.limits import LIMITER
from tests.lists import AN, NURSE, STATION, World, csv_list, person, staffed

IMPORTS = "/api/v1/imports"


@dataclass
class Clinic:
    """A program that acts for the nurse of a station, and the worker behind the API."""

    app: APIFlask
    world: World

    @property
    def queue(self) -> Queue:
        found: Queue = self.app.extensions[EXTENSION]
        return found

    def client(self, *scopes: str, acting: str = NURSE) -> FlaskClient:
        with self.world.database.transaction() as session:
            account = find_account(session, acting)
            _client, key = create_client(session, name="Clinic", scopes=scopes, now=self.world.now, acting=account)
        made = self.app.test_client()
        made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
        return made

    def work_off(self) -> None:
        while (task := self.queue.huey.dequeue()) is not None:
            self.queue.huey.execute(task)


@pytest.fixture
def clinic(database: Database, database_url: str, tmp_path: Path) -> Iterator[Clinic]:
    app = create_app(
        {
            "PASSPORT_DATABASE_URL": database_url,
            "PASSPORT_INSTANCE_DIR": str(tmp_path / "instance"),
            "PASSPORT_KEYS_DIR": str(tmp_path / "keys"),
        }
    )
    house, now = app.extensions["passport"], clock()
    LIMITER.reset()
    yield Clinic(app, staffed(house.database, now=now, today=house.today(now)))
    house.database.engine.dispose()


@pytest.fixture
def api(clinic: Clinic) -> FlaskClient:
    return clinic.client("registry:read", "registry:write")


def send(api: FlaskClient, data: bytes, **fields: Any) -> Any:
    form = {"site": STATION, "kind": "vaccination", "file": (io.BytesIO(data), "list.csv")} | fields
    return api.post(IMPORTS, data=form, content_type="multipart/form-data")


def test_a_list_becomes_a_job_and_then_a_report(clinic: Clinic, api: FlaskClient) -> None:
    answer = send(api, csv_list([AN, person(1) | {"vaccine": "?"}, person(2) | {"id_number": ""}]))
    assert answer.status_code == 202
    job = answer.get_json()
    assert (job["kind"], job["state"], job["import"]) == ("import", "waiting", None)
    assert answer.headers["Location"] == f"/api/v1/jobs/{job['id']}"
    clinic.work_off()
    done = api.get(answer.headers["Location"]).get_json()
    assert (done["state"], done["total"], done["done"], done["failed"]) == ("done", 3, 3, 1)
    report = api.get(f"{IMPORTS}/{done['import']}").get_json()
    assert report == {"import": done["import"], "rows": 3, "new": 2, "known": 0, "held": 1, "refused": 1}
    page = api.get(f"{IMPORTS}/{done['import']}/rows").get_json()
    assert [(row["row"], row["outcome"], row["issues"][0]["reason"]) for row in page["rows"]] == [
        (3, "refused", "unknown_vaccine"),
        (4, "new", "missing_id"),
    ]
    assert page["next"] is None
    assert "cells" not in page["rows"][0]


def test_rows_come_a_page_at_a_time(clinic: Clinic, api: FlaskClient) -> None:
    send(api, csv_list(person(i, id_number="") for i in range(PAGE + 1)))
    clinic.work_off()
    first = api.get(f"{IMPORTS}/1/rows").get_json()
    assert (len(first["rows"]), first["next"]) == (PAGE, PAGE + 1)
    rest = api.get(f"{IMPORTS}/1/rows?after={first['next']}").get_json()
    assert ([row["row"] for row in rest["rows"]], rest["next"]) == ([PAGE + 2], None)


def test_a_job_can_be_stopped(clinic: Clinic, api: FlaskClient) -> None:
    job = send(api, csv_list([AN])).get_json()
    stopped = api.post(f"/api/v1/jobs/{job['id']}/cancellation", headers={"Idempotency-Key": "once"})
    assert (stopped.status_code, stopped.get_json()["state"]) == (200, "cancelled")
    clinic.work_off()
    assert api.get(f"/api/v1/jobs/{job['id']}").get_json()["done"] == 0


@pytest.mark.parametrize("form", [{"file": None}, {"sight": "?"}, {"kind": "rumours"}, {"site": "nowhere"}])
def test_a_form_of_another_shape_is_refused(api: FlaskClient, form: dict[str, Any]) -> None:
    fields = {"site": STATION, "kind": "vaccination", "file": (io.BytesIO(csv_list([AN])), "list.csv")} | form
    told = {name: value for name, value in fields.items() if value is not None}
    answer = api.post(IMPORTS, data=told, content_type="multipart/form-data")
    assert answer.status_code in (404, 422)
    assert answer.content_type == "application/problem+json"


def test_only_the_scope_and_the_area_open_a_list(clinic: Clinic, api: FlaskClient) -> None:
    job = send(api, csv_list([AN])).get_json()
    clinic.work_off()
    reader = clinic.client("registry:read")
    assert send(reader, csv_list([AN])).status_code == 403
    assert reader.post(f"/api/v1/jobs/{job['id']}/cancellation").status_code == 403
    company = clinic.client("registry:read", "registry:write", acting="company@ks")
    assert company.get(f"{IMPORTS}/1/rows").status_code == 403  # a list of vaccinations is not a company's
    assert company.get(f"/api/v1/jobs/{job['id']}").status_code == 403
    assert api.get("/api/v1/jobs/nothing").status_code == 404
    assert api.get(f"{IMPORTS}/999").status_code == 404
    assert api.get(f"{IMPORTS}/1/rows?after=x").status_code == 422
