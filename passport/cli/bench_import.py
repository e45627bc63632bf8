"""`flask bench import`: rows of a list brought in a second, against writing the same rows without looking at them."""

from __future__ import annotations

import csv
import os
import resource
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from passport.cli.output import say
from passport.demo.people import KIM_SON, SamplePerson, invent_people
from passport.domain.dates import PartialDate
from passport.domain.doses import DoseKind
from passport.domain.people import IdentityState, Sex
from passport.house import clock
from passport.intake.importing import BATCH, import_list
from passport.registry import doses, imports, migrations, people
from passport.registry.accounts import create_account, find_account, grant_role
from passport.registry.areas import require_area
from passport.registry.arrivals import Arrival, store_arrivals
from passport.registry.db import Database
from passport.registry.sites import require_site, upsert_site

ROWS = 20_000  # unless BENCH_ROWS says otherwise
SEED, SITE, NURSE = 7, "BENCH", "bench@example"
_TITLES = ("Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD/CMND/Hộ chiếu", "Số điện thoại", "Loại vắc xin", "Số lô",
           "Mũi số", "Loại liều", "Ngày tiêm")  # fmt: skip
_LOT, _DAYS_AGO = "ABV5300", 60


def measure() -> tuple[float, str, float]:
    """Rows a second of ours, the peer's name, and rows a second of the peer; says on stderr what memory it took."""
    rows, now = int(os.environ.get("BENCH_ROWS", ROWS)), clock()
    with TemporaryDirectory(prefix="bench-import-") as name:
        folder, today = Path(name), now.date()
        path = folder / "list.csv"
        _write(path, rows, today)
        ours, peer = (_station(folder / f"{which}.db", now, today) for which in ("ours", "peer"))
        start = time.perf_counter()
        report = import_list(
            ours, data=path, file_name=path.name, site_code=SITE, by=NURSE, now=now, today=today
        )  # fmt: skip
        mine = time.perf_counter() - start
        say(f"import: {report.new} new of {rows} rows, at most {_megabytes()} MB")
        theirs = _bare(peer, rows, now, today)
        ours.engine.dispose()
        peer.engine.dispose()
    return rows / mine, "writing the same rows unseen", rows / theirs


def _bare(database: Database, rows: int, now: datetime, today: date) -> float:
    """Seconds that writing the rows takes when nothing is read, checked or looked for."""
    with database.transaction() as session:
        site, by = require_site(session, SITE), find_account(session, NURSE)
        found = imports.create_import(
            session, site=site, kind="vaccination", campaign=None, file_name="list.csv", file_sha256="", layout="",
            header=_TITLES, by=by, at=now,
        )  # fmt: skip
        given_on = today - timedelta(days=_DAYS_AGO)
        spent, invented = 0.0, enumerate(_people(rows, today), start=2)
        while batch := list(islice(invented, BATCH)):
            arrivals = []
            for number, person in batch:
                values = people.person_values(
                    full_name=person.full_name, born=PartialDate.of(person.born), sex=Sex(person.sex),
                    id_number=person.id_number, state=IdentityState.WAITING, at=now, phone=person.phone,
                )  # fmt: skip
                dose = doses.dose_values(
                    person_id=values["id"], site_id=site.id, product="astrazeneca", number=1, kind=DoseKind.PRIMARY,
                    given_on=given_on, lot=_LOT, held=False, by=by, at=now, import_id=found.id,
                )  # fmt: skip
                cells = dict(zip(_TITLES, _cells(person, today), strict=True))
                arrivals.append(Arrival(number, "new", False, cells, (), values, (dose,)))
            start = time.perf_counter()
            store_arrivals(session, import_id=found.id, arrivals=arrivals)
            spent += time.perf_counter() - start
    return spent


def _station(path: Path, now: datetime, today: date) -> Database:
    database = Database.at(f"sqlite:///{path}")
    migrations.upgrade(database.engine)
    with database.transaction() as session:
        area = require_area(session, KIM_SON.code, on=today)
        upsert_site(session, code=SITE, name="Bench", area=area, kind="station")
        nurse = create_account(session, email=NURSE, name="Bench", password_hash=None)
        grant_role(session, account=nurse, role="registrar", area=area)
    return database


def _write(path: Path, rows: int, today: date) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_TITLES)
        writer.writerows(_cells(person, today) for person in _people(rows, today))


def _people(rows: int, today: date) -> Iterator[SamplePerson]:
    return invent_people(seed=SEED, commune=KIM_SON, today=today, count=rows)


def _cells(person: SamplePerson, today: date) -> tuple[str, ...]:
    given_on = today - timedelta(days=_DAYS_AGO)
    sex = "Nam" if person.sex == "M" else "Nữ"
    return (person.full_name, f"{person.born:%d/%m/%Y}", sex, person.id_number, person.phone, "AstraZeneca", _LOT,
            "1", "cơ bản", f"{given_on:%d/%m/%Y}")  # fmt: skip


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
