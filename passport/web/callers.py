"""Who calls the API: the client of the key in the request, or a stranger at an address."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec

from flask import Response, g, request
from flask_limiter.util import get_remote_address
from sqlalchemy.orm import Session

from passport.errors import Refusal, Refused, Sentence
from passport.house import current_house
from passport.registry.accounts import Account, find_account
from passport.registry.clients import Client, find_client
from passport.web.errors import problem, problem_response
from passport.web.test_keys import SCOPES, is_test_key

P = ParamSpec("P")
_NO_KEY = Sentence("Cần khóa truy cập hợp lệ.", "A valid API key is needed.")
_NO_SCOPE = Sentence("Khóa truy cập không có quyền này.", "The key lacks the scope for this.")


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose request this is; `presented` tells a key that is not known from no key at all.

    `tries` is a visitor with a test key, who may check samples alone.
    """

    client: Client | None
    presented: bool
    tries: bool = False

    @property
    def known(self) -> bool:
        """Whether the key that came, if one did, is good."""
        return not self.presented or self.tries or self.client is not None

    @property
    def scopes(self) -> Collection[str] | None:
        """What the key allows; None without a key."""
        if self.tries:
            return SCOPES
        return self.client.scopes if self.client else None

    @property
    def name(self) -> str:
        """What requests are counted under."""
        return f"client:{self.client.id}" if self.client else f"{self.kind}:{get_remote_address()}"

    @property
    def kind(self) -> str:
        """Which of the limits holds for the caller."""
        return "client" if self.client else "test" if self.tries else "anonymous"


def caller() -> Caller:
    """Who sent the request in hand; the key is looked up once."""
    if "caller" not in g:
        g.caller = _find()
    found: Caller = g.caller
    return found


def _find() -> Caller:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return Caller(None, presented=False)
    if scheme.lower() != "bearer":
        return Caller(None, presented=True)
    if is_test_key(key.strip()):
        return Caller(None, presented=True, tries=True)
    with current_house().database.reading() as session:
        return Caller(find_client(session, key=key.strip()), presented=True)


def require_known() -> Response | None:
    """A key that is not known is refused rather than taken for a stranger."""
    return None if caller().known else _unauthorized()


def needs(scope: str, *, anonymous: bool = False) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """Lets only clients with `scope` reach a view, and strangers where `anonymous` says so."""

    def guard(view: Callable[P, Response]) -> Callable[P, Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
            scopes = caller().scopes
            if scopes is None and not anonymous:
                return _unauthorized()
            if scopes is not None and scope not in scopes:
                return problem_response(problem(403, _NO_SCOPE))
            return view(*args, **kwargs)

        return guarded

    return guard


def calling_client() -> Client:
    """The client that called a view which `needs` a scope."""
    client = caller().client
    assert client is not None  # `needs` has refused strangers
    return client


def acting_account(session: Session) -> Account:
    """In whose name the client reads and changes records; raises Refused (not_permitted) when in nobody's."""
    acting = calling_client().acting
    if acting is None or not acting.active:
        raise Refused(Refusal.NOT_PERMITTED, "acting account")
    return find_account(session, acting.email)


def _unauthorized() -> Response:
    answer = problem_response(problem(401, _NO_KEY))
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
