"""Background jobs: done once whatever happens, stopped when asked, taken up again when a worker died."""

from __future__ import annotations

import io
import json
import stat
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from passport.errors import InputError, Refusal, Refused
from passport.house import House, clock, current_house
from passport.intake import importing
from passport.intake.standin import EmbeddedPopulation
from passport.registry import jobs
from passport.registry.jobs import Job
from passport.registry.tables import Dose, Person
from passport.tasks.queue import Queue, current_queue
from passport.tasks.running import recheck_waiting, run_job
from passport.tasks.uploads import submit_list, upload_of
from tests.lists import AN, NURSE, STATION, World, csv_list, person, staffed


@pytest.fixture
def world(app: Flask) -> World:
    now = clock()
    return staffed(current_house().database, now=now, today=current_house().today(now))


@pytest.fixture
def house(world: World) -> House:
    return current_house()


def submit(house: House, *rows: dict[str, str], **told: str) -> str:
    """A list that waits for its import."""
    given = {"file_name": "list.csv", "site_code": STATION, "kind": "vaccination", "by": NURSE} | told
    return submit_list(house, file=io.BytesIO(csv_list(rows)), **given)  # type: ignore[arg-type]


def job_of(house: House, job_id: str) -> Job:
    with house.database.reading() as session:
        return jobs.require_job(session, job_id)


def work_off(queue: Queue) -> int:
    """Does what is in the queue as a worker does, and answers how many jobs it held."""
    done = 0
    while (task := queue.huey.dequeue()) is not None:
        queue.huey.execute(task)
        done += 1
    return done


def test_an_upload_is_imported_and_its_people_are_checked(house: House, world: World) -> None:
    register = EmbeddedPopulation(house.settings.instance_dir / "population.db")
    columns = "person_id,cccd,cmnd,full_name,dob,sex,phone,household,commune,province,status"
    register.load(f"{columns}\n1,037090001234,,Nguyễn Văn An,1990-01-02,M,,,,,alive\n".encode())
    job_id = submit(house, AN, person(1) | {"vaccine": "?"})
    kept = upload_of(house, job_id)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    current_queue().put(job_id)
    assert work_off(current_queue()) == 2  # the check follows from the import
    job = job_of(house, job_id)
    assert (job.state, job.total, job.done, job.failed, job.error) == ("done", 2, 2, 1, None)
    assert job.import_id is not None
    assert not kept.exists()
    assert [one.identity_state for one in world.people()] == ["verified"]


def test_a_job_that_is_done_or_taken_is_not_done_again(house: House, world: World) -> None:
    job_id = submit(house, AN)
    run_job(house, job_id)
    assert run_job(house, job_id) == []
    assert world.count(Dose) == 1
    taken = submit(house, person(1))
    with house.database.transaction() as session:
        assert jobs.take_job(session, taken, at=clock()) is not None
    run_job(house, taken)
    assert (world.count(Dose), job_of(house, taken).state) == (1, "running")


def test_a_job_of_a_worker_that_died_is_taken_up(house: House, world: World) -> None:
    job_id = submit(house, AN)
    with house.database.transaction() as session:
        taken = jobs.take_job(session, job_id, at=clock())
        assert taken is not None
        taken.heartbeat_at = clock() - jobs.STALE - timedelta(seconds=1)
    current_queue().sweep()
    work_off(current_queue())
    assert (world.count(Dose), job_of(house, job_id).state, job_of(house, job_id).attempts) == (1, "done", 2)


def test_a_running_job_stops_between_two_batches_and_what_is_stored_stays(
    house: House, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    job_id = submit(house, *(person(i) for i in range(5)))
    with house.database.transaction() as session:
        job = jobs.require_job(session, job_id)
        job.cancel = True  # told while the first batch is in hand
    run_job(house, job_id)
    stopped = job_of(house, job_id)
    assert (stopped.state, stopped.done, world.count(Dose)) == ("cancelled", 2, 2)
    assert not upload_of(house, job_id).exists()
    again = submit(house, *(person(i) for i in range(5)))
    run_job(house, again)
    assert (world.count(Dose), job_of(house, again).import_id) == (5, stopped.import_id)


def test_a_waiting_job_is_cancelled_at_once(house: House, world: World) -> None:
    job_id = submit(house, AN)
    with house.database.transaction() as session:
        jobs.cancel_job(session, jobs.require_job(session, job_id), at=clock())
    run_job(house, job_id)
    assert (job_of(house, job_id).state, world.count(Person)) == ("cancelled", 0)
    assert not upload_of(house, job_id).exists()


def test_a_register_that_is_away_puts_the_check_off(app: Flask, world: World) -> None:
    away = replace(current_house().settings, population_url="http://127.0.0.1:9")
    house = replace(current_house(), settings=away)
    world.rows(AN)
    (job_id,) = recheck_waiting(house)
    assert recheck_waiting(house) == []  # one is enough
    run_job(house, job_id)
    job = job_of(house, job_id)
    assert (job.state, job.error, job.failed) == ("waiting", "service_away", 1)
    assert job.due_at > clock()
    with house.database.reading() as session:
        assert jobs.open_jobs(session, at=clock()) == []
        assert jobs.open_jobs(session, at=job.due_at) == [job_id]


def test_what_is_no_list_fails_with_its_reason(house: House, world: World) -> None:
    picture = io.BytesIO(b"\x89PNG\r\n\x1a\n\0\0")
    job_id = submit_list(house, file=picture, file_name="a.png", site_code=STATION, kind="vaccination", by=NURSE)
    run_job(house, job_id)
    assert (job_of(house, job_id).state, job_of(house, job_id).error) == ("failed", "unreadable_file")


def test_only_whoever_may_bring_a_list_in_may_upload_it(house: House, world: World) -> None:
    with pytest.raises(Refused):
        submit(house, AN, by="head@ks")
    with pytest.raises(InputError) as refused:
        submit(house, AN, kind="rumours")
    assert refused.value.reason is Refusal.BAD_OPTION
    assert not any((house.settings.instance_dir / "uploads").iterdir())


def test_the_queue_carries_numbers_as_plain_text(house: House, world: World) -> None:
    queue = current_queue()
    job_id = submit(house, AN)
    queue.put(job_id)
    (message,) = queue.huey.storage.enqueued_items()
    assert json.loads(bytes(message))[6] == [job_id]
    assert stat.S_IMODE((house.settings.instance_dir / "queue.db").stat().st_mode) == 0o600
