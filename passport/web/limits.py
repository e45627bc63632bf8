"""Rate limits per address; they count in memory, so each worker process counts for itself."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

LIMITER = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=False)
SIGN_IN_LIMIT = "20 per minute"  # per address: guessing passwords and codes is slow (security T8, T39)


def connect(app: Flask) -> None:
    """Attaches the limiter to the application, and a limit to the forms of signing in."""
    sign_in: Any = app.blueprints["security"]  # Flask-Limiter takes Flask's blueprints, its types only functions
    LIMITER.limit(SIGN_IN_LIMIT, methods=["POST"])(sign_in)
    LIMITER.init_app(app)
