"""A long list is brought in by a job: the page tells how far it is, stops it, and leads to the report."""

from __future__ import annotations

import io
import re

import pytest

from passport.demo import accounts
from passport.registry import jobs
from passport.tasks.queue import EXTENSION, Queue
from passport.web import staff_lists
from tests.installed import Site
from tests.lists import TITLES, csv_list, person


def test_a_long_list_becomes_a_job(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff_lists, "AT_ONCE", 100)
    nurse = site.as_(accounts.NURSE)
    code = re.search(r'<option value="([^"]+)"', nurse.get("/staff/lists").text)
    assert code is not None

    def send(*numbers: int) -> str:
        data = csv_list(person(number) for number in numbers)
        form = {"site": code[1], "kind": "vaccination", "file": (io.BytesIO(data), "long.csv")}
        answer = nurse.post("/staff/lists", data=form, content_type="multipart/form-data")
        assert answer.status_code == 302
        return answer.headers["Location"]

    address, unwanted = send(1, 2, 3), send(4)
    waiting = nurse.get(address + "?lang=en")
    assert 'hx-trigger="every 2s"' in waiting.text
    assert 'http-equiv="refresh"' in waiting.text  # without scripts
    assert "Waiting" in waiting.text
    assert nurse.post(unwanted + "/cancel").headers["Location"] == unwanted
    queue: Queue = site.app.extensions[EXTENSION]
    while (task := queue.huey.dequeue()) is not None:
        queue.huey.execute(task)
    done = nurse.get(address + "?lang=en")
    assert "every 2s" not in done.text
    assert "3 / 3" in done.text
    report = re.search(r"/staff/lists/\d+", done.text)
    assert report is not None
    assert "long.csv" in nurse.get(report[0]).text
    assert "Stopped" in nurse.get(unwanted + "?lang=en").text
    listed = nurse.get("/staff/jobs?lang=en").text
    assert listed.count("long.csv") >= 2
    assert site.as_(accounts.NURSE_KIM_SON).get(address).status_code == 403


def test_a_job_that_failed_says_why_and_what_to_do(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff_lists, "AT_ONCE", 100)
    nurse = site.as_(accounts.NURSE)
    titles = {name: title for name, title in TITLES.items() if name != "sex"}
    data = csv_list([person(1), person(2)], titles=titles)
    form = {"site": "TC-TYT-01", "kind": "vaccination", "file": (io.BytesIO(data), "no-sex.csv")}
    address = nurse.post("/staff/lists", data=form, content_type="multipart/form-data").headers["Location"]
    queue: Queue = site.app.extensions[EXTENSION]
    while (task := queue.huey.dequeue()) is not None:
        queue.huey.execute(task)
    assert "“Giới tính”" in nurse.get(address + "?lang=vi").text
    told = nurse.get(address + "?lang=en").text
    assert "The column “Sex” is missing. Add the column" in told
    with site.house.database.transaction() as session:
        jobs.require_job(session, address.rpartition("/")[2]).error = "unforeseen"
    page = nurse.get(address + "?lang=vi").text
    assert "unforeseen" not in page
    assert "Có lỗi ngoài dự kiến" in page
