"""A batch that is killed while it runs: nothing that was acknowledged is lost, nothing goes out twice, it goes on."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

from passport.issuing.batch import approve, propose
from passport.issuing.issue import RESERVATION_LIFE
from passport.registry import audit
from passport.verifying.verify import verify

from .conftest import APPROVER, KIM_SON, PROPOSER, Office

DOSES, ROUNDS = 24, 4
_RUN = """
import sys
from datetime import datetime
from pathlib import Path
from passport.issuing.batch import approve
from passport.registry.db import Database
from tests.issuing.conftest import APPROVER, make_issuer

url, keys_dir, batch_id, now = sys.argv[1:]
moment = datetime.fromisoformat(now)
approve(
    Database.at(url), batch_id=int(batch_id), by=APPROVER, now=moment,
    issuer=make_issuer(Path(keys_dir), now=moment), progress=lambda done: print(done, flush=True),
)
"""


def test_a_killed_batch_loses_and_doubles_nothing(office: Office, database_url: str) -> None:
    for number in range(DOSES):
        office.dose(office.person(id_number=f"0371900000{number:02}"))
    batch_id = propose(office.database, area_code=KIM_SON, by=PROPOSER, now=office.now, today=office.today).batch_id
    chance = random.Random(1)
    acknowledged = 0
    for _ in range(ROUNDS):
        office.now += RESERVATION_LIFE + timedelta(seconds=1)
        acknowledged += _run_and_kill(office, database_url, batch_id, after=chance.randrange(1, 5))
        assert len(office.certificates(state="issued")) >= acknowledged
    office.now += RESERVATION_LIFE + timedelta(seconds=1)
    run = approve(office.database, batch_id=batch_id, by=APPROVER, now=office.now, issuer=office.issuer())
    assert run.open == 0
    rows = office.certificates(state="issued")
    assert Counter(Counter(row.dose_id for row in rows).values()) == {1: DOSES}
    assert office.certificates(state="reserved") == []
    assert all(verify(row.text or "", context=office.context(), now=office.now).reason is None for row in rows)
    with office.database.reading() as session:
        assert audit.verify_chain(session) is None


def _run_and_kill(office: Office, url: str, batch_id: int, *, after: int) -> int:
    """Runs the batch in a process of its own until it acknowledged `after` members, then kills it outright."""
    arguments = [url, str(office.keys_dir), str(batch_id), office.now.isoformat()]
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN, *arguments], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    )
    assert process.stdout is not None
    with process.stdout:
        told = [line for line, _ in zip(process.stdout, range(after), strict=False)]
        process.send_signal(signal.SIGKILL)
    process.wait()
    return len(told)
