"""What staff can do wrong on a page is told in its language: no English detail stands in a Vietnamese sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import passport
from passport.errors import Refusal, sentence

PACKAGE = Path(passport.__file__).parent
# Whose errors a page of the staff shows.
SHOWN = [*(PACKAGE / "intake").glob("*.py"), *(PACKAGE / "registry").glob("*.py"), PACKAGE / "issuing" / "revoke.py"]
# Only a forged form or address, a program or a command brings these about.
OTHERS = {
    "accounts.py": 2, "answering.py": 3, "citizen_reports.py": 1, "cleaning.py": 4, "clients.py": 3, "correcting.py": 1,
    "db.py": 1, "doses.py": 1, "entering.py": 1, "guardians.py": 1, "identities.py": 1, "importing.py": 1,
    "merging.py": 1, "standin.py": 3, "staffing.py": 1, "suggesting.py": 1,
}  # fmt: skip


def _raised(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and any(
            isinstance(told, ast.Attribute) and told.attr == "BAD_OPTION" for told in node.args
        ):
            yield node


def _variant(call: ast.Call) -> str | None:
    told = next((keyword.value for keyword in call.keywords if keyword.arg == "variant"), None)
    return told.value if isinstance(told, ast.Constant) and isinstance(told.value, str) else None


def test_whatever_staff_can_do_wrong_has_a_sentence_of_its_own() -> None:
    bare: dict[str, int] = {}
    for path in SHOWN:
        for call in _raised(path):
            variant = _variant(call)
            if variant is None:
                bare[path.name] = bare.get(path.name, 0) + 1
                continue
            told = sentence(Refusal.BAD_OPTION, variant, dict.fromkeys(("limit", "row", "count", "number"), 3))
            assert "{" not in told.vi + told.en
            assert told != sentence(Refusal.BAD_OPTION, None, {"detail": ""}), variant
    assert bare == OTHERS
