"""A station with its staff on a real database."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from passport.registry.db import Database
from tests.lists import World, staffed


@pytest.fixture
def world(database: Database, now: datetime, today: date) -> World:
    """The stations and their staff."""
    return staffed(database, now=now, today=today)
