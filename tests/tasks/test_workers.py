"""Worker processes that share a queue on a server: each job is done once, by whichever of them lives."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO

import pytest
from sqlalchemy import make_url

from passport.app import create_app
from passport.house import House, clock, current_house
from passport.registry import jobs
from passport.registry.jobs import Job
from passport.registry.tables import Dose, ImportRow
from passport.tasks.queue import current_queue
from passport.tasks.uploads import submit_list
from tests.conftest import empty_database
from tests.killing import write_list
from tests.lists import NURSE, STATION, World, csv_list, person, staffed

pytestmark = pytest.mark.postgres
PATIENCE = 120  # seconds; a busy machine takes many to start a process
ROWS = 10_000  # several batches: something can happen between two


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A Redis of this test alone, where server and package are there."""
    pytest.importorskip("redis", reason="the package redis is absent")
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is absent")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()


@pytest.fixture(params=["postgresql", "redis"])
def shop(request: pytest.FixtureRequest, postgres_url: str, tmp_path: Path) -> Iterator[Shop]:
    """A service on PostgreSQL whose queue is on a server as well."""
    plain = make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    settings = {
        "PASSPORT_DATABASE_URL": postgres_url,
        "PASSPORT_QUEUE_URL": plain if request.param == "postgresql" else request.getfixturevalue("redis_url"),
        "PASSPORT_INSTANCE_DIR": str(tmp_path / "instance"),
        "PASSPORT_KEYS_DIR": str(tmp_path / "keys"),
    }
    with create_app(settings).app_context(), ExitStack() as workers:
        now, house = clock(), current_house()
        yield Shop(house, settings, staffed(house.database, now=now, today=house.today(now)), workers)
        workers.close()
        current_queue().huey.storage.close()
        empty_database(house.database.engine)
        house.database.engine.dispose()


@dataclass(frozen=True)
class Shop:
    """A service whose workers are processes of their own, which end with the test."""

    house: House
    settings: Mapping[str, str]
    world: World
    workers: ExitStack

    def submit(self, file: IO[bytes]) -> str:
        """A list that waits in the queue for its import."""
        told = {"file_name": "list.csv", "site_code": STATION, "kind": "vaccination", "by": NURSE}
        job_id = submit_list(self.house, file=file, **told)
        current_queue().put(job_id)
        return job_id

    def submit_long(self, path: Path) -> str:
        """A list that takes a while."""
        write_list(path, ROWS)
        with path.open("rb") as file:
            return self.submit(file)

    def job(self, job_id: str) -> Job:
        """The job as it stands."""
        with self.house.database.reading() as session:
            return jobs.require_job(session, job_id)

    def worker(self) -> subprocess.Popen[str]:
        """A worker that has begun to work."""
        command = [sys.executable, "-m", "flask", "worker"]
        environment = os.environ | self.settings
        worker = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        self.workers.callback(worker.communicate)
        self.workers.callback(worker.kill)
        assert worker.stderr is not None
        assert any(line.startswith("worker:") for line in worker.stderr)
        return worker


def until(true: Callable[[], bool]) -> None:
    """Waits until something is so."""
    ends = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.05)


def test_two_workers_do_each_job_once(shop: Shop) -> None:
    for _ in range(2):
        shop.worker()
    ids = [shop.submit(io.BytesIO(csv_list([person(number)]))) for number in range(8)]
    until(lambda: all(shop.job(job_id).finished_at for job_id in ids))
    assert {(shop.job(job_id).state, shop.job(job_id).attempts) for job_id in ids} == {("done", 1)}
    assert shop.world.count(Dose) == len(ids)


def test_another_worker_takes_up_what_a_killed_one_left(shop: Shop, tmp_path: Path) -> None:
    first = shop.worker()
    job_id = shop.submit_long(tmp_path / "long.csv")
    until(lambda: shop.job(job_id).done > 0)
    shop.worker()
    first.kill()
    first.wait()
    with shop.house.database.transaction() as session:
        left = jobs.require_job(session, job_id)
        assert (left.state, left.attempts) == ("running", 1)
        left.heartbeat_at = clock() - jobs.STALE - timedelta(seconds=1)
    current_queue().sweep()  # as every worker does each minute
    until(lambda: shop.job(job_id).finished_at is not None)
    assert (shop.job(job_id).state, shop.job(job_id).attempts) == ("done", 2)
    assert (shop.world.count(Dose), shop.world.count(ImportRow)) == (ROWS, ROWS)


def test_a_running_job_is_stopped_from_another_process(shop: Shop, tmp_path: Path) -> None:
    shop.worker()
    job_id = shop.submit_long(tmp_path / "long.csv")
    until(lambda: shop.job(job_id).done > 0)
    with shop.house.database.transaction() as session:
        jobs.cancel_job(session, jobs.require_job(session, job_id), at=clock())
    until(lambda: shop.job(job_id).finished_at is not None)
    stopped = shop.job(job_id)
    assert stopped.state == "cancelled"
    assert shop.world.count(ImportRow) == stopped.done < ROWS
