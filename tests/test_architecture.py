"""Imports only go down the rows of the house, libraries stay in their rows, modules stay small."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "passport"
ROWS = {
    "app": 8,
    "web": 7,
    "cli": 7,
    "house": 6,  # what the faces share: settings, database, context
    "tasks": 6.5,  # does jobs in a house
    "demo": 6.5,  # tells its story on a house
    "intake": 5,
    "issuing": 5,
    "verifying": 4,
    "registry": 3,
    "trust": 3,
    "rules": 3,
    "rendering": 3,
    "formats": 2,
    "codecs": 1,
    "domain": 0,
    "errors": 0,
    "config": 0,
}
# Which third-party libraries a room may use; what is not named here may be used by nobody.
LIBRARIES = {
    "app": {"apiflask", "flask", "flask_login", "werkzeug", "flask_security", "flask_sqlalchemy_lite", "flask_wtf"},
    "house": {"flask"},
    "web": {
        "apiflask", "babel", "flask", "flask_babel", "flask_limiter", "flask_security", "flask_wtf", "jinja2", "limits",
        "markupsafe", "orjson", "prometheus_client", "pydantic", "secure", "structlog", "werkzeug",
        "govuk_frontend_jinja",
    },
    "cli": {"cryptography", "flask", "flask_alembic", "flask_security", "click", "orjson", "rich", "qrcode"},
    "cli/bench_linkage": {"splink"},  # a package of development, the peer
    "demo": {"flask", "flask_security", "xlsxwriter", "rich", "qrcode", "cryptography"},
    "tasks": {"flask", "huey"},
    "intake": {"httpx", "python_calamine", "orjson"},
    "intake/linkage": {"duckdb", "pyspark"},
    "issuing": set(),
    "issuing/gateways": {"httpx"},
    "verifying": set(),
    "registry": {"sqlalchemy", "alembic", "flask_alembic", "flask_security", "flask"},
    "trust": {"cryptography", "orjson"},
    "rules": {"orjson"},
    "rendering": {"PIL", "pypdfium2", "qrcode", "typst", "xlsxwriter", "zxingcpp"},
    "formats": {"cryptography", "jsonschema_rs", "orjson"},
    "codecs": {"cbor2", "cryptography", "orjson"},
    "domain": set(),
    "errors": set(),
    "config": set(),
}  # fmt: skip
# Rooms above the registry hand its sessions on; what they may name is the type, never a query.
HANDLES = {"sqlalchemy.orm.Session", "sqlalchemy.Engine"}
MODULE_LIMIT = 400  # lines
# Migrations are written by a tool; scripts beside data made it once and never run in the service.
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if not {"versions", "data"} & set(p.relative_to(PACKAGE).parts))


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            whole = node.module == "passport" or node.module.startswith("sqlalchemy")
            found.update(f"{node.module}.{alias.name}" for alias in node.names) if whole else found.add(node.module)
    return found


def _name(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_imports_go_down(path: Path) -> None:
    room = _room(path)
    if room == "__init__":
        return
    for imported in _imports(path):
        parts = imported.split(".")
        if parts[0] == "passport":
            if len(parts) == 1:
                continue
            other = parts[1]
            assert other in (room, "errors") or ROWS[other] < ROWS[room], (
                f"{_name(path)} imports {imported}: row {ROWS[room]} may not use row {ROWS[other]}"
            )
            if other == "config":
                assert ROWS[room] >= ROWS["house"], f"{_name(path)}: below the faces values are passed, not settings"
        elif parts[0] not in sys.stdlib_module_names and imported not in HANDLES:
            allowed = LIBRARIES[room] | LIBRARIES.get(f"{room}/{path.parent.name}", set())
            allowed |= LIBRARIES.get(f"{room}/{path.stem}", set())
            assert parts[0] in allowed, f"{_name(path)} imports {imported}"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_modules_stay_small(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= MODULE_LIMIT, f"{_name(path)} has {lines} lines"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_only_the_faces_read_the_clock(path: Path) -> None:
    if ROWS.get(_room(path), 9) >= ROWS["house"]:
        return
    source = path.read_text("utf-8")
    for reading in ("datetime.now(", "date.today(", "utcnow(", "time.time("):
        assert reading not in source, f"{_name(path)} reads the clock; `now` is an argument below the faces"


def test_no_drawer_modules() -> None:
    drawers = {"utils", "helpers", "common", "services", "service", "manager"}
    assert not [p for p in MODULES if p.stem in drawers or drawers & set(p.relative_to(PACKAGE).parts)]
