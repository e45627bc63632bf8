"""What a test needs and does not find: skipped elsewhere, a failure in CI."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def absent(reason: str) -> NoReturn:
    """Ends the test for want of something that CI always has."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
