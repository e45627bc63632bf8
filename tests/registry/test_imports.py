"""Lists: their rows, their report, and taking one back."""

from __future__ import annotations

from typing import Any

import pytest

from passport.errors import InputError, Refusal, Refused
from passport.registry import codes, doses, imports, reports
from passport.registry.tables import Dose, Import, ImportRow, Person

from .conftest import Scene


def _import(scene: Scene, **told: Any) -> Import:
    values: dict[str, Any] = {
        "kind": "vaccination", "campaign": None, "file_name": "tiêm 5-1.xlsx", "file_sha256": "a" * 64,
        "layout": "dose_rows", "header": ["Họ và tên"],
    }  # fmt: skip
    return imports.create_import(
        scene.session, site=scene.site(), by=scene.account("nurse"), at=scene.now, **(values | told)
    )


def _row(scene: Scene, found: Import, row: int, outcome: str = "new", **told: Any) -> ImportRow:
    values: dict[str, Any] = {"held": False, "cells": {"full_name": "Lò Văn Páo"}, "issues": []}
    return imports.add_row(scene.session, list_import=found, row=row, outcome=outcome, **(values | told))


def _issue(severity: str, reason: str, column: str | None = "id_number", **more: Any) -> dict[str, Any]:
    return {"column": column, "severity": severity, "reason": reason, "values": {}, "variant": None} | more


def test_the_report_adds_up(scene: Scene) -> None:
    found = _import(scene)
    _row(scene, found, 7)
    _row(scene, found, 8, held=True, issues=[_issue("held", "missing_id")])
    _row(scene, found, 9, "known")
    refused = [_issue("refused", "bad_dose_number", "dose_number"), _issue("warned", "bad_lot", "lot")]
    _row(scene, found, 10, "refused", issues=refused)
    report = reports.report(scene.session, found.id).as_dict()
    assert {key: report[key] for key in ("import", "rows", "new", "known", "held", "refused")} == {
        "import": found.id, "rows": 4, "new": 2, "known": 1, "held": 1, "refused": 1,
    }  # fmt: skip
    assert [(issue["row"], issue["column"], issue["severity"], issue["reason"]) for issue in report["issues"]] == [
        (8, "id_number", "held", "missing_id"),
        (10, "dose_number", "refused", "bad_dose_number"),
        (10, "lot", "warned", "bad_lot"),
    ]
    for issue in report["issues"]:
        assert set(issue["message"]) == {"vi", "en"}
        assert all(issue["message"].values())


def test_rows_come_in_the_order_of_the_sheet_a_page_at_a_time(scene: Scene) -> None:
    found = _import(scene)
    for number in (12, 3, 7, 5, 9):
        _row(scene, found, number, held=number == 7)
    first = imports.list_rows(scene.session, found.id, limit=2)
    second = imports.list_rows(scene.session, found.id, after=first[-1].row, limit=2)
    assert [row.row for row in first + second] == [3, 5, 7, 9]
    assert [row.row for row in imports.open_rows(scene.session, found.id)] == [7]
    assert imports.find_row(scene.session, import_id=found.id, row=9) is not None
    assert imports.find_row(scene.session, import_id=found.id, row=99) is None


def test_the_same_file_is_known_until_it_is_withdrawn(scene: Scene) -> None:
    found = _import(scene)
    same = {"site": scene.site(), "kind": "vaccination", "file_sha256": "a" * 64}
    assert imports.find_same_file(scene.session, **same) is found
    imports.withdraw(scene.session, found)
    assert imports.find_same_file(scene.session, **same) is None
    assert _import(scene).id != found.id


def test_withdrawing_takes_back_what_only_this_list_told(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "CHUNK", 1)  # people of a long list go in several statements
    found = _import(scene)
    row = _row(scene, found, 2)
    only_here, elsewhere = scene.person(), scene.person(id_number="2")
    scene.dose(only_here, row=row)
    scene.dose(elsewhere, row=row)
    scene.dose(elsewhere, number=2)
    assert [dose.person_id for dose in row.doses] == [only_here.id, elsewhere.id] or len(row.doses) == 2
    scene.dose(scene.person(id_number="3"), row=row)
    assert imports.withdraw(scene.session, found) == 3
    assert {person.id for person in scene.session.query(Person)} == {elsewhere.id}
    assert scene.session.query(Dose).count() == 1
    assert [row.row for row in imports.list_rows(scene.session, found.id)] == [2]
    assert found.state == "withdrawn"


def test_withdrawing_keeps_a_person_who_asked_for_a_code(scene: Scene) -> None:
    found = _import(scene)
    person = scene.person()
    scene.dose(person, row=_row(scene, found, 2))
    codes.make_code(
        scene.session, purpose="look-up", person_id=person.id, recipient="0912345678", pepper=b"p", now=scene.now
    )
    imports.withdraw(scene.session, found)
    assert scene.session.query(Person).count() == 1


def test_a_confirmed_list_stays(scene: Scene) -> None:
    found = _import(scene)
    dose = scene.dose(scene.person(), row=_row(scene, found, 2))
    doses.confirm(scene.session, doses=[dose], by=scene.account("head"), at=scene.now)
    with pytest.raises(Refused) as told:
        imports.withdraw(scene.session, found)
    assert told.value.reason is Refusal.IMPORT_CONFIRMED


def test_lists_the_latest_first(scene: Scene) -> None:
    numbers = [_import(scene, file_sha256=str(n) * 64).id for n in range(3)]
    latest = imports.list_imports(scene.session, sites=[scene.site()], limit=2)
    assert [found.id for found in latest] == numbers[:0:-1]
    assert [
        found.id for found in imports.list_imports(scene.session, sites=[scene.site()], before=latest[-1].id)
    ] == numbers[:1]
    assert imports.list_imports(scene.session, sites=[]) == []


def test_unknown_import(scene: Scene) -> None:
    with pytest.raises(InputError) as told:
        reports.report(scene.session, 4711)
    assert told.value.reason is Refusal.UNKNOWN_IMPORT
