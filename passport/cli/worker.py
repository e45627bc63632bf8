"""`flask worker`: does the jobs that the pages and the API put into the queue."""

from __future__ import annotations

import logging
import os
import signal
import threading

import click

from passport.cli.output import say, told
from passport.house import current_house
from passport.registry import migrations
from passport.tasks.queue import Queue, current_queue

ASK_EVERY = 2.0  # seconds; whether the process that started this one still lives


@click.command("worker")
@click.option("--workers", type=click.IntRange(1, 32), default=1, show_default=True, help="Jobs at the same time.")
@click.option("--with-parent", is_flag=True, help="End with the process that started this one.")
@told
def COMMAND(workers: int, with_parent: bool) -> None:  # noqa: N802  # every module of this package exports its command so
    """Does background jobs until it is stopped: imports, checks of people, what was left by a worker that died."""
    migrations.require_migrated(current_house().database.engine)
    logging.getLogger("huey").setLevel(logging.WARNING)
    if with_parent:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    work(current_queue(), workers=workers)


def work(queue: Queue, *, workers: int) -> None:
    """Works the queue off until SIGINT (the batch in hand is finished) or SIGTERM (it is done again later)."""
    say(f"worker: {workers} at a time; Ctrl+C stops it")
    queue.sweep()
    queue.huey.create_consumer(workers=workers, periodic=True).run()


def _end_with_parent() -> None:
    parent, rest = os.getppid(), threading.Event()
    while os.getppid() == parent:
        rest.wait(ASK_EVERY)
    os.kill(os.getpid(), signal.SIGINT)
