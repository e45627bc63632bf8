"""`flask sites`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from flask.testing import FlaskCliRunner

from passport.house import current_house
from passport.registry.sites import list_sites

SITES = (
    "site_code,name,area_code,kind\nKS01,Trạm y tế xã Kim Sơn,14638,station\nTC01,Trạm y tế xã Tủa Chùa,03217,station\n"
)


def test_import_and_list(runner: FlaskCliRunner, tmp_path: Path) -> None:
    file = tmp_path / "sites.csv"
    file.write_text(SITES, "utf-8")
    first, again = (runner.invoke(args=["sites", "import", str(file)]) for _ in range(2))
    assert (first.exit_code, first.stdout) == (0, "2 new, 0 known, 0 refused\n")
    assert (again.exit_code, again.stdout) == (0, "0 new, 2 known, 0 refused\n")
    listed = runner.invoke(args=["sites", "list", "--area", "37", "--json"])
    assert json.loads(listed.stdout) == [
        {"site_code": "KS01", "name": "Trạm y tế xã Kim Sơn", "area_code": "14638", "kind": "station"}
    ]
    assert len(runner.invoke(args=["sites", "list"]).stdout.splitlines()) == 3


def test_a_row_that_cannot_be_used_is_told(runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["sites", "import", "-", "--json"], input=SITES + "XX,Trạm,99999,station\n")
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert (report["new"], [refused["row"] for refused in report["refused"]]) == (2, [4])


def test_a_file_that_is_no_list_stores_nothing(runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["sites", "import", "-"], input="code,name\nKS01,x\n")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "site_code" in done.stderr
    assert json.loads(runner.invoke(args=["sites", "list", "--json"]).stdout) == []


def test_a_site_closes_and_stays_closed_when_nothing_is_said_of_it(runner: FlaskCliRunner) -> None:
    head, first, second = SITES.splitlines()

    def told(*lines: str) -> list[date | None]:
        assert runner.invoke(args=["sites", "import", "-"], input="\n".join(lines)).exit_code == 0
        with current_house().database.reading() as session:
            return [site.closed_on for site in list_sites(session)]

    assert told(head + ",closed_on", first + ",2024-06-30", second + ",") == [date(2024, 6, 30), None]
    assert told(head, first, second) == [date(2024, 6, 30), None]
    assert told(head + ",closed_on", first + ",") == [None, None]
    wrong = runner.invoke(args=["sites", "import", "-"], input=f"{head},closed_on\n{first},30/06/2024\n")
    assert (wrong.exit_code, "closed_on" in wrong.stderr) == (1, True)
