"""Rate limits; each worker process counts for itself in memory, or all of them in one Redis (PASSPORT_LIMITS_URL).

While that Redis is away each process counts for itself again: nobody is let in without limit, nobody shut out.

Pages have limits per address, by Flask-Limiter's decorators. The API has one limit for each caller, told on each
answer in the fields of draft-ietf-httpapi-ratelimit-headers.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Any, TypeVar

from flask import Flask, Response, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, RateLimiter
from werkzeug.exceptions import TooManyRequests

from passport.errors import InputError, Refusal
from passport.house import clock
from passport.web.bodies import batch_size
from passport.web.callers import Caller, caller

LIMITER = Limiter(
    get_remote_address,
    storage_options={"wrap_exceptions": True},
    headers_enabled=False,
    in_memory_fallback_enabled=True,
    key_prefix="passport",
)
_ALONE = FixedWindowRateLimiter(MemoryStorage())  # what the API counts by while the store is away
T = TypeVar("T")
SIGN_IN_LIMIT = "20 per minute"  # per address: guessing passwords and codes is slow (security T8, T39)
ANONYMOUS_LIMIT = 30  # a minute per address, so that the page works without a login (INTERFACES section 5)
TEST_LIMIT = 60  # a minute per address with a test key: all samples at once, twice
_LIMITS = {"anonymous": ANONYMOUS_LIMIT, "test": TEST_LIMIT}
API = "/api/v1/"
_FREE = (None, "openapi.spec", "agency.list_samples")  # documents, and addresses where nothing is
_BATCH = "agency.verify_batch"


def connect(app: Flask, *, store: str) -> None:
    """Attaches the limiter to the application, and a limit to the forms of signing in.

    `store` is the URL of a Redis, or empty. Raises InputError (bad_setting) without the package for it.
    """
    app.config["RATELIMIT_STORAGE_URI"] = store or "memory://"
    sign_in: Any = app.blueprints["security"]  # Flask-Limiter takes Flask's blueprints, its types only functions
    LIMITER.limit(SIGN_IN_LIMIT, methods=["POST"])(sign_in)
    try:
        LIMITER.init_app(app)
    except ConfigurationError as error:
        raise InputError(Refusal.BAD_SETTING, "PASSPORT_LIMITS_URL: Redis needs the package redis") from error


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
    if not _counted(lambda by: by.test(item, name, cost=cost) and by.hit(item, name, cost=cost)):
        raise TooManyRequests


def _counted(ask: Callable[[RateLimiter], T]) -> T:
    """What the store answers, or this process alone while the store is away."""
    try:
        return ask(LIMITER.limiter)
    except StorageError:
        return ask(_ALONE)


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
    window = _counted(lambda by: by.get_window_stats(item, who.name))
    policy = who.kind
    seconds = max(0, ceil(window.reset_time - clock().timestamp()))
    response.headers["RateLimit-Policy"] = f'"{policy}";q={item.amount};w={item.get_expiry()}'
    response.headers["RateLimit"] = f'"{policy}";r={window.remaining};t={seconds}'
    if response.status_code == 429:
        response.headers["Retry-After"] = str(seconds)
    return response
