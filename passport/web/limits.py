"""Rate limits per address; they count in memory, so each worker process counts for itself."""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

LIMITER = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=False)


def connect(app: Flask) -> None:
    """Attaches the limiter to the application."""
    LIMITER.init_app(app)
