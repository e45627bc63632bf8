"""A stand-in for the population register: a SQLite file of its own, loaded from an extract; development only."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from passport.domain.dates import PartialDate
from passport.domain.names import tidy
from passport.domain.people import Child, GuardianAnswer, Identity, PopulationAnswer, Sex
from passport.errors import InputError, Refusal

# Columns of an extract of the register (INTERFACES section 2, `linkage run`).
COLUMNS = (
    "person_id", "cccd", "cmnd", "full_name", "dob", "sex", "phone", "household", "commune", "province", "status",
)  # fmt: skip
ITEMS_LIMIT = 1000  # people in one request
OLDER = 18  # years by which whoever acts for a child is older, so that no brother or sister does

_TABLE = f"CREATE TABLE citizen ({', '.join(f'{name} TEXT' for name in COLUMNS)})"
_LOAD = f"INSERT INTO citizen VALUES ({', '.join('?' for _ in COLUMNS)})"  # noqa: S608  # the table's own columns
_FIND = "SELECT full_name, dob, sex, status FROM citizen WHERE cccd = ? UNION ALL \
SELECT full_name, dob, sex, status FROM citizen WHERE cmnd = ? AND cmnd <> ''"
_HOUSEHOLD = "SELECT elder.dob, child.full_name, child.dob FROM citizen elder JOIN citizen child \
ON child.household = elder.household AND child.household <> '' \
WHERE (elder.cccd = ? OR elder.cmnd = ?) AND child.cccd = ? AND elder.status = 'alive' AND child.status = 'alive'"


class EmbeddedPopulation:
    """The stand-in at `path`; a register that was never loaded is away."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self, data: bytes) -> int:
        """Replaces the register by a CSV extract and answers how many people it holds.

        Raises InputError (wrong_encoding, unreadable_file, missing_column); the register then stays as it was.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path)) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("DROP TABLE IF EXISTS citizen")
            connection.execute(_TABLE)
            connection.executemany(_LOAD, _extract(data))
            connection.execute("CREATE INDEX citizen_cccd ON citizen (cccd)")
            connection.execute("CREATE INDEX citizen_cmnd ON citizen (cmnd)")
            (count,) = connection.execute("SELECT count(*) FROM citizen").fetchone()
        return int(count)

    def check(self, identities: Sequence[Identity]) -> list[PopulationAnswer]:
        """One answer for each identity: names agree in NFC whatever their case and spaces; diacritics count."""
        try:
            with closing(sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
                return [_answer(connection, identity) for identity in identities]
        except sqlite3.Error:
            return [PopulationAnswer.AWAY] * len(identities)

    def is_guardian(self, number: str, child: Child) -> GuardianAnswer:
        """Yes for the grown-ups of the child's household: the extract knows households, not parents."""
        try:
            with closing(sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
                found = connection.execute(_HOUSEHOLD, (number, number, child.id_number)).fetchall()
        except sqlite3.Error:
            return GuardianAnswer.AWAY
        wanted = tidy(child.full_name).casefold(), str(child.born)
        latest = f"{child.born.year - OLDER:04d}{str(child.born)[4:]}"  # day of birth of whoever is grown up
        same = (elder for elder, name, born in found if (tidy(name).casefold(), born) == wanted)
        return GuardianAnswer.YES if any("" < elder <= latest for elder in same) else GuardianAnswer.NO

    def answer_guardian(self, body: object) -> dict[str, str]:
        """The reply to the body of a `POST …/guardian`; raises InputError (bad_option) for another shape."""
        try:
            asked: Any = body
            told = asked["child"]
            child = Child(str(told["full_name"]), PartialDate.parse(told["born"]), str(told["id_number"]))
            return {"answer": self.is_guardian(str(asked["guardian"]), child).value}
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                Refusal.BAD_OPTION, "guardian, and child with full_name, born (ISO) and id_number"
            ) from error

    def answer(self, body: object) -> dict[str, list[str]]:
        """The reply to the body of a `POST …/check`; raises InputError (bad_option) for another shape."""
        items = body.get("items") if isinstance(body, Mapping) else None
        if not isinstance(items, list) or len(items) > ITEMS_LIMIT:
            raise InputError(Refusal.BAD_OPTION, f"items: a list of at most {ITEMS_LIMIT}")
        return {"answers": [answer.value for answer in self.check([_identity(item) for item in items])]}


def _extract(data: bytes) -> Iterator[tuple[str, ...]]:
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")
    try:
        rows = csv.DictReader(text)
        for name in COLUMNS:
            if name not in (rows.fieldnames or ()):
                raise InputError(Refusal.MISSING_COLUMN, name, values={"column": name})
        for row in rows:
            yield tuple((row[name] or "").strip() for name in COLUMNS)
    except UnicodeDecodeError as error:
        raise InputError(Refusal.WRONG_ENCODING, "extract of the register") from error
    except csv.Error as error:
        raise InputError(Refusal.UNREADABLE_FILE, "extract of the register", variant="broken") from error


def _answer(connection: sqlite3.Connection, identity: Identity) -> PopulationAnswer:
    number = identity.id_number
    known = [row for row in connection.execute(_FIND, (number, number)) if row[3] != "unregistered"]
    if not known:
        return PopulationAnswer.NOT_FOUND
    wanted = (tidy(identity.full_name).casefold(), str(identity.born), identity.sex.value)
    right = sum(status == "alive" and (tidy(name).casefold(), born, sex) == wanted for name, born, sex, status in known)
    if right > 1:
        return PopulationAnswer.AMBIGUOUS
    return PopulationAnswer.RIGHT if right else PopulationAnswer.WRONG


def _identity(item: Any) -> Identity:
    try:
        return Identity(
            full_name=str(item["full_name"]),
            sex=Sex(item["sex"]),
            born=PartialDate.parse(item["born"]),
            id_number=str(item["id_number"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(Refusal.BAD_OPTION, "an item has full_name, sex (M, F), born (ISO) and id_number") from error
