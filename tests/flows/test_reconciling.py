"""An attendance list on the pages: what was entered beside it, as a sheet, and what its provider may see."""

from __future__ import annotations

import html
import io
import re
from datetime import UTC, datetime

from flask.testing import FlaskClient

from passport.demo import accounts, lists
from tests.installed import Site
from tests.lists import csv_list


def _text(page: bytes) -> str:
    return html.unescape(re.sub(r"<[^>]+>|\s+", " ", page.decode()))


def _brought(site: Site, client: FlaskClient, *, kind: str, name: str, data: bytes) -> str:
    answer = client.post(
        "/staff/lists",
        data={"site": lists.MOBILE_TUA_CHUA, "kind": kind, "file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def test_an_attendance_list_beside_the_record(site: Site) -> None:
    nurse = site.as_(accounts.NURSE)
    today = site.house.today(datetime.now(UTC))
    entered = _brought(site, nurse, kind="vaccination", name="session.xlsx", data=lists.mobile_session(today).data)
    assert "Đối soát" not in _text(nurse.get(entered).data)
    present = lists.mobile_session_rows(today)[0].person
    titles = {"full_name": "Họ và tên", "birth_date": "Ngày sinh", "id_number": "Số CCCD/CMND/Hộ chiếu"}
    rows = [
        {"full_name": present.full_name, "birth_date": lists.shown(present.born), "id_number": present.id_number},
        {"full_name": "Mùa A Vắng", "birth_date": "01/02/1993", "id_number": "1234"},
    ]
    data = csv_list(rows, titles=titles)
    listed = _brought(site, nurse, kind="attendance", name="present.csv", data=data)
    assert f"{listed}/reconciliation" in nurse.get(listed).data.decode()

    missing = _text(nurse.get(f"{listed}/reconciliation?lang=en").data)
    assert "Mùa A Vắng" in missing
    assert present.full_name not in missing
    there = _text(nurse.get(f"{listed}/reconciliation?standing=entered&lang=en").data)
    assert present.full_name in there
    assert nurse.get(f"{listed}/reconciliation?standing=lost").status_code == 422
    sheet = nurse.get(f"{listed}/reconciliation.xlsx")
    assert sheet.status_code == 200
    assert sheet.data.startswith(b"PK")

    shown = _text(nurse.get(f"{listed}/provider?lang=en").data)
    assert "Mùa A Vắng" in shown  # with the number that has to be looked at
    assert present.full_name not in shown
    stranger = site.as_(accounts.NURSE_KIM_SON)
    for page in ("reconciliation", "reconciliation.xlsx", "provider"):
        assert stranger.get(f"{listed}/{page}").status_code == 403
