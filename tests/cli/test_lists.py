"""`flask lists`, `population`, `people` and `doses`: the line from a list to confirmed doses, by commands alone."""

from __future__ import annotations

import io
import json
import re
import threading
import urllib.request
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from python_calamine import CalamineWorkbook

from passport.cli import population
from passport.intake.standin import COLUMNS, EmbeddedPopulation
from passport.registry.db import Database
from tests.lists import AN, HEAD, NURSE, STATION, World, csv_list, person, staffed

MINE = ("--site", STATION, "--by", NURSE)
REGISTER = "\n".join(
    [
        ",".join(COLUMNS),
        "p1,037090001234,,Nguyễn Văn An,1990-01-02,M,,,,,alive",
        "p2,037090000001,,Khác,1990-01-02,M,,,,,alive",
    ]
)


@pytest.fixture
def world(database: Database, now: datetime, today: date) -> World:
    """The station and its staff on the database of the application."""
    return staffed(database, now=now, today=today)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A list of three rows, one held and one refused."""
    path = tmp_path / "list.csv"
    path.write_bytes(csv_list([AN, person(1, id_number=""), person(2, birth_date="30/02/1990")]))
    return path


def ran(runner: FlaskCliRunner, *args: str, code: int = 0, **options: Any) -> Result:
    done = runner.invoke(args=list(args), **options)
    assert done.exit_code == code, (done.output, done.exception)
    return done


def test_a_list_comes_in_and_is_reported(runner: FlaskCliRunner, world: World, file: Path) -> None:
    done = ran(runner, "lists", "import", str(file), *MINE, "--campaign", "Đợt 1", "--json", code=1)
    report = json.loads(done.stdout)
    assert {key: report[key] for key in ("rows", "new", "known", "held", "refused")} == {
        "rows": 3, "new": 2, "known": 0, "held": 1, "refused": 1,
    }  # fmt: skip
    assert report["issues"][1] == {
        "row": 4,
        "column": "birth_date",
        "severity": "refused",
        "reason": "bad_birth_date",
        "message": {
            "vi": "Ngày sinh “30/02/1990” không phải là một ngày có thật.",
            "en": "The birth date “30/02/1990” is not a real date.",
        },
    }
    assert json.loads(ran(runner, "lists", "report", str(report["import"]), "--json", code=1).stdout) == report
    told = ran(runner, "lists", "import", "-", *MINE, code=1, input=file.read_bytes())
    assert told.stdout.splitlines()[0].split("\t") == ["row", "column", "severity", "reason", "message"]
    assert "3 rows, 0 new (0 held), 2 known, 1 refused" in told.stderr


def test_the_report_goes_out_to_be_corrected(runner: FlaskCliRunner, world: World, file: Path, tmp_path: Path) -> None:
    ran(runner, "lists", "import", str(file), *MINE, code=1)
    out = tmp_path / "report.xlsx"
    ran(runner, "lists", "report", "1", "-o", str(out), "--language", "en")
    rows = CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()
    assert rows[0][-2:] == ["Faults", "Source row"]
    assert [row[-1] for row in rows[1:]] == ["1/3", "1/4"]
    again = json.loads(ran(runner, "lists", "import", str(out), *MINE, "--json", code=1).stdout)
    assert (again["known"], again["refused"]) == (1, 1)


def test_a_list_is_withdrawn(runner: FlaskCliRunner, world: World, file: Path) -> None:
    ran(runner, "lists", "import", str(file), *MINE, code=1)
    assert "2 doses" in ran(runner, "lists", "withdraw", "1", "--by", NURSE).stderr
    assert world.doses == []


def test_the_template_goes_to_stdout(runner: FlaskCliRunner, tmp_path: Path) -> None:
    out = tmp_path / "template.xlsx"
    ran(runner, "lists", "template", "-o", str(out))
    assert ran(runner, "lists", "template").stdout_bytes[:4] == b"PK\x03\x04"
    (header,) = CalamineWorkbook.from_filelike(io.BytesIO(out.read_bytes())).get_sheet_by_index(0).to_python()
    assert header[:3] == ["Họ và tên", "Ngày sinh", "Giới tính"]


@pytest.mark.parametrize(
    ("content", "args", "word", "code"),
    [
        (b"", MINE, "empty_file", 2),
        (b"MZ\x90\x00\x03", MINE, "unreadable_file", 2),
        (b"a,b\n1,2\n", MINE, "no_header", 2),
        ("Họ và tên,Ngày sinh\nAn,1990\n".encode(), MINE, "missing_column", 2),
        ("Họ và tên".encode("utf-16-le") + b"\xff\xfe\xfd", MINE, "unreadable_file", 2),
        (b"H\xe4 v\xb5 t\xaan;x\n", MINE, "wrong_encoding", 2),
        (csv_list([AN]), ("--site", "NOWHERE", "--by", NURSE), "unknown_site_code", 2),
        (csv_list([AN]), ("--site", STATION, "--by", "nobody@ks"), "unknown_account", 2),
        (csv_list([AN]), ("--site", STATION, "--by", HEAD), "not_permitted", 1),
        (csv_list([AN]), ("--site", STATION), "--by", 2),
        (csv_list([AN]), (*MINE, "--kind", "shopping"), "shopping", 2),
    ],
)
def test_what_cannot_be_imported_is_one_clear_line(
    runner: FlaskCliRunner, world: World, content: bytes, args: tuple[str, ...], word: str, code: int
) -> None:
    done = ran(runner, "lists", "import", "-", *args, code=code, input=content)
    assert done.stdout == ""
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert world.doses == []


def test_a_file_that_is_not_there(runner: FlaskCliRunner, world: World) -> None:
    assert "nowhere.csv" in ran(runner, "lists", "import", "nowhere.csv", *MINE, code=2).stderr
    ran(runner, "lists", "report", "4711", code=2)


def test_the_line_from_list_to_confirmed_doses(runner: FlaskCliRunner, world: World, file: Path) -> None:
    file.write_bytes(csv_list([AN, person(1), person(2, id_number="")]))
    ran(runner, "lists", "import", str(file), *MINE)
    assert "population" in ran(runner, "population", "check", code=3).stderr
    ran(runner, "population", "load", "-", input=REGISTER.encode())
    checked = json.loads(ran(runner, "population", "check", "--area", "37", "--json").stdout)
    assert checked == {"checked": 2, "verified": 1, "wrong": 1, "not_found": 0, "ambiguous": 0}
    assert "0 people" in ran(runner, "population", "check").stderr
    done = ran(runner, "doses", "confirm", "--site", STATION, "--import", "1", "--by", HEAD, "--json")
    assert json.loads(done.stdout) == {"confirmed": 1, "left": {"dose_held": 1, "identity_unverified": 1}}
    told = ran(runner, "doses", "confirm", "--site", STATION, "--by", HEAD)
    assert told.stderr.splitlines()[:2] == ["0 doses confirmed", "1 not confirmed: The dose waits for cleaning."]
    ran(runner, "doses", "confirm", "--site", STATION, "--by", NURSE, code=1)


def test_people_are_found_and_their_numbers_masked(runner: FlaskCliRunner, world: World, file: Path) -> None:
    ran(runner, "lists", "import", str(file), *MINE, code=1)
    for args in (
        ("--id", "037 090 001 234"), ("--name", "nguyen van"), ("--born", "2/1/1990", "--state", "waiting"),
        ("--area", "37", "--name", "Nguyễn"),
    ):  # fmt: skip
        (found,) = json.loads(ran(runner, "people", "find", *args, "--json").stdout)["people"]
        assert (found["full_name"], found["id_number"], found["identity_state"]) == (
            "Nguyễn Văn An", "037*****1234", "waiting",
        )  # fmt: skip
        assert [(dose["product"], dose["state"]) for dose in found["doses"]] == [("astrazeneca", "entered")]
    assert json.loads(ran(runner, "people", "find", "--id", "x", "--json").stdout) == {"people": []}
    table = ran(runner, "people", "find", "--state", "no_id").stdout.splitlines()
    assert table[1].endswith("\tno_id\theld")
    ran(runner, "people", "find", "--born", "hôm qua", code=2)
    ran(runner, "people", "find", "--area", "00000", code=2)


def test_the_standin_is_served_on_the_loopback(
    runner: FlaskCliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standin = EmbeddedPopulation(tmp_path / "population.db")
    standin.load(REGISTER.encode())
    server = population.make_server(standin, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"

    def ask(path: str, body: bytes) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(urllib.request.Request(url + path, body)) as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as error:
            return error.code, b""

    item = {"full_name": "nguyễn văn an", "sex": "M", "born": "1990-01-02", "id_number": "037090001234"}
    assert ask("/check", json.dumps({"items": [item]}).encode()) == (200, b'{"answers":["right"]}')
    assert ask("/check", b"rubbish")[0] == 422
    assert ask("/check", b"[]")[0] == 422
    assert ask("/elsewhere", b'{"items":[]}')[0] == 404
    taken = server.server_port
    assert f"port {taken}" in ran(runner, "population", "serve", "--port", str(taken), code=2).stderr
    server.shutdown()
    server.server_close()

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(population.ThreadingHTTPServer, "serve_forever", stop)
    told = ran(runner, "population", "serve", "--port", "0")
    assert re.search(r"STAND-IN.*127\.0\.0\.1:\d+\nstopped", told.stderr)


def test_production_has_no_standin(app: Flask, monkeypatch: pytest.MonkeyPatch, runner: FlaskCliRunner) -> None:
    from dataclasses import replace

    house = app.extensions["passport"]
    app.extensions["passport"] = replace(house, settings=replace(house.settings, environment="production"))
    for args in (["load", "-"], ["serve"]):
        assert "demo_in_production" in ran(runner, "population", *args, code=1, input=b"").stderr
