"""Rate limits; they count in memory, so each worker process counts for itself.

Pages have limits per address, by Flask-Limiter's decorators. The API has one limit for each caller, told on each
answer in the fields of draft-ietf-httpapi-ratelimit-headers.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from flask import Flask, Response, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import RateLimitItem, RateLimitItemPerMinute
from werkzeug.exceptions import TooManyRequests

from passport.house import clock
from passport.web.bodies import batch_size
from passport.web.callers import Caller, caller

LIMITER = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=False)
SIGN_IN_LIMIT = "20 per minute"  # per address: guessing passwords and codes is slow (security T8, T39)
ANONYMOUS_LIMIT = 30  # a minute per address, so that the page works without a login (INTERFACES section 5)
TEST_LIMIT = 60  # a minute per address with a test key: all samples at once, twice
_LIMITS = {"anonymous": ANONYMOUS_LIMIT, "test": TEST_LIMIT}
API = "/api/v1/"
_FREE = (None, "openapi.spec", "agency.list_samples")  # documents, and addresses where nothing is
_BATCH = "agency.verify_batch"


def connect(app: Flask) -> None:
    """Attaches the limiter to the application, and a limit to the forms of signing in."""
    sign_in: Any = app.blueprints["security"]  # Flask-Limiter takes Flask's blueprints, its types only functions
    LIMITER.limit(SIGN_IN_LIMIT, methods=["POST"])(sign_in)
    LIMITER.init_app(app)


def connect_api(app: Flask) -> None:
    """Counts the requests to the API; to be called first, since others read the body and refuse a large one."""
    app.before_request(_spend)
    app.after_request(_tell)


def _spend() -> None:
    """Counts a request to the API; one that would go over the limit is refused and costs nothing."""
    if not request.path.startswith(API):
        return
    who = caller()
    g.api_limit = item = RateLimitItemPerMinute(who.client.checks_per_minute if who.client else _LIMITS[who.kind])
    spend(item, who.name, cost=_cost(who))


def spend(item: RateLimitItem, name: str, *, cost: int) -> None:
    """Counts `cost` checks of whoever `name` is; raises TooManyRequests, and counts nothing, over the limit."""
    if not LIMITER.enabled or cost == 0:
        return
    if not (LIMITER.limiter.test(item, name, cost=cost) and LIMITER.limiter.hit(item, name, cost=cost)):
        raise TooManyRequests


def _cost(who: Caller) -> int:
    """A batch costs as many as it holds items: a limit that it could go around would be none."""
    if request.endpoint in _FREE:
        return 0
    return batch_size() if who.scopes is not None and request.endpoint == _BATCH else 1


def _tell(response: Response) -> Response:
    item: RateLimitItem | None = g.get("api_limit")
    if item is None:
        return response
    who = caller()
    window = LIMITER.limiter.get_window_stats(item, who.name)
    policy = who.kind
    seconds = max(0, ceil(window.reset_time - clock().timestamp()))
    response.headers["RateLimit-Policy"] = f'"{policy}";q={item.amount};w={item.get_expiry()}'
    response.headers["RateLimit"] = f'"{policy}";r={window.remaining};t={seconds}'
    if response.status_code == 429:
        response.headers["Retry-After"] = str(seconds)
    return response
