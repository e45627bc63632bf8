"""The queue: it carries the numbers of jobs to whoever works, in a file of its own, in PostgreSQL or in Redis."""

from __future__ import annotations

import json
from functools import cached_property

from flask import current_app
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.exceptions import ConfigurationError
from huey.registry import Message
from huey.serializer import Serializer

from passport.errors import InputError, Refusal
from passport.house import House
from passport.tasks.groups import run_group, sweep_groups
from passport.tasks.running import forget, open_jobs, recheck_waiting, run_job, send_messages

EXTENSION = "passport.queue"
FILE = "queue.db"
SWEEP = crontab(minute="*")  # jobs that were put off, or left by a worker that died
RECHECK = crontab(minute="*/15")  # people who still wait for the register
FORGET = crontab(minute="*/10")  # what nobody needs any more


class _Plain(Serializer):  # type: ignore[misc]  # huey tells no types
    """Messages as JSON: whoever can write to the queue must not be able to run code."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Message:
        return Message(*json.loads(bytes(data)))


class Queue:
    """The queue of one house; nothing is opened before the first job."""

    def __init__(self, house: House) -> None:
        self.house = house

    @cached_property
    def huey(self) -> Huey:
        """The queue with its tasks, as a worker takes it."""
        huey = _open(self.house)
        self._task = huey.task(name="job")(self.run)
        self._sending = huey.task(name="messages")(self.send_messages)
        self._group = huey.task(name="group")(self.run_group)
        huey.periodic_task(SWEEP, name="sweep")(self.sweep)
        huey.periodic_task(RECHECK, name="recheck")(self.recheck)
        huey.periodic_task(FORGET, name="forget")(self.forget)
        return huey

    def put(self, job_id: str) -> None:
        """Hands a job, which is committed, to the next worker that is free."""
        self.huey.enqueue(self._task.s(job_id))

    def put_messages(self) -> None:
        """Has the messages sent that were just written down; without a gateway they stay."""
        if not self.house.gateways.outbox_only:
            self.huey.enqueue(self._sending.s())

    def put_group(self, group_id: str) -> None:
        """Hands a group of certificates to the next worker that is free."""
        self.huey.enqueue(self._group.s(group_id))

    def run_group(self, group_id: str) -> None:
        """Checks a group."""
        run_group(self.house, group_id)

    def run(self, job_id: str) -> None:
        """Does a job, and hands on what follows from it."""
        for following in run_job(self.house, job_id):
            self.put(following)

    def sweep(self) -> None:
        """Puts what nobody is doing into the queue again; a number that is in it twice is done once."""
        for job_id in open_jobs(self.house):
            self.put(job_id)
        for group_id in sweep_groups(self.house):
            self.put_group(group_id)
        self.put_messages()

    def send_messages(self) -> None:
        """Hands on the messages that wait."""
        send_messages(self.house)

    def recheck(self) -> None:
        """Asks about everybody who still waits for the register."""
        for job_id in recheck_waiting(self.house):
            self.put(job_id)

    def forget(self) -> None:
        """Deletes what nobody needs any more."""
        forget(self.house)


def current_queue() -> Queue:
    """The queue of the running application."""
    queue = current_app.extensions[EXTENSION]
    assert isinstance(queue, Queue)
    return queue


def _open(house: House) -> Huey:
    url, plain = house.settings.queue_url, {"name": "passport", "results": False, "serializer": _Plain()}
    if url.startswith("postgresql://"):
        return PostgresHuey(dsn=url, **plain)
    if url:
        try:
            return RedisHuey(url=url, **plain)
        except ConfigurationError as error:
            raise InputError(Refusal.BAD_SETTING, "PASSPORT_QUEUE_URL: Redis needs the package redis") from error
    house.settings.instance_dir.mkdir(parents=True, exist_ok=True)
    file = house.settings.instance_dir / FILE
    file.touch(mode=0o600)
    return SqliteHuey(filename=str(file), **plain)
