"""What the comparisons share: the folder of public test data, skipped with the reason where absent, a failure in CI."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def public() -> Path:
    """The folder of public test data."""
    folder = Path(os.environ.get("CONFORMANCE_DIR") or ROOT.parent / "shared" / "conformance")
    if not folder.is_dir():
        message = f"public test data: {folder} is absent (set CONFORMANCE_DIR)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder
