"""A real process that imports a list is killed at random moments and started again, until the list is in.

`python -m tests.killing 1000000 20` (`make soak`) does it at full size and tells what it saw; a test does it small.
"""

from __future__ import annotations

import csv
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from passport.registry import migrations
from passport.registry.db import Database
from passport.registry.tables import Dose, ImportRow, Person
from tests.lists import AN, NURSE, STATION, TITLES, staffed

NOW, TODAY = datetime(2026, 11, 21, 3, 0, tzinfo=UTC), date(2026, 11, 21)
_CHILD = """
import re, sys
from datetime import UTC, date, datetime
from pathlib import Path
from passport.intake import importing
from passport.registry.db import Database
importing.BATCH = int(sys.argv[5])
def told(progress):
    # Not ru_maxrss, which remembers the process that this one was forked from.
    print(progress.done, re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1], flush=True)
importing.import_list(
    Database.at(sys.argv[1]), data=Path(sys.argv[2]), file_name="list.csv", site_code=sys.argv[3], by=sys.argv[4],
    now=datetime(2026, 11, 21, 3, 0, tzinfo=UTC), today=date(2026, 11, 21), progress=told,
)
"""


@dataclass(frozen=True)
class Seen:
    """What was there in the end: kills, memory of the largest process, and how often rows, people, doses stand."""

    kills: int
    peak_mb: float
    rows: int
    row_numbers: int
    people: int
    numbers: int
    doses: int
    dosed: int


def write_list(path: Path, count: int) -> None:
    """A text list of `count` people, each with a number and one dose."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TITLES.values())
        for row in _rows(count):
            writer.writerow([row.get(name, "") for name in TITLES])


def import_with_kills(folder: Path, *, count: int, kills: int, batch: int, seed: int) -> Seen:
    """Imports a new list of `count` rows; each of the first processes is killed some batches after it got on."""
    url, path = f"sqlite:///{folder / 'passport.db'}", folder / "list.csv"
    database, draw = Database.at(url), random.Random(seed)
    migrations.upgrade(database.engine)  # nothing to do where the caller laid a migrated file
    staffed(database, now=NOW, today=TODAY)
    write_list(path, count)
    command = [sys.executable, "-c", _CHILD, url, str(path), STATION, NURSE, str(batch)]
    killed, peak, stored, done = 0, 0, 0, 0
    while True:
        stop = stored + draw.randint(1, max(1, count // batch // (kills + 1))) * batch if killed < kills else count + 1
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            for line in child.stdout:
                done, memory = map(int, line.split())
                peak = max(peak, memory)
                if done >= stop:
                    break
            if done >= stop:
                time.sleep(draw.random() / 20)  # anywhere in the batch that follows
                child.kill()
        if child.returncode == 0:
            break
        assert child.returncode == -9, "it fell over by itself"
        killed, stored = killed + 1, done
    found = _seen(database, killed, peak / 1024)
    database.engine.dispose()
    return found


def _seen(database: Database, kills: int, peak_mb: float) -> Seen:
    with database.reading() as session:
        columns = (ImportRow.row, Person.id_number, Dose.person_id)
        counts = [
            session.execute(select(func.count(), func.count(c.distinct())).select_from(c.class_)).one() for c in columns
        ]
        return Seen(kills, peak_mb, *(number for pair in counts for number in pair))


def _rows(count: int) -> Iterator[dict[str, str]]:
    families, middle = "Nguyễn Trần Lê Phạm Hoàng Phan Vũ Đặng".split(), "Văn Đức Hữu Quang Minh Xuân".split()
    given = "An Bình Cường Dũng Giang Hải Hùng Khánh Long Nam Phúc Quân Sơn Tâm Thắng Tú Việt Vinh".split()
    for i in range(count):
        born = date(1940, 1, 1) + timedelta(days=i * 7919 % 22_000)  # rarely twice with one name, as in a register
        name = f"{families[i % 8]} {middle[i // 8 % 6]} {given[i // 48 % 18]}"
        number = f"037{0 if born.year < 2000 else 2}{born.year % 100:02}{i:06}"
        yield AN | {"full_name": name, "birth_date": f"{born:%d/%m/%Y}", "id_number": number, "phone": f"09{i:08}"}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print(import_with_kills(Path(place), count=int(sys.argv[1]), kills=int(sys.argv[2]), batch=1000, seed=1))
