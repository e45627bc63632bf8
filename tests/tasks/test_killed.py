"""An import that is killed goes on where it stopped: every row is there, and only once."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.killing import import_with_kills

ROWS, KILLS = 1000, 2


def test_a_killed_import_stores_every_row_once(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "passport.db")
    seen = import_with_kills(tmp_path, count=ROWS, kills=KILLS, batch=125, seed=7)
    assert seen.kills == KILLS
    assert (seen.rows, seen.row_numbers) == (ROWS, ROWS)
    assert (seen.people, seen.numbers) == (ROWS, ROWS)
    assert (seen.doses, seen.dosed) == (ROWS, ROWS)
    assert seen.peak_mb < 500
