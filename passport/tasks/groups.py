"""Groups of certificates that an agency has checked: files of its own for each, and none after half an hour.

Nothing of them enters the database. A group is a folder that the service's own user alone may read: what was asked,
the pictures until they are read, how far the check has come, the sheet. Whoever works at one holds a lock on it, which
ends with the process, so a group whose worker died is taken up again.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from passport.domain.dates import PartialDate
from passport.errors import PassportError, Unavailable
from passport.house import House, clock
from passport.registry.client_use import add_use
from passport.registry.columns import new_id
from passport.trust.files import SECRET, write_whole
from passport.verifying.group import Paper, Terms, judge_group, read_papers
from passport.verifying.passengers import Passenger
from passport.verifying.request import parse_at

FOLDER = "groups"
KEPT = timedelta(minutes=30)
LEFT = timedelta(minutes=1)  # after which a group that nobody works at is put into the queue again
AT_ONCE = min(4, os.cpu_count() or 1)  # pictures; each may unfold to 64 MB
_ASKED, _STATE, _SHEET, _LOCK = "asked.json", "state.json", "sheet.json", ".lock"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Group:
    """One group as its page shows it: what was asked, how far the check is, the sheet once it is there."""

    asked: dict[str, Any]
    done: int
    total: int
    failed: bool
    sheet: dict[str, Any] | None
    ends_at: datetime


def submit_group(
    house: House,
    *,
    client_id: str,
    passengers: Sequence[Passenger],
    files: Iterable[tuple[str, IO[bytes]]],
    policy: str | None,
    country: str | None,
    on: str | None,
) -> str:
    """Keeps what an agency sent and answers the id of the group; hand it to the queue."""
    group_id = new_id()
    folder = _folder(house, group_id)
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.mkdir(mode=0o700)
    names = []
    for number, (name, file) in enumerate(files):
        with os.fdopen(os.open(folder / str(number), os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET), "wb") as kept:
            shutil.copyfileobj(file, kept)
        names.append(name)
    asked = {
        "client": client_id,
        "at": clock().isoformat(),
        "policy": policy,
        "country": country,
        "on": on,
        "files": names,
        "passengers": [_kept(passenger) for passenger in passengers],
    }
    _write(folder / _STATE, {"done": 0, "failed": False})
    _write(folder / _ASKED, asked)  # last: with it the group is whole
    return group_id


def find_group(house: House, group_id: str, *, client_id: str) -> Group | None:
    """A group of this client; None when there is none or its time is over."""
    folder = _folder(house, group_id)
    asked, state = _read(folder / _ASKED), _read(folder / _STATE)
    if asked is None or state is None or asked["client"] != client_id:
        return None
    ends_at = datetime.fromisoformat(asked["at"]) + KEPT
    if ends_at <= clock():
        return None
    sheet = _read(folder / _SHEET)
    return Group(asked, state["done"], len(asked["files"]), state["failed"], sheet, ends_at)


def run_group(house: House, group_id: str) -> None:
    """Checks a group, unless somebody is at it or it is done; the pictures are gone afterwards."""
    folder = _folder(house, group_id)
    with _alone(folder) as alone:
        asked = _read(folder / _ASKED)
        if not alone or asked is None or _ended(folder):
            return
        try:
            papers = _check(house, folder, asked)
        except FileNotFoundError:  # somebody deleted the group meanwhile
            return
        except Exception as error:
            # The type alone: an exception's text may hold what a person's certificate says.
            _log.error("group: %s", error.reason.value if isinstance(error, PassportError) else type(error).__name__)
            _write(folder / _STATE, {"done": 0, "failed": True})
            return
        for number in range(len(asked["files"])):
            (folder / str(number)).unlink(missing_ok=True)
    _count(house, asked["client"], papers)


def drop_group(house: House, group_id: str) -> None:
    """Deletes a group and all that belongs to it."""
    shutil.rmtree(_folder(house, group_id), ignore_errors=True)


def sweep_groups(house: House) -> list[str]:
    """Deletes the groups whose time is over, and answers the ids of those that somebody should take up."""
    now, left = clock(), []
    for folder in (house.settings.instance_dir / FOLDER).glob("*"):
        with suppress(FileNotFoundError):  # deleted by another process
            age = now - datetime.fromtimestamp(folder.stat().st_ctime, UTC)
            asked = _read(folder / _ASKED)
            if asked is not None:
                age = now - datetime.fromisoformat(asked["at"])
            if age > KEPT:
                drop_group(house, folder.name)
            elif asked is not None and age > LEFT and not _ended(folder):
                left.append(folder.name)
    return left


def _check(house: House, folder: Path, asked: dict[str, Any]) -> list[Paper]:
    context, now = house.context, clock()
    terms = Terms(parse_at(asked["on"]) if asked["on"] else None, asked["country"], asked["policy"])

    def read(number: int) -> list[Paper]:
        data = (folder / str(number)).read_bytes()
        return read_papers(asked["files"][number], data, terms=terms, context=context, now=now)

    papers: list[Paper] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done, found in enumerate(pool.map(read, range(len(asked["files"]))), start=1):
            papers += found
            _write(folder / _STATE, {"done": done, "failed": False})
    passengers = [_passenger(kept) for kept in asked["passengers"]]
    report = judge_group(passengers, papers, terms=terms, context=context, now=now)
    _write(folder / _SHEET, report.as_dict())
    return papers


def _kept(passenger: Passenger) -> dict[str, Any]:
    return asdict(passenger) | {"born": str(passenger.born) if passenger.born else None}


def _passenger(kept: dict[str, Any]) -> Passenger:
    return Passenger(**kept | {"born": PartialDate.parse(kept["born"]) if kept["born"] else None})


def _count(house: House, client_id: str, papers: list[Paper]) -> None:
    counts = Counter(paper.verdict.outcome.value for paper in papers)
    try:
        with house.database.transaction() as session:
            add_use(session, client_id=client_id, day=house.today(clock()), counts=counts)
    except Unavailable as error:  # the sheet is there all the same
        _log.warning("a group was not counted: %s", error.reason.value)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether nobody else is at this group; it stays so while the context lasts."""
    if not folder.is_dir():
        yield False
        return
    with (folder / _LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _ended(folder: Path) -> bool:
    state = _read(folder / _STATE)  # None: deleted meanwhile
    return state is None or state["failed"] or (folder / _SHEET).exists()


def _folder(house: House, group_id: str) -> Path:
    return house.settings.instance_dir / FOLDER / group_id


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None


def _write(path: Path, value: object) -> None:
    write_whole(path, [json.dumps(value, ensure_ascii=False).encode()], mode=SECRET)
