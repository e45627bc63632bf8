"""The second factor of staff: a code of the authenticator is good once."""

from __future__ import annotations

from typing import Any

from flask_security.totp import TokenError, Totp  # type: ignore[attr-defined]  # passlib's, which has no types

from passport.registry.accounts import Account, spend_code


class OnceOnly(Totp):
    """Remembers the time step of the last code it took, and refuses that code and all before it (RFC 6238, 5.2)."""

    def get_last_counter(self, user: Any) -> int | None:
        """The time step of the last code that was taken."""
        assert isinstance(user, Account)
        return user.tf_last_counter

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Keeps the time step of a code that is right; of two who bring it at once one is refused."""
        if not spend_code(user, counter=tmatch.counter):
            raise TokenError
