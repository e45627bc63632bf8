"""The folder of public test data: skipped with the reason where it is absent, a failure in CI."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FOLDER = Path(os.environ.get("CONFORMANCE_DIR") or ROOT.parent / "shared" / "conformance")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.conformance)


@pytest.fixture(autouse=True, scope="session")
def conformance_folder() -> Path:
    """The folder itself."""
    if not FOLDER.is_dir():
        message = f"public test data: {FOLDER} is absent (set CONFORMANCE_DIR)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return FOLDER
