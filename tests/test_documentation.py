"""What is seen from outside is written down: settings, commands and reasons; every reason has its sentences."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

from passport.config import SETTINGS, Settings
from passport.errors import Reason, Refusal, RowReason, advice, sentence
from passport.house import EXTENSION
from tests.serving import application

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
REFERENCE = "\n".join(p.read_text("utf-8") for p in sorted((ROOT / "docs").glob("*.md")))
ALL_REASONS = [*Reason, *RowReason, *Refusal]


@pytest.mark.parametrize("reason", ALL_REASONS, ids=str)
def test_every_reason_has_both_sentences_in_both_languages(reason: Reason | RowReason | Refusal) -> None:
    for spoken in (sentence(reason), advice(reason)):
        assert spoken.vi
        assert spoken.en
        assert spoken.vi != spoken.en


def test_the_catalogue_holds_no_reason_that_nobody_gives() -> None:
    catalogue = json.loads((ROOT / "passport" / "data" / "reasons.json").read_text("utf-8"))
    assert {key.partition(".")[0] for key in catalogue} == {r.value for r in ALL_REASONS}


@pytest.mark.parametrize("reason", list(Reason), ids=str)
def test_every_verdict_reason_is_documented(reason: Reason) -> None:
    assert f"`{reason.value}`" in REFERENCE


def test_settings_table_and_settings_agree() -> None:
    assert [s.name.lower() for s in SETTINGS] == [f.name for f in fields(Settings)]


@pytest.mark.parametrize("name", [s.name for s in SETTINGS])
def test_every_setting_is_documented(name: str) -> None:
    assert f"`PASSPORT_{name}`" in README + REFERENCE


def test_every_command_is_documented(tmp_path: Path, sqlite_template: Path) -> None:
    app = application(tmp_path, sqlite_template)
    app.extensions[EXTENSION].database.engine.dispose()
    known = {"run", "shell", "routes", "spec", "db", "translate"}  # Flask's own and its extensions'
    missing = []
    for name, command in app.cli.commands.items():
        if name in known:
            continue
        verbs = list(command.commands) if isinstance(command, click.Group) else [""]
        missing += [
            f"flask {name} {verb}".strip() for verb in verbs if f"flask {name} {verb}".strip() not in README + REFERENCE
        ]
    assert not missing


def _public_definitions() -> list[tuple[str, bool]]:
    found = []
    for path in sorted((ROOT / "passport").rglob("*.py")):
        if "versions" in path.parts:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        name = str(path.relative_to(ROOT))
        if path.stat().st_size:
            found.append((name, ast.get_docstring(tree) is not None))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                found.append((f"{name}:{node.name}", ast.get_docstring(node) is not None))
    return found


def test_everything_public_says_what_it_answers() -> None:
    assert [name for name, told in _public_definitions() if not told] == []


def test_readme_pictures_and_links_exist() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
