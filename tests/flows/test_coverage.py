"""Coverage from the counts of the population to a report that stays as it was, on every face."""

from __future__ import annotations

import html
import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2
from flask.testing import FlaskClient, FlaskCliRunner
from python_calamine import CalamineWorkbook

from passport.demo import accounts
from passport.demo.accounts import SampleAccount
from passport.registry.accounts import find_account
from passport.registry.areas import require_area
from passport.registry.clients import create_client
from passport.registry.coverage_reports import digest, store_report
from passport.registry.tables import Dose
from tests.installed import Site

KIM_SON = "14638"


def _text(pdf: bytes) -> str:
    return " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def _adults(figures: dict[str, object]) -> dict[str, object]:
    cells: list[dict[str, object]] = figures["cells"]  # type: ignore[assignment]
    return next(cell for cell in cells if (cell["age_group"], cell["dose"]) == ("18+", "complete"))


def _page(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.text


def test_staff_see_the_table_drill_down_and_find_who_is_due(site: Site) -> None:
    client = site.as_(accounts.ISSUER)
    country = _page(client, "/staff/coverage")  # what most of the sample staff see first
    assert 'class="bar__target"' in country
    assert not re.search(r"Chưa có số dân\s*</strong>", country)  # the key of the map still names it
    province = _page(client, "/staff/coverage?area=37&compare=1&since=2026-01-01&cell=18%2B/complete")
    assert f"area={KIM_SON}" in province
    commune = _page(client, f"/staff/coverage?area={KIM_SON}&target=95")
    assert "Số liệu mẫu, không có thật" in commune
    assert 'class="bar__target"' in commune
    assert "style=" not in commune
    due = _page(client, f"/staff/coverage/due?area={KIM_SON}&group=18%2B&dose=booster_1")
    sheet = client.get(f"/staff/coverage/due.xlsx?area={KIM_SON}&group=18%2B&dose=booster_1")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data)).get_sheet_by_index(0).to_python()
    assert len(rows) > 1
    assert str(rows[1][0]) in due
    progress = _page(client, "/staff/coverage/progress?area=37")
    assert "KS-TYT-01" in progress
    _page(client, "/staff/coverage?on=2099-01-01", 422)
    _page(client, "/staff/coverage?target=x", 422)
    _page(client, "/staff/coverage?cell=5-11/booster_2", 422)


def test_nobody_sees_people_or_figures_of_another_area(site: Site) -> None:
    def status(who: SampleAccount, address: str) -> int:
        return site.as_(who).get(address).status_code

    assert status(accounts.NURSE, f"/staff/coverage?area={KIM_SON}") == 403
    assert status(accounts.NURSE, f"/staff/coverage/due?area={KIM_SON}") == 403
    assert status(accounts.NURSE, "/staff/coverage/report.json?area=37") == 403
    assert status(accounts.NURSE, "/staff/coverage") == 200  # their own commune
    assert site.as_(accounts.NURSE).post("/staff/coverage/reports", data={"area": "03217"}).status_code == 403


def test_a_frozen_report_stays_as_it_was(site: Site) -> None:
    client = site.as_(accounts.APPROVER)
    assert client.post("/staff/coverage/reports", data={"area": KIM_SON}).status_code == 302
    before = {form: client.get(f"/staff/coverage/reports/1.{form}").data for form in ("pdf", "json", "xlsx")}
    figures = json.loads(before["json"])
    now = json.loads(client.get(f"/staff/coverage/report.json?area={KIM_SON}").data)
    assert figures == now
    with site.house.database.transaction() as session:
        for dose in session.query(Dose):
            dose.held = True
    later = json.loads(client.get(f"/staff/coverage/report.json?area={KIM_SON}").data)
    assert _adults(later) != _adults(figures)
    for form in ("pdf", "json"):
        assert client.get(f"/staff/coverage/reports/1.{form}").data == before[form]
    paper = _text(before["pdf"])
    assert "Số 1" in paper
    assert digest(figures) in paper
    assert "tuổi tính đến ngày" in paper
    english = _text(client.get("/staff/coverage/reports/1.pdf?lang=en").data)
    assert "VACCINATION COVERAGE REPORT" in english
    assert digest(figures)[:16] in _page(client, "/staff/coverage/reports")
    assert client.get("/staff/coverage/reports/2.pdf").status_code == 422


