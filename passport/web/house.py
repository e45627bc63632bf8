"""Moved to passport.house."""

from passport.house import House, clock, current_house  # noqa: F401
