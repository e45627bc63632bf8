"""What an act is refused for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from passport.errors import PassportError


def refusal_of(act: Callable[[], object]) -> object:
    """The reason with which `act` is refused; fails where it is not."""
    with pytest.raises(PassportError) as told:
        act()
    return told.value.reason