def test_frozen_reports_of_the_very_area_make_a_line_over_time(site: Site) -> None:
    today = site.house.today(datetime.now(UTC))
    with site.house.database.transaction() as session:
        here, above = (require_area(session, code, on=today) for code in (KIM_SON, "37"))
        told = (
            (here, 90, 41.5),
            (here, 60, 7.0),
            (here, 60, 58.0),
            (here, 30, None),
            (above, 45, 99.0),
            (here, 0, 1.0),
        )
        for area, days, rate in told:
            figures = {"cells": [{"age_group": "18+", "dose": "first", "rate": rate}]}
            on = today - timedelta(days=days)
            store_report(session, area=area, on=on, figures=figures, by="x", at=datetime.now(UTC))
    page = _page(site.as_(accounts.ISSUER), f"/staff/coverage?area={KIM_SON}&lang=en")
    chart = json.loads(html.unescape(re.findall(r'data-chart="([^"]*)"', page)[0]))
    assert [point["text"] for point in chart["course"]["points"]] == ["41.5 %", "58.0 %", "65.0 %"]
    # The last number of one day; neither another area's nor today's, nor one without the figure.
    assert re.findall(r">Report (\d+)<", page) == ["3", "1"]
    dose = _page(site.as_(accounts.ISSUER), f"/staff/coverage?area={KIM_SON}&cell=18%2B/complete")
    assert "data-chart" not in dose


def test_commands(site: Site, tmp_path: Path) -> None:
    with site.app.app_context():
        _commands(site.app.test_cli_runner(), tmp_path)


def _commands(runner: FlaskCliRunner, folder: Path) -> None:
    assert runner.invoke(args=["coverage", "--area", KIM_SON]).exit_code == 0
    told = runner.invoke(args=["coverage", "--area", KIM_SON, "--json"])
    figures = json.loads(told.stdout)
    assert figures["area"]["code"] == KIM_SON
    files = [folder / f"coverage.{ending}" for ending in ("pdf", "xlsx", "json")]
    for path in files:
        assert runner.invoke(args=["coverage", "--area", KIM_SON, "-o", str(path)]).exit_code == 0
    assert "Bản tạm tính" in _text(files[0].read_bytes())
    assert {**json.loads(files[2].read_bytes()), "counts": None} == {**figures, "counts": None}
    frozen = runner.invoke(args=["coverage", "--freeze", "--by", accounts.APPROVER.email])
    assert frozen.exit_code == 0, frozen.output
    listed = json.loads(runner.invoke(args=["coverage", "reports", "--json"]).stdout)
    assert [(report["number"], report["area"]) for report in listed] == [(1, None)]
    shown = json.loads(runner.invoke(args=["coverage", "show", "1"]).stdout)
    assert digest(shown) == listed[0]["sha256"]
    wrong = (
        ["-o", "x.doc"], ["--on", "2099-01-01"], ["--target", "0"], ["--since", "2099-01-01"], ["--area", "xx"],
        ["--freeze"],
    )  # fmt: skip
    assert [runner.invoke(args=["coverage", *args]).exit_code for args in wrong] == [2] * len(wrong)
    denied = runner.invoke(args=["coverage", "--freeze", "--by", accounts.INSPECTOR.email])
    assert denied.exit_code == 1
    counts = folder / "so-dan.csv"
    counts.write_text(f"area_code,age_group,count,as_of,source\n{KIM_SON},18+,70,2026-01-01,x\nxx,18+,1,2026-01-01,x\n")
    imported = runner.invoke(args=["coverage", "population", "import", str(counts), "--json"])
    assert imported.exit_code == 1
    assert json.loads(imported.stdout)["stored"] == 1


def test_programs_ask_in_the_name_of_an_account(site: Site) -> None:
    with site.house.database.transaction() as session:
        nurse = find_account(session, accounts.NURSE_KIM_SON.email)
        _client, key = create_client(session, name="x", scopes=["registry:read"], now=datetime.now(UTC), acting=nurse)
        _other, checks = create_client(session, name="y", scopes=["verify"], now=datetime.now(UTC), acting=nurse)

    def ask(query: str, key: str = key) -> tuple[int, dict[str, object]]:
        answer = site.visitor().get(f"/api/v1/coverage{query}", headers={"Authorization": f"Bearer {key}"})
        return answer.status_code, answer.json

    status, figures = ask(f"?area={KIM_SON}")
    assert status == 200
    report = json.loads(site.as_(accounts.ISSUER).get(f"/staff/coverage/report.json?area={KIM_SON}").data)
    assert figures == report
    assert report["counts"]["entered"] == 87
    assert _adults(figures)["denominator"] == 60
    assert ask(f"?area={KIM_SON}&on=2022-08-23")[1]["on"] == "2022-08-23"
    assert ask("?area=37")[0] == 403
    assert ask("")[0] == 403
    assert ask(f"?area={KIM_SON}&on=20260101")[0] == 422
    assert ask(f"?area={KIM_SON}&of=x")[0] == 422
    assert ask(f"?area={KIM_SON}", key=checks)[0] == 403
