"""What each client checks, counted by day and outcome; of the people checked nothing is known here.

A check must not wait for the database's one writer, so counts are gathered in the process and written a few seconds
later by a thread. What a killed process had not written yet, a few seconds of counts, is lost.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import Counter
from collections.abc import Iterable
from datetime import date

from flask import Flask, current_app

from passport.domain.verdict import JointVerdict, Verdict
from passport.errors import Unavailable
from passport.house import House, clock
from passport.registry.client_use import add_use

EXTENSION = "passport.use"
WRITE_EVERY = 5.0  # seconds
_log = logging.getLogger(__name__)


class Use:
    """The counts of one process that are not written yet."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._counts: dict[tuple[str, date], Counter[str]] = {}
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def add(self, client_id: str, outcomes: Iterable[str]) -> None:
        """Counts checks of today."""
        day = self._house.today(clock())
        with self._lock:
            self._counts.setdefault((client_id, day), Counter()).update(outcomes)
            self._wake()

    def write(self) -> None:
        """Writes what was gathered; while the database is away it is kept for the next time."""
        with self._lock:
            taken, self._counts = self._counts, {}
            self._timer = None
        if not taken:
            return
        try:
            with self._house.database.transaction() as session:
                for (client_id, day), counts in sorted(taken.items()):
                    add_use(session, client_id=client_id, day=day, counts=counts)
        except Unavailable as error:
            _log.warning("counts of use wait: %s", error.reason.value)
            with self._lock:
                for key, counts in taken.items():
                    self._counts.setdefault(key, Counter()).update(counts)
                self._wake()

    def close(self) -> None:
        """Writes for the last time, as the process ends."""
        if self._timer is not None:
            self._timer.cancel()
        self.write()

    def _wake(self) -> None:
        """Lets a thread write soon, unless one is on its way."""
        if self._timer is None:
            self._timer = threading.Timer(WRITE_EVERY, self.write)
            self._timer.daemon = True
            self._timer.start()


def connect(app: Flask, house: House) -> None:
    """Gives the application its counts, written at the latest when the process ends."""
    app.extensions[EXTENSION] = use = Use(house)
    atexit.register(use.close)


def current_use() -> Use:
    """The counts of the running application."""
    use = current_app.extensions[EXTENSION]
    assert isinstance(use, Use)
    return use


def counted_for(client_id: str, verdicts: Iterable[Verdict | JointVerdict]) -> None:
    """Counts verdicts that a client was given."""
    current_use().add(client_id, [verdict.outcome.value for verdict in verdicts])
